import type { ForeignKey, Index, KeyPart, Table, UniqueKey } from "../model/catalog.ts";
import type { NewForeignKey, NewIndex, NewKey } from "../model/schema-change.ts";
import { defaultForeignKeyName, defaultIndexName, defaultKeyName, defaultPartName, relationExists } from "./default-names.ts";
import { requireValue } from "./fold-nulls.ts";
import { keyColumns, partColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { misfitBelow } from "./partition-keys.ts";
import { quoteName } from "./words.ts";
import { childrenOf, putTable, refuse, resolveId, spans, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

/** What makes two keys the same but for their names. */
export function keyShape(key: Pick<UniqueKey, "parts" | "where" | "nullsNotDistinct" | "deferrable" | "include">): string {
  return JSON.stringify([key.parts, key.where?.text ?? null, key.nullsNotDistinct, key.deferrable, key.include ?? []]);
}

/** `below`: tables below get it too. `valid`: see UniqueKey.valid. */
export type AddOptions = { below: boolean; valid: boolean | null };
const everywhere: AddOptions = { below: true, valid: null };

/**
 * Adds a key, with Postgres' default name where it has none. A name that is taken means that the statement failed, or that something which
 * freed it was not read: the key is left out, and when it differs from the one that holds the name the table is no longer `complete`.
 */
export function addKey(session: Session, table: Table, key: NewKey, options = everywhere): Table {
  const name = key.name === null ? defaultKeyName(session, table, key) : cutName(key.name);
  if (name !== null && session.origin === "built" && isTaken(session, table, name)) {
    refuse(session, "42P07");
    const same = table.keys.some((other) => other.name === name && keyShape(other) === keyShape(key));
    return same ? table : putTable(session, { ...table, complete: false });
  }
  refuseUnknownColumns(session, table, [...partColumns(key), ...(key.include ?? [])]);
  if (misfitBelow(options.below ? session.tables : {}, table, key) !== null) refuse(session, "0A000");
  const { at, ...rest } = key;
  const added: UniqueKey = { ...rest, parts: plainParts(table, key.parts), name, valid: options.valid, ...spans(session, at) };
  let changed = table;
  if (key.kind === "primary" || key.period === "primary") {
    for (const column of keyColumns(added) ?? []) changed = requireValue(session, changed, column, { below: options.below });
  }
  changed = putTable(session, { ...changed, keys: [...changed.keys, added] });
  if (table.partitioned && options.below) for (const child of childrenOf(session, table.id)) inheritKey(session, child, added, at);
  return session.tables[table.id] ?? changed;
}

function refuseUnknownColumns(session: Session, table: Table, columns: readonly string[]): void {
  if (table.complete && columns.some((column) => !columnOf(table, column))) refuse(session, "42703");
}

/** A cast to the type that the column has is no expression: the part is the column (`ComputeIndexAttrs` in src/backend/commands/indexcmds.c). */
export function plainParts(table: Table, parts: KeyPart[]): KeyPart[] {
  return parts.map((part) => {
    const column = part.kind === "expression" && part.columns.length === 1 ? columnOf(table, part.columns[0] ?? "") : null;
    if (part.kind === "column" || !column || part.expression !== `${quoteName(column.name)}::${column.type}`) return part;
    return { kind: "column", column: column.name, collation: part.collation, opclass: part.opclass };
  });
}

/**
 * The key that a partition gets because its parent has it, unless it has an equal one that is part of no other (`AttachPartitionEnsureIndexes`
 * in src/backend/commands/tablecmds.c). A parent's constraint wants a constraint, of its kind where the partition is attached, of any where the
 * key is added to the parent (`DefineIndex`, indexcmds.c); no exclusion constraint equals another.
 */
export function inheritKey(session: Session, partition: Table, key: UniqueKey, at: NewKey["at"], attached = false): Table {
  const partOf = key.name === null ? {} : { partOf: key.name };
  const equal = partition.keys.find((own) => own.partOf === undefined && own.valid !== false && (key.kind === "index" || (attached ? own.kind === key.kind : own.kind !== "index")) && sameIndex(own, key));
  if (equal) return putTable(session, { ...partition, keys: partition.keys.map((own) => (own === equal ? { ...own, ...partOf } : own)) });
  const { declared: _declared, built: _built, valid: _valid, partOf: _partOf, ...shape } = key;
  return addKey(session, partition, { ...shape, ...partOf, name: null, at });
}

/** `CompareIndexInfo` (src/backend/catalog/index.c): whether it is deferrable does not matter. */
export function sameIndex(a: UniqueKey, b: UniqueKey): boolean {
  if (a.kind === "exclusion" || b.kind === "exclusion") return false;
  return keyShape({ ...a, deferrable: false }) === keyShape({ ...b, deferrable: false });
}

export function addIndex(session: Session, table: Table, index: NewIndex, options = everywhere): Table {
  const name = index.name === null ? defaultIndexName(session, table, index) : cutName(index.name);
  if (name !== null && session.origin === "built" && isTaken(session, table, name)) {
    refuse(session, "42P07");
    return table;
  }
  refuseUnknownColumns(session, table, [...partColumns(index), ...index.include]);
  const { at, include, ...rest } = index;
  const added: Index = { ...rest, parts: plainParts(table, index.parts), name, ...(include.length > 0 ? { include } : {}), ...(options.valid === false ? { valid: false } : {}), ...spans(session, at) };
  const changed = putTable(session, { ...table, indexes: [...table.indexes, added] });
  if (table.partitioned && options.below) for (const child of childrenOf(session, table.id)) inheritIndex(session, child, added, at);
  return session.tables[table.id] ?? changed;
}

/** As inheritKey. */
export function inheritIndex(session: Session, partition: Table, index: Index, at: NewIndex["at"]): Table {
  const partOf = index.name === null ? {} : { partOf: index.name };
  const equal = partition.indexes.find((own) => own.partOf === undefined && own.valid !== false && samePlainIndex(own, index));
  if (equal) return putTable(session, { ...partition, indexes: partition.indexes.map((own) => (own === equal ? { ...own, ...partOf } : own)) });
  const { declared: _declared, built: _built, valid: _valid, partOf: _partOf, include = [], ...shape } = index;
  return addIndex(session, partition, { ...shape, ...partOf, include, name: null, at });
}

export function samePlainIndex(a: Index, b: Index): boolean {
  const shape = (index: Index): string => JSON.stringify([index.parts, index.where?.text ?? null, index.method, index.include ?? []]);
  return shape(a) === shape(b);
}

/** Is the name of an index in use where this one would go? Per schema in Postgres and SQLite, per table in MySQL. */
export function isTaken(session: Session, table: Table, name: string): boolean {
  if (session.dialect === "postgres" || session.dialect === "sqlite") return relationExists(session, table.schema, name);
  return table.keys.some((key) => key.name === name) || table.indexes.some((index) => index.name === name);
}

/** Removes a key, the foreign keys that stood on it, and those of partitions that are part of it. */
export function removeKey(session: Session, table: Table, key: UniqueKey): Table {
  const changed = putTable(session, { ...table, keys: table.keys.filter((other) => other !== key) });
  if (key.name !== null) removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id && foreignKey.key === key.name);
  for (const child of key.name === null ? [] : childrenOf(session, table.id)) {
    const part = child.keys.find((other) => other.partOf === key.name);
    if (part) removeKey(session, child, part);
  }
  return session.tables[table.id] ?? changed;
}

export function addForeignKey(session: Session, table: Table, foreignKey: NewForeignKey): Table {
  const name = foreignKey.name === null ? defaultForeignKeyName(session, table, foreignKey) : cutName(foreignKey.name);
  if (name !== null && hasConstraint(table, name)) {
    refuse(session, "42710");
    return table;
  }
  const { at, ...rest } = foreignKey;
  const target = resolveId(session, foreignKey.table);
  const key = supportingKey(session.tables[target], foreignKey.references);
  const added: ForeignKey = { ...rest, name, table: target, ...(key ? { key } : {}), ...spans(session, at) };
  const changed = putTable(session, { ...table, foreignKeys: [...table.foreignKeys, added] });
  if (table.partitioned) for (const child of childrenOf(session, table.id)) inheritForeignKey(session, child, added, at);
  return session.tables[table.id] ?? changed;
}

/** The first total, immediate key on these columns; none named: the primary key (`transformFkeyCheckAttrs` in tablecmds.c). */
function supportingKey(table: Table | undefined, references: readonly string[]): string | null {
  const stands = (key: UniqueKey): boolean => {
    if (references.length === 0) return (key.period ?? key.kind) === "primary";
    const columns = keyColumns(key);
    return key.where === null && !key.deferrable && columns?.length === references.length && references.every((column) => columns.includes(column));
  };
  return table?.keys.find(stands)?.name ?? null;
}

/** A partition gets its parent's foreign key under the same name if that is free on it, unless it has an equal one. */
export function inheritForeignKey(session: Session, partition: Table, foreignKey: ForeignKey, at: NewForeignKey["at"]): Table {
  const partOf = foreignKey.name === null ? {} : { partOf: foreignKey.name };
  const shape = (one: ForeignKey): string => JSON.stringify([one.table, one.columns, one.key ?? one.references, one.onDelete]);
  const equal = partition.foreignKeys.find((own) => own.partOf === undefined && shape(own) === shape(foreignKey));
  if (equal) return putTable(session, { ...partition, foreignKeys: partition.foreignKeys.map((own) => (own === equal ? { ...own, ...partOf } : own)) });
  const { declared: _declared, built: _built, key: _key, partOf: _partOf, ...rest } = foreignKey;
  const name = foreignKey.name !== null && hasConstraint(partition, foreignKey.name) ? defaultPartName(session, partition, foreignKey.name) : foreignKey.name;
  const dot = foreignKey.table.indexOf(".");
  const target = session.tables[foreignKey.table] ?? { schema: foreignKey.table.slice(0, dot), name: foreignKey.table.slice(dot + 1) };
  return addForeignKey(session, partition, { ...rest, ...partOf, name, table: { schema: target.schema, name: target.name }, at });
}

/** Has the table a constraint of this name, of any kind? */
export function hasConstraint(table: Table, name: string): boolean {
  return (
    [...table.foreignKeys, ...table.checks, ...table.keys.filter((key) => key.kind !== "index")].some((one) => one.name === name) ||
    table.columns.some((column) => column.notNull?.name === name)
  );
}

export function hasIndex(table: Table, name: string): boolean {
  return [...table.keys, ...table.indexes].some((one) => one.name === name);
}

/** Removes foreign keys of any table, and those of partitions that are part of them. */
export function removeForeignKeys(session: Session, dropped: (foreignKey: ForeignKey) => boolean): void {
  for (const { id, foreignKeys } of Object.values(session.tables)) for (const one of foreignKeys) if (dropped(one)) removeForeignKey(session, id, one);
}

export function removeForeignKey(session: Session, id: string, foreignKey: ForeignKey): void {
  const table = session.tables[id];
  if (!table?.foreignKeys.includes(foreignKey)) return;
  putTable(session, { ...table, foreignKeys: table.foreignKeys.filter((one) => one !== foreignKey) });
  for (const child of foreignKey.name === null ? [] : childrenOf(session, id)) {
    const part = child.foreignKeys.find((one) => one.partOf === foreignKey.name);
    if (part) removeForeignKey(session, child.id, part);
  }
}
