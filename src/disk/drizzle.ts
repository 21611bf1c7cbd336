import type { Dialect } from "../model/catalog.ts";
import type { DatabaseSource } from "../model/input.ts";
import { isAside } from "./asides.ts";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { joinGroups, packageOf } from "./declaring.ts";
import type { Group } from "./declaring.ts";
import { readDrizzleConfigs } from "./drizzle-config.ts";
import type { DrizzleConfig } from "./drizzle-config.ts";
import { tellUnread } from "./files.ts";
import { asObject, asString, readJson } from "./json.ts";
import { isCode } from "./languages.ts";
import { owningPackage, versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf, isWithin } from "./paths.ts";
import { dialectNamed, readFolderMigrations, readMigrations } from "./runners.ts";

type Migrations = DatabaseSource["migrations"];

/** Databases of drizzle-kit's configurations, and of packages that declare Drizzle tables without one. */
export function findDrizzle(discovery: Discovery): Found[] {
  const declaring = findDeclaringFiles(discovery);
  const byContent = new Map<string, Found>();
  for (const config of readDrizzleConfigs(discovery)) {
    const found = fromConfig(discovery, config, declaring);
    if (found === null) continue;
    // drizzle.config.ts and drizzle.config.prod.ts often differ in the credentials only.
    const key = JSON.stringify([found.schemaFiles, found.migrations.map(({ dir }) => dir)]);
    const known = byContent.get(key);
    // An application may point at another package's schema: the configuration beside the schema names the database.
    if (known === undefined || (!holdsSchema(known) && holdsSchema(found))) byContent.set(key, found);
  }
  const configured = [...byContent.values()];
  return [...configured, ...withoutConfig(discovery, declaring, configured)];
}

function holdsSchema({ dir, schemaFiles }: Found): boolean {
  return schemaFiles.length > 0 && schemaFiles.every((path) => isWithin(path, dir));
}

function fromConfig(discovery: Discovery, config: DrizzleConfig, declaring: Map<string, Dialect>): Found | null {
  const dir = folderOf(config.path);
  const home = homeOf(discovery, dir, dir);
  const near = [...declaring.keys()].filter((path) => isWithin(path, home) && owningPackage(discovery.packages, folderOf(path))?.info.dir === home);
  const schemaFiles = config.schemaFiles.length > 0 ? config.schemaFiles : near;
  const migrations = config.out === null ? [] : readDrizzleMigrations(discovery, config.out, config.prefix);
  if (schemaFiles.length === 0 && migrations.length === 0) return null;
  const guessed = schemaFiles.map((path) => declaring.get(path)).find((dialect) => dialect !== undefined);
  return {
    ...describe(discovery, config.path, dir, home, schemaFiles),
    dialect: dialectNamed(config.dialect) ?? guessed ?? "postgres",
    migrations,
    casing: config.casing,
  };
}

function describe(discovery: Discovery, named: string, dir: string, home: string, schemaFiles: string[]): Omit<Found, "dialect" | "migrations"> {
  const ormVersion = versionOf(discovery.packages, dir, "drizzle-orm");
  return { named, orm: "drizzle", dir: home, schemaFiles, queryFiles: [], casing: null, ormVersion };
}

/** drizzle-kit 0.x keeps a journal, 1.0 a folder for each migration; without either the files are somebody else's. */
export function readDrizzleMigrations(discovery: Discovery, out: string, prefix: string | null): Migrations {
  const { files, packages } = discovery;
  const runnerVersion = versionOf(packages, out, "drizzle-orm");
  const supabase = prefix === "supabase" || (/(?:^|\/)supabase\/migrations$/.test(out) && files.has(out.replace(/migrations$/, "config.toml")));
  const journal = supabase ? null : readJournal(discovery, out);
  if (journal !== null) return journal.length > 0 ? [{ runner: "drizzle", runnerVersion, files: journal, dir: out }] : [];
  const folders = supabase ? [] : readFolderMigrations(files, out).filter((path) => /\/\d{14}_[^/]*\/migration\.sql$/.test(path));
  if (folders.length > 0) return [{ runner: "drizzle", runnerVersion, files: folders, dir: out }];
  const list = readMigrations(files, out, files.list(out));
  if (list === null) return [];
  if (supabase) return [{ ...list, runner: "supabase", runnerVersion: versionOf(packages, out, "supabase") }];
  return [{ ...list, runnerVersion: null }];
}

function readJournal({ files }: Discovery, out: string): string[] | null {
  const path = `${out === "" ? "" : `${out}/`}meta/_journal.json`;
  if (!files.has(path)) return null;
  const entries = readJson(files, path)?.["entries"];
  const tags = (Array.isArray(entries) ? entries : []).flatMap((entry) => asString(asObject(entry)?.["tag"]) ?? []);
  return tags.map((tag) => `${out === "" ? "" : `${out}/`}${tag}.sql`).filter((file) => {
    if (files.has(file)) return true;
    tellUnread(files, path, `the journal names ${file}, which does not exist`);
    return false;
  });
}

/** Files that use Drizzle's builders of columns or tables, with their dialect. */
function findDeclaringFiles(discovery: Discovery): Map<string, Dialect> {
  const found = new Map<string, Dialect>();
  for (const path of discovery.candidates) {
    if (isAside(path) || !isCode(path) || !discovery.look(path, "drizzle-core")) continue;
    for (const { from, name, typeOnly } of discovery.imports(path)) {
      const dialect = CORE.exec(from)?.[1];
      if (dialect === undefined || typeOnly || (!/^[a-z]/.test(name) && name !== "*") || notBuilders.has(name)) continue;
      found.set(path, dialect === "pg" ? "postgres" : dialect === "sqlite" ? "sqlite" : "mysql");
      break;
    }
  }
  return found;
}

const CORE = /\bdrizzle-orm\/(pg|mysql|sqlite|singlestore)-core\b/;

/** Names that queries use; importing them declares no table. */
const notBuilders = new Set(["alias", "union", "unionAll", "intersect", "intersectAll", "except", "exceptAll", "getTableConfig", "getViewConfig", "default"]);

/** One database a package (and dialect) whose tables no configuration claims; packages that use each other's tables share one. */
function withoutConfig(discovery: Discovery, declaring: Map<string, Dialect>, configured: Found[]): Found[] {
  const claimed = discovery.reach(configured.flatMap(({ schemaFiles }) => schemaFiles));
  const groups = new Map<string, Group>();
  const taken = new Set<string>();
  for (const [path, dialect] of declaring) {
    const home = packageOf(discovery, path);
    if (claimed.has(path) || configured.some(({ schemaFiles }) => schemaFiles.some((file) => packageOf(discovery, file) === home))) taken.add(home);
    const key = JSON.stringify([home, dialect]);
    groups.set(key, { home, dialect, paths: [...(groups.get(key)?.paths ?? []), path] });
  }
  return joinGroups(discovery, [...groups.values()].filter(({ home }) => !taken.has(home))).map((group) => fromGroup(discovery, group));
}

function fromGroup(discovery: Discovery, { home, dialect, paths }: Group): Found {
  const schemaFiles = [...paths].sort(byName);
  const folder = commonFolder(schemaFiles.map(folderOf));
  const out = ["drizzle", "migrations", "src/db/migrations"].map((name) => (home === "" ? name : `${home}/${name}`));
  const journal = out.find((dir) => discovery.files.has(`${dir}/meta/_journal.json`));
  const migrations = journal === undefined ? [] : readDrizzleMigrations(discovery, journal, null);
  return { ...describe(discovery, folder, home, home, schemaFiles), dialect, migrations };
}
