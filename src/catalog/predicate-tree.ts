import { astVisitor, type Expr } from "pgsql-ast-parser";
import { flatten } from "../read/sql/canonical-text.ts";
import { parseExpression } from "../read/sql/canonical.ts";
import { settleTypes, textOf, untyped, type TypeOf } from "./predicate-types.ts";

/**
 * A condition as the prover takes it apart. Atoms are what is left between AND and OR; an IN list is an OR of equalities, NOT IN an AND of
 * inequalities, as in Postgres (src/backend/optimizer/util/predtest.c).
 */
export type Condition = { kind: "and"; items: Condition[] } | { kind: "or"; items: Condition[] } | { kind: "atom"; atom: Atom };

export type Atom = {
  /** Canonical text: the same text is the same condition. */
  text: string;
  /** Columns it reads; null: not known, because the text could not be parsed. */
  columns: string[] | null;
  /** null: the text could not be parsed. */
  tree: Expr | null;
  form:
    /** `left op constant`; left is canonical text. */
    | { kind: "comparison"; op: ComparisonOperator; left: string; constant: Constant }
    | { kind: "null-test"; left: string; isNull: boolean }
    /** A boolean column (or expression), or NOT of it. */
    | { kind: "boolean"; left: string; negated: boolean }
    | { kind: "other" };
};

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Constant = { kind: "number"; value: number } | { kind: "string"; value: string } | { kind: "boolean"; value: boolean } | { kind: "parameter" } | { kind: "null" };

const comparisonOperators: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">="]);

export function isComparison(op: string): op is ComparisonOperator {
  return comparisonOperators.has(op);
}

type Parsed = { tree: Expr | null; columns: string[] };

const trees = new Map<string, Parsed>();
const conditions = new Map<string, Condition>();

/**
 * The tree of a canonical predicate. Memoised; a text that cannot be parsed is cut at its outer ANDs. `pull`: conditions that all arms of an OR
 * share stand before it, as the planner puts them.
 */
export function conditionOf(text: string, typeOf: TypeOf = untyped, pull = true): Condition {
  const { columns } = treeOf(text);
  const key = [text, pull ? "pull" : "", ...columns.map((column) => typeOf(column) ?? "")].join("\0");
  const known = conditions.get(key);
  if (known) return known;
  const made = readCondition(text, typeOf, pull);
  if (conditions.size > 20_000) conditions.clear();
  conditions.set(key, made);
  return made;
}

/** A canonical expression with what the types of its columns settle; null: it cannot be parsed. */
export function expressionOf(text: string, typeOf: TypeOf): Expr | null {
  const { tree } = treeOf(text);
  return tree && settleTypes(tree, typeOf);
}

function treeOf(text: string): Parsed {
  const known = trees.get(text);
  if (known) return known;
  const tree = parseExpression(text);
  const made = { tree, columns: tree ? columnsOf(tree) : [] };
  if (trees.size > 20_000) trees.clear();
  trees.set(text, made);
  return made;
}

export function columnsOf(tree: Expr): string[] {
  const columns = new Set<string>();
  astVisitor(() => ({ ref: (ref) => void columns.add(ref.name) })).expr(tree);
  return [...columns];
}

function readCondition(text: string, typeOf: TypeOf, pull: boolean): Condition {
  const tree = expressionOf(text, typeOf);
  if (tree) return takeApart(tree, pull);
  const pieces = cutAtAnd(text);
  if (pieces.length > 1) return { kind: "and", items: pieces.map((piece) => readCondition(piece, typeOf, pull)) };
  return { kind: "atom", atom: { text, columns: null, tree: null, form: { kind: "other" } } };
}

/** Cuts at ` and ` outside of quotes, parentheses and CASE. */
function cutAtAnd(text: string): string[] {
  const pieces: string[] = [];
  let [depth, start] = [0, 0];
  for (const match of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\b(?:case|end)\b| and /g)) {
    if (match[0] === "(" || match[0] === "case") depth += 1;
    else if (match[0] === ")" || match[0] === "end") depth -= 1;
    else if (match[0] === " and " && depth === 0) {
      pieces.push(text.slice(start, match.index));
      start = match.index + match[0].length;
    }
  }
  return [...pieces, text.slice(start)];
}

/** Lists stay nested: Postgres opens an IN only when its turn comes, so that it proves less than a flat OR would. */
function takeApart(e: Expr, pull: boolean): Condition {
  const into = (one: Expr): Condition => takeApart(one, pull);
  if (e.type === "binary" && e.op === "OR") return pull ? pullCommon(flatten("OR", e)) : { kind: "or", items: flatten("OR", e).map(into) };
  if (e.type === "binary" && e.op === "AND") return connect("and", flatten("AND", e).map(into));
  if (e.type === "binary" && (e.op === "IN" || e.op === "NOT IN") && e.right.type === "list") {
    const op = e.op === "IN" ? "=" : "!=";
    const items = e.right.expressions.map((right): Condition => ({ kind: "atom", atom: readAtom({ type: "binary", op, left: e.left, right }) }));
    return { kind: e.op === "IN" ? "or" : "and", items };
  }
  return { kind: "atom", atom: readAtom(e) };
}

/** A list that came out of an arm stays a node of its own; only AND in AND and OR in OR are one. */
function connect(kind: "and" | "or", items: Condition[]): Condition {
  const [only] = items;
  return items.length === 1 && only ? only : { kind, items };
}

/** `(a AND b) OR (a AND c)` is `a AND (b OR c)`, `a OR (a AND b)` is `a`: `process_duplicate_ors` of prepqual.c. */
function pullCommon(arms: Expr[]): Condition {
  const lists = arms.map((arm) => flatten("AND", arm));
  const [first, ...others] = lists;
  const common = (first ?? []).filter((item) => others.every((list) => list.some((other) => textOf(other) === textOf(item))));
  if (common.length === 0) return { kind: "or", items: arms.map((arm) => takeApart(arm, true)) };
  const shared = new Set(common.map(textOf));
  const rests = lists.map((list) => list.filter((item) => !shared.has(textOf(item))));
  const pulled = common.map((item) => takeApart(item, true));
  if (rests.some((rest) => rest.length === 0)) return connect("and", pulled);
  const inner = rests.map((rest) => rest.reduce((left, right): Expr => ({ type: "binary", op: "AND", left, right })));
  return { kind: "and", items: [...pulled, pullCommon(inner)] };
}

function readAtom(e: Expr): Atom {
  return { text: textOf(e), columns: columnsOf(e), tree: e, form: readForm(e) };
}

function readForm(e: Expr): Atom["form"] {
  if (e.type === "binary" && isComparison(e.op)) {
    const constant = constantOf(e.right);
    return constant ? { kind: "comparison", op: e.op, left: textOf(e.left), constant } : { kind: "other" };
  }
  if (e.type === "unary" && (e.op === "IS NULL" || e.op === "IS NOT NULL")) return { kind: "null-test", left: textOf(e.operand), isNull: e.op === "IS NULL" };
  if (e.type === "unary" && e.op === "NOT") return { kind: "boolean", left: textOf(e.operand), negated: true };
  return e.type === "ref" ? { kind: "boolean", left: textOf(e), negated: false } : { kind: "other" };
}

function constantOf(e: Expr): Constant | null {
  if (e.type === "integer" || e.type === "numeric") return { kind: "number", value: e.value };
  if (e.type === "string") return { kind: "string", value: e.value };
  if (e.type === "boolean") return { kind: "boolean", value: e.value };
  if (e.type === "parameter") return { kind: "parameter" };
  return e.type === "null" ? { kind: "null" } : null;
}

