import type { Table } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { dropTable } from "./fold-drops.ts";
import { cutName } from "./names.ts";
import { putTable, refuse, removeTable, resolve, resolveExactly, tableId, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function dropTables(session: Session, change: Change<"drop-table">): void {
  // All names are looked up before anything goes: one that is said twice means the same table.
  for (const table of change.tables.map((name) => (change.ifExists ? resolveExactly(session, name) : resolve(session, name)))) {
    if (table) dropTable(session, table);
    else if (!change.ifExists) refuse(session, "42P01");
  }
}

export function renameTable(session: Session, table: Table, to: string): void {
  moveTable(session, table, { schema: table.schema, name: cutName(to) });
}

/** Gives a table another id; whatever points to it follows. Keys keep their names. */
export function moveTable(session: Session, table: Table, to: { schema: string; name: string }): void {
  const id = tableId(to.schema, to.name);
  if (id === table.id) return;
  if (session.tables[id]?.complete === true) return refuse(session, "42P07");
  removeTable(session, table.id);
  putTable(session, { ...table, ...to, id });
  for (const other of Object.values(session.tables)) {
    const refers = [...other.foreignKeys, ...(other.reads ?? [])].some((one) => one.table === table.id);
    const heir = other.parents?.includes(table.id) === true;
    if (!refers && !heir) continue;
    const follow = <T extends { table: string }>(one: T): T => (one.table === table.id ? { ...one, table: id } : one);
    putTable(session, {
      ...other,
      foreignKeys: other.foreignKeys.map(follow),
      ...(other.reads ? { reads: other.reads.map(follow) } : {}),
      ...(other.parents ? { parents: other.parents.map((parent) => (parent === table.id ? id : parent)) } : {}),
    });
  }
}
