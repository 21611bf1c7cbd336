import type { Table } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { Statement } from "../model/statement.ts";
import type { ReplayStep } from "./replay.ts";

/**
 * The table with those columns NOT NULL that the migration makes so behind a statement, as long as nothing in between is seen to write to it: were there a NULL,
 * Postgres would refuse (23502).
 */
export function withRequired({ statements }: Migration, { index }: ReplayStep, table: Table): Table {
  const required = new Set<string>();
  for (const statement of statements.slice(index + 1)) {
    if (writesTo(statement, table)) break;
    if (statement.nested) continue;
    for (const change of statement.changes) if (change.kind === "set-nullable" && !change.nullable && change.table.name === table.name) required.add(change.column);
  }
  return required.size === 0 ? table : { ...table, columns: table.columns.map((column) => (required.has(column.name) ? { ...column, nullable: false } : column)) };
}

function writesTo({ queries }: Statement, table: Table): boolean {
  return queries.some(({ kind, table: named }) => (kind === "update" || kind === "insert" || kind === "merge") && (named === null || named.name === table.name));
}
