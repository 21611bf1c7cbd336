import type { Node } from "libpg-query";
import type * as Tree from "libpg-query";
import type { QueryShape } from "../../model/schema-change.ts";
import { as, namesOf, tableName, walk } from "./nodes.ts";
import { outputName } from "./output-name.ts";

type Columns = QueryShape["outputs"];

/**
 * Names of a query's columns, and what it reads: of sub-queries too, since a view depends on all of it. null where the names cannot be told
 * (`select *` of a function, joins that merge columns).
 */
export function readShape(query: Node | undefined): QueryShape | null {
  const select = as(query, "SelectStmt");
  if (!select) return null;
  const shape: QueryShape = { sources: [], outputs: [], reads: [] };
  const hidden = new Set<string>();
  walk(query, (kind, content) => {
    if (kind === "CommonTableExpr") hidden.add(String(content["ctename"]));
  });
  const range = (table: Tree.RangeVar): void => {
    if (table.schemaname === undefined && hidden.has(table.relname ?? "")) return;
    shape.sources.push({ table: tableName(table), alias: table.alias?.aliasname ?? table.relname ?? "" });
  };
  walk(query, (kind, content) => {
    if (kind === "RangeVar") range(content as Tree.RangeVar);
    if (kind === "ColumnRef") readReference(shape, content);
    // A list of columns to join by names columns too.
    if (kind === "JoinExpr") for (const column of namesOf(content["usingClause"] as Node[] | undefined)) shape.reads.push({ source: null, column });
  });
  const outputs = outputsOf(select, new Map());
  return outputs && { ...shape, outputs };
}

function readReference(shape: QueryShape, reference: Record<string, unknown>): void {
  const fields = reference["fields"] as Node[];
  const names = namesOf(fields);
  const star = fields.some((field) => "A_Star" in field);
  const column = star ? "*" : names.at(-1);
  if (column !== undefined) shape.reads.push({ source: names.at(star ? -1 : -2) ?? null, column });
}

/** `known`: columns of the CTEs and sub-queries in scope. */
function outputsOf(select: Tree.SelectStmt, known: ReadonlyMap<string, Columns>): Columns | null {
  const scope = new Map(known);
  for (const node of select.withClause?.ctes ?? []) {
    const cte = as(node, "CommonTableExpr");
    const query = as(cte?.ctequery, "SelectStmt");
    const outputs = query && outputsOf(query, scope);
    if (cte?.ctename && outputs) scope.set(cte.ctename, renamed(outputs, namesOf(cte.aliascolnames)));
  }
  if (select.larg) return outputsOf(select.larg, scope);
  const [row] = select.valuesLists ?? [];
  if (row) return (as(row, "List")?.items ?? []).map((_, i) => ({ name: `column${i + 1}` }));
  const outputs: Columns = [];
  for (const node of select.targetList ?? []) {
    const target = as(node, "ResTarget");
    const fields = as(target?.val, "ColumnRef")?.fields ?? [];
    if (!fields.some((field) => "A_Star" in field)) outputs.push({ name: target?.name ?? outputName(target?.val) });
    else {
      const all = expand(select.fromClause ?? [], namesOf(fields).at(-1) ?? null, scope);
      if (all === null) return null;
      outputs.push(...all);
    }
  }
  return outputs;
}

/** What `*` or `source.*` stands for. */
function expand(from: Node[], source: string | null, scope: ReadonlyMap<string, Columns>): Columns | null {
  const outputs: Columns = [];
  for (const item of from) {
    const found = expandItem(item, source, scope);
    if (found === null) return null;
    outputs.push(...found);
  }
  return outputs;
}

function expandItem(item: Node, source: string | null, scope: ReadonlyMap<string, Columns>): Columns | null {
  const join = as(item, "JoinExpr");
  if (join) {
    if (join.isNatural || join.usingClause?.length || join.alias) return null;
    return expand([join.larg, join.rarg].flatMap((side) => side ?? []), source, scope);
  }
  const table = as(item, "RangeVar");
  if (table) {
    const alias = table.alias?.aliasname ?? table.relname ?? "";
    if (source !== null && source !== alias) return [];
    const columns = namesOf(table.alias?.colnames);
    const known = table.schemaname === undefined ? scope.get(table.relname ?? "") : undefined;
    return known ? renamed(known, columns) : columns.length > 0 ? null : [{ all: alias }];
  }
  const inner = as(item, "RangeSubselect");
  if (source !== null && inner?.alias?.aliasname !== source) return inner || as(item, "RangeFunction")?.alias?.aliasname !== source ? [] : null;
  const query = as(inner?.subquery, "SelectStmt");
  const outputs = query ? outputsOf(query, scope) : null;
  return outputs && renamed(outputs, namesOf(inner?.alias?.colnames));
}

function renamed(columns: Columns, names: readonly string[]): Columns {
  return columns.map((column, i) => (names[i] === undefined ? column : { name: names[i] }));
}
