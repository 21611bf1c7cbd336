import type { Node } from "libpg-query";
import { as, kindOf, nameOf, namesOf, type NodeKind } from "./nodes.ts";

/** What `FigureColname` (src/backend/parser/parse_target.c) calls a column without an alias. */
export function outputName(value: Node | undefined): string {
  return figure(value)?.name ?? "?column?";
}

/** `weak`: a cast around it gives its own name. */
type Figured = { name: string; weak: boolean } | null;

const fixed: Partial<Record<NodeKind, string>> = { CoalesceExpr: "coalesce", A_ArrayExpr: "array", RowExpr: "row", XmlSerialize: "xmlserialize", GroupingFunc: "grouping" };

function figure(node: Node | undefined): Figured {
  if (!node) return null;
  const plain = fixed[kindOf(node)];
  if (plain !== undefined) return { name: plain, weak: false };
  const reference = as(node, "ColumnRef");
  if (reference) return named(namesOf(reference.fields).at(-1));
  const path = as(node, "A_Indirection");
  if (path) return named(path.indirection?.map((step) => nameOf(step)).findLast((name) => name !== null)) ?? figure(path.arg);
  const call = as(node, "FuncCall");
  if (call) return named(namesOf(call.funcname).at(-1));
  const operator = as(node, "A_Expr");
  if (operator) return operator.kind === "AEXPR_NULLIF" ? named("nullif") : null;
  const cast = as(node, "TypeCast");
  if (cast) return strong(figure(cast.arg)) ?? weak(namesOf(cast.typeName?.names).at(-1)) ?? figure(cast.arg);
  const collated = as(node, "CollateClause");
  if (collated) return figure(collated.arg);
  const extreme = as(node, "MinMaxExpr");
  if (extreme) return named(extreme.op === "IS_LEAST" ? "least" : "greatest");
  const value = as(node, "SQLValueFunction");
  if (value) return named((value.op ?? "").replace(/^SVFOP_/, "").replace(/_N$/, "").toLowerCase());
  const choice = as(node, "CaseExpr");
  if (choice) return strong(figure(choice.defresult)) ?? weak("case");
  return figureQuery(node);
}

function figureQuery(node: Node): Figured {
  const link = as(node, "SubLink");
  if (link?.subLinkType === "EXISTS_SUBLINK") return named("exists");
  if (link?.subLinkType === "ARRAY_SUBLINK") return named("array");
  const target = link?.subLinkType === "EXPR_SUBLINK" ? as(as(link.subselect, "SelectStmt")?.targetList?.[0], "ResTarget") : undefined;
  return target ? (named(target.name) ?? figure(target.val)) : null;
}

function named(name: string | null | undefined): Figured {
  return name == null ? null : { name, weak: false };
}

function weak(name: string | undefined): Figured {
  return name === undefined ? null : { name, weak: true };
}

function strong(found: Figured): Figured {
  return found === null || found.weak ? null : found;
}
