import { astMapper, type Expr, type ExprBinary } from "pgsql-ast-parser";
import type { Table } from "../model/catalog.ts";
import { printExpression, printType } from "../read/sql/canonical-text.ts";
import { normalize } from "../read/sql/canonical-tree.ts";

/** A column's type as SQL writes it, in lower case; null: not known. */
export type TypeOf = (column: string) => string | null;

export const untyped: TypeOf = () => null;

export function typesOf(table: Pick<Table, "columns">): TypeOf {
  return (name) => table.columns.find((column) => column.name === name)?.type ?? null;
}

const members = {
  text: ["text", "varchar", "character varying"],
  bpchar: ["char", "character", "bpchar"],
  integer: ["int", "int2", "int4", "int8", "integer", "smallint", "bigint", "serial", "smallserial", "bigserial", "serial2", "serial4", "serial8"],
  numeric: ["numeric", "decimal"],
  float: ["double precision", "real", "float", "float4", "float8"],
  boolean: ["boolean", "bool"],
  timestamptz: ["timestamptz", "timestamp with time zone"],
  timestamp: ["timestamp", "timestamp without time zone"],
};
const families = new Map(Object.entries(members).flatMap(([family, names]) => names.map((name) => [name, family])));

/** Types whose constants one operator family compares (varchar is text under another name); any other type is its own; null: not known. */
export function familyOf(type: string | null): string | null {
  if (type === null) return null;
  const plain = type.toLowerCase().replace(/\([^)]*\)/, "").trim();
  return families.get(plain) ?? plain;
}

const textFunctions = /^(lower|upper|initcap|btrim|ltrim|rtrim|md5|replace|regexp_replace|substr|substring|left|right|concat|to_char|jsonb_typeof|split_part)$/;
const integerFunctions = /^(length|char_length|octet_length|cardinality|jsonb_array_length|array_length)$/;

/** The family of an expression's type; null: not known. */
export function familyOfExpression(e: Expr, typeOf: TypeOf): string | null {
  switch (e.type) {
    case "ref":
      return familyOf(typeOf(e.name));
    case "cast":
      return familyOf(printType(e.to));
    case "member":
      return e.op === "->>" ? "text" : familyOfExpression(e.operand, typeOf);
    case "unary":
      return e.op === "-" || e.op === "+" ? familyOfExpression(e.operand, typeOf) : "boolean";
    case "binary":
      if (e.op === "||") return familyOfExpression(e.left, typeOf) === "text" ? "text" : null;
      if (/^[-+*/%]$/.test(e.op)) return arithmetic(familyOfExpression(e.left, typeOf), familyOfExpression(e.right, typeOf));
      return /^[#&|^]|->/.test(e.op) ? null : "boolean";
    case "integer":
    case "numeric":
    case "boolean":
      return e.type;
    case "call":
      if (textFunctions.test(e.function.name)) return "text";
      if (integerFunctions.test(e.function.name)) return "integer";
      return e.function.name === "coalesce" ? (e.args.map((arg) => familyOfExpression(arg, typeOf)).find((family) => family !== null) ?? null) : null;
    default:
      return null;
  }
}

function arithmetic(a: string | null, b: string | null): string | null {
  return a === b ? a : null;
}

/**
 * What the types of columns settle and the text alone cannot: casts that change nothing (`status::text` of a varchar, not of an enum), and
 * constants in the type that they are compared in (`n = '1'`, `price > 0`). The result is in canonical form again.
 */
export function settleTypes(e: Expr, typeOf: TypeOf): Expr {
  const mapper = astMapper((m) => {
    const map = (one: Expr): Expr => m.expr(one) ?? one;
    return {
      cast: (c) => {
        const operand = map(c.operand);
        return changesNothing(operand, printType(c.to), typeOf) ? operand : { ...c, operand };
      },
      // A NULL test keeps the relabelling that an operator looks through.
      unary: (u) => (/NULL$/.test(u.op) && u.operand.type === "cast" ? u : { ...u, operand: map(u.operand) }),
      binary: (b) => settleOperands({ ...b, left: map(b.left), right: map(b.right) }, typeOf),
      call: (c) => {
        const args = c.args.map(map);
        if (c.function.name !== "coalesce") return { ...c, args };
        const family = args.map((arg) => (isLiteral(arg) ? null : familyOfExpression(arg, typeOf))).find((one) => one !== null) ?? null;
        return { ...c, args: args.map((arg) => settleConstant(arg, family)) };
      },
    };
  });
  return normalize(mapper.expr(e) ?? e);
}

function changesNothing(operand: Expr, to: string, typeOf: TypeOf): boolean {
  if (operand.type !== "ref") return to === "text" && operand.type !== "string" && familyOfExpression(operand, typeOf) === "text";
  const own = typeOf(operand.name)?.toLowerCase() ?? null;
  if (own === null || to.includes("(")) return own === to;
  return own.replace(/\([^)]*\)/, "") === to || (familyOf(own) === "text" && familyOf(to) === "text");
}

/** Both sides of an operator in one type: a constant takes that of the other side, an integer column that of a wider constant. */
function settleOperands(b: ExprBinary, typeOf: TypeOf): Expr {
  const family = familyOfExpression(b.left, typeOf);
  if (/^[&|#]$/.test(b.op) && b.right.type === "integer" && isWidened(b.left, typeOf)) return { ...b, left: b.left.operand };
  if (b.right.type === "list") return { ...b, right: { ...b.right, expressions: b.right.expressions.map((item) => settleConstant(item, family)) } };
  // `price + 1` is a numeric 1, `price + 1.0` another constant of the same value, which only comparisons look through.
  if (/^[-+*/%^]$/.test(b.op) && family !== "float") return b;
  const right = settleConstant(b.right, family);
  if (family === "integer" && right.type === "numeric") return { ...b, left: { type: "cast", operand: b.left, to: { name: "numeric" } }, right };
  return { ...b, right };
}

/** A smallint beside an integer: bit operators take one width only. */
function isWidened(e: Expr, typeOf: TypeOf): e is Extract<Expr, { type: "cast" }> {
  return e.type === "cast" && printType(e.to) === "integer" && familyOfExpression(e.operand, typeOf) === "integer";
}

function settleConstant(e: Expr, family: string | null): Expr {
  if (family === null) return e;
  if (e.type === "cast" && isLiteral(e.operand) && isNear(familyOf(printType(e.to)), family) && !printType(e.to).includes("(")) return settleConstant(e.operand, family);
  if (e.type === "string") return settleString(e, family);
  return e.type === "integer" && (family === "numeric" || family === "float") ? { type: "numeric", value: e.value } : e;
}

/** May the cast of a constant be left out beside an operand of this family? It says the same, or Postgres would cast it on. */
function isNear(of: string | null, family: string): boolean {
  return of === family || (family === "float" && of === "numeric");
}

function settleString(e: Extract<Expr, { type: "string" }>, family: string): Expr {
  const text = e.value.trim();
  if (family === "boolean" && /^(t|true|f|false)$/i.test(text)) return { type: "boolean", value: /^t/i.test(text) };
  if (family === "integer" && /^[+-]?\d{1,15}$/.test(text)) return { type: "integer", value: Number(text) };
  if ((family === "numeric" || family === "float") && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text)) return { type: "numeric", value: Number(text) };
  if (family === "uuid") return { type: "string", value: text.toLowerCase() };
  if (family === "timestamp" || family === "timestamptz") return { type: "string", value: readMoment(text, family) };
  return e;
}

/** `2020-01-01`, `2020-01-01T00:00:00Z` and `2020-01-01 00:00:00+00` are one moment. */
function readMoment(text: string, family: "timestamp" | "timestamptz"): string {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(?:\.0+)?)?(Z|\+00(?::?00)?)?$/i.exec(text);
  if (!match || (family === "timestamp") !== (match[4] === undefined)) return text;
  return `${match[1]} ${match[2] ?? "00:00"}${match[3] ?? ":00"}${family === "timestamptz" ? "+00" : ""}`;
}

export function isLiteral(e: Expr): boolean {
  return e.type === "string" || e.type === "integer" || e.type === "numeric" || e.type === "boolean" || e.type === "null";
}

export function textOf(e: Expr): string {
  return printExpression(e);
}
