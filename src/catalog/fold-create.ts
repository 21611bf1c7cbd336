import type { Column, Table } from "../model/catalog.ts";
import type { NewKey, SchemaChange } from "../model/schema-change.ts";
import { addForeignKey, addIndex, addKey, inheritKey, keyShape } from "./fold-keys.ts";
import { cutName } from "./names.ts";
import { blankTable, creationSchema, putTable, resolve, resolveOrStub, spans, tableId, temporarySchema, type Session } from "./session.ts";

type Create = Extract<SchemaChange, { kind: "create-table" }>;

export function createTable(session: Session, change: Create): void {
  const schema = change.temporary ? temporarySchema : (change.table.schema ?? creationSchema(session));
  const existing = session.tables[tableId(schema, change.table.name)];
  if (existing?.kind === "table" && existing.complete && !existing.temporary) {
    // Created twice: either IF NOT EXISTS, or a DROP in between was not read.
    if (!change.ifNotExists) putTable(session, { ...existing, complete: false });
    return;
  }
  if (existing && change.ifNotExists && existing.kind !== "table") return;
  build(session, { ...startTable(session, change, schema), ...(existing ? remains(existing) : {}) }, change);
  if (existing && !existing.complete) keepStub(session, existing);
}

/** Of a table that was only heard of before: nobody knows what else it has. */
function remains(existing: Table): Partial<Table> {
  return existing.kind === "table" && !existing.complete ? { complete: false } : {};
}

function keepStub(session: Session, stub: Table): void {
  const table = session.tables[stub.id];
  if (!table) return;
  const missing = <T extends { name: string | null }>(of: T[], among: T[]): T[] => of.filter((one) => !among.some((other) => other.name === one.name));
  putTable(session, {
    ...table,
    columns: [...table.columns, ...missing(stub.columns, table.columns)],
    keys: [...table.keys, ...missing(stub.keys, table.keys)],
    indexes: [...table.indexes, ...missing(stub.indexes, table.indexes)],
    foreignKeys: [...table.foreignKeys, ...missing(stub.foreignKeys, table.foreignKeys)],
    checks: [...new Set([...table.checks, ...stub.checks])],
  });
}

function startTable(session: Session, change: Create, schema: string): Table {
  const parents = [...(change.partitionOf ? [change.partitionOf] : []), ...change.inherits].map((name) => resolveOrStub(session, name));
  const copied = change.like.map((like) => ({ like, source: resolve(session, like.table) }));
  const inherited = [
    ...parents.flatMap((parent) => parent.columns),
    ...copied.flatMap(({ like, source }) => (source?.columns ?? []).map((column) => (like.defaults ? column : { ...column, default: null }))),
  ];
  const known = [...parents, ...copied.map(({ source }) => source)].every((source) => source?.complete === true);
  return {
    ...blankTable(schema, change.table.name),
    kind: change.tableKind,
    temporary: change.temporary,
    partitioned: change.partitioned,
    ...(parents.length > 0 ? { parents: parents.map((parent) => parent.id) } : {}),
    columns: mergeColumns([...inherited, ...change.columns.map((column) => ({ ...column, name: cutName(column.name) }))]),
    checks: [...parents.flatMap((parent) => parent.checks), ...change.checks.flatMap((name) => (name === null ? [] : [cutName(name)]))],
    complete: change.complete && known,
    ...spans(session, change.at),
  };
}

/** Columns of one name are one column: the later says more, and NOT NULL stays. */
function mergeColumns(columns: Column[]): Column[] {
  const merged = new Map<string, Column>();
  for (const column of columns) {
    const before = merged.get(column.name);
    merged.set(column.name, before ? { ...column, type: column.type ?? before.type, nullable: before.nullable === false ? false : column.nullable } : column);
  }
  return [...merged.values()];
}

/** In Postgres' order, on which default names depend: a parent's keys, the own ones (primary first), those of LIKE, foreign keys. */
function build(session: Session, started: Table, change: Create): void {
  let table = putTable(session, started);
  const parent = change.partitionOf ? resolve(session, change.partitionOf) : null;
  for (const key of parent?.keys ?? []) table = inheritKey(session, table, key, change.at);
  for (const index of parent?.indexes ?? []) table = addIndex(session, table, { ...index, include: index.include ?? [], name: null, at: change.at });
  for (const key of distinctKeys(session, change.keys)) table = addKey(session, table, key);
  for (const like of change.like) if (like.indexes) table = copyIndexes(session, table, resolve(session, like.table), change);
  for (const index of change.indexes) table = addIndex(session, table, index);
  for (const foreignKey of parent?.foreignKeys ?? []) {
    const [schema = null, name = ""] = splitId(foreignKey.table);
    table = addForeignKey(session, table, { ...foreignKey, table: { schema, name }, at: change.at });
  }
  for (const foreignKey of change.foreignKeys) table = addForeignKey(session, table, foreignKey);
}

function splitId(id: string): [string, string] {
  const dot = id.indexOf(".");
  return [id.slice(0, dot), id.slice(dot + 1)];
}

function copyIndexes(session: Session, table: Table, source: Table | null, change: Create): Table {
  let copied = table;
  for (const key of source?.keys ?? []) {
    const { declared: _declared, built: _built, valid: _valid, ...shape } = key;
    copied = addKey(session, copied, { ...shape, name: null, at: change.at });
  }
  for (const index of source?.indexes ?? []) copied = addIndex(session, copied, { ...index, include: index.include ?? [], name: null, at: change.at });
  return copied;
}

/** Equal UNIQUE constraints of one CREATE TABLE are one; a primary key swallows them; a name that is given wins. */
function distinctKeys(session: Session, keys: NewKey[]): NewKey[] {
  const ordered = [...keys.filter((key) => key.kind === "primary"), ...keys.filter((key) => key.kind !== "primary")];
  if (session.dialect !== "postgres" || session.origin === "declared") return ordered;
  const kept: NewKey[] = [];
  for (const key of ordered) {
    const constraint = key.kind === "primary" || key.kind === "constraint";
    const index = constraint ? kept.findIndex((other) => other.kind !== "index" && other.kind !== "exclusion" && keyShape(other) === keyShape(key)) : -1;
    const same = kept[index];
    if (same) kept[index] = { ...same, name: same.name ?? key.name };
    else kept.push(key);
  }
  return kept;
}
