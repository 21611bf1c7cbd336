import type { Expr } from "pgsql-ast-parser";
import { printType, standIns } from "../read/sql/canonical-text.ts";
import { columnsOf } from "./predicate-tree.ts";
import { familyOf, familyOfExpression, isLiteral, textOf, type TypeOf } from "./predicate-types.ts";

export type Answer = "yes" | "no" | "unknown";

/**
 * Are these one tree to Postgres (`equal()`)? Equal canonical texts are; two texts are surely not when other columns are read, or when both
 * are plain: made of nothing that folding of constants, inlining or a coercion could still turn into the other.
 */
export function sameExpression(a: Expr, b: Expr, typeOf: TypeOf): Answer {
  if (textOf(a) === textOf(b)) return hasParameter(a) ? "unknown" : "yes";
  const [read, other] = [new Set(columnsOf(a)), new Set(columnsOf(b))];
  if (read.size !== other.size || [...read].some((column) => !other.has(column))) return "no";
  if ((isNullTest(a) && comparesColumn(b)) || (isNullTest(b) && comparesColumn(a))) return "no";
  return isPlain(a, typeOf) && isPlain(b, typeOf) ? "no" : "unknown";
}

function isNullTest(e: Expr): boolean {
  return e.type === "unary" && e.op.endsWith("NULL");
}

/** `a = $1`: whatever the parameter folds it to, it is no NULL test. */
function comparesColumn(e: Expr): boolean {
  return e.type === "binary" && e.left.type === "ref";
}

/** A bind parameter is folded only while the plan is made for its value (reference §2.4). */
export function hasParameter(e: Expr): boolean {
  return /(^|[^\w"'])[$@]\w/.test(textOf(e).replace(/'(?:[^']|'')*'/g, "''"));
}

/** Built-in functions that are calls of themselves: no SQL body that is inlined, no syntax that becomes another. */
const plainFunctions =
  /^(lower|upper|initcap|btrim|ltrim|rtrim|length|char_length|octet_length|abs|md5|date_trunc|date_part|substr|substring|replace|regexp_replace|left|right|round|floor|ceil|cardinality|jsonb_array_length|jsonb_typeof|coalesce|nullif|greatest|least|concat|encode|digest|sha256|to_char|split_part|any|all|array_length|jsonb_exists|timezone)$/;

function isPlain(e: Expr, typeOf: TypeOf): boolean {
  const plain = (one: Expr): boolean => isPlain(one, typeOf);
  switch (e.type) {
    case "ref":
    case "string":
    case "integer":
    case "numeric":
    case "boolean":
      return true;
    case "member":
      return plain(e.operand);
    case "extract":
      return plain(e.from);
    case "cast":
      return !isLiteral(e.operand) && plain(e.operand) && !isImplicit(familyOfExpression(e.operand, typeOf), familyOf(printType(e.to)));
    case "unary":
      return !isLiteral(e.operand) && plain(e.operand);
    case "binary":
      if (e.right.type === "list") return plain(e.left) && e.right.expressions.every((item) => isLiteral(item) && isSettled(item, e.left, typeOf));
      if (/^[-+*/%^]$/.test(e.op) && [e.left, e.right].some((side) => side.type === "numeric" && Number.isInteger(side.value))) return false;
      return !(isLiteral(e.left) && isLiteral(e.right)) && plain(e.left) && plain(e.right) && isSettled(e.right, e.left, typeOf) && isSettled(e.left, e.right, typeOf);
    case "call":
      return isPlainCall(e, typeOf);
    case "case":
      return e.whens.every((when) => plain(when.when) && plain(when.value)) && (!e.else || plain(e.else)) && (!e.value || plain(e.value));
    default:
      return false;
  }
}

/** Casts that Postgres may put around an operand by itself, or of which the operand's type is not known. */
function isImplicit(from: string | null, to: string | null): boolean {
  return from === null || from === to || implicit.has(`${from} ${to}`);
}

const implicit = new Set(["integer float", "numeric float", "date timestamp", "date timestamptz", "timestamp timestamptz"]);

function isPlainCall(e: Extract<Expr, { type: "call" }>, typeOf: TypeOf): boolean {
  const { name } = e.function;
  if (name === standIns.distinct || name === standIns.notDistinct || name === standIns.collate) {
    return e.args.every((arg) => isPlain(arg, typeOf)) && !e.args.every(isLiteral);
  }
  if (!plainFunctions.test(name) || e.function.schema !== undefined || e.args.every(isLiteral)) return false;
  const [first] = e.args;
  return e.args.every((arg) => isPlain(arg, typeOf) && (name !== "coalesce" || first === undefined || isSettled(arg, first, typeOf)));
}

/** Is the constant's spelling the only one? `1` and `'1'` are one beside a number, which only the other side's type tells. */
function isSettled(e: Expr, beside: Expr, typeOf: TypeOf): boolean {
  if (e.type !== "string" || isLiteral(beside)) return true;
  return familyOfExpression(beside, typeOf) !== null || !/^[\s+-]*[\d.]|^\s*(t|f|true|false)\s*$|^[\s{[]/i.test(e.value);
}
