import { astVisitor, parse, toSql, type Expr } from "pgsql-ast-parser";

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
  form:
    /** `left op constant`; left is canonical text. */
    | { kind: "comparison"; op: ComparisonOperator; left: string; constant: Constant }
    | { kind: "null-test"; left: string; isNull: boolean }
    /** A boolean column (or expression), or NOT of it. */
    | { kind: "boolean"; left: string; negated: boolean }
    | { kind: "other" };
  /** Canonical texts that must not be NULL for the atom to be true or false: the operands of strict operators. */
  strictIn: string[];
};

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Constant = { kind: "number"; value: number } | { kind: "string"; value: string } | { kind: "parameter" } | { kind: "null" };

const memo = new Map<string, Condition>();
const comparisonOperators: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">="]);
const strictOperators = /^(=|!=|<|<=|>|>=|\+|-|\*|\/|%|\|\||LIKE|ILIKE|NOT LIKE|NOT ILIKE|~|~\*|!~|!~\*|@>|<@|->|->>|#>|#>>|&&)$/;
const strictFunctions = /^(lower|upper|initcap|btrim|ltrim|rtrim|length|char_length|octet_length|abs|md5|date_trunc|date_part|substr|substring|replace|left|right|round|floor|ceil|cardinality|jsonb_array_length|jsonb_typeof)$/;

/** The tree of a canonical predicate. Memoised; a text that cannot be parsed is cut at its outer ANDs. */
export function conditionOf(text: string): Condition {
  const known = memo.get(text);
  if (known) return known;
  const made = readCondition(text);
  if (memo.size > 20_000) memo.clear();
  memo.set(text, made);
  return made;
}

function readCondition(text: string): Condition {
  const tree = tryParse(text);
  if (tree) return takeApart(tree);
  const pieces = cutAtAnd(text);
  return pieces.length > 1 ? { kind: "and", items: pieces.map(readCondition) } : { kind: "atom", atom: { text, columns: null, form: { kind: "other" }, strictIn: [] } };
}

function tryParse(text: string): Expr | null {
  try {
    return parse(text, "expr");
  } catch {
    return null;
  }
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

function takeApart(e: Expr): Condition {
  if (e.type === "binary" && (e.op === "AND" || e.op === "OR")) return { kind: e.op === "AND" ? "and" : "or", items: arms(e.op, e).map(takeApart) };
  if (e.type === "binary" && (e.op === "IN" || e.op === "NOT IN") && e.right.type === "list") {
    const op = e.op === "IN" ? "=" : "!=";
    const items = e.right.expressions.map((right): Condition => ({ kind: "atom", atom: readAtom({ type: "binary", op, left: e.left, right }) }));
    return { kind: e.op === "IN" ? "or" : "and", items };
  }
  return { kind: "atom", atom: readAtom(e) };
}

/** Lists stay as they are: Postgres opens an IN only when its turn comes, so that it proves less than a flat OR would. */
function arms(op: "AND" | "OR", e: Expr): Expr[] {
  return e.type === "binary" && e.op === op ? [...arms(op, e.left), ...arms(op, e.right)] : [e];
}

function readAtom(e: Expr): Atom {
  const columns = new Set<string>();
  astVisitor(() => ({ ref: (ref) => void columns.add(ref.name) })).expr(e);
  return { text: textOf(e), columns: [...columns], form: readForm(e), strictIn: [...strictOperands(e)] };
}

function readForm(e: Expr): Atom["form"] {
  if (e.type === "binary" && comparisonOperators.has(e.op)) {
    const constant = constantOf(e.right);
    return constant ? { kind: "comparison", op: e.op as ComparisonOperator, left: textOf(e.left), constant } : { kind: "other" };
  }
  if (e.type === "unary" && (e.op === "IS NULL" || e.op === "IS NOT NULL")) return { kind: "null-test", left: textOf(e.operand), isNull: e.op === "IS NULL" };
  if (e.type === "unary" && e.op === "NOT") return { kind: "boolean", left: textOf(e.operand), negated: true };
  return e.type === "ref" ? { kind: "boolean", left: textOf(e), negated: false } : { kind: "other" };
}

function constantOf(e: Expr): Constant | null {
  if (e.type === "integer" || e.type === "numeric") return { kind: "number", value: e.value };
  if (e.type === "string") return { kind: "string", value: e.value };
  if (e.type === "parameter") return { kind: "parameter" };
  return e.type === "null" ? { kind: "null" } : null;
}

/** `clause_is_strict_for`: every expression that a strict operator or function takes in, at any depth. It does not look into NOT. */
function* strictOperands(e: Expr): Generator<string> {
  yield textOf(e);
  if (e.type === "binary" && strictOperators.test(e.op)) {
    yield* strictOperands(e.left);
    yield* strictOperands(e.right);
  } else if (e.type === "unary" && (e.op === "-" || e.op === "+")) yield* strictOperands(e.operand);
  else if (e.type === "cast" || e.type === "member") yield* strictOperands(e.operand);
  else if (e.type === "call" && strictFunctions.test(e.function.name)) for (const argument of e.args) yield* strictOperands(argument);
}

function textOf(e: Expr): string {
  return toSql.expr(e);
}
