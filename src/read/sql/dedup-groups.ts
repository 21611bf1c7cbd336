import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import { chosenAmong, countsRepeated, contains, filterOf, outerFilter, partText, readOrder, readParts } from "./dedup-parts.ts";
import { readWindow } from "./dedup-windows.ts";
import { canonicalizeExpression } from "./expression.ts";
import { conjuncts, equalPairs } from "./match.ts";
import { as, columnOf, namesOf, walk } from "./nodes.ts";
import { isRowIdentity, nameInFrom, type Duplicates, type Removal } from "./removal.ts";
import type { Scope } from "./scope.ts";

/** Duplicates found by a window or a group over the same table. */
export function readGrouped(scope: Scope, removal: Removal): Duplicates | null {
  const queries = removal.queries.filter((query) => nameInFrom(query.fromClause, removal.relation) !== null);
  // A group may only preselect what a window then ranks, so windows are asked first.
  for (const read of [readWindow, readDistinct, readGroup]) {
    for (const query of queries) {
      const found = read(scope, removal, query);
      if (found) return found;
    }
  }
  return null;
}

/** `id NOT IN (SELECT DISTINCT ON (x) id FROM t ORDER BY x, created_at DESC)`. */
function readDistinct(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates | null {
  const on = (query.distinctClause ?? []).filter((node) => Object.keys(node).length > 0);
  if (on.length === 0 || !excludes(removal, query)) return null;
  const grouping = readParts(scope, on);
  const shown = new Set(grouping.map(partText));
  const order = readOrder(scope, query.sortClause).filter((text) => !shown.has(text.replace(/ desc$/, "")));
  return { grouping, where: outerFilter(scope, removal, query), ...chosenAmong(scope, query), nullsEqual: true, order, ties: false };
}

/** GROUP BY with min/max of what stays, or with HAVING count(*) > 1. */
function readGroup(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates | null {
  if (!query.groupClause?.length) return null;
  const kept = keptRow(scope, query);
  if (kept !== null && worksOnKept(removal, query)) return null;
  const repeated = countsRepeated(query.havingClause);
  const excluded = excludes(removal, query);
  if (!repeated && !(kept !== null && (excluded || removal.deletes))) return null;
  const grouping = readParts(scope, query.groupClause);
  return {
    grouping,
    where: excluded ? outerFilter(scope, removal, query) : filterOf(scope, removal, query),
    ...(excluded ? chosenAmong(scope, query) : {}),
    nullsEqual: excluded || !findsByValue(removal, grouping),
    order: kept ?? [],
    // Without a row that is kept, every row of a group goes; in a loop there may be one that is not seen here.
    ties: kept === null ? (removal.loop ? null : true) : isRowIdentity(kept.at(-1) ?? "") ? false : null,
  };
}

/** `min(id)` or `(array_agg(id ORDER BY created_at))[1]`: what stays. */
function keptRow(scope: Scope, query: Tree.SelectStmt): string[] | null {
  let kept: string[] | null = null;
  walk(query.targetList, (kind, content) => {
    if (kind !== "FuncCall" || kept !== null) return;
    const call = content as Tree.FuncCall;
    const name = namesOf(call.funcname).at(-1);
    const [argument] = call.args ?? [];
    if (!argument) return;
    // min(id::text)::uuid: the cast does not matter.
    const of = as(argument, "TypeCast")?.arg ?? argument;
    if (name === "min" || name === "max") kept = [canonicalizeExpression(scope, of).text + (name === "max" ? " desc" : "")];
    if (name === "array_agg") kept = call.agg_order ? readOrder(scope, call.agg_order) : [canonicalizeExpression(scope, of).text];
  });
  return kept;
}

function keptIn(value: Node | undefined): boolean {
  let found = false;
  walk(value, (kind, content) => {
    if (kind === "FuncCall") found ||= /^(?:min|max|array_agg)$/.test(namesOf((content as Tree.FuncCall).funcname).at(-1) ?? "");
  });
  return found;
}

/** `t.id = d.keep_id`: the statement is about the rows that stay. */
function worksOnKept(removal: Removal, query: Tree.SelectStmt): boolean {
  const names = (query.targetList ?? []).flatMap((node) => {
    const target = as(node, "ResTarget");
    return target?.name && keptIn(target.val) ? [target.name] : [];
  });
  return conjuncts(removal.where).some((condition) =>
    equalPairs(condition)?.some(([left, right]) => [left, right].some((side) => names.includes(columnOf(side)?.column ?? "") && columnOf(side)?.table !== removal.own)),
  );
}


/** NOT IN, `<> ALL`: the rows that the query gives are those that stay. */
function excludes(removal: Removal, query: Tree.SelectStmt): boolean {
  return conjuncts(removal.where).some((condition) => {
    const not = as(condition, "BoolExpr");
    const inner = not?.boolop === "NOT_EXPR" ? not.args?.[0] : condition;
    const link = as(inner, "SubLink");
    if (!link || !(not || link.subLinkType === "ALL_SUBLINK") || link.subLinkType === "EXISTS_SUBLINK") return false;
    return contains(link, query) || removal.queries.some((q) => q === query && !contains(removal.where, query));
  });
}


/** `t.x = d.x`, `x IN (SELECT x …)`: rows are found again by what they are grouped by, so NULL finds none. */
function findsByValue(removal: Removal, grouping: KeyPart[]): boolean {
  const columns = new Set(grouping.map(partText));
  const grouped = (node: Node | undefined): boolean => columns.has(columnOf(node)?.column ?? "");
  return conjuncts(removal.where).some((condition) => {
    const tested = as(condition, "SubLink")?.testexpr;
    if (tested) return [tested, ...(as(tested, "RowExpr")?.args ?? [])].some(grouped);
    return as(condition, "A_Expr")?.kind === "AEXPR_OP" && (equalPairs(condition) ?? []).some((pair) => pair.some(grouped));
  });
}
