import type { Runner } from "../model/project.ts";
import { isAside } from "./asides.ts";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { versionOf } from "./packages.ts";
import { byName, folderOf, joinPath, nameOf } from "./paths.ts";
import { guessDialect, readFolderMigrations, readMigrations } from "./runners.ts";
import type { MigrationList } from "./runners.ts";

/** Folders whose name says that a program runs what is in them, in order. */
const migrationFolder = /(?:^|[/_-])(?:migrations?|migrate|committed|versions|changes|changesets?|sql|schema|ddl|deploy)(?:$|[/_-])/i;
/** Single files that hold a whole schema. */
const schemaFile = /(?:^|[._-])(?:schema|structure|init|tables|ddl|baseline|create|setup|dump)(?:[._-]|\.sql$)/i;

const container = /(?:^|[/_-])(?:docker|containers?|initdb|deploy|k8s|helm)(?:$|[/_.-])/i;

/** Databases that only .sql files tell of: migrations of the runners that need no configuration, and whole schemas where there are none. */
export function findPlainSql(discovery: Discovery, claimed: Set<string>): Found[] {
  const free = discovery.files.paths.filter((path) => /\.sql$/i.test(path) && !claimed.has(path) && !isAside(path));
  const dirs = [...new Set(free.map(folderOf))].sort(byName);
  const atlas = new Set(atlasFolders(discovery, dirs));
  const migrations = [...new Set([...atlas, ...dirs])].flatMap((dir) => describeMigrations(discovery, dir, free, atlas.has(dir)) ?? []);
  const taken = new Set(migrations.flatMap(({ migrations: all }) => all.flatMap(({ files }) => files)));
  return [...migrations, ...wholeSchemas(discovery, free.filter((path) => !taken.has(path)))];
}

/** `migration { dir = "file://migrations" }` of every atlas.hcl. */
function atlasFolders({ files }: Discovery, dirs: string[]): string[] {
  return files.paths
    .filter((path) => nameOf(path) === "atlas.hcl")
    .flatMap((path) => [...(files.text(path) ?? "").matchAll(/\bdir\s*=\s*"file:\/\/([^"?]+)"/g)].map((match) => joinPath(folderOf(path), match[1] ?? "")))
    .filter((dir) => dir !== null)
    .filter((dir) => dirs.includes(dir));
}

/** `atlas`: its configuration names the folder, without saying that the files are in another runner's format. */
function describeMigrations(discovery: Discovery, dir: string, free: string[], atlas: boolean): Found | null {
  const { files, packages } = discovery;
  const own = new Set(free);
  const list = readMigrations(files, dir, files.list(dir)) ?? folders(discovery, dir);
  if (list === null) return null;
  const rest = list.files.filter((path) => own.has(path));
  const dialect = guessDialect(files, rest);
  if (rest.length === 0 || dialect === null) return null;
  let runner = list.runner;
  if (runner === "unknown" && atlas) runner = "atlas";
  if (runner === "unknown") {
    if (!migrationFolder.test(dir)) return null;
    if (versionOf(packages, dir, "node-pg-migrate") !== null || hasSections(discovery, rest)) runner = "node-pg-migrate";
    else if (versionOf(packages, dir, "graphile-migrate") !== null && /(?:^|\/)committed$/.test(dir)) runner = "graphile-migrate";
  }
  const runnerPackage = packageOf[runner];
  const runnerVersion = runnerPackage === undefined ? null : versionOf(packages, dir, runnerPackage);
  return {
    named: dir,
    orm: "sql",
    dialect,
    dir: homeOf(discovery, dir, folderOf(dir)),
    schemaFiles: [],
    migrations: [{ runner, runnerVersion, files: rest, dir }],
    queryFiles: [],
    casing: null,
    ormVersion: null,
  };
}

const packageOf: Partial<Record<Runner, string>> = { "node-pg-migrate": "node-pg-migrate", "graphile-migrate": "graphile-migrate", dbmate: "dbmate" };

function hasSections({ files }: Discovery, paths: string[]): boolean {
  return paths.some((path) => /^--\s*Up Migration\b/im.test(files.text(path) ?? ""));
}

/** `<dir>/<digits>_name/migration.sql` whose schema file is not here: Prisma's layout, whoever runs it. */
function folders({ files }: Discovery, dir: string): MigrationList | null {
  const parent = folderOf(dir);
  if (!/^\d{8,}/.test(nameOf(dir))) return null;
  const list = readFolderMigrations(files, parent);
  // Told once, at the first of its folders.
  return list.length > 0 && list[0] !== undefined && folderOf(list[0]) === dir ? { runner: "unknown", files: list, dir: parent } : null;
}

/** Where nothing else tells of a database: every .sql file that creates tables, by folder. */
export function findAnySql(discovery: Discovery): Found[] {
  return groupByFolder(discovery, discovery.files.paths.filter((path) => /\.sql$/i.test(path) && !isAside(path)));
}

/** Files that are named as a schema and create tables: one database a folder. */
function wholeSchemas(discovery: Discovery, free: string[]): Found[] {
  const folder = /(?:^|\/)(?:docker-entrypoint-initdb\.d|docker-init|initdb(?:\.d)?|schemas?)\//;
  return groupByFolder(discovery, free.filter((path) => schemaFile.test(nameOf(path)) || folder.test(path)));
}

function groupByFolder(discovery: Discovery, paths: string[]): Found[] {
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    if (!/\bCREATE\s+(?:UNLOGGED\s+)?TABLE\b/i.test(discovery.files.text(path) ?? "")) continue;
    byFolder.set(folderOf(path), [...(byFolder.get(folderOf(path)) ?? []), path]);
  }
  return [...byFolder].flatMap(([dir, schemaFiles]) => {
    const dialect = guessDialect(discovery.files, schemaFiles);
    if (dialect === null) return [];
    const found: Found = {
      named: schemaFiles.length === 1 ? (schemaFiles[0] ?? dir) : dir,
      orm: "sql",
      dialect,
      // A container's database serves a program that stands elsewhere.
      dir: container.test(dir) ? dir : homeOf(discovery, dir, dir),
      schemaFiles: schemaFiles.sort(byName),
      migrations: [],
      queryFiles: [],
      casing: null,
      ormVersion: null,
    };
    return [found];
  });
}
