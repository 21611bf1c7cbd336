import { emptyCatalog, fold } from "../catalog/fold.ts";
import { mergeCatalogs } from "../catalog/merge.ts";
import type { Catalog } from "../model/catalog.ts";
import type { DatabaseSource, ProjectInput } from "../model/input.ts";
import type { Database, Migration } from "../model/project.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import type { Unread } from "../model/span.ts";
import { basename, dirname, isInside } from "./paths.ts";
import { readCodeMigration } from "./migrations/code.ts";
import type { Program } from "./program.ts";
import { haltsAfterFailure, transactionOf, type Steering } from "./runners.ts";
import type { DeclaredSchemas } from "./schema/bindings.ts";
import { prismaSchemaChanges } from "./schema/prisma.ts";
import { withoutDefaultNames } from "./schema/unnamed.ts";

type Declared = { changes: SchemaChange[]; complete: boolean; prisma: Database["prisma"]; dialect: Catalog["dialect"] };
/** `deployed`: what the applied migrations alone built. */
type Migrated = { migrations: Migration[]; catalog: Catalog; deployed: Catalog; complete: boolean };

/** Replays the migrations of each database, reads its schema, and merges the two. What cannot be read is added to `unread`. */
export function buildDatabases(program: Program, schemas: DeclaredSchemas, unread: Unread[]): Database[] {
  return program.input.databases.map((source) => buildDatabase(program, schemas, source, unread));
}

function buildDatabase(program: Program, schemas: DeclaredSchemas, source: DatabaseSource, unread: Unread[]): Database {
  const declared = readDeclared(program, schemas, source, unread);
  const dialect = declared?.dialect ?? source.dialect;
  const folded = declared === null ? null : fold(emptyCatalog(dialect), declared.changes, "declared");
  const schema = folded !== null && declared !== null && source.orm === "typeorm" ? withoutDefaultNames(folded, declared.changes) : folded;
  const history = readMigrated(program, source, dialect, unread);
  // Whatever the migrations build, each start makes the tables anew as they are declared.
  const migrated = source.typeorm?.synchronizes === true && schema !== null ? null : history;
  return {
    id: source.id,
    orm: source.orm,
    catalog: merge(schema, migrated?.catalog ?? null) ?? emptyCatalog(dialect),
    schema,
    migrated: migrated?.catalog ?? null,
    migrations: history?.migrations ?? [],
    complete: (declared?.complete ?? true) && (migrated?.complete ?? true),
    prisma: declared?.prisma ?? null,
  };
}

function merge(schema: Catalog | null, migrated: Catalog | null): Catalog | null {
  return schema !== null && migrated !== null ? mergeCatalogs(schema, migrated) : (schema ?? migrated);
}

/** null: nothing declares a schema. */
function readDeclared(program: Program, schemas: DeclaredSchemas, source: DatabaseSource, unread: Unread[]): Declared | null {
  if (source.schemaFiles.length === 0) return null;
  const own = schemas[source.orm];
  if (own !== undefined) return { changes: own.changes(source.id), complete: own.complete(source.id), prisma: null, dialect: source.dialect };
  return source.orm === "prisma" ? readPrisma(program, source, unread) : readSqlSchema(program, source, unread);
}

function readPrisma(program: Program, source: DatabaseSource, unread: Unread[]): Declared {
  const files = source.schemaFiles.flatMap((path) => {
    const facts = program.facts(path)?.prisma;
    return facts == null ? [] : [{ path, facts }];
  });
  const complete = files.length === source.schemaFiles.length;
  if (!complete) noteUnread(source.schemaFiles.filter((path) => !files.some((file) => file.path === path)), unread);
  const { changes, models, relationMode, dialect } = prismaSchemaChanges(files, { version: source.ormVersion });
  return { changes, complete, prisma: { relationMode, adapter: usesAdapter(program.input, source.dir), models }, dialect };
}

/** Prisma's driver adapters change what an error looks like. */
function usesAdapter(input: ProjectInput, dir: string): boolean {
  return input.packages.some((info) => isInside(dir, info.dir) && Object.keys(info.versions).some((name) => name.startsWith("@prisma/adapter-")));
}

function readSqlSchema(program: Program, source: DatabaseSource, unread: Unread[]): Declared {
  const files = source.schemaFiles.map((path) => ({ path, sql: program.facts(path)?.sql ?? null }));
  const missing = files.filter((file) => file.sql === null).map((file) => file.path);
  noteUnread(missing, unread);
  const changes = files.flatMap((file) => file.sql?.statements.flatMap((statement) => statement.changes) ?? []);
  return { changes, complete: missing.length === 0, prisma: null, dialect: source.dialect };
}

/** null: there are no migrations. */
function readMigrated(program: Program, source: DatabaseSource, dialect: Catalog["dialect"], unread: Unread[]): Migrated | null {
  const lists = source.migrations.filter((list) => list.files.length > 0);
  if (lists.length === 0) return null;
  const empty = emptyCatalog(dialect);
  const out: Migrated = { migrations: [], catalog: empty, deployed: empty, complete: true };
  const [first] = lists.flatMap((list) => list.files);
  if (dialect !== "postgres" && first !== undefined && !/\.sql$/i.test(first)) {
    // What a library sends to another engine is not known here.
    unread.push({ at: { path: first, start: 0, end: 0 }, message: `The migrations of ${source.id} are not read: they are for another database than Postgres` });
    return { ...out, complete: false };
  }
  for (const list of lists) {
    const { runner, runnerVersion } = list;
    for (const path of list.files) {
      const read = readMigration(program, runner, path);
      if (read === null) {
        out.complete = false;
        noteUnread([path], unread);
        continue;
      }
      if (read.unread.length > 0) out.complete = false;
      // What a reader could not read is told with its file; what a library's calls hide is known here only.
      if (read.isCode) unread.push(...read.unread);
      const { statements, comments } = read;
      const transaction = transactionOf(list, { ...read, apart: list.apart?.[path] });
      const applied = program.input.applied?.get(path);
      const history = applied === undefined ? {} : { applied, deployed: applied ? out.catalog : out.deployed };
      out.migrations.push({ path, name: migrationName(path), runner, runnerVersion, transaction, ...(haltsAfterFailure(runner) ? { halts: true as const } : {}), statements, comments, before: out.catalog, ...(read.unread.length > 0 ? { partial: true as const } : {}), ...history });
      const changes = statements.flatMap((statement) => statement.changes);
      if (changes.length > 0) advance(out, changes, applied);
    }
  }
  return out;
}

/** As long as nothing is pending the two catalogs are one. */
function advance(out: Migrated, changes: SchemaChange[], applied: boolean | undefined): void {
  const before = out.catalog;
  out.catalog = fold(before, changes, "built");
  if (applied === false) return;
  out.deployed = out.deployed === before ? out.catalog : fold(out.deployed, changes, "built");
}

type MigrationText = Steering & { comments: Migration["comments"]; unread: Unread[]; isCode: boolean };

/** null: the file could not be read at all. */
function readMigration(program: Program, runner: Migration["runner"], path: string): MigrationText | null {
  const facts = program.facts(path);
  if (facts?.sql != null) return { ...facts.sql, optsOut: false, unread: facts.unread, isCode: false };
  const code = readCodeMigration(program, runner, path);
  return code === null ? null : { ...code, directives: [], isCode: true };
}

function noteUnread(paths: string[], unread: Unread[]): void {
  for (const path of paths) unread.push({ at: { path, start: 0, end: 0 }, message: "This file of the schema's history could not be read" });
}

/** Prisma's and drizzle 1's migrations are named by their folder. */
function migrationName(path: string): string {
  const file = basename(path);
  return file === "migration.sql" ? basename(dirname(path)) : file.replace(/\.\w+$/, "");
}
