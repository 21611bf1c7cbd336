import type { Catalog, Table, UniqueKey } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { NewKey, QualifiedName, SchemaChange } from "../model/schema-change.ts";
import type { Span } from "../model/span.ts";
import { emptyTables } from "./emptiness.ts";
import { partColumns } from "./keys.ts";
import { misfitBelow } from "./partition-keys.ts";
import type { ReplayStep } from "./replay.ts";
import { replay } from "./replay.ts";
import { findTable } from "./tables.ts";

/** A unique key that a migration builds over rows that are already there. */
export type KeyBuild = {
  migration: Migration;
  step: ReplayStep;
  /** The table when the statement runs, and when the migration starts (with all others of its deploy, where that is known). */
  table: Table;
  earlier: Table;
  key: Pick<UniqueKey, "name" | "kind" | "parts" | "where" | "nullsNotDistinct" | "include" | "deferrable">;
  /** `column`: ADD COLUMN … UNIQUE. */
  how: "index" | "constraint" | "primary" | "column";
  concurrently: boolean;
  ifNotExists: boolean;
  /** Key columns that did not exist when the migration started. */
  newColumns: string[];
  at: Span;
};

const memo = new WeakMap<Migration, KeyBuild[]>();

/**
 * Keys built on tables that existed before the migration, and before the others that are not applied either. Not: tables created in it, those that are known to be empty by then, temporary
 * ones, USING INDEX (the index is there already), ON ONLY a partitioned parent (no rows), and IF NOT EXISTS over an index that exists.
 */
export function keyBuilds(migration: Migration): KeyBuild[] {
  const known = memo.get(migration);
  if (known) return known;
  const builds: KeyBuild[] = [];
  const renamed = new Map<string, string>();
  const created = new Set<string>();
  for (const step of replay(migration)) {
    for (const change of step.statement.changes) {
      noteTables(change, step, renamed, created);
      builds.push(...buildsOf(migration, step, change, renamed, created));
    }
  }
  memo.set(migration, builds);
  return builds;
}

function noteTables(change: SchemaChange, step: ReplayStep, renamed: Map<string, string>, created: Set<string>): void {
  if (change.kind === "create-table") {
    const table = resolve(step.after, change.table, step);
    if (table && !resolve(step.before, change.table, step)) created.add(table.id);
  }
  if (change.kind !== "rename-table" && change.kind !== "set-schema") return;
  const before = resolve(step.before, change.table, step);
  if (!before) return;
  const id = change.kind === "rename-table" ? `${before.schema}.${change.to}` : `${change.to}.${before.name}`;
  renamed.set(id, renamed.get(before.id) ?? before.id);
  if (created.has(before.id)) created.add(id);
}

function buildsOf(migration: Migration, step: ReplayStep, change: SchemaChange, renamed: Map<string, string>, created: Set<string>): KeyBuild[] {
  const built = keysOf(change, step.before);
  if (!built) return [];
  const table = resolve(step.before, built.table, step) ?? resolve(step.after, built.table, step);
  if (!table || table.kind !== "table" || table.temporary || created.has(table.id)) return [];
  if (emptyTables(migration, step.index).has(table.id)) return [];
  const started = migration.before.tables[renamed.get(table.id) ?? table.id];
  const earlier = started === undefined ? heardOf(migration, step, table) : asDeployed(migration, started);
  if (earlier === null) return [];
  // Postgres refuses those, so it builds nothing.
  return built.keys.filter((key) => misfitBelow(step.before.tables, table, key) === null).map((key) => ({
    migration,
    step,
    table,
    earlier,
    key,
    how: built.how(key),
    concurrently: built.concurrently,
    ifNotExists: built.ifNotExists,
    newColumns: partColumns(key).filter((column) => !hasColumn(migration, earlier, table, column)),
    at: key.at,
  }));
}

/**
 * The table before the deploy, under the name that it had then; null: the deploy creates it. A table is known by the place that creates it; one
 * that is only heard of (no migration creates it) was there.
 */
function asDeployed({ before, deployed = before }: Migration, table: Table): Table | null {
  const created = table.built[0];
  if (deployed === before || created === undefined) return deployed.tables[table.id] ?? table;
  return Object.values(deployed.tables).find(({ built: [place] }) => place?.path === created.path && place.start === created.start) ?? null;
}

type Built = { table: QualifiedName; keys: NewKey[]; how(key: NewKey): KeyBuild["how"]; concurrently: boolean; ifNotExists: boolean };

function keysOf(change: SchemaChange, before: Catalog): Built | null {
  if (change.kind === "create-index") {
    if (!change.unique || change.only || (change.ifNotExists && indexExists(before, change.index.name))) return null;
    const { name, parts, where, include } = change.index;
    const key: NewKey = { name, kind: "index", parts, where, include, nullsNotDistinct: change.nullsNotDistinct, deferrable: false, at: change.at };
    return { table: change.table, keys: [key], how: () => "index", concurrently: change.concurrently, ifNotExists: change.ifNotExists };
  }
  const plain = { concurrently: false, ifNotExists: false };
  if (change.kind === "add-key" && change.usingIndex === null && change.key.kind !== "exclusion" && change.key.kind !== "index") {
    return { table: change.table, keys: [change.key], how: (key) => (key.kind === "primary" ? "primary" : "constraint"), ...plain };
  }
  if (change.kind === "add-column" && change.keys.length > 0) return { table: change.table, keys: change.keys, how: () => "column", ...plain };
  return null;
}

/**
 * A table that no migration creates, and of which this one speaks first: without it the statement would fail, so it is there. null: what creates it
 * may stand where nothing could be read.
 */
function heardOf({ partial, statements }: Migration, { index }: ReplayStep, table: Table): Table | null {
  const isHidden = statements.slice(0, index).some(({ changes }) => changes.some(({ kind }) => kind === "opaque"));
  return partial === true || isHidden || table.built.length > 0 ? null : { ...table, columns: [], keys: [], complete: false };
}

/** A column that was renamed in this file is no new one: it keeps the place where it was declared. Of a table that is only heard of, those that this file adds are. */
function hasColumn({ path }: Migration, earlier: Table, later: Table, name: string): boolean {
  if (earlier.columns.some((column) => column.name === name)) return true;
  const at = later.columns.find((column) => column.name === name)?.at;
  if (earlier.columns.length === 0) return at?.path !== path;
  return at !== undefined && at !== null && earlier.columns.some((column) => column.at?.path === at.path && column.at.start === at.start);
}

function indexExists(catalog: Catalog, name: string | null): boolean {
  if (name === null) return false;
  return Object.values(catalog.tables).some((table) => [...table.keys, ...table.indexes].some((item) => item.name === name));
}

function resolve(catalog: Catalog, name: QualifiedName, step: ReplayStep): Table | null {
  return findTable(catalog, name, step.searchPath);
}
