import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import { foldText, quoteIdentifier, quoteLiteral, standIns } from "./canonical-text.ts";
import { as, kindOf, nameOf, namesOf, typeText, type NodeOf } from "./nodes.ts";

/** What printing needs to know of the text around: the source of a part that has no expression form, and names of parameters. */
export type PrintPlace = {
  /** Source text from a location to the parenthesis that closes it. */
  slice: (location: number | undefined) => string;
  /** Name of the parameter at a location, e.g. `@org_id`; null: it is `$n`. */
  parameter: (location: number | undefined) => string | null;
};

/** Operators that the expression parser knows; others go through a stand-in. */
const plain = new Set("= <> != < > <= >= + - * / % ^ || && @> <@ ? ?| ?& #>> ~ ~* !~ !~* @@ | & # << >> #-".split(" "));

/** Prints an expression of Postgres' tree as text that pgsql-ast-parser reads; `standIns` cover what it does not know. */
export function printNode(node: Node | undefined, place: PrintPlace): string {
  const print = (n: Node | undefined): string => printNode(n, place);
  const list = (nodes: Node[] | undefined): string => (nodes ?? []).map(print).join(", ");
  if (!node) return "null";
  const printer = printers[kindOf(node)];
  const printed = printer?.(node, print, list, place);
  return printed ?? verbatim(`${kindOf(node).toLowerCase()}@${JSON.stringify(node).length}`);
}

type Printer = (node: Node, print: (n: Node | undefined) => string, list: (n: Node[] | undefined) => string, place: PrintPlace) => string | null;

const printers: Partial<Record<string, Printer>> = {
  ColumnRef: (node) => {
    const fields = as(node, "ColumnRef")?.fields ?? [];
    return fields.slice(-2).map((field) => ("A_Star" in field ? "*" : quoteIdentifier(nameOf(field) ?? ""))).join(".");
  },
  ParamRef: (node, _print, _list, place) => {
    const param = as(node, "ParamRef");
    const name = place.parameter(param?.location);
    return name === null ? `$${param?.number ?? 0}` : verbatim(`@${name}`);
  },
  A_Const: (node) => printConst(as(node, "A_Const")),
  SetToDefault: () => "default",
  Integer: (node) => String(as(node, "Integer")?.ival ?? 0),
  List: (node, _print, list) => `(${list(as(node, "List")?.items)})`,
  RowExpr: (node, _print, list) => {
    const args = as(node, "RowExpr")?.args;
    return (args?.length ?? 0) > 1 ? `(${list(args)})` : `row(${list(args)})`;
  },
  A_ArrayExpr: (node, _print, list) => `array[${list(as(node, "A_ArrayExpr")?.elements)}]`,
  TypeCast: (node, print) => {
    const cast = as(node, "TypeCast");
    return `(${print(cast?.arg)})::${printTypeName(cast?.typeName)}`;
  },
  CollateClause: (node, print) => {
    const clause = as(node, "CollateClause");
    return `${standIns.collate}(${print(clause?.arg)}, ${quoteLiteral(namesOf(clause?.collname).map(quoteIdentifier).at(-1) ?? "")})`;
  },
  BoolExpr: (node, print) => {
    const { boolop, args } = as(node, "BoolExpr") ?? {};
    if (boolop === "NOT_EXPR") return `not (${print(args?.[0])})`;
    return (args ?? []).map((arg) => `(${print(arg)})`).join(boolop === "OR_EXPR" ? " or " : " and ");
  },
  NullTest: (node, print) => `(${print(as(node, "NullTest")?.arg)}) is ${as(node, "NullTest")?.nulltesttype === "IS_NOT_NULL" ? "not null" : "null"}`,
  BooleanTest: (node, print) => {
    const test = as(node, "BooleanTest");
    const words = (test?.booltesttype ?? "").toLowerCase().replaceAll("_", " ");
    return words.endsWith("unknown") ? verbatim(`${print(test?.arg)} ${words}`) : `(${print(test?.arg)}) ${words}`;
  },
  CoalesceExpr: (node, _print, list) => `coalesce(${list(as(node, "CoalesceExpr")?.args)})`,
  MinMaxExpr: (node, _print, list) => `${as(node, "MinMaxExpr")?.op === "IS_LEAST" ? "least" : "greatest"}(${list(as(node, "MinMaxExpr")?.args)})`,
  SQLValueFunction: (node) => (as(node, "SQLValueFunction")?.op ?? "").replace(/^SVFOP_/, "").replace(/_N$/, "").toLowerCase(),
  CaseExpr: (node, print) => printCase(as(node, "CaseExpr"), print),
  FuncCall: (node, print, list) => printCall(as(node, "FuncCall"), print, list),
  A_Expr: (node, print, list) => printOperator(as(node, "A_Expr"), print, list),
  A_Indirection: (node, print) => {
    const { arg, indirection } = as(node, "A_Indirection") ?? {};
    const index = as(indirection?.[0], "A_Indices");
    if (indirection?.length === 1 && index && !index.is_slice) return `(${print(arg)})[${print(index.uidx)}]`;
    return verbatim(`(${print(arg)})${(indirection ?? []).map((i) => ("A_Star" in i ? ".*" : `.${nameOf(i) ?? "[]"}`)).join("")}`);
  },
  SubLink: (node, print, _list, place) => {
    const link = as(node, "SubLink");
    const source = foldText(place.slice(link?.location));
    return verbatim(link?.testexpr ? `${print(link.testexpr)} ${source}` : source);
  },
};

/** Source text that stands for itself. */
function verbatim(text: string): string {
  return `${standIns.unknown}(${quoteLiteral(text)})`;
}

function printConst(c: NodeOf<"A_Const"> | undefined): string {
  if (!c || c.isnull) return "null";
  if (c.sval) return quoteLiteral(c.sval.sval ?? "");
  if (c.boolval) return String(c.boolval.boolval ?? false);
  if (c.fval) return c.fval.fval ?? "0";
  if (c.bsval) return verbatim(c.bsval.bsval ?? "");
  return String(c.ival?.ival ?? 0);
}

function printTypeName(type: Tree.TypeName | undefined): string {
  const text = typeText(type) ?? "unknown";
  return /^[a-z][a-z0-9_ ]*(\(\d+(,\d+)*\))?(\[\])*$/.test(text) ? text : text.replace(/^[^([]+/, (name) => name.split(".").map(quoteIdentifier).join("."));
}

function printCase(e: NodeOf<"CaseExpr"> | undefined, print: (n: Node | undefined) => string): string {
  const whens = (e?.args ?? []).map((arg) => ` when ${print(as(arg, "CaseWhen")?.expr)} then ${print(as(arg, "CaseWhen")?.result)}`).join("");
  return `case${e?.arg ? ` ${print(e.arg)}` : ""}${whens}${e?.defresult ? ` else ${print(e.defresult)}` : ""} end`;
}

function printCall(call: NodeOf<"FuncCall"> | undefined, print: (n: Node | undefined) => string, list: (n: Node[] | undefined) => string): string {
  const names = namesOf(call?.funcname);
  const name = names.at(-1) ?? "";
  const schema = names.length > 1 && names[0] !== "pg_catalog" ? `${quoteIdentifier(names[0] ?? "")}.` : "";
  const args = call?.agg_star ? "*" : list(call?.args);
  const [first, second] = call?.args ?? [];
  if (schema === "sqlc." && first) return verbatim(`@${as(first, "A_Const")?.sval?.sval ?? nameOf(as(first, "ColumnRef")?.fields?.[0]) ?? ""}`);
  if (names[0] === "pg_catalog" && call?.funcformat === "COERCE_SQL_SYNTAX") {
    if (name === "timezone") return `(${print(second)}) at time zone ${print(first)}`;
    if (name === "extract") return `extract(${(as(first, "A_Const")?.sval?.sval ?? "").toLowerCase()} from ${print(second)})`;
  }
  if (call?.over || call?.agg_filter || call?.agg_order || call?.agg_within_group || call?.func_variadic) {
    return verbatim(`${schema}${name}(${args}) …${JSON.stringify([call.over, call.agg_filter, call.agg_order]).length}`);
  }
  return `${schema}${quoteFunction(name)}(${call?.agg_distinct ? "distinct " : ""}${args})`;
}

function quoteFunction(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name);
}

function printOperator(e: NodeOf<"A_Expr"> | undefined, print: (n: Node | undefined) => string, list: (n: Node[] | undefined) => string): string {
  const op = namesOf(e?.name).at(-1) ?? "";
  const left = print(e?.lexpr);
  const right = print(e?.rexpr);
  switch (e?.kind) {
    case "AEXPR_OP_ANY":
      return `(${left}) ${op} any(${right})`;
    case "AEXPR_OP_ALL":
      return `(${left}) ${op} all(${right})`;
    case "AEXPR_DISTINCT":
      return `${standIns.distinct}(${left}, ${right})`;
    case "AEXPR_NOT_DISTINCT":
      return `${standIns.notDistinct}(${left}, ${right})`;
    case "AEXPR_NULLIF":
      return `nullif(${left}, ${right})`;
    case "AEXPR_IN":
      return `(${left}) ${op === "<>" ? "not in" : "in"} (${list(as(e.rexpr, "List")?.items)})`;
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return `(${left}) ${op.startsWith("!") ? "not " : ""}${e.kind === "AEXPR_LIKE" ? "like" : "ilike"} (${right})`;
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN": {
      const [low, high] = as(e.rexpr, "List")?.items ?? [];
      return `(${left}) ${e.kind === "AEXPR_BETWEEN" ? "" : "not "}between (${print(low)}) and (${print(high)})`;
    }
    case "AEXPR_OP":
      break;
    default:
      return `${standIns.operator}(${left}, ${quoteLiteral((e?.kind ?? "").toLowerCase())}, ${right})`;
  }
  if (!e.lexpr) return op === "-" || op === "+" ? `${op}(${right})` : verbatim(`${op} ${right}`);
  if (op === "->" || op === "->>") {
    const key = as(e.rexpr, "A_Const");
    if (key?.sval || key?.ival) return `(${left})${op}${right}`;
  }
  return plain.has(op) ? `(${left}) ${op} (${right})` : `${standIns.operator}(${left}, ${quoteLiteral(op)}, ${right})`;
}
