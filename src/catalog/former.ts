import type { Table } from "../model/catalog.ts";
import type { Conflict, Database, Migration } from "../model/project.ts";
import { inferArbiter } from "./arbiter.ts";
import { columnOf } from "./tables.ts";

/** The columns of a conflict target that the table does not have. */
export function strangersOf(table: Table, { target }: Conflict): string[] {
  return target.by !== "columns" ? [] : target.parts.flatMap((part) => (part.kind === "column" && !columnOf(table, part.column) ? [part.column] : []));
}

/** The newest migration before which the table had a key for this conflict target: the one that took it away. null: it never had one. */
export function lostArbiter(database: Database, table: Table, conflict: Conflict): Migration | null {
  return (
    database.migrations.findLast((migration) => {
      const before = migration.before.tables[table.id];
      return before !== undefined && inferArbiter(before, conflict, database.catalog.dialect).kind === "match";
    }) ?? null
  );
}
