import type { Table } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { removeForeignKeys } from "./fold-keys.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, removeTable, resolve, tableId, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function dropTables(session: Session, change: Change<"drop-table">): void {
  for (const name of change.tables) {
    const table = resolve(session, name);
    if (table) dropTable(session, table);
  }
}

/** Foreign keys that reference it go too (they must: CASCADE, or the statement fails), and so do partitions and heirs. */
function dropTable(session: Session, table: Table): void {
  for (const child of childrenOf(session, table.id)) dropTable(session, child);
  removeTable(session, table.id);
  removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id);
}

export function renameTable(session: Session, table: Table, to: string): void {
  moveTable(session, table, { schema: table.schema, name: cutName(to) });
}

/** Gives a table another id; whatever points to it follows. Keys keep their names. */
export function moveTable(session: Session, table: Table, to: { schema: string; name: string }): void {
  const id = tableId(to.schema, to.name);
  if (id === table.id || session.tables[id]?.complete === true) return;
  removeTable(session, table.id);
  putTable(session, { ...table, ...to, id });
  for (const other of Object.values(session.tables)) {
    const refers = other.foreignKeys.some((foreignKey) => foreignKey.table === table.id);
    const heir = other.parents?.includes(table.id) === true;
    if (!refers && !heir) continue;
    putTable(session, {
      ...other,
      foreignKeys: other.foreignKeys.map((foreignKey) => (foreignKey.table === table.id ? { ...foreignKey, table: id } : foreignKey)),
      ...(other.parents ? { parents: other.parents.map((parent) => (parent === table.id ? id : parent)) } : {}),
    });
  }
}
