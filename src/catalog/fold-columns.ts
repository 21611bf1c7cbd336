import type { Column, ForeignKey, Table, UniqueKey } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { addForeignKey, addKey, removeForeignKeys } from "./fold-keys.ts";
import { keyColumns, partColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { renameInPart, renameInPredicate } from "./rename-text.ts";
import { childrenOf, putTable, resolve, resolveOrStub, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function addColumn(session: Session, change: Change<"add-column">): void {
  let table = resolveOrStub(session, change.table);
  const column = { ...change.column, name: cutName(change.column.name) };
  if (columnOf(table, column.name)) return;
  table = pushColumn(session, table, column);
  for (const key of change.keys) table = addKey(session, table, key);
  for (const foreignKey of change.foreignKeys) table = addForeignKey(session, table, foreignKey);
}

function pushColumn(session: Session, table: Table, column: Column): Table {
  const changed = putTable(session, { ...table, columns: [...table.columns, column] });
  for (const child of childrenOf(session, table.id)) if (!columnOf(child, column.name)) pushColumn(session, child, column);
  return changed;
}

export function dropColumn(session: Session, change: Change<"drop-column">): void {
  const table = resolve(session, change.table);
  if (table) removeColumn(session, table, cutName(change.column));
}

/** A column takes with it every key and index that reads it (parts, INCLUDE, predicate), its foreign keys and those that reference it. */
function removeColumn(session: Session, table: Table, name: string): void {
  const reads = (key: Pick<UniqueKey, "parts" | "include" | "where">): boolean =>
    partColumns(key).includes(name) || key.include?.includes(name) === true || key.where?.columns.includes(name) === true;
  const hadPrimary = table.keys.some((key) => key.kind === "primary" && reads(key));
  putTable(session, {
    ...table,
    columns: table.columns.filter((column) => column.name !== name),
    keys: table.keys.filter((key) => !reads(key)),
    indexes: table.indexes.filter((index) => !reads(index)),
    foreignKeys: table.foreignKeys.filter((foreignKey) => !foreignKey.columns.includes(name)),
  });
  removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id && (foreignKey.references.includes(name) || (hadPrimary && foreignKey.references.length === 0)));
  for (const child of childrenOf(session, table.id)) removeColumn(session, child, name);
}

export function renameColumn(session: Session, change: Change<"rename-column">): void {
  const table = resolve(session, change.table);
  if (table) applyColumnName(session, table, cutName(change.column), cutName(change.to));
}

function applyColumnName(session: Session, table: Table, from: string, to: string): void {
  const rename = (name: string): string => (name === from ? to : name);
  const inKey = <T extends Pick<UniqueKey, "parts" | "include" | "where">>(key: T): T => ({
    ...key,
    parts: key.parts.map((part) => renameInPart(part, from, to)),
    where: renameInPredicate(key.where, from, to),
    ...(key.include ? { include: key.include.map(rename) } : {}),
  });
  putTable(session, {
    ...table,
    columns: table.columns.map((column) => (column.name === from ? { ...column, name: to } : column)),
    keys: table.keys.map(inKey),
    indexes: table.indexes.map(inKey),
    foreignKeys: table.foreignKeys.map((foreignKey) => ({ ...foreignKey, columns: foreignKey.columns.map(rename) })),
  });
  const refers = (foreignKey: ForeignKey): boolean => foreignKey.table === table.id && foreignKey.references.includes(from);
  for (const other of Object.values(session.tables)) {
    if (!other.foreignKeys.some(refers)) continue;
    const foreignKeys = other.foreignKeys.map((key) => (refers(key) ? { ...key, references: key.references.map(rename) } : key));
    putTable(session, { ...other, foreignKeys });
  }
  for (const child of childrenOf(session, table.id)) applyColumnName(session, child, from, to);
}

/** Changes one column of a table and of the tables that inherit it. */
export function alterColumn(session: Session, table: Table, name: string, change: (column: Column) => Column): void {
  const cut = cutName(name);
  if (columnOf(table, cut)) putTable(session, { ...table, columns: table.columns.map((column) => (column.name === cut ? change(column) : column)) });
  for (const child of childrenOf(session, table.id)) alterColumn(session, child, name, change);
}

/** DROP NOT NULL is refused for a column of the primary key. */
export function setNullable(session: Session, change: Change<"set-nullable">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const primary = table.keys.some((key) => key.kind === "primary" && keyColumns(key)?.includes(cutName(change.column)) === true);
  if (!(change.nullable && primary)) alterColumn(session, table, change.column, (column) => ({ ...column, nullable: change.nullable }));
}
