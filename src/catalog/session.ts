import type { Catalog, Dialect, Table } from "../model/catalog.ts";
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
  shared: boolean;
  searchPath: string[];
  /** Names of indexes and of constraints by schema, counted; made at first demand, and copied when the tables are. */
  names: TakenNames | null;
};

type TakenNames = { indexes: Counts; constraints: Counts };
/** Of tables that were handed out: the next session goes on with them. */
const namesIn = new WeakMap<Record<string, Table>, TakenNames>();

export const temporarySchema = "pg_temp";

/** A new session on what a former one has left. */
export function openSession(catalog: Catalog, origin: Session["origin"]): Session {
  return { dialect: catalog.dialect, origin, tables: catalog.tables, shared: true, searchPath: ["public"], names: namesIn.get(catalog.tables) ?? null };
}

/** Temporary tables go with their session. */
export function dropTemporary(session: Session): void {
  for (const table of Object.values(session.tables)) if (table.temporary) removeTable(session, table.id);
}

export function snapshot(session: Session): Catalog {
  session.shared = true;
  if (session.names !== null) namesIn.set(session.tables, session.names);
  return { dialect: session.dialect, tables: session.tables };
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
  for (const name of table.checks) note(constraints, name);
}

/** Where an unqualified CREATE puts its object. */
export function creationSchema(session: Session): string {
  return session.searchPath[0] ?? "public";
}

export function tableId(schema: string, name: string): string {
  return `${schema}.${cutName(name)}`;
}

/** The table that a name means here; null: it was never created. */
export function resolve(session: Session, name: QualifiedName): Table | null {
  return findTable({ dialect: session.dialect, tables: session.tables }, name, session.searchPath);
}

/** The id that a reference to a table stands for, whether it exists or not. */
export function resolveId(session: Session, name: QualifiedName): string {
  return resolve(session, name)?.id ?? tableId(name.schema ?? creationSchema(session), name.name);
}

/** As resolve; a table that was created elsewhere gets a stub that is not `complete`. */
export function resolveOrStub(session: Session, name: QualifiedName): Table {
  return resolve(session, name) ?? putTable(session, { ...blankTable(name.schema ?? creationSchema(session), name.name), complete: false });
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

/** Spans of a new thing: where they go depends on who says it. */
export function spans(session: Session, at: Span): { declared: Span[]; built: Span[] } {
  return session.origin === "declared" ? { declared: [at], built: [] } : { declared: [], built: [at] };
}

/** Partitions and tables that inherit from this one. */
export function childrenOf(session: Session, id: string): Table[] {
  return Object.values(session.tables).filter((table) => table.parents?.includes(id) === true);
}
