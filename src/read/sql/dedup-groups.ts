import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import { canonicalizeExpression, canonicalizePredicate } from "./expression.ts";
import { conjuncts, equalPairs } from "./match.ts";
import { as, columnOf, namesOf, walk } from "./nodes.ts";
import { columnPart, functionName, isRowIdentity, nameInFrom, type Duplicates, type Removal } from "./removal.ts";
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

/** ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) with `rn > 1` around it; count(*) OVER takes the last one too. */
function readWindow(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates | null {
  for (const target of query.targetList ?? []) {
    const call = as(as(target, "ResTarget")?.val, "FuncCall");
    const name = call ? functionName({ FuncCall: call }) : null;
    if (!call?.over || !name || !/^(row_number|rank|dense_rank|count|first_value|min|max)$/.test(name)) continue;
    const window = namedWindow(query, call.over);
    const keeps = /^(first_value|min|max)$/.test(name);
    if (!window.partitionClause?.length || !(removal.loop || (keeps ? comparesKept(removal) : picksBeyondFirst(removal)))) continue;
    const [argument] = call.args ?? [];
    const order = /^m/.test(name) && argument ? [canonicalizeExpression(scope, argument).text + (name === "max" ? " desc" : "")] : readOrder(scope, window.orderClause);
    const last = order.at(-1);
    return {
      grouping: readParts(scope, window.partitionClause),
      where: filterOf(scope, removal, query),
      nullsEqual: true,
      order,
      // Row numbers are never equal, whatever the order; ranks are.
      ties: name === "row_number" || name === "first_value" ? false : name === "count" ? true : last !== undefined && isRowIdentity(last) ? false : null,
    };
  }
  return null;
}

function namedWindow(query: Tree.SelectStmt, over: Tree.WindowDef): Tree.WindowDef {
  const named = (query.windowClause ?? []).flatMap((node) => as(node, "WindowDef") ?? []).find((window) => window.name === (over.name ?? over.refname));
  return named ? { ...named, ...over, partitionClause: over.partitionClause ?? named.partitionClause ?? [], orderClause: over.orderClause ?? named.orderClause ?? [] } : over;
}

/** Some condition says `rn > 1`, `rn >= 2` or `rn <> 1`. */
function picksBeyondFirst(removal: Removal): boolean {
  let found = false;
  walk([removal.where, removal.queries.map((query) => query.whereClause)], (kind, content) => {
    if (kind === "A_Expr") found ||= comparesCount(content as Tree.A_Expr, (node) => columnOf(node) !== null);
  });
  return found;
}

/** Some condition says `id <> keep_id`. */
function comparesKept(removal: Removal): boolean {
  let found = false;
  walk([removal.where, removal.queries.map((query) => query.whereClause)], (kind, content) => {
    if (kind !== "A_Expr") return;
    const { lexpr, rexpr, name, kind: operator } = content as Tree.A_Expr;
    found ||= columnOf(lexpr) !== null && columnOf(rexpr) !== null && (namesOf(name).at(-1) === "<>" || operator === "AEXPR_DISTINCT");
  });
  return found;
}

function comparesCount(e: Tree.A_Expr, isCount: (node: Node) => boolean): boolean {
  const op = namesOf(e.name).at(-1);
  const one = as(e.rexpr, "A_Const")?.ival?.ival;
  return e.lexpr !== undefined && isCount(e.lexpr) && (((op === ">" || op === "<>") && one === 1) || (op === ">=" && one === 2));
}

/** `id NOT IN (SELECT DISTINCT ON (x) id FROM t ORDER BY x, created_at DESC)`. */
function readDistinct(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates | null {
  const on = (query.distinctClause ?? []).filter((node) => Object.keys(node).length > 0);
  if (on.length === 0 || !excludes(removal, query)) return null;
  const grouping = readParts(scope, on);
  const shown = new Set(grouping.map(partText));
  const order = readOrder(scope, query.sortClause).filter((text) => !shown.has(text.replace(/ desc$/, "")));
  return { grouping, where: outerFilter(scope, removal, query), nullsEqual: true, order, ties: false };
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

function countsRepeated(having: Node | undefined): boolean {
  let found = false;
  walk(having, (kind, content) => {
    if (kind === "A_Expr") found ||= comparesCount(content as Tree.A_Expr, (node) => functionName(node) === "count");
  });
  return found;
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

function contains(tree: unknown, query: Tree.SelectStmt): boolean {
  let found = false;
  walk(tree, (_kind, content) => {
    found ||= content === (query as unknown);
    return !found;
  });
  return found;
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

/** Conditions of the query that finds the duplicates, and those that the statement itself adds. */
function filterOf(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates["where"] {
  const inside = conjuncts(query.whereClause).filter((condition) => !picksRepeatedGroups(removal, condition));
  return predicateOf(scope, [...inside, ...ownConditions(scope, removal, query)]);
}

/** `(a, b) IN (SELECT a, b … HAVING count(*) > 1)`: groups of one row have no duplicates, so it filters nothing. */
function picksRepeatedGroups(removal: Removal, condition: Node): boolean {
  const tested = as(condition, "SubLink")?.testexpr;
  const columns = (as(tested, "RowExpr")?.args ?? (tested ? [tested] : [])).map((node) => columnOf(node)?.column);
  return (
    columns.length > 0 &&
    removal.queries.some((query) => {
      const grouped = (query.groupClause ?? []).map((node) => columnOf(node)?.column);
      return countsRepeated(query.havingClause) && grouped.length === columns.length && grouped.every((column) => columns.includes(column));
    })
  );
}

function outerFilter(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates["where"] {
  return predicateOf(scope, ownConditions(scope, removal, query));
}

/** The statement's conditions that only speak of its own rows: no join with the duplicates, no sub-query. */
function ownConditions(scope: Scope, removal: Removal, query: Tree.SelectStmt): Node[] {
  return conjuncts(removal.where).filter((condition) => {
    let own = !contains(condition, query);
    walk(condition, (kind, content) => {
      if (kind === "SubLink") own = false;
      if (kind !== "ColumnRef") return;
      const column = columnOf({ ColumnRef: content });
      if (column?.table != null ? column.table !== removal.own : removal.from.length > 0 || scope.source.variables.has(column?.column ?? "")) own = false;
    });
    return own && !equalPairs(condition)?.some(([left, right]) => columnOf(left) && columnOf(right));
  });
}

function predicateOf(scope: Scope, conditions: Node[]): Duplicates["where"] {
  return conditions.length === 0 ? null : canonicalizePredicate(scope, { BoolExpr: { boolop: "AND_EXPR", args: conditions } });
}

function readParts(scope: Scope, nodes: Node[]): KeyPart[] {
  return nodes.map((node) => {
    const column = columnOf(node)?.column;
    if (column !== undefined) return columnPart(column);
    const { text, columns } = canonicalizeExpression(scope, node);
    return { kind: "expression", expression: text, columns, collation: null, opclass: null };
  });
}

function partText(part: KeyPart): string {
  return part.kind === "column" ? part.column : part.expression;
}

/** `created_at desc`; ascending is not said. */
function readOrder(scope: Scope, clause: Node[] | undefined): string[] {
  return (clause ?? []).flatMap((node) => {
    const sort = as(node, "SortBy");
    if (!sort?.node) return [];
    return canonicalizeExpression(scope, sort.node).text + (sort.sortby_dir === "SORTBY_DESC" ? " desc" : "");
  });
}
