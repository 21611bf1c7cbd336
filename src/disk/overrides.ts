import picomatch from "picomatch";
import type { Dialect } from "../model/catalog.ts";
import type { DatabaseSource } from "../model/input.ts";
import type { Runner } from "../model/project.ts";
import { failure } from "../lint/failure.ts";
import { codeRunnerOf, sortCodeMigrations } from "./code-migrations.ts";
import type { Discovery } from "./context.ts";
import { isCode } from "./languages.ts";
import { byName, folderOf } from "./paths.ts";
import { readFolderMigrations, readMigrations } from "./runners.ts";

/** What a user says about one database where discovery is wrong. Paths and globs relative to the root. */
export type DatabaseOverride = {
  /** Schema files: ORM files, .prisma files or .sql files that stand for the whole schema. */
  schema?: string | string[];
  /** Folder of migrations, or their files. `false`: there are none. */
  migrations?: string | string[] | false;
  runner?: Runner;
  runnerVersion?: string;
  dialect?: Dialect;
  /** `false`: not a database of this project. */
  enabled?: boolean;
};

/** Applies overrides by id; an id that discovery does not know is a database of its own. */
export function overrideDatabases(discovery: Discovery, databases: DatabaseSource[], overrides: Record<string, DatabaseOverride>): DatabaseSource[] {
  const known = new Set(databases.map(({ id }) => id));
  const added = Object.keys(overrides).filter((id) => !known.has(id)).map((id): DatabaseSource => ({
    id,
    orm: ormOf(overrides[id]),
    dialect: "postgres",
    dir: discovery.files.isFolder(id) ? id : folderOf(id),
    schemaFiles: [],
    migrations: [],
    queryFiles: [],
    casing: null,
    ormVersion: null,
  }));
  return [...databases, ...added]
    .filter(({ id }) => overrides[id]?.enabled !== false)
    .map((database) => override(discovery, database, overrides[database.id] ?? {}))
    .sort((a, b) => byName(a.id, b.id));
}

function ormOf(override: DatabaseOverride | undefined): DatabaseSource["orm"] {
  const first = [override?.schema ?? []].flat()[0] ?? ".sql";
  return first.endsWith(".sql") ? "sql" : first.endsWith(".prisma") ? "prisma" : "drizzle";
}

function override(discovery: Discovery, database: DatabaseSource, { schema, migrations, runner, runnerVersion, dialect }: DatabaseOverride): DatabaseSource {
  const lists = migrations === undefined ? database.migrations : migrations === false ? [] : findLists(discovery, database.id, [migrations].flat());
  return {
    ...database,
    dialect: dialect ?? database.dialect,
    schemaFiles: schema === undefined ? database.schemaFiles : expand(discovery, database.id, [schema].flat()),
    migrations: lists.map((list) => ({ ...list, runner: runner ?? list.runner, runnerVersion: runnerVersion ?? list.runnerVersion })),
  };
}

function findLists({ files }: Discovery, id: string, written: string[]): DatabaseSource["migrations"] {
  return written.flatMap((path) => {
    const dir = path.replace(/\/$/, "");
    if (!files.isFolder(dir)) return [{ runner: "unknown" as const, runnerVersion: null, files: expand({ files }, id, [path]), dir: folderOf(dir) }];
    const list = readMigrations(files, dir, files.list(dir));
    if (list !== null) return [{ ...list, runnerVersion: null }];
    const code = files.list(dir).map((name) => `${dir}/${name}`).filter((path) => isCode(path) && codeRunnerOf(files, path) !== null);
    const runner = code[0] === undefined ? null : codeRunnerOf(files, code[0]);
    if (runner !== null) return [{ runner, runnerVersion: null, files: sortCodeMigrations(files, runner, code), dir }];
    const folders = readFolderMigrations(files, dir);
    const plain = files.list(dir).filter((name) => name.endsWith(".sql")).map((name) => `${dir}/${name}`);
    return [{ runner: "unknown" as const, runnerVersion: null, files: folders.length > 0 ? folders : plain, dir }];
  });
}

function expand({ files }: Pick<Discovery, "files">, id: string, written: string[]): string[] {
  return written.flatMap((pattern) => {
    if (files.has(pattern)) return [pattern];
    const matches = picomatch(files.isFolder(pattern) ? `${pattern}/*.{ts,js,mts,mjs,prisma,sql}` : pattern);
    const found = files.paths.filter((path) => matches(path));
    if (found.length === 0) throw failure(`configuration: databases["${id}"] names ${pattern}, which does not exist`);
    return found;
  });
}
