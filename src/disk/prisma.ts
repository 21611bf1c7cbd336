import type { Dialect } from "../model/catalog.ts";
import { isAside } from "./asides.ts";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { versionOf } from "./packages.ts";
import { folderOf, isWithin, joinPath, nameOf } from "./paths.ts";
import { readPrismaConfigs } from "./prisma-config.ts";
import type { PrismaConfig } from "./prisma-config.ts";
import { readFolderMigrations } from "./runners.ts";

/** One database for each datasource block, wherever it stands; the configuration says which files and migrations belong to it. */
export function findPrisma(discovery: Discovery): Found[] {
  const configs = readPrismaConfigs(discovery);
  const mains = discovery.files.paths.filter((path) => path.endsWith(".prisma") && !discovery.files.links.has(path) && hasDatasource(discovery, path));
  const named = (path: string): PrismaConfig | undefined => configs.find(({ schema }) => schema !== null && isWithin(path, schema));
  const homes = new Set(mains.filter((path) => named(path) !== undefined || isDefault(path)).map((path) => homeOf(discovery, folderOf(path), folderOf(path))));
  const kept = mains.filter((path) => named(path) !== undefined || !(isAside(path) || isSample(discovery, path, homes)));
  const claimed = new Set<string>();
  return kept
    // schema.prisma before its variants: the migrations beside them are its own.
    .sort((a, b) => Number(named(b) !== undefined) - Number(named(a) !== undefined) || Number(nameOf(b) === "schema.prisma") - Number(nameOf(a) === "schema.prisma"))
    .map((main) => describe(discovery, main, kept, named(main), claimed));
}

/** Where Prisma looks by itself. */
function isDefault(path: string): boolean {
  return nameOf(path) === "schema.prisma" || nameOf(folderOf(path)) === "prisma";
}

/** One that nothing names and no migration belongs to, in a package with a schema where Prisma looks for it: an example that is shown or imported. */
function isSample(discovery: Discovery, path: string, homes: ReadonlySet<string>): boolean {
  const dir = folderOf(path);
  if (isDefault(path) || !homes.has(homeOf(discovery, dir, dir))) return false;
  return readFolderMigrations(discovery.files, joinPath(dir, "migrations") ?? "").length === 0;
}

function hasDatasource({ files }: Discovery, path: string): boolean {
  return /^\s*datasource\s+\w+\s*\{/m.test(files.text(path) ?? "");
}

function describe(discovery: Discovery, main: string, mains: string[], config: PrismaConfig | undefined, claimed: Set<string>): Found {
  const { files, packages } = discovery;
  const dir = folderOf(main);
  const home = homeOf(discovery, dir, nameOf(dir) === "prisma" ? folderOf(dir) : dir);
  const dialect = dialectOf(discovery.facts(main)?.prisma?.datasource?.provider ?? null);
  const migrations = findMigrations(discovery, main, home, config, dialect).find((path) => !claimed.has(path)) ?? null;
  if (migrations !== null) claimed.add(migrations);
  const version = versionOf(packages, home, "prisma") ?? versionOf(packages, home, "@prisma/client");
  const sql = config?.typedSql ?? joinPath(dir, "sql") ?? "";
  return {
    named: main,
    orm: "prisma",
    dialect,
    dir: home,
    schemaFiles: schemaFiles(discovery, main, mains, config?.schema ?? null),
    migrations: migrations === null ? [] : [{ runner: "prisma", runnerVersion: version, files: readFolderMigrations(files, migrations), dir: migrations }],
    queryFiles: files.list(sql).filter((name) => name.endsWith(".sql")).map((name) => `${sql}/${name}`),
    casing: null,
    ormVersion: version,
  };
}

/**
 * A folder is a schema when the configuration says so, and also when files without a datasource of their own lie beside or below the main
 * one: alone they would be no schema at all.
 */
function schemaFiles({ files }: Discovery, main: string, mains: string[], configured: string | null): string[] {
  const folder = configured === null || configured === main ? folderOf(main) : configured;
  const others = mains.filter((path) => path !== main);
  const parts = files.paths.filter((path) => {
    if (!path.endsWith(".prisma") || path === main || files.links.has(path) || !isWithin(path, folder) || others.includes(path)) return false;
    // A folder below with a datasource of its own is another schema's.
    return !others.some((other) => folderOf(other) !== folder && isWithin(path, folderOf(other)) && isWithin(folderOf(other), folder));
  });
  const several = configured !== null && configured !== main;
  const single = configured === main || (!several && nameOf(main) === "schema.prisma" && parts.every((path) => !isPart(path, folder)));
  return single ? [main] : [main, ...parts].sort();
}

/** Beside the main file, or below a folder that schemas are usually split into. */
function isPart(path: string, folder: string): boolean {
  const below = folder === "" ? path : path.slice(folder.length + 1);
  return !below.includes("/") || /^(?:models?|schema|schemas|enums?|types?)\//.test(below);
}

/** Folders that may hold its migrations, the likeliest first. */
function findMigrations(discovery: Discovery, main: string, home: string, config: PrismaConfig | undefined, dialect: Dialect): string[] {
  const { files } = discovery;
  const dir = folderOf(main);
  const usual = [config?.migrations ?? null, joinPath(dir, "migrations"), joinPath(folderOf(dir), "migrations")];
  // A configured folder that is written at deploy time: the sources are elsewhere in the package.
  const elsewhere = files.paths
    .filter((path) => /(?:^|\/)\d{14}_[^/]*\/migration\.sql$/.test(path) && isWithin(path, home) && !isAside(path))
    .map((path) => folderOf(folderOf(path)));
  return [...new Set([...usual.filter((path) => path !== null), ...elsewhere])].filter((path) => {
    if (readFolderMigrations(files, path).length === 0) return false;
    const lock = files.text(`${path}/migration_lock.toml`);
    const provider = lock === null ? undefined : /^\s*provider\s*=\s*"([^"]+)"/m.exec(lock)?.[1];
    return provider === undefined || dialectOf(provider) === dialect;
  });
}

function dialectOf(provider: string | null): Dialect {
  if (provider === null || provider === "postgresql" || provider === "postgres") return "postgres";
  return provider === "mysql" || provider === "sqlite" ? provider : "other";
}
