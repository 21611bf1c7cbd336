import type { Check, Column, Table } from "../model/catalog.ts";
import type { NewKey, SchemaChange } from "../model/schema-change.ts";
import { defaultCheckName, defaultNotNullName, relationExists } from "./default-names.ts";
import { typed } from "./fold-columns.ts";
import { asOwn, putCheck } from "./fold-checks.ts";
import { addForeignKey, addIndex, addKey, hasConstraint, inheritForeignKey, inheritIndex, inheritKey, keyShape } from "./fold-keys.ts";
import { putColumn, requireValue } from "./fold-nulls.ts";
import { shapeOf } from "./fold-query.ts";
import { keyColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { blankTable, creationSchema, putTable, refuse, resolve, resolveOrStub, resolveType, spans, tableId, temporarySchema, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

type Create = Extract<SchemaChange, { kind: "create-table" }>;

export function createTable(session: Session, change: Create): void {
  const query = change.query ? shapeOf(session, change.query) : null;
  const temporary = change.temporary || (change.tableKind === "view" && query?.temporary === true);
  const schema = temporary ? temporarySchema : (change.table.schema ?? creationSchema(session));
  if (session.gone.includes(schema)) refuse(session, "3F000");
  const existing = session.tables[tableId(schema, change.table.name)];
  if (existing?.kind === "table" && existing.complete && !existing.temporary) {
    // Created twice: either IF NOT EXISTS, or a DROP in between was not read.
    if (change.ifNotExists) return;
    refuse(session, "42P07");
    putTable(session, { ...existing, complete: false });
    return;
  }
  if (existing && change.ifNotExists && existing.kind !== "table") return;
  if (existing && change.ifNotExists && existing.temporary) return;
  if (!existing && relationExists(session, schema, cutName(change.table.name))) {
    if (change.ifNotExists) return;
    refuse(session, "42P07");
  }
  // A type for its rows goes by its name.
  if (session.types[tableId(schema, change.table.name)]) refuse(session, "42710");
  const { reads = null, columns = null, complete = true } = query ?? {};
  // Looked up before the table is there, which may have the name of one that it is like.
  const sources = change.like.map((like) => resolve(session, like.table));
  const started = startTable(session, { ...change, temporary, columns: nameOutputs(change, columns), complete: change.complete && complete }, schema, sources);
  build(session, { ...started, ...(existing ? remains(existing) : {}), ...(reads && change.tableKind !== "table" ? { reads } : {}) }, change, sources);
  if (existing && !existing.complete) keepStub(session, existing);
}

/** A query's columns; names in front of it (`create view v (a, b) as`) replace the first ones. All may be null in a table. */
function nameOutputs(change: Create, outputs: string[] | null): Column[] {
  if (outputs === null) return change.columns;
  const nullable = change.tableKind === "table" ? true : null;
  const made = outputs.map((name): Column => ({ name, property: null, type: null, nullable, default: null, generated: false, at: null }));
  return made.map((column, i) => ({ ...column, name: change.columns[i]?.name ?? column.name }));
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
    checks: [...table.checks, ...missing(stub.checks, table.checks)],
  });
}

/** Columns and inherited CHECK constraints; NOT NULL as yet without its constraints. */
function startTable(session: Session, change: Create, schema: string, sources: (Table | null)[]): Table {
  const parents = parentsOf(session, change);
  const type = change.ofType ? resolveType(session, change.ofType) : null;
  const inherited = parents.flatMap((parent) => parent.columns.map((column) => inheritColumn(column)));
  const own = ownColumns(session, change, sources);
  const known = [...parents, ...sources].every((source) => source?.complete === true) && (!change.ofType || type !== null);
  const checks = parents.flatMap((parent) => parent.checks.filter((check) => !check.local).map((check): Check => ({ ...check, inherited: true })));
  return {
    ...blankTable(schema, change.table.name),
    kind: change.tableKind,
    temporary: change.temporary,
    partitioned: change.partitioned,
    ...(change.partitionKey ? { partitionKey: change.partitionKey } : {}),
    ...(parents.length > 0 ? { parents: parents.map((parent) => parent.id) } : {}),
    ...(type ? { ofType: type.id } : {}),
    // What a partition says of its columns makes them none of its own.
    columns: mergeColumns([...inherited, ...(type?.columns ?? []), ...own.map((column) => (change.partitionOf ? { ...column, inherited: true as const } : column))]),
    checks: checks.filter((check, i) => checks.findIndex((other) => other.name === check.name) === i),
    complete: change.complete && known,
    ...spans(session, change.at),
  };
}

function parentsOf(session: Session, change: Create): Table[] {
  return [...(change.partitionOf ? [change.partitionOf] : []), ...change.inherits].map((name) => resolveOrStub(session, name));
}

function inheritColumn({ notNull, ...column }: Column): Column {
  return { ...column, inherited: true, nullable: notNull?.local ? true : column.nullable };
}

/** Those of LIKE stand where it stands. */
function ownColumns(session: Session, change: Create, sources: (Table | null)[]): Column[] {
  const own = change.columns.map((column) => typed(session, column));
  const made: Column[] = [];
  for (let at = 0; at <= own.length; at += 1) {
    for (const [i, like] of change.like.entries()) {
      if (like.after === at) made.push(...(sources[i]?.columns ?? []).map((column) => copyColumn(column, like)));
    }
    const column = own[at];
    if (column) made.push(column);
  }
  return made;
}

function copyColumn(column: Column, like: Create["like"][number]): Column {
  const { notNull, from, inherited: _inherited, ...rest } = column;
  const generated = like.generated && from ? { from } : { generated: false };
  const value = like.defaults ? {} : { default: null };
  return { ...rest, ...(from ? generated : {}), ...value, nullable: column.nullable ?? true, ...(notNull ? { notNull: asOwn(notNull) } : {}) };
}

/** Columns of one name are one column: the later says more, and NOT NULL stays. */
function mergeColumns(columns: Column[]): Column[] {
  const merged = new Map<string, Column>();
  for (const column of columns) {
    const before = merged.get(column.name);
    merged.set(column.name, before ? mergeColumn(before, column) : column);
  }
  return [...merged.values()];
}

function mergeColumn(before: Column, column: Column): Column {
  const type = column.type ?? before.type;
  const userType = column.userType ?? before.userType;
  return {
    ...column,
    type,
    ...(userType === undefined ? {} : { userType }),
    nullable: before.nullable === false ? false : column.nullable,
    generated: column.generated || before.generated,
    ...(column.from ?? before.from ? { from: column.from ?? before.from! } : {}),
  };
}

/**
 * In Postgres' order, on which default names depend (`DefineRelation` and `transformCreateStmt`): a parent's keys and foreign keys, CHECK and NOT
 * NULL, the own keys (primary first), those of LIKE, own foreign keys.
 */
function build(session: Session, started: Table, change: Create, sources: (Table | null)[]): void {
  let table = putTable(session, started);
  const parent = change.partitionOf ? session.tables[started.parents?.[0] ?? ""] : undefined;
  for (const key of parent?.keys ?? []) table = inheritKey(session, table, key, change.at);
  for (const index of parent?.indexes ?? []) table = inheritIndex(session, table, index, change.at);
  for (const foreignKey of parent?.foreignKeys ?? []) table = inheritForeignKey(session, table, foreignKey, change.at);
  table = addChecks(session, table, change.checks);
  table = nameNotNulls(session, table, change);
  for (const key of distinctKeys(session, change.keys)) table = addKey(session, table, key);
  for (const [i, like] of change.like.entries()) {
    const source = sources[i];
    if (source && like.constraints) table = addChecks(session, table, source.checks.map(asOwn));
    if (source && like.indexes) table = copyIndexes(session, table, source, change);
  }
  for (const index of change.indexes) table = addIndex(session, table, index);
  for (const foreignKey of change.foreignKeys) table = addForeignKey(session, table, foreignKey);
}

/** One of an inherited name is that one, and the table's own too. */
function addChecks(session: Session, table: Table, checks: Create["checks"]): Table {
  let changed = table;
  for (const check of checks) {
    const name = check.name === null ? defaultCheckName(session, changed, check) : cutName(check.name);
    const there = changed.checks.find((one) => one.name === name);
    if (there) changed = putTable(session, { ...changed, checks: changed.checks.map((one) => (one === there ? asOwn(one) : one)) });
    else if (!hasConstraint(changed, name)) putCheck(session, changed, { ...check, name });
    changed = session.tables[table.id] ?? changed;
  }
  return changed;
}

/** What the table itself says gets a name of its own; what only a parent says goes by the parent's. */
function nameNotNulls(session: Session, table: Table, change: Create): Table {
  if (session.dialect !== "postgres") return table;
  let changed = table;
  const primary = change.keys.filter((key) => (key.period ?? key.kind) === "primary").flatMap((key) => keyColumns(key) ?? []);
  const said = new Map(change.columns.filter((column) => column.nullable === false).map((column) => [cutName(column.name), column.notNull?.name ?? null]));
  for (const { column, name } of change.notNulls ?? []) said.set(cutName(column), name ?? said.get(cutName(column)) ?? null);
  for (const name of primary.map(cutName)) if (!said.has(name)) said.set(name, null);
  const local = new Set((change.notNulls ?? []).filter((one) => one.local).map((one) => cutName(one.column)));
  for (const column of change.columns) if (column.notNull?.local) local.add(cutName(column.name));
  for (const [column, name] of said) {
    const copied = columnOf(changed, column)?.notNull?.name;
    const given = name === null ? undefined : cutName(name);
    changed = putColumn(session, changed, column, (one) => ({
      ...one,
      nullable: false,
      notNull: { name: given ?? copied ?? defaultNotNullName(session, changed, column), ...(local.has(column) ? { local: true } : {}) },
    }));
  }
  for (const column of changed.columns) if (column.nullable === false && !column.notNull) changed = nameInherited(session, changed, column);
  return changed;
}

function nameInherited(session: Session, table: Table, column: Column): Table {
  const above = (table.parents ?? []).flatMap((id) => {
    const notNull = session.tables[id] && columnOf(session.tables[id], column.name)?.notNull;
    return notNull && !notNull.local ? notNull.name : [];
  })[0];
  if (above === undefined) return requireValue(session, table, column.name);
  const name = table.columns.some((one) => one.notNull?.name === above) ? defaultNotNullName(session, table, column.name) : above;
  return putColumn(session, table, column.name, (one) => ({ ...one, notNull: { name, inherited: true } }));
}

/** What is said twice in one CREATE TABLE is one constraint, and an explicit name wins (reference §2.8). The primary key comes first. */
function distinctKeys(session: Session, keys: NewKey[]): NewKey[] {
  const said = (key: NewKey): NewKey["kind"] => key.period ?? key.kind;
  const ordered = [...keys.filter((key) => said(key) === "primary"), ...keys.filter((key) => said(key) !== "primary")];
  if (session.dialect !== "postgres" || session.origin === "declared") return ordered;
  const kept: NewKey[] = [];
  for (const key of ordered) {
    const constraint = said(key) === "primary" || said(key) === "constraint";
    const equal = (other: NewKey): boolean => other.kind !== "index" && said(other) !== "exclusion" && (other.period === undefined) === (key.period === undefined);
    const index = constraint ? kept.findIndex((other) => equal(other) && keyShape(other) === keyShape(key)) : -1;
    const same = kept[index];
    if (same) kept[index] = { ...same, name: same.name ?? key.name };
    else kept.push(key);
  }
  return kept;
}

function copyIndexes(session: Session, table: Table, source: Table, change: Create): Table {
  let copied = table;
  for (const key of source.keys) {
    const { declared: _declared, built: _built, valid: _valid, partOf: _partOf, ...shape } = key;
    copied = addKey(session, copied, { ...shape, name: null, at: change.at });
  }
  for (const index of source.indexes) {
    const { partOf: _partOf, valid: _valid, include = [], ...shape } = index;
    copied = addIndex(session, copied, { ...shape, include, name: null, at: change.at });
  }
  return copied;
}
