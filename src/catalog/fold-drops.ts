import type { Table } from "../model/catalog.ts";
import { removeForeignKeys } from "./fold-keys.ts";
import { childrenOf, removeTable, type Session } from "./session.ts";

/** Foreign keys and views that read it go too (they must: CASCADE, or the statement fails), and so do partitions and heirs. */
export function dropTable(session: Session, table: Table): void {
  if (!session.tables[table.id]) return;
  for (const child of childrenOf(session, table.id)) dropTable(session, child);
  removeTable(session, table.id);
  removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id);
  dropViews(session, table.id, null);
}

/** Views that read a table, or one column of it. */
export function dropViews(session: Session, id: string, column: string | null): void {
  const reads = (table: Table): boolean => table.reads?.some((one) => one.table === id && (column === null || one.columns.includes(column))) === true;
  for (const view of Object.values(session.tables)) if (reads(view) && session.tables[view.id]) dropTable(session, view);
}
