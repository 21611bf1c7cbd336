import type { Catalog, Column, Table, UniqueKey } from "../model/catalog.ts";
import type { Database, Project } from "../model/project.ts";
import type { QualifiedName } from "../model/schema-change.ts";
import { cutName } from "./names.ts";

/** Where a site, a claim or a finding points: `Database.id` and `Table.id`; null: not resolved. */
export type TableRef = { database: string | null; table: string | null };

/** The database with this id; null where it is not resolved. */
export function databaseOf(project: Project, id: string | null): Database | null {
  return id === null ? null : (project.databases.find((database) => database.id === id) ?? null);
}

/** The table that a reference names, in its database's merged catalog. */
export function tableOf(project: Project, ref: TableRef): Table | null {
  if (ref.table === null) return null;
  return databaseOf(project, ref.database)?.catalog.tables[ref.table] ?? null;
}

export function columnOf(table: Table, name: string): Column | null {
  return table.columns.find((column) => column.name === name) ?? null;
}

/**
 * The table that a name as written means: its schema's, else the first of the search path that has it, else the only table of that name in
 * any schema (a connection may set a search path that no file shows). null: there is none, or there are several.
 */
export function findTable(catalog: Catalog, name: QualifiedName, searchPath: readonly string[] = ["public"]): Table | null {
  const cut = cutName(name.name);
  if (name.schema !== null) return catalog.tables[`${name.schema}.${cut}`] ?? null;
  for (const schema of ["pg_temp", ...searchPath]) {
    const table = catalog.tables[`${schema}.${cut}`];
    if (table) return table;
  }
  const named = Object.values(catalog.tables).filter((table) => table.name === cut);
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Every key of a catalog with its table. */
export function allKeys(catalog: Catalog): { table: Table; key: UniqueKey }[] {
  return Object.values(catalog.tables).flatMap((table) => table.keys.map((key) => ({ table, key })));
}

/** Keys that go by this name, which Postgres cuts to 63 bytes first. */
export function findKeysByName(catalog: Catalog, name: string): { table: Table; key: UniqueKey }[] {
  const cut = cutName(name);
  return allKeys(catalog).filter(({ key }) => key.name === cut);
}

/** All names that an error or a statement can carry as a constraint's or relation's: tables, keys, indexes, foreign keys, checks. */
export function relationNames(catalog: Catalog): Set<string> {
  const names = new Set<string>();
  for (const table of Object.values(catalog.tables)) {
    names.add(table.name);
    for (const check of table.checks) names.add(check.name);
    for (const { name } of [...table.keys, ...table.indexes, ...table.foreignKeys]) if (name !== null) names.add(name);
  }
  return names;
}
