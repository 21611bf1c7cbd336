import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import type { Dedup } from "../../model/statement.ts";
import { readOrder, readParts } from "./dedup-parts.ts";
import { as, columnOf, namesOf, tableName, walk } from "./nodes.ts";
import { columnPart, functionName } from "./removal.ts";
import { spanOf, type Scope } from "./scope.ts";

/**
 * `CREATE TABLE u AS SELECT DISTINCT ON (x) * FROM t …` (the rows of t that will stay) and `INSERT INTO t SELECT DISTINCT ON (x) … FROM u` (what
 * t holds afterwards, when it was empty): one row of each group. null: it is neither.
 */
export function readRebuild(scope: Scope, node: Node): Dedup | null {
  const made = as(node, "CreateTableAsStmt");
  const insert = as(node, "InsertStmt");
  const query = as(made?.query ?? insert?.selectStmt, "SelectStmt");
  const relation = insert?.relation ?? sourceOf(query);
  if (!query || !relation || made?.objtype === "OBJECT_MATVIEW") return null;
  const found = oneOfEach(scope, query, (insert?.cols ?? []).flatMap((col) => as(col, "ResTarget")?.name ?? []));
  if (!found) return null;
  return { table: tableName(relation), action: "rebuild", ...found, where: null, nullsEqual: true, ties: false, sets: [], at: spanOf(scope, scope.start, scope.end) };
}

/** The only table that a query reads, also in a sub-query of its FROM. */
function sourceOf(query: Tree.SelectStmt | undefined): Tree.RangeVar | undefined {
  const [only, ...more] = query?.fromClause ?? [];
  if (!only || more.length > 0) return undefined;
  return as(only, "RangeVar") ?? sourceOf(as(as(only, "RangeSubselect")?.subquery, "SelectStmt"));
}

function oneOfEach(scope: Scope, query: Tree.SelectStmt, columns: string[]): { grouping: KeyPart[]; order: string[] } | null {
  if (query.distinctClause) {
    const on = query.distinctClause.filter((node) => Object.keys(node).length > 0);
    const grouping = on.length > 0 ? readParts(scope, on) : (columns.length > 0 ? columns : outputsOf(query)).map(columnPart);
    return grouping.length === 0 ? null : { grouping, order: readOrder(scope, query.sortClause).slice(on.length) };
  }
  const inner = as(as(query.fromClause?.[0], "RangeSubselect")?.subquery, "SelectStmt");
  for (const output of inner?.targetList ?? []) {
    const { name, val } = as(output, "ResTarget") ?? {};
    const window = functionName(val) === "row_number" ? as(val, "FuncCall")?.over : undefined;
    if (window?.partitionClause && keepsFirst(query.whereClause, name ?? "row_number")) return { grouping: readParts(scope, window.partitionClause), order: readOrder(scope, window.orderClause) };
  }
  return null;
}

/** Names of a DISTINCT query's columns; none where it gives `*` or more than columns. */
function outputsOf(query: Tree.SelectStmt): string[] {
  const names = (query.targetList ?? []).map((node) => columnOf(as(node, "ResTarget")?.val)?.column);
  return names.every((name) => name !== undefined && name !== "*") ? (names as string[]) : [];
}

/** `WHERE n = 1`. */
function keepsFirst(where: Node | undefined, name: string): boolean {
  let found = false;
  walk(where, (kind, content) => {
    if (kind !== "A_Expr") return;
    const { lexpr, rexpr, name: operator } = content as Tree.A_Expr;
    found ||= namesOf(operator).at(-1) === "=" && columnOf(lexpr)?.column === name && as(rexpr, "A_Const")?.ival?.ival === 1;
  });
  return found;
}
