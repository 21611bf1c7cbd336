import type { ForeignKey, Table, UniqueKey } from "../model/catalog.ts";
import type { NewForeignKey, NewIndex, NewKey } from "../model/schema-change.ts";
import { defaultForeignKeyName, defaultIndexName, defaultKeyName, relationExists } from "./default-names.ts";
import { keyColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, resolveId, spans, type Session } from "./session.ts";

/** What makes two keys the same but for their names. */
export function keyShape(key: Pick<UniqueKey, "parts" | "where" | "nullsNotDistinct" | "deferrable" | "include">): string {
  return JSON.stringify([key.parts, key.where?.text ?? null, key.nullsNotDistinct, key.deferrable, key.include ?? []]);
}

/**
 * Adds a key, with Postgres' default name where it has none. A name that is taken means that the statement failed, or that something which
 * freed it was not read: the key is left out, and when it differs from the one that holds the name the table is no longer `complete`.
 */
export function addKey(session: Session, table: Table, key: NewKey, valid: boolean | null = null): Table {
  const name = key.name === null ? defaultKeyName(session, table, key) : cutName(key.name);
  if (name !== null && session.origin === "built" && isTaken(session, table, name)) {
    const same = table.keys.some((other) => other.name === name && keyShape(other) === keyShape(key));
    return same ? table : putTable(session, { ...table, complete: false });
  }
  const { at, ...rest } = key;
  const added: UniqueKey = { ...rest, name, valid, ...spans(session, at) };
  const parts = new Set(keyColumns(added) ?? []);
  const columns = key.kind !== "primary" ? table.columns : table.columns.map((column) => (parts.has(column.name) ? { ...column, nullable: false } : column));
  const changed = putTable(session, { ...table, columns, keys: [...table.keys, added] });
  if (table.partitioned) for (const child of childrenOf(session, table.id)) inheritKey(session, child, added, at);
  return changed;
}

/** The key that a partition gets because its parent has it, unless it has an equal one. */
export function inheritKey(session: Session, partition: Table, key: UniqueKey, at: NewKey["at"]): Table {
  const equal = partition.keys.some((own) => keyShape(own) === keyShape(key) && (key.kind === "index" || own.kind === key.kind));
  if (equal) return partition;
  const { declared: _declared, built: _built, valid: _valid, ...shape } = key;
  return addKey(session, partition, { ...shape, name: null, at });
}

export function addIndex(session: Session, table: Table, index: NewIndex): Table {
  const name = index.name === null ? defaultIndexName(session, table, index) : cutName(index.name);
  if (name !== null && session.origin === "built" && isTaken(session, table, name)) return table;
  const { at, include, ...rest } = index;
  const added = { ...rest, name, ...(include.length > 0 ? { include } : {}), ...spans(session, at) };
  const changed = putTable(session, { ...table, indexes: [...table.indexes, added] });
  if (table.partitioned) for (const child of childrenOf(session, table.id)) addIndex(session, child, { ...index, name: null });
  return changed;
}

export function addForeignKey(session: Session, table: Table, foreignKey: NewForeignKey): Table {
  const name = foreignKey.name === null ? defaultForeignKeyName(session, table, foreignKey) : cutName(foreignKey.name);
  if (name !== null && table.foreignKeys.some((other) => other.name === name)) return table;
  const { at, ...rest } = foreignKey;
  const added: ForeignKey = { ...rest, name, table: resolveId(session, foreignKey.table), ...spans(session, at) };
  const changed = putTable(session, { ...table, foreignKeys: [...table.foreignKeys, added] });
  if (table.partitioned) for (const child of childrenOf(session, table.id)) addForeignKey(session, child, { ...foreignKey, name });
  return changed;
}

/** Is the name of an index in use where this one would go? Per schema in Postgres and SQLite, per table in MySQL. */
export function isTaken(session: Session, table: Table, name: string): boolean {
  if (session.dialect === "postgres" || session.dialect === "sqlite") return relationExists(session, table.schema, name);
  return table.keys.some((key) => key.name === name) || table.indexes.some((index) => index.name === name);
}

/** Removes a key, the foreign keys that stood on it, and the same key of partitions. */
export function removeKey(session: Session, table: Table, key: UniqueKey): Table {
  const changed = putTable(session, { ...table, keys: table.keys.filter((other) => other !== key) });
  dropReferences(session, changed, key);
  if (table.partitioned) {
    for (const child of childrenOf(session, table.id)) {
      const same = child.keys.find((other) => other.kind === key.kind && keyShape(other) === keyShape(key));
      if (same) removeKey(session, child, same);
    }
  }
  return session.tables[table.id] ?? changed;
}

function dropReferences(session: Session, table: Table, key: UniqueKey): void {
  const columns = keyColumns(key);
  if (columns === null || key.where !== null) return;
  const stands = (references: string[]): boolean => {
    if (references.length === 0) return key.kind === "primary";
    const same = (other: readonly string[]): boolean => other.length === references.length && references.every((column) => other.includes(column));
    return same(columns) && !table.keys.some((other) => other.where === null && same(keyColumns(other) ?? []));
  };
  removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id && stands(foreignKey.references));
}

/** Removes foreign keys of any table. */
export function removeForeignKeys(session: Session, dropped: (foreignKey: ForeignKey) => boolean): void {
  for (const table of Object.values(session.tables)) {
    const kept = table.foreignKeys.filter((foreignKey) => !dropped(foreignKey));
    if (kept.length < table.foreignKeys.length) putTable(session, { ...table, foreignKeys: kept });
  }
}
