import { astMapper, type DataTypeDef, type Expr, type ExprBinary, type IAstMapper } from "pgsql-ast-parser";
import { flatten, printExpression, printType, standIns } from "./canonical-text.ts";

/** Types whose cast on a literal says something that the neighbour does not (`now() - '1 day'::interval`). */
const meaningful = /^(interval|date|time|timetz|timestamp|timestamptz|jsonb?|regclass|oid|bit|bytea)\b/;
const textual = /^(text|varchar|character varying|bpchar|character|char|citext|name)\b/;
const integral = /^(int|int2|int4|int8|integer|smallint|bigint)$/;
const numeric = /^(int|int2|int4|int8|integer|smallint|bigint|numeric|decimal|real|float|float4|float8|double precision)\b/;

/** Functions of text: calling them on a varchar makes Postgres print `f((c)::text)` for `f(c)`. */
const textFunctions = new Set(["lower", "upper", "initcap", "btrim", "ltrim", "rtrim", "md5", "regexp_replace", "replace", "substr", "left", "right"]);

const comparisons = new Set(["=", "!=", "<", ">", "<=", ">="]);
const mirrored: Record<string, ExprBinary["op"]> = { "=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=" };
const negated: Record<string, ExprBinary["op"]> = {
  "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
  IN: "NOT IN", "NOT IN": "IN", LIKE: "NOT LIKE", "NOT LIKE": "LIKE", ILIKE: "NOT ILIKE", "NOT ILIKE": "ILIKE",
};

/** Brings a tree into the one form that all spellings of a condition share (reference §2.3). */
export function normalize(e: Expr): Expr {
  return mapper.expr(e) ?? e;
}

const mapper: IAstMapper = astMapper((m) => {
  const map = (e: Expr): Expr => m.expr(e) ?? e;
  return {
    // A sub-query has names of its own: leave it as it stands.
    select: (s) => s,
    ref: (r) => (r.table && r.table.name !== "excluded" ? { type: "ref", name: r.name } : r),
    cast: (c) => dropLiteralCast(map(c.operand), c.to),
    call: (c) => {
      const args = c.args.map((a) => map(textFunctions.has(c.function.name) ? stripTextCast(a) : a));
      const [first, second] = args;
      if (first && second?.type === "null" && c.function.name === standIns.distinct) return { type: "unary", op: "IS NOT NULL", operand: first };
      if (first && second?.type === "null" && c.function.name === standIns.notDistinct) return { type: "unary", op: "IS NULL", operand: first };
      const name = c.function.name === "trim" && args.length === 1 ? "btrim" : c.function.name;
      return { ...c, args, function: c.function.schema === "pg_catalog" ? { name } : { ...c.function, name } };
    },
    callSubstring: (s) => ({ type: "call", function: { name: "substring" }, args: [s.value, s.from, s.for].flatMap((e) => (e ? [map(e)] : [])) }),
    unary: (u) => {
      const operand = map(u.operand);
      if (u.op === "NOT") return negate(operand);
      if (u.op === "-" && (operand.type === "integer" || operand.type === "numeric")) return { ...operand, value: -operand.value };
      return { ...u, operand };
    },
    ternary: (t) => {
      const [value, lo, hi] = [map(t.value), map(t.lo), map(t.hi)];
      const within = connect("AND", [compare(">=", value, lo), compare("<=", value, hi)]);
      return t.op === "BETWEEN" ? within : negate(within);
    },
    binary: (b) => {
      if (b.op === "AND" || b.op === "OR") return connect(b.op, [map(b.left), map(b.right)]);
      if (!comparisons.has(b.op) && !/LIKE$|^IN$|^NOT IN$/.test(b.op)) return { ...b, left: map(b.left), right: map(b.right) };
      const left = hasDeparsedText(b.right) ? stripTextCast(b.left) : b.left;
      const right = hasDeparsedText(b.left) ? stripTextCast(b.right) : b.right;
      return comparison(b, map(left), map(right));
    },
  };
});

function comparison(b: ExprBinary, left: Expr, right: Expr): Expr {
  if (b.op === "IN" || b.op === "NOT IN") {
    if (right.type === "select" || right.type === "with" || right.type === "union" || right.type === "union all" || right.type === "values") return { ...b, left, right };
    return among(b.op, left, right.type === "list" ? right.expressions : [right]);
  }
  if (!comparisons.has(b.op)) return { ...b, left, right };
  const list = listOf(b.op, right);
  if (list) return among(b.op === "=" ? "IN" : "NOT IN", left, list);
  return compare(b.op, dropComparedCast(left, right), dropComparedCast(right, left));
}

/** `= ANY (ARRAY[…])` and `<> ALL (ARRAY[…])`: what Postgres makes of IN and NOT IN; `'{a,b}'` is an array, too. */
function listOf(op: string, right: Expr): Expr[] | null {
  const wanted = op === "=" ? "any" : op === "!=" ? "all" : null;
  if (right.type !== "call" || right.function.name !== wanted || right.args.length !== 1) return null;
  let of = right.args[0];
  while (of?.type === "cast" && of.to.kind === "array") of = of.operand;
  if (isOneBoolean(of)) return null;
  if (of?.type === "string" && /^\{[\w-]+(,[\w-]+)*\}$/.test(of.value)) return of.value.slice(1, -1).split(",").map((value) => ({ type: "string", value }));
  return of?.type === "array" && of.expressions.length > 0 ? of.expressions : null;
}

/** `active = ANY (ARRAY[true])` stays a comparison with an array: no index WHERE it is inferred by `active`. */
function isOneBoolean(of: Expr | undefined): boolean {
  if (of?.type === "string") return /^\{\s*(t|f|true|false)\s*\}$/i.test(of.value);
  return of?.type === "array" && of.expressions.length === 1 && of.expressions[0]?.type === "boolean";
}

function among(op: "IN" | "NOT IN", left: Expr, items: Expr[]): Expr {
  const sorted = unique(items.map((item) => dropComparedCast(item, left)));
  const [only] = sorted;
  if (sorted.length === 1 && only) return compare(op === "IN" ? "=" : "!=", left, only);
  return { type: "binary", op, left, right: { type: "list", expressions: sorted } };
}

function compare(op: ExprBinary["op"], left: Expr, right: Expr): Expr {
  if (isQuantified(right)) return { type: "binary", op, left, right };
  if (isConstant(left) && !isConstant(right)) return compare(mirrored[op] ?? op, right, left);
  if ((op === "=" || op === "!=") && right.type === "boolean" && !isConstant(left)) {
    return right.value === (op === "=") ? left : negate(left);
  }
  const swap = (op === "=" || op === "!=") && !isConstant(right) && printExpression(right) < printExpression(left);
  return { type: "binary", op, left: swap ? right : left, right: swap ? left : right };
}

/** `any (list)`, which the parser takes for a call; it stands on the right only. */
function isQuantified(e: Expr): e is Extract<Expr, { type: "call" }> {
  return e.type === "call" && ["any", "some", "all"].includes(e.function.name);
}

/** NOT pushed inwards, as the planner does before it compares predicates. */
export function negate(e: Expr): Expr {
  if (e.type === "boolean") return { type: "boolean", value: !e.value };
  if (e.type === "unary" && e.op === "NOT") return e.operand;
  // IS NULL, IS TRUE, IS UNKNOWN, …
  if (e.type === "unary" && e.op.startsWith("IS ")) return { ...e, op: (e.op.startsWith("IS NOT ") ? e.op.replace("NOT ", "") : e.op.replace("IS ", "IS NOT ")) as typeof e.op };
  if (e.type === "binary" && (e.op === "AND" || e.op === "OR")) {
    return connect(e.op === "AND" ? "OR" : "AND", [negate(e.left), negate(e.right)]);
  }
  if (e.type === "call" && e.function.name === standIns.distinct) return { ...e, function: { name: standIns.notDistinct } };
  if (e.type === "call" && e.function.name === standIns.notDistinct) return { ...e, function: { name: standIns.distinct } };
  // `not (x = any (list))` is `x <> all (list)`.
  const op = e.type === "binary" ? negated[e.op] : undefined;
  if (e.type === "binary" && op && isQuantified(e.right)) return { ...e, op, right: { ...e.right, function: { name: e.right.function.name === "all" ? "any" : "all" } } };
  return e.type === "binary" && op ? { ...e, op } : { type: "unary", op: "NOT", operand: e };
}

function connect(op: "AND" | "OR", arms: Expr[]): Expr {
  const sorted = unique(arms.flatMap((arm) => flatten(op, arm)));
  return sorted.reduce((left, right) => ({ type: "binary", op, left, right }));
}

function unique(items: Expr[]): Expr[] {
  const byText = new Map(items.map((item) => [printExpression(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function isConstant(e: Expr): boolean {
  if (e.type === "cast") return isConstant(e.operand);
  if (e.type === "call") return e.args.every(isConstant) && e.function.name !== "any" && e.function.name !== "all";
  return e.type === "string" || e.type === "integer" || e.type === "numeric" || e.type === "boolean" || e.type === "null" || e.type === "parameter" || e.type === "keyword";
}

function dropLiteralCast(operand: Expr, to: DataTypeDef): Expr {
  const kept: Expr = { type: "cast", operand, to };
  const type = printType(to);
  if (operand.type === "integer" || operand.type === "numeric") return castNumber(operand, type) ?? kept;
  if (operand.type === "boolean") return /^bool/.test(type) ? operand : kept;
  if (operand.type === "null") return operand;
  // `->>` gives text; the expression parser also binds `data ->> 'k'::text` that way round.
  if (operand.type === "member" && operand.op === "->>" && type === "text") return operand;
  if (operand.type !== "string" || meaningful.test(type)) return kept;
  if (numeric.test(type)) return readNumber(operand.value, type) ?? kept;
  if (/^bool/.test(type) && /^(t|f|true|false)$/i.test(operand.value)) return { type: "boolean", value: /^t/i.test(operand.value) };
  return operand;
}

/** A number of the type that it is cast to, where that is told by its spelling; null: the cast has to stay. */
function castNumber(e: Extract<Expr, { type: "integer" | "numeric" }>, type: string): Expr | null {
  if (/^(numeric|decimal)$/.test(type)) return { type: "numeric", value: e.value };
  return e.type === "integer" && integral.test(type) ? e : null;
}

function readNumber(text: string, type: string): Expr | null {
  if (/^[+-]?\d{1,15}$/.test(text)) return castNumber({ type: "integer", value: Number(text) }, type);
  return /^[+-]?\d{1,15}\.\d{1,15}$/.test(text) ? castNumber({ type: "numeric", value: Number(text) }, type) : null;
}

/** Beside a column a literal takes the column's type, whatever its cast says. */
function dropComparedCast(e: Expr, other: Expr): Expr {
  return e.type === "cast" && e.operand.type === "string" && other.type === "ref" ? e.operand : e;
}

function stripTextCast(e: Expr): Expr {
  return e.type === "cast" && textual.test(printType(e.to)) && e.to.kind !== "array" && reachesColumn(e.operand) ? stripTextCast(e.operand) : e;
}

function reachesColumn(e: Expr): boolean {
  return e.type === "cast" ? reachesColumn(e.operand) : e.type === "ref";
}

/** A literal that Postgres itself has printed: `'a'::text`, `('a'::character varying)::text`, or an array of such under ANY/ALL. */
export function hasDeparsedText(e: Expr): boolean {
  if (e.type === "cast") return textual.test(printType(e.to)) && (e.operand.type === "string" || hasDeparsedText(e.operand));
  if (e.type === "call") return (e.function.name === "any" || e.function.name === "all") && e.args.some(hasDeparsedText);
  return (e.type === "array" || e.type === "list") && e.expressions.length > 0 && e.expressions.every(hasDeparsedText);
}
