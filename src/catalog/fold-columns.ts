import type { Column, Index, Table, UniqueKey } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { partNames } from "./expression-name.ts";
import { addCheckTo } from "./fold-checks.ts";
import { dropViews } from "./fold-drops.ts";
import { addForeignKey, addKey, inheritIndex, inheritKey, plainParts, removeForeignKeys, removeKey } from "./fold-keys.ts";
import { dropNotNull, putColumn, requireValue } from "./fold-nulls.ts";
import { keyColumns, partColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { renameInPart, renameInPredicate, renameInText } from "./rename-text.ts";
import { childrenOf, putTable, refuse, refuseMissing, resolve, resolveOrStub, resolveType, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function addColumn(session: Session, change: Change<"add-column">): void {
  let table = resolveOrStub(session, change.table);
  const { notNull, ...column } = typed(session, change.column);
  if (columnOf(table, column.name)) {
    if (!change.ifNotExists) refuse(session, "42701");
    return;
  }
  pushColumn(session, table, column);
  table = session.tables[table.id] ?? table;
  if (column.nullable === false) table = requireValue(session, table, column.name, { ...notNull });
  for (const check of change.checks ?? []) table = addCheckTo(session, table, check);
  for (const key of change.keys) table = addKey(session, table, key);
  for (const foreignKey of change.foreignKeys) table = addForeignKey(session, table, foreignKey);
}

/** A column under the name that the server keeps, with its type where SQL made that. */
export function typed(session: Session, column: Column): Column {
  const dot = column.type?.lastIndexOf(".") ?? -1;
  const type = column.type === null ? null : resolveType(session, { schema: dot < 0 ? null : column.type.slice(0, dot), name: column.type.slice(dot + 1) });
  return { ...column, name: cutName(column.name), ...(type ? { userType: type.id } : {}) };
}

function pushColumn(session: Session, table: Table, column: Column): void {
  putTable(session, { ...table, columns: [...table.columns, column] });
  for (const child of childrenOf(session, table.id)) if (!columnOf(child, column.name)) pushColumn(session, child, { ...column, inherited: true });
}

export function dropColumn(session: Session, change: Change<"drop-column">): void {
  const table = resolve(session, change.table);
  const column = table && columnOf(table, cutName(change.column));
  if (!table || !column) return refuseMissing(session, table, change.ifExists, "42703");
  if (column.inherited) return refuse(session, "42P16");
  removeColumn(session, table, column.name, change.only !== true);
}

/**
 * A column takes with it every key and index that reads it (parts, INCLUDE, predicate), CHECK constraints, its foreign keys and those that
 * reference it, columns that are generated from it, and views that show it. Below, it stays where it was declared too.
 */
export function removeColumn(session: Session, table: Table, name: string, below = true): void {
  const reads = (key: Pick<UniqueKey, "parts" | "include" | "where">): boolean =>
    partColumns(key).includes(name) || key.include?.includes(name) === true || key.where?.columns.includes(name) === true;
  let left = putTable(session, {
    ...table,
    columns: table.columns.filter((column) => column.name !== name),
    indexes: table.indexes.filter((index) => !reads(index)),
    foreignKeys: table.foreignKeys.filter((foreignKey) => !foreignKey.columns.includes(name)),
    checks: table.checks.filter((check) => !check.columns.includes(name)),
  });
  for (const key of table.keys) if (reads(key)) left = removeKey(session, left, key);
  removeForeignKeys(session, (foreignKey) => foreignKey.table === table.id && foreignKey.references.includes(name));
  dropViews(session, table.id, name);
  for (const child of childrenOf(session, table.id)) leaveColumn(session, child, name, below);
  for (const made of left.columns) {
    const now = session.tables[table.id];
    if (made.from?.columns.includes(name) && now && columnOf(now, made.name)) removeColumn(session, now, made.name, below);
  }
}

function leaveColumn(session: Session, child: Table, name: string, below: boolean): void {
  if (columnOf(child, name)?.inherited !== true || child.parents?.some((id) => session.tables[id] && columnOf(session.tables[id], name))) return;
  if (below) return removeColumn(session, child, name);
  putColumn(session, child, name, ({ inherited: _inherited, ...column }) => column);
}

export function renameColumn(session: Session, change: Change<"rename-column">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const [from, to] = [cutName(change.column), cutName(change.to)];
  if (!columnOf(table, from)) return refuseMissing(session, table, false, "42703");
  if (columnOf(table, to)) return refuse(session, "42701");
  applyColumnName(session, table, from, to);
}

function applyColumnName(session: Session, table: Table, from: string, to: string): void {
  const rename = (name: string): string => (name === from ? to : name);
  const inKey = <T extends Pick<UniqueKey, "parts" | "include" | "where" | "labels">>(key: T): T => {
    if (!partColumns(key).includes(from) && !key.include?.includes(from) && !key.where?.columns.includes(from)) return key;
    return {
      ...key,
      parts: key.parts.map((part) => renameInPart(part, from, to)),
      where: renameInPredicate(key.where, from, to),
      labels: key.labels ?? partNames(key.parts, key.include ?? []),
      ...(key.include ? { include: key.include.map(rename) } : {}),
    };
  };
  const inText = <T extends { text: string; columns: string[] }>(one: T): T =>
    one.columns.includes(from) ? { ...one, text: renameInText(one.text, from, to), columns: one.columns.map(rename) } : one;
  putTable(session, {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: rename(column.name), ...(column.from ? { from: inText(column.from) } : {}) })),
    keys: table.keys.map(inKey),
    indexes: table.indexes.map(inKey),
    checks: table.checks.map(inText),
    ...(table.partitionKey ? { partitionKey: table.partitionKey.map((name) => name && rename(name)) } : {}),
    foreignKeys: table.foreignKeys.map((foreignKey) => ({ ...foreignKey, columns: foreignKey.columns.map(rename) })),
  });
  for (const other of Object.values(session.tables)) followColumnName(session, other, table.id, rename);
  for (const child of childrenOf(session, table.id)) applyColumnName(session, child, from, to);
}

/** Foreign keys and views of other tables go on to mean the same column. */
function followColumnName(session: Session, other: Table, id: string, rename: (name: string) => string): void {
  if (!other.foreignKeys.some((key) => key.table === id) && !other.reads?.some((one) => one.table === id)) return;
  const foreignKeys = other.foreignKeys.map((key) => (key.table === id ? { ...key, references: key.references.map(rename) } : key));
  const reads = other.reads?.map((one) => (one.table === id ? { ...one, columns: one.columns.map(rename) } : one));
  putTable(session, { ...other, foreignKeys, ...(reads ? { reads } : {}) });
}

/** Changes one column of a table and of the tables that inherit it. */
export function alterColumn(session: Session, table: Table, name: string, change: (column: Column) => Column): void {
  const cut = cutName(name);
  if (columnOf(table, cut)) putColumn(session, table, cut, change);
  for (const child of childrenOf(session, table.id)) alterColumn(session, child, name, change);
}

/** DROP NOT NULL is refused for a column of the primary key. */
export function setNullable(session: Session, change: Change<"set-nullable">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const column = cutName(change.column);
  if (!change.nullable) {
    requireValue(session, table, column, { below: change.only !== true, ...(change.name ? { name: cutName(change.name) } : {}), ...(change.local ? { local: true } : {}) });
    return;
  }
  const primary = table.keys.some((key) => (key.period ?? key.kind) === "primary" && keyColumns(key)?.includes(column) === true);
  dropNotNull(session, table, column, primary);
}

export function setGenerated(session: Session, change: Change<"set-generated">): void {
  const table = resolve(session, change.table);
  const { from } = change;
  if (table) alterColumn(session, table, change.column, ({ from: _from, ...column }) => ({ ...column, generated: from !== null, ...(from ? { from } : {}) }));
}

export function setType(session: Session, change: Change<"set-type">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  alterColumn(session, table, change.column, ({ userType: _userType, collation: _collation, ...column }) => typed(session, { ...column, ...(change.collation === undefined ? {} : { collation: change.collation }), type: change.type }));
  rebuild(session, table.id, cutName(change.column), change.at);
}

/** Indexes on a column of another type are built anew: those that had been made ON ONLY the parent, for its partitions too. */
function rebuild(session: Session, id: string, column: string, at: SchemaChange["at"]): void {
  const there = session.tables[id];
  if (!there) return;
  const anew = <T extends UniqueKey | Index>(one: T): T => (partColumns(one).includes(column) ? { ...one, parts: plainParts(there, one.parts) } : one);
  const table = putTable(session, { ...there, keys: there.keys.map(anew), indexes: there.indexes.map(anew) });
  const built = <T extends UniqueKey | Index>(one: T): boolean => one.valid === false && partColumns(one).includes(column);
  for (const key of table.keys.filter(built)) {
    const now = session.tables[id]!;
    putTable(session, { ...now, keys: now.keys.map((one) => (one === key ? { ...key, valid: null } : one)) });
    for (const child of childrenOf(session, id)) if (!child.keys.some((one) => one.partOf === key.name)) inheritKey(session, child, key, at);
  }
  for (const index of table.indexes.filter(built)) {
    const { valid: _valid, ...valid } = index;
    const now = session.tables[id]!;
    putTable(session, { ...now, indexes: now.indexes.map((one) => (one === index ? valid : one)) });
    for (const child of childrenOf(session, id)) if (!child.indexes.some((one) => one.partOf === index.name)) inheritIndex(session, child, valid, at);
  }
  for (const child of childrenOf(session, id)) rebuild(session, child.id, column, at);
}
