import type { Unread } from "./span.ts";
import type { FileFacts } from "./facts.ts";
import type { Dialect } from "./catalog.ts";
import type { Migration, Orm, Runner } from "./project.ts";

/** What disk/ hands to project/build.ts: file facts on demand and the few configuration files, read. */
export type ProjectInput = {
  /** Every file of the project that git would keep, relative to the root, `/`. */
  paths: Set<string>;
  /** Facts of one file, read at first demand and kept; null: no such file, too large, or binary (then it is in `unread`). */
  facts(path: string): FileFacts | null;
  /** Files that may hold facts, as their bytes say, and those that call them. Others are read only when a name leads to them. */
  candidates: string[];
  packages: PackageInfo[];
  tsconfigs: TsconfigInfo[];
  databases: DatabaseSource[];
  /** Migration file → has it run in production? Those of which nobody told are not here. */
  applied?: ReadonlyMap<string, boolean>;
  unread: Unread[];
};

export type PackageInfo = {
  /** Folder, "" for the root. */
  dir: string;
  name: string | null;
  /** Import path below the package → file, e.g. { ".": "src/index.ts", "./schema": "src/schema.ts" }, relative to `dir`; as far as `exports`/`main`/`types` lead to source files. `*` patterns kept. */
  exports: Record<string, string[]>;
  /** Dependency → version that is installed (lock file), else the lowest that the range allows; null: not known. */
  versions: Record<string, string | null>;
};

export type TsconfigInfo = {
  dir: string;
  baseUrl: string | null;
  /** Pattern → targets relative to the root. */
  paths: Record<string, string[]>;
};

export type DatabaseSource = {
  id: string;
  orm: Orm;
  dialect: Dialect;
  /** Folder of the package it belongs to. */
  dir: string;
  /** The ORM's schema files (drizzle: .ts files; prisma: .prisma files; sql: schema .sql files that stand for the whole schema). */
  schemaFiles: string[];
  /** In the order in which the runner applies them. Several folders: several lists. */
  migrations: MigrationSource[];
  /** sqlc, PgTyped, TypedSQL query files. */
  queryFiles: string[];
  /** drizzle 0.x `casing`. */
  casing: "snake_case" | "camelCase" | null;
  /** Version of the ORM's package where known. */
  ormVersion: string | null;
  /** What TypeORM's data source says of names; absent: another ORM. */
  typeorm?: TypeormSettings;
};

/**
 * `naming`: of typeorm-naming-strategies where `snake`; null: a strategy of the project's own. `prefix`: of table names; null: computed. `schema`: of
 * tables that name none; null: none is said. `synchronizes`: its tables are made from the entities at each start, wherever it runs.
 */
export type TypeormSettings = { naming: "default" | "snake" | null; prefix: string | null; schema: string | null; synchronizes: boolean };

export type MigrationSource = {
  runner: Runner;
  runnerVersion: string | null;
  files: string[];
  dir: string;
  /** What the runner is told to do with transactions, where its configuration says so; absent: as by itself. */
  transaction?: Migration["transaction"];
  /** The same for single files, by path: Flyway's `V1__x.sql.conf`. */
  apart?: Record<string, Migration["transaction"]>;
};
