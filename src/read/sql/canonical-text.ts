import { toSql, type DataTypeDef, type Expr, type ExprCall, type QName } from "pgsql-ast-parser";

/** Words that Postgres (or the expression parser) takes for something else when they stand unquoted. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date
  current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
  foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order
  placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user using
  variadic when where window with between like ilike is isnull notnull similar left right inner outer full cross join natural`.split(/\s+/),
);

/** An identifier as canonical text shows it: quoted only where it must be. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A string literal; backslashes stay as they are (standard_conforming_strings). */
export function quoteLiteral(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** White space folded and everything outside quotes in lower case: what is left when a text cannot be parsed. */
export function foldText(sql: string): string {
  const parts = sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'"]+|['"]/g) ?? [];
  return parts
    .map((part) => (/^['"]/.test(part) ? part : part.toLowerCase().replace(/\s+/g, " ").replace(/\( /g, "(").replace(/ \)/g, ")").replace(/ ,/g, ",")))
    .join("")
    .trim();
}

/** A type as written, lower case: `varchar(20)`, `text[]`, `public.status`. */
export function printType(type: DataTypeDef): string {
  if (type.kind === "array") return `${printType(type.arrayOf)}[]`;
  const name = type.schema === undefined || type.schema === "pg_catalog" ? typeName(type.name) : `${quoteIdentifier(type.schema)}.${quoteIdentifier(type.name)}`;
  return type.config?.length ? `${name}(${type.config.join(",")})` : name;
}

const spelled: Record<string, string> = {
  "character varying": "varchar", character: "char", bpchar: "char", int: "integer", int4: "integer", int8: "bigint", int2: "smallint", bool: "boolean",
  float4: "real", float8: "double precision", decimal: "numeric", "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
  "time with time zone": "timetz", "time without time zone": "time",
};

function typeName(name: string): string {
  return spelled[name] ?? (/^[a-z][a-z0-9_ ]*(?:\(\d+(?:,\d+)*\))?$/.test(name) ? name : quoteIdentifier(name));
}

/** Functions that stand for syntax which the expression parser does not know: see convert.ts. */
export const standIns = {
  distinct: "__is_distinct_from",
  notDistinct: "__is_not_distinct_from",
  collate: "__collate",
  unknown: "__sql",
  operator: "__operator",
} as const;

/** Prints a tree in one fixed way: lower-case keywords, parentheses around every composite operand, so that equal trees give equal text. */
export function printExpression(e: Expr): string {
  switch (e.type) {
    case "ref":
      return (e.table ? `${qualified(e.table)}.` : "") + (e.name === "*" ? "*" : quoteIdentifier(e.name));
    case "string":
      return quoteLiteral(e.value);
    case "numeric":
      // `1.0` compares an integer column as a numeric one.
      return Number.isInteger(e.value) && Math.abs(e.value) < 1e21 ? e.value.toFixed(1) : String(e.value);
    case "integer":
      return String(e.value);
    case "boolean":
      return String(e.value);
    case "null":
    case "default":
      return e.type;
    case "parameter":
      return e.name;
    case "keyword":
      return e.keyword;
    case "list":
      return `(${e.expressions.map(printExpression).join(", ")})`;
    case "array":
      return `array[${e.expressions.map(printExpression).join(", ")}]`;
    case "cast":
      // A cast binds before the sign.
      return `${isNegative(e.operand) ? `(${printExpression(e.operand)})` : operand(e.operand)}::${printType(e.to)}`;
    case "member":
      return `${operand(e.operand)} ${e.op} ${typeof e.member === "number" ? e.member : quoteLiteral(e.member)}`;
    case "arrayIndex":
      return `${operand(e.array)}[${printExpression(e.index)}]`;
    case "unary":
      return printUnary(e.op, e.operand);
    case "binary":
      return printBinary(e.op, e.left, e.right);
    case "ternary":
      return `${operand(e.value)} ${e.op.toLowerCase()} ${operand(e.lo)} and ${operand(e.hi)}`;
    case "extract":
      return `extract(${e.field.name.toLowerCase()} from ${printExpression(e.from)})`;
    case "call":
      return printCall(e);
    case "case":
      return printCase(e);
    default:
      return foldText(toSql.expr(e));
  }
}

function qualified(name: QName): string {
  return (name.schema ? `${quoteIdentifier(name.schema)}.` : "") + quoteIdentifier(name.name);
}

function operand(e: Expr): string {
  const composite = e.type === "binary" || e.type === "unary" || e.type === "ternary" || e.type === "member" || isInfix(e);
  return composite ? `(${printExpression(e)})` : printExpression(e);
}

function isNegative(e: Expr): boolean {
  return (e.type === "integer" || e.type === "numeric") && e.value < 0;
}

function isInfix(e: Expr): boolean {
  return e.type === "call" && Object.values(standIns).some((name) => name === e.function.name && name !== standIns.unknown);
}

function printUnary(op: string, of: Expr): string {
  if (op === "NOT") return `not ${operand(of)}`;
  if (op === "+" || op === "-") return `${op}${operand(of)}`;
  return `${operand(of)} ${op.toLowerCase()}`;
}

function printBinary(op: string, left: Expr, right: Expr): string {
  if (op === "AND" || op === "OR") return flatten(op, { type: "binary", op, left, right }).map((arm) => printArm(arm)).join(` ${op.toLowerCase()} `);
  return `${operand(left)} ${op === "!=" ? "<>" : op.toLowerCase()} ${operand(right)}`;
}

/** An arm of AND/OR: only the other connective needs parentheses. */
function printArm(e: Expr): string {
  return e.type === "binary" && (e.op === "AND" || e.op === "OR") ? `(${printExpression(e)})` : printExpression(e);
}

/** The arms of `a AND (b AND c)`: [a, b, c]; of anything else, itself. */
export function flatten(op: "AND" | "OR", e: Expr): Expr[] {
  return e.type === "binary" && e.op === op ? [...flatten(op, e.left), ...flatten(op, e.right)] : [e];
}

function printCall(e: ExprCall): string {
  const args = e.args.map(printExpression);
  const [first, second] = e.args;
  switch (e.function.name) {
    case standIns.distinct:
    case standIns.notDistinct:
      if (first && second) return `${operand(first)} is ${e.function.name === standIns.distinct ? "" : "not "}distinct from ${operand(second)}`;
      break;
    case standIns.collate:
      if (first && second?.type === "string") return `${operand(first)} collate ${second.value}`;
      break;
    case standIns.operator:
      if (first && second?.type === "string" && e.args[2]) return printStandIn(first, second.value, e.args[2]);
      break;
    case standIns.unknown:
      if (first?.type === "string") return first.value;
      break;
    default:
  }
  if (e.over || e.filter || e.orderBy?.length || e.withinGroup) return foldText(toSql.expr(e));
  const schema = e.function.schema && e.function.schema !== "pg_catalog" ? `${quoteIdentifier(e.function.schema)}.` : "";
  const name = /^[a-z_][a-z0-9_$]*$/.test(e.function.name) ? e.function.name : quoteIdentifier(e.function.name);
  return `${schema}${name}(${e.distinct === "distinct" ? "distinct " : ""}${args.join(", ")})`;
}

/** `a <-> b`; `(a).b`, `(a)[1:2]` and `a in (select …)` have null on their right, `@ a` an empty text on its left. */
function printStandIn(left: Expr, op: string, right: Expr): string {
  if (right.type === "null") return /^[.[]/.test(op) ? `(${printExpression(left)})${op}` : `${operand(left)} ${op}`;
  if (left.type === "string" && left.value === "") return `${op} ${operand(right)}`;
  return `${operand(left)} ${op} ${operand(right)}`;
}

function printCase(e: Extract<Expr, { type: "case" }>): string {
  const whens = e.whens.map((w) => ` when ${printExpression(w.when)} then ${printExpression(w.value)}`).join("");
  return `case${e.value ? ` ${printExpression(e.value)}` : ""}${whens}${e.else ? ` else ${printExpression(e.else)}` : ""} end`;
}
