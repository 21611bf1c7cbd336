import type { Node } from "libpg-query";
import type * as Tree from "libpg-query";
import type { BinaryOperator, DataTypeDef, Expr, ExprCall, UnaryOperator, ValueKeyword } from "pgsql-ast-parser";
import { foldText, printExpression, quoteIdentifier, standIns } from "./canonical-text.ts";
import { as, kindOf, nameOf, namesOf, typeText, type NodeOf } from "./nodes.ts";

/** What conversion needs of the text around: the source of a part that has no expression form, and names of parameters. */
export type SourcePlace = {
  /** Source text from a location to the parenthesis that closes it. */
  slice: (location: number | undefined) => string;
  /** Name of the parameter at a location, e.g. `org_id`; null: it is `$n`. */
  parameter: (location: number | undefined) => string | null;
};

type Convert = (node: Node | undefined) => Expr;
type Converter = (node: never, convert: Convert, place: SourcePlace) => Expr;

const nothing: Expr = { type: "null" };

/** Postgres' expression tree → pgsql-ast-parser's, so that both are put into canonical form by the same code. */
export function convertExpression(node: Node | undefined, place: SourcePlace): Expr {
  const convert: Convert = (n) => convertExpression(n, place);
  if (!node) return nothing;
  const content = Object.values(node)[0] as never;
  // What is not known stands for itself, and equals only what looks the same.
  return converters[kindOf(node)]?.(content, convert, place) ?? verbatim(`${kindOf(node).toLowerCase()}(${JSON.stringify(node).length})`);
}

const converters: Partial<Record<string, Converter>> = {
  ColumnRef: ({ fields }: NodeOf<"ColumnRef">) => {
    const names = (fields ?? []).map((field) => ("A_Star" in field ? "*" : (nameOf(field) ?? "")));
    const table = names.at(-2);
    return { type: "ref", name: names.at(-1) ?? "", ...(table === undefined ? {} : { table: { name: table } }) };
  },
  ParamRef: ({ number, location }: NodeOf<"ParamRef">, _convert, place) => {
    const name = place.parameter(location);
    return { type: "parameter", name: name === null ? `$${number ?? 0}` : `@${name}` };
  },
  A_Const: convertConstant,
  SetToDefault: () => ({ type: "default" }),
  Integer: ({ ival }: NodeOf<"Integer">) => ({ type: "integer", value: ival ?? 0 }),
  List: ({ items }: NodeOf<"List">, convert) => ({ type: "list", expressions: (items ?? []).map(convert) }),
  RowExpr: ({ args }: NodeOf<"RowExpr">, convert) =>
    (args?.length ?? 0) > 1 ? { type: "list", expressions: (args ?? []).map(convert) } : call("row", (args ?? []).map(convert)),
  A_ArrayExpr: ({ elements }: NodeOf<"A_ArrayExpr">, convert) => ({ type: "array", expressions: (elements ?? []).map(convert) }),
  TypeCast: ({ arg, typeName }: NodeOf<"TypeCast">, convert) => ({ type: "cast", operand: convert(arg), to: convertType(typeName) }),
  CollateClause: ({ arg, collname }: NodeOf<"CollateClause">, convert) =>
    call(standIns.collate, [convert(arg), text(quoteIdentifier(namesOf(collname).at(-1) ?? ""))]),
  BoolExpr: ({ boolop, args }: NodeOf<"BoolExpr">, convert) => {
    const arms = (args ?? []).map(convert);
    if (boolop === "NOT_EXPR") return unary("NOT", arms[0] ?? nothing);
    const op = boolop === "OR_EXPR" ? "OR" : "AND";
    return arms.length === 0 ? nothing : arms.reduce((left, right) => ({ type: "binary", op, left, right }));
  },
  NullTest: ({ arg, nulltesttype }: NodeOf<"NullTest">, convert) => unary(nulltesttype === "IS_NOT_NULL" ? "IS NOT NULL" : "IS NULL", convert(arg)),
  BooleanTest: ({ arg, booltesttype }: NodeOf<"BooleanTest">, convert) =>
    // UNKNOWN is no operator of the other tree, but prints as one.
    unary((booltesttype ?? "").replaceAll("_", " ") as UnaryOperator, convert(arg)),
  CoalesceExpr: ({ args }: NodeOf<"CoalesceExpr">, convert) => call("coalesce", (args ?? []).map(convert)),
  MinMaxExpr: ({ op, args }: NodeOf<"MinMaxExpr">, convert) => call(op === "IS_LEAST" ? "least" : "greatest", (args ?? []).map(convert)),
  SQLValueFunction: ({ op }: NodeOf<"SQLValueFunction">) => ({
    type: "keyword",
    keyword: (op ?? "").replace(/^SVFOP_/, "").replace(/_N$/, "").toLowerCase() as ValueKeyword,
  }),
  CaseExpr: ({ arg, args, defresult }: NodeOf<"CaseExpr">, convert) => ({
    type: "case",
    value: arg ? convert(arg) : null,
    whens: (args ?? []).map((when) => ({ when: convert(as(when, "CaseWhen")?.expr), value: convert(as(when, "CaseWhen")?.result) })),
    else: defresult ? convert(defresult) : null,
  }),
  FuncCall: convertCall,
  A_Expr: convertOperator,
  A_Indirection: ({ arg, indirection }: NodeOf<"A_Indirection">, convert) => {
    const index = as(indirection?.[0], "A_Indices");
    if (indirection?.length === 1 && index && !index.is_slice) return { type: "arrayIndex", array: convert(arg), index: convert(index.uidx) };
    const path = (indirection ?? []).map((i) => printStep(i, convert)).join("");
    return call(standIns.operator, [convert(arg), text(path), nothing]);
  },
  SubLink: ({ testexpr, location }: NodeOf<"SubLink">, convert, place) => {
    // With a tested expression the place is that of `IN (…)` or `= ANY (…)`.
    const source = foldText(place.slice(location));
    return testexpr ? call(standIns.operator, [convert(testexpr), text(source), nothing]) : verbatim(source);
  },
};

/** `.name`, `.*`, `[1:2]`. */
function printStep(step: Node, convert: Convert): string {
  const index = as(step, "A_Indices");
  if (!index) return "A_Star" in step ? ".*" : `.${quoteIdentifier(nameOf(step) ?? "")}`;
  const [low, high] = [index.lidx, index.uidx].map((bound) => (bound ? printExpression(convert(bound)) : ""));
  return index.is_slice ? `[${low}:${high}]` : `[${high}]`;
}

function convertConstant(c: NodeOf<"A_Const">): Expr {
  if (c.isnull) return nothing;
  if (c.sval) return text(c.sval.sval ?? "");
  if (c.boolval) return { type: "boolean", value: c.boolval.boolval ?? false };
  if (c.fval) return { type: /^\d{1,15}$/.test(c.fval.fval ?? "") ? "integer" : "numeric", value: Number(c.fval.fval ?? 0) };
  if (c.bsval) return verbatim(`'${c.bsval.bsval ?? ""}'`);
  return { type: "integer", value: c.ival?.ival ?? 0 };
}

function convertType(type: Tree.TypeName | undefined): DataTypeDef {
  const written = typeText(type) ?? "unknown";
  const array = /^(.*)\[\]$/.exec(written);
  if (array) return { kind: "array", arrayOf: { name: array[1] ?? "" } };
  const [schema, name] = /^[a-z_]\w*\.\w+$/i.test(written) ? written.split(".") : [undefined, written];
  return { name: name ?? written, ...(schema === undefined ? {} : { schema }) };
}

function convertCall(c: NodeOf<"FuncCall">, convert: Convert): Expr {
  const names = namesOf(c.funcname);
  const name = names.at(-1) ?? "";
  const schema = names.length > 1 && names[0] !== "pg_catalog" ? names[0] : undefined;
  const [first, second] = c.args ?? [];
  if (schema === "sqlc" && first) return { type: "parameter", name: `@${as(first, "A_Const")?.sval?.sval ?? nameOf(as(first, "ColumnRef")?.fields?.[0]) ?? ""}` };
  if (c.funcformat === "COERCE_SQL_SYNTAX" && second) {
    if (name === "timezone") return { type: "binary", op: "AT TIME ZONE", left: convert(second), right: convert(first) };
    if (name === "extract") return { type: "extract", field: { name: as(first, "A_Const")?.sval?.sval ?? "" }, from: convert(second) };
  }
  const args: Expr[] = c.agg_star ? [{ type: "ref", name: "*" }] : (c.args ?? []).map(convert);
  const made = call(name, args, schema);
  if (c.agg_distinct) made.distinct = "distinct";
  const clauses = [c.over, c.agg_filter, c.agg_order, c.agg_within_group, c.func_variadic];
  return clauses.some(Boolean) ? call(standIns.operator, [made, text("…"), { type: "integer", value: JSON.stringify(clauses).length }]) : made;
}

const known = new Set("= <> != < > <= >= + - * / % ^ || && @> <@ ? ?| ?& #>> ~ ~* !~ !~* @@ | & # << >> #-".split(" "));

/** What Postgres prints for LIKE. */
const matches: Record<string, string> = { "~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE" };

function convertOperator(e: NodeOf<"A_Expr">, convert: Convert): Expr {
  const op = namesOf(e.name).at(-1) ?? "";
  const left = convert(e.lexpr);
  const items = as(e.rexpr, "List")?.items ?? [];
  const binary = (operator: string, right: Expr): Expr => ({ type: "binary", op: operator as BinaryOperator, left, right });
  switch (e.kind) {
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      return binary(op === "<>" ? "!=" : op, call(e.kind === "AEXPR_OP_ANY" ? "any" : "all", [convert(e.rexpr)]));
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT":
      return call(e.kind === "AEXPR_DISTINCT" ? standIns.distinct : standIns.notDistinct, [left, convert(e.rexpr)]);
    case "AEXPR_NULLIF":
      return call("nullif", [left, convert(e.rexpr)]);
    case "AEXPR_IN":
      return binary(op === "<>" ? "NOT IN" : "IN", { type: "list", expressions: items.map(convert) });
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return binary(`${op.startsWith("!") ? "NOT " : ""}${e.kind === "AEXPR_LIKE" ? "LIKE" : "ILIKE"}`, convert(e.rexpr));
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
      return { type: "ternary", op: e.kind === "AEXPR_BETWEEN" ? "BETWEEN" : "NOT BETWEEN", value: left, lo: convert(items[0]), hi: convert(items[1]) };
    case "AEXPR_OP":
      break;
    default:
      return call(standIns.operator, [left, text((e.kind ?? "").replace(/^AEXPR_/, "").toLowerCase()), convert(e.rexpr)]);
  }
  if (!e.lexpr) return op === "-" || op === "+" ? unary(op, convert(e.rexpr)) : call(standIns.operator, [text(""), text(op), convert(e.rexpr)]);
  const key = as(e.rexpr, "A_Const");
  if ((op === "->" || op === "->>") && key && (key.sval || key.ival)) {
    return { type: "member", operand: left, op, member: key.sval ? (key.sval.sval ?? "") : (key.ival?.ival ?? 0) };
  }
  const like = matches[op];
  if (like !== undefined) return binary(like, convert(e.rexpr));
  return known.has(op) ? binary(op === "<>" ? "!=" : op, convert(e.rexpr)) : call(standIns.operator, [left, text(op), convert(e.rexpr)]);
}

function unary(op: UnaryOperator, operand: Expr): Expr {
  return { type: "unary", op, operand };
}

function text(value: string): Expr {
  return { type: "string", value };
}

function call(name: string, args: Expr[], schema?: string): ExprCall {
  return { type: "call", function: schema === undefined ? { name } : { name, schema }, args };
}

/** Source text that stands for itself. */
function verbatim(source: string): Expr {
  return call(standIns.unknown, [text(source)]);
}
