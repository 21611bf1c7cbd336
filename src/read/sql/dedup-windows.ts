import type * as Tree from "libpg-query";
import { comparesCount, filterOf, readOrder, readParts } from "./dedup-parts.ts";
import { canonicalizeExpression } from "./expression.ts";
import { as, columnOf, namesOf, walk } from "./nodes.ts";
import { functionName, isRowIdentity, type Duplicates, type Removal } from "./removal.ts";
import type { Scope } from "./scope.ts";

/** ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) with `rn > 1` around it; count(*) OVER takes the last one too. */
export function readWindow(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates | null {
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

/** The window as written where it is named, if it is. */
export function namedWindow(query: Tree.SelectStmt, over: Tree.WindowDef): Tree.WindowDef {
  const named = (query.windowClause ?? []).flatMap((node) => as(node, "WindowDef") ?? []).find((window) => window.name === (over.name ?? over.refname));
  return named ? { ...named, ...over, partitionClause: over.partitionClause ?? named.partitionClause ?? [], orderClause: over.orderClause ?? named.orderClause ?? [] } : over;
}

/** Some condition says `rn > 1`, `rn >= 2` or `rn <> 1`. */
function picksBeyondFirst(removal: Removal): boolean {
  let found = false;
  walk([removal.where, removal.queries.map((query) => query.whereClause)], (kind, content) => {
    if (kind === "A_Expr") found ||= comparesCount(content, (node) => columnOf(node) !== null);
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
