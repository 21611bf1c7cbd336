import type { Catalog, Table } from "../model/catalog.ts";
import type { Database, Migration } from "../model/project.ts";
import { keyBuilds } from "./builds.ts";
import { dayOf } from "./history.ts";

/** A key is built on a table that another migration shortly before creates: are the two of one deploy? */
type Doubt = { migration: Migration; creating: Migration };

/** Migration file → what brought it into the repository; of files that are not in it nothing is known. */
export type Bringers = ReadonlyMap<string, string>;

/** In more files than this two are not near each other, and a commit that brings more is an import or a release: it tells nothing about deploys. */
const MANY = 10;
/** Whoever writes the two within one piece of work does so within this many days. */
const LONG = 31;

/** Files of which it matters what brought them, with the first of their list: what brings that one brings a history that is older. */
export function doubtfulMigrations(databases: Database[]): string[] {
  const paths = databases.flatMap((database) => doubtsOf(database).flatMap(({ migration, creating }) => [firstOf(database, migration), creating, migration].map(({ path }) => path)));
  return [...new Set(paths)].sort();
}

/** The databases with what existed before the deploy of those migrations that came together with the one that creates their table. */
export function withDeploys(databases: Database[], bringers: Bringers): Database[] {
  return databases.map((database) => {
    const deployed = new Map<Migration, Catalog>();
    for (const { migration, creating } of doubtsOf(database)) {
      const own = cameTogether(database, migration, creating, bringers) ? nearBefore(database, migration).filter(({ path }) => bringers.get(path) === bringers.get(migration.path)) : [];
      if (own.length > 0) deployed.set(migration, withoutThose(migration.before, new Set(own.map(({ path }) => path))));
    }
    if (deployed.size === 0) return database;
    return { ...database, migrations: database.migrations.map((migration) => (deployed.has(migration) ? { ...migration, deployed: deployed.get(migration)! } : migration)) };
  });
}

/** Of migrations of which somebody told whether they have run nothing is in doubt. */
function doubtsOf(database: Database): Doubt[] {
  return database.migrations.flatMap((migration) => {
    if (migration.applied !== undefined) return [];
    const places = new Set(keyBuilds(migration).map(({ earlier }) => earlier.built[0]?.path));
    return nearBefore(database, migration).filter(({ path }) => places.has(path)).map((creating) => ({ migration, creating }));
  });
}

function nearBefore({ migrations }: Database, migration: Migration): Migration[] {
  const position = migrations.indexOf(migration);
  return migrations.slice(Math.max(0, position - MANY), position);
}

function cameTogether(database: Database, migration: Migration, creating: Migration, bringers: Bringers): boolean {
  const bringer = bringers.get(migration.path);
  if (bringer === undefined || bringers.get(creating.path) !== bringer || bringers.get(firstOf(database, migration).path) === bringer) return false;
  return database.migrations.filter(({ path }) => bringers.get(path) === bringer).length <= MANY && daysBetween(creating, migration) <= LONG;
}

/** Lists of several folders stand one after the other. */
function firstOf({ migrations }: Database, { path }: Migration): Migration {
  const folder = folderOf(path);
  return migrations.find((other) => folderOf(other.path) === folder)!;
}

/** Prisma's and drizzle 1's have a folder each. */
function folderOf(path: string): string {
  return path.replace(/\/migration\.sql$/, "").replace(/(?:^|\/)[^/]*$/, "");
}

/** As their names tell it; 0 where those tell nothing. */
function daysBetween(one: Migration, other: Migration): number {
  const [from, to] = [timeOf(one), timeOf(other)];
  return from === null || to === null ? 0 : Math.abs(to - from) / 86_400_000;
}

function timeOf(migration: Migration): number | null {
  const day = dayOf(migration);
  const time = day === null ? Number(/^\d{13}(?!\d)/.exec(migration.name)?.[0]) : Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
  return Number.isNaN(time) ? null : time;
}

/** Without the tables and columns that these files create. */
function withoutThose(catalog: Catalog, paths: ReadonlySet<string>): Catalog {
  const isOld = (table: Table): boolean => !table.built[0] || !paths.has(table.built[0].path);
  const tables = Object.entries(catalog.tables).filter(([, table]) => isOld(table));
  return { ...catalog, tables: Object.fromEntries(tables.map(([id, table]) => [id, { ...table, columns: table.columns.filter(({ at }) => at === null || !paths.has(at.path)) }])) };
}
