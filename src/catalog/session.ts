import type { Catalog, Dialect, Table, UserType } from "../model/catalog.ts";
import type { QualifiedName } from "../model/schema-change.ts";
import type { Span } from "../model/span.ts";
import { cutName } from "./names.ts";
import { addToCount, copyCounts, countOf, emptyCounts, type Counts } from "./counts.ts";
import { findTable } from "./tables.ts";

/**
 * One database session that replays changes. Tables are never changed, only replaced; the record of tables is copied when it was handed out
 * since the last write. So a snapshot costs nothing.
 */
export type Session = {
  readonly dialect: Dialect;
  readonly origin: "declared" | "built";
  tables: Record<string, Table>;
  types: Record<string, UserType>;
  gone: string[];
  shared: boolean;
  /** Why Postgres would refuse the change that is being made: its SQLSTATE; null: it would not, as far as is known. */
  refused: string | null;
  /** Blocks with EXCEPTION that were entered, the innermost last: see fold-blocks.ts. */
  blocks: OpenBlock[];
  searchPath: string[];
  /** A statement has said so: then what it does not find is not there. Else the connection may have set another. */
  pathSaid: boolean;
  /** Names of indexes and of constraints by schema, counted; made at first demand, and copied when the tables are. */
  names: TakenNames | null;
};

/** `made`: its changes are made. `undone`: one was refused, and a handler is looked for. `passed`: what follows is not made. */
export type OpenBlock = { state: "made" | "undone" | "passed"; catches: string[]; sqlstate: string; before: Catalog };

type TakenNames = { indexes: Counts; constraints: Counts };
/** Of tables that were handed out: the next session goes on with them. */
const namesIn = new WeakMap<Record<string, Table>, TakenNames>();

export const temporarySchema = "pg_temp";

/** A new session on what a former one has left. */
export function openSession(catalog: Catalog, origin: Session["origin"]): Session {
  return {
    dialect: catalog.dialect, origin, tables: catalog.tables, types: catalog.types ?? {}, gone: catalog.gone ?? [], shared: true,
    refused: null, blocks: [], searchPath: ["public"], pathSaid: false, names: namesIn.get(catalog.tables) ?? null,
  };
}

/** Postgres would refuse the change that is being made; what stands behind a condition would then not have been tried. */
export function refuse(session: Session, sqlstate: string): void {
  session.refused ??= sqlstate;
}

/** What does not exist is an error where the table is known whole. */
export function refuseMissing(session: Session, table: Table | null, ifExists: boolean, sqlstate: string): void {
  if (!ifExists && table?.complete === true) refuse(session, sqlstate);
}

/** Temporary tables go with their session. */
export function dropTemporary(session: Session): void {
  for (const table of Object.values(session.tables)) if (table.temporary) removeTable(session, table.id);
}

export function snapshot(session: Session): Catalog {
  session.shared = true;
  if (session.names !== null) namesIn.set(session.tables, session.names);
  const { dialect, tables, types, gone } = session;
  return { dialect, tables, ...(Object.keys(types).length > 0 ? { types } : {}), ...(gone.length > 0 ? { gone } : {}) };
}

/** Back to what was handed out before. */
export function restore(session: Session, { tables, types = {}, gone = [] }: Catalog): void {
  Object.assign(session, { tables, types, gone, shared: true, names: namesIn.get(tables) ?? null });
}

function own(session: Session): Record<string, Table> {
  if (session.shared) {
    session.tables = { ...session.tables };
    if (session.names !== null) session.names = { indexes: copyCounts(session.names.indexes), constraints: copyCounts(session.names.constraints) };
  }
  session.shared = false;
  return session.tables;
}

export function putTable(session: Session, table: Table): Table {
  const tables = own(session);
  noteNames(session, tables[table.id], -1);
  tables[table.id] = table;
  noteNames(session, table, 1);
  return table;
}

export function removeTable(session: Session, id: string): void {
  if (session.tables[id] === undefined) return;
  const tables = own(session);
  noteNames(session, tables[id], -1);
  delete tables[id];
}

/** Is there an index, or else a constraint, of this name in the schema? Counted as tables come and go: asking all of them each time takes minutes where there are thousands. */
export function isNameTaken(session: Session, kind: keyof TakenNames, schema: string, name: string): boolean {
  if (session.names === null) {
    session.names = { indexes: emptyCounts(), constraints: emptyCounts() };
    for (const table of Object.values(session.tables)) noteNames(session, table, 1);
  }
  return countOf(session.names[kind], `${schema}.${name}`) > 0;
}

function noteNames(session: Session, table: Table | undefined, by: 1 | -1): void {
  if (session.names === null || table === undefined) return;
  const note = (counts: Counts, name: string | null): void => {
    if (name !== null) addToCount(counts, `${table.schema}.${name}`, by);
  };
  const { indexes, constraints } = session.names;
  for (const item of [...table.keys, ...table.indexes]) note(indexes, item.name);
  for (const item of [...table.foreignKeys, ...table.keys.filter((key) => key.kind !== "index")]) note(constraints, item.name);
  for (const item of table.checks) note(constraints, item.name);
  for (const item of table.columns) if (item.notNull) note(constraints, item.notNull.name);
}

/** Where an unqualified CREATE puts its object: the first schema of the search path that was not dropped. Refused (3F000) where a path was set that has none. */
export function creationSchema(session: Session): string {
  const schema = session.searchPath.find((one) => !session.gone.includes(one));
  if (schema === undefined && session.pathSaid) refuse(session, "3F000");
  return schema ?? "public";
}

export function tableId(schema: string, name: string): string {
  return `${schema}.${cutName(name)}`;
}

/** Does a handler name this reason, or all? */
export function isCaught(catches: readonly string[], sqlstate: string): boolean {
  return catches.includes("*") || catches.includes(sqlstate);
}

/** The table that a name means here; null: it was never created. A handler for what is missing says that it may be. */
export function resolve(session: Session, name: QualifiedName): Table | null {
  const exact = session.pathSaid || session.blocks.some((block) => isCaught(block.catches, "42P01"));
  return resolveExactly(session, name) ?? (exact ? null : findTable({ dialect: session.dialect, tables: session.tables }, name, session.searchPath));
}

/** In its schema, or one of the search path. */
export function resolveExactly(session: Session, name: QualifiedName): Table | null {
  const schemas = name.schema === null ? [temporarySchema, ...session.searchPath] : [name.schema];
  return schemas.flatMap((schema) => session.tables[tableId(schema, name.name)] ?? [])[0] ?? null;
}

/** The id that a reference to a table stands for, whether it exists or not. */
export function resolveId(session: Session, name: QualifiedName): string {
  return resolve(session, name)?.id ?? tableId(name.schema ?? creationSchema(session), name.name);
}

/** As resolve; a table that was created elsewhere gets a stub that is not `complete`, unless a handler expects that it is missing. */
export function resolveOrStub(session: Session, name: QualifiedName): Table {
  const known = resolve(session, name);
  if (known) return known;
  refuse(session, "42P01");
  return putTable(session, { ...blankTable(name.schema ?? creationSchema(session), name.name), complete: false });
}

export function blankTable(schema: string, name: string): Table {
  return {
    id: tableId(schema, name),
    schema,
    name: cutName(name),
    kind: "table",
    temporary: false,
    partitioned: false,
    columns: [],
    keys: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    complete: true,
    declared: [],
    built: [],
  };
}

/** The type that a name means here; null: a system type, or one that is not known. `array[]` and `varchar(20)` are of their bare type. */
export function resolveType(session: Session, { schema, name }: QualifiedName): UserType | null {
  const bare = name.replace(/(?:\[\]|\([\d,]*\))+$/, "");
  for (const one of schema === null ? [...session.searchPath, "public"] : [schema]) {
    const type = session.types[`${one}.${bare}`];
    if (type) return type;
  }
  return null;
}

/** Spans of a new thing: where they go depends on who says it. */
export function spans(session: Session, at: Span): { declared: Span[]; built: Span[] } {
  return session.origin === "declared" ? { declared: [at], built: [] } : { declared: [], built: [at] };
}

/** Partitions and tables that inherit from this one. */
export function childrenOf(session: Session, id: string): Table[] {
  return Object.values(session.tables).filter((table) => table.parents?.includes(id) === true);
}
