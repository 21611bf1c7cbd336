import type { Dialect } from "../model/catalog.ts";
import type { Runner } from "../model/project.ts";
import { entryOf, isGenerated } from "../project/files.ts";
import { isAside } from "./asides.ts";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { dialectOfEngine } from "./dialect-names.ts";
import type { Files } from "./files.ts";
import { isCode } from "./languages.ts";
import { versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf, nameOf } from "./paths.ts";
import { byVersion, guessDialect } from "./runners.ts";

type CodeRunner = Extract<Runner, "typeorm" | "mikro-orm" | "node-pg-migrate" | "db-migrate" | "kysely" | "sequelize" | "knex">;

/** Words of each library that its migrations cannot do without; the first that is met decides. */
const EVIDENCE: [CodeRunner, RegExp][] = [
  ["typeorm", /\bMigrationInterface\b|\bqueryRunner\b/],
  ["mikro-orm", /@mikro-orm\/migrations\b/],
  ["node-pg-migrate", /\bMigrationBuilder\b|\bpgm\b/],
  ["kysely", /["']kysely["']|\bKysely\b/],
  ["sequelize", /\bqueryInterface\b|\bQueryInterface\b/],
  ["knex", /\bknex\b|\bKnex\b/],
  ["db-migrate", /\bdb\s*\.(?:runSql|createTable|dropTable|renameTable|addColumn|removeColumn|renameColumn|changeColumn|addIndex|removeIndex|addForeignKey|removeForeignKey)\b/],
];

/** Where its version is told; the first package that is there. */
const PACKAGES: Record<CodeRunner, string[]> = {
  typeorm: ["typeorm"],
  "mikro-orm": ["@mikro-orm/migrations", "@mikro-orm/core"],
  "node-pg-migrate": ["node-pg-migrate"],
  "db-migrate": ["db-migrate"],
  kysely: ["kysely"],
  sequelize: ["sequelize", "@sequelize/core", "umzug"],
  knex: ["knex"],
};

/** Databases that migrations in TypeScript or JavaScript tell of, one a folder; TypeORM's of one package are one, as they are ordered by class. */
export function findCodeMigrations(discovery: Discovery, claimed: Set<string>): Found[] {
  const groups = new Map<string, { runner: CodeRunner; dialect: Dialect | null; files: string[] }>();
  for (const path of discovery.files.paths) {
    const runner = claimed.has(path) ? null : codeRunnerOf(discovery.files, path);
    if (runner === null || !goesUp(discovery, path)) continue;
    // One program may keep the same history for several engines.
    const dialect = dialectOf(discovery.files, path);
    const key = JSON.stringify([runner, dialect, runner === "typeorm" ? homeOf(discovery, folderOf(path), folderOf(path)) : folderOf(path)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { runner, dialect, files: [path] });
    else group.files.push(path);
  }
  return [...groups.values()].flatMap(({ runner, dialect, files }) => describe(discovery, runner, dialect, files, claimed) ?? []);
}

/** The runner that a file of code is a migration for; null: it is none. */
export function codeRunnerOf(files: Files, path: string): CodeRunner | null {
  if (!isCode(path) || files.links.has(path) || !mayBeMigration(path) || isAside(path) || isGenerated(path) || entryOf(path, false) === "test") return null;
  const text = files.text(path) ?? "";
  // A function, a method, a property, an export of that name.
  if (!/\bup\b\s*[=(:,}]/.test(text)) return null;
  return EVIDENCE.find(([, mark]) => mark.test(text))?.[0] ?? null;
}

function goesUp(discovery: Discovery, path: string): boolean {
  return discovery.facts(path)?.code?.functions.some(({ name }) => name !== null && /(?:^|\.)up$/.test(name)) === true;
}

/** By its name: runners order files by number or date, or keep them in a folder that says what they are. */
function mayBeMigration(path: string): boolean {
  return /migrat/i.test(folderOf(path)) || /^(?:\d|migration)/i.test(nameOf(path)) || /\d{13}\.[cm]?[jt]s$/.test(path);
}

/** The files of a folder in the order in which the runner applies them. */
export function sortCodeMigrations(files: Files, runner: Runner, paths: string[]): string[] {
  if (runner === "node-pg-migrate") return [...paths].sort((a, b) => byVersion(nameOf(a), nameOf(b)));
  if (runner !== "typeorm") return [...paths].sort((a, b) => byName(nameOf(a), nameOf(b)));
  const stamps = new Map(paths.map((path) => [path, stampOf(files.text(path) ?? "", path)]));
  return [...paths].sort((a, b) => (stamps.get(a) ?? 0) - (stamps.get(b) ?? 0) || byName(a, b));
}

/** The 13 digits at the end of the class' name, or of its property `name`. */
function stampOf(text: string, path: string): number {
  const own = /\bname\s*(?::\s*string\s*)?=\s*["'`]\w*?(\d{13})["'`]/.exec(text) ?? /\bclass\s+\w*?(\d{13})\b/.exec(text) ?? /(\d{13})/.exec(nameOf(path));
  return Number(own?.[1] ?? 0);
}

function describe(discovery: Discovery, runner: CodeRunner, said: Dialect | null, found: string[], claimed: Set<string>): Found | null {
  const { files, packages } = discovery;
  const dir = commonFolder(found.map(folderOf));
  const own = runner === "node-pg-migrate" ? [...found, ...numberedSql(files, dir, claimed)] : runner === "db-migrate" ? found.map((path) => sqlBeside(files, path)) : found;
  // Files of an engine that keeps no unique keys as we know them.
  if (guessDialect({ ...files, text: () => "" }, found) === null) return null;
  const dialect = said ?? driverDialect(discovery, dir) ?? "postgres";
  const home = homeOf(discovery, dir, folderOf(dir));
  const runnerVersion = PACKAGES[runner].map((name) => versionOf(packages, dir, name)).find((version) => version !== null) ?? null;
  return {
    named: dir,
    orm: "sql",
    dialect,
    dir: home,
    schemaFiles: [],
    migrations: [{ runner, runnerVersion, files: sortCodeMigrations(files, runner, own), dir }],
    queryFiles: [],
    casing: null,
    ormVersion: null,
  };
}

/** node-pg-migrate runs .sql files between the others. */
function numberedSql(files: Files, dir: string, claimed: Set<string>): string[] {
  return files.list(dir).filter((name) => /^\d.*\.sql$/.test(name)).map((name) => `${dir}/${name}`).filter((path) => !claimed.has(path));
}

/** db-migrate's `--sql-file`: the code only reads `sqls/<its name>-up.sql` and sends it. */
function sqlBeside(files: Files, path: string): string {
  const sql = `${folderOf(path)}/sqls/${nameOf(path).replace(/\.[cm]?[jt]s$/, "")}-up.sql`;
  return /\bsqls\b/.test(files.text(path) ?? "") && files.text(sql) !== null ? sql : path;
}

/** The engine whose driver the packages at or above a folder name first; null: none does. */
export function driverDialect({ packages }: Pick<Discovery, "packages">, dir: string): Dialect | null {
  return DRIVERS.find(([, names]) => names.some((name) => versionOf(packages, dir, name) !== null))?.[0] ?? null;
}

const DRIVERS: [Dialect, string[]][] = [
  ["postgres", ["pg", "postgres", "db-migrate-pg", "pg-promise", "@neondatabase/serverless", "@electric-sql/pglite", "pg-native", "@vercel/postgres", "kysely-postgres-js"]],
  ["mysql", ["mysql", "mysql2", "mariadb", "db-migrate-mysql"]],
  ["sqlite", ["better-sqlite3", "sqlite3", "@libsql/client", "libsql", "sqlite"]],
  ["other", ["mssql", "tedious", "oracledb"]],
];

/** As the folders above it or its SQL say; null: neither does. */
function dialectOf(files: Files, path: string): Dialect | null {
  const named = folderOf(path).split("/").findLast((folder) => dialectOfEngine(folder) !== null);
  if (named !== undefined) return dialectOfEngine(named);
  return /\bENGINE\s*=\s*(?:InnoDB|MyISAM|MEMORY)\b|\b(?:CREATE|ALTER) TABLE (?:IF NOT EXISTS )?\\?`\w+\\?` *(?:\(|ADD|MODIFY|CHANGE|DROP)/i.test(files.text(path) ?? "") ? "mysql" : null;
}
