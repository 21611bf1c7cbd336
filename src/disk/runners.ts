import type { Dialect } from "../model/catalog.ts";
import type { Runner } from "../model/project.ts";
import type { Files } from "./files.ts";
import { forPostgres } from "./dialect-names.ts";
import { byName, folderOf, isWithin, nameOf } from "./paths.ts";

/** A folder's migrations as one runner applies them. `files` in order. */
export type MigrationList = { runner: Runner; files: string[]; dir: string };

const version = /^(?:V|U)?(\d+(?:[._]\d+)*)/i;

/** `0001_users.down.sql`; Postgrator's are `0001.undo.users.sql`. */
const REVERSE = /[._-](?:down|undo|rollback)\.sql$|^\d+\.undo\./i;

/** Finds out by their names and marks which runner the .sql files of a folder are for; null: they are not migrations. */
export function readMigrations(files: Files, dir: string, names: string[]): MigrationList | null {
  const { names: sql, chosen } = forPostgres(names.filter((name) => /\.sql$/i.test(name)));
  if (sql.length === 0) return null;
  const path = (name: string): string => (dir === "" ? name : `${dir}/${name}`);
  const list = (runner: Runner, chosen: string[], order = byVersion): MigrationList => ({ runner, files: [...chosen].sort(order).map(path), dir });
  const marked = (mark: RegExp): boolean => sql.some((name) => mark.test(files.text(path(name)) ?? ""));

  const flyway = sql.filter((name) => /^V\d+(?:[._]\d+)*__.+\.sql$/.test(name));
  if (flyway.length > 0) return list("flyway", [...flyway, ...sql.filter((name) => /^R__/.test(name))], byVersionThenRepeatable);
  const numbered = sql.filter((name) => version.test(name) && !REVERSE.test(name));
  if (marked(/^--\s*\+goose\s+Up\b/im)) return list("goose", numbered.length > 0 ? numbered : sql);
  if (marked(/^--\s*migrate:up\b/im)) return list("dbmate", numbered.length > 0 ? numbered : sql, byName);
  // Atlas also plans files in the formats above, for those runners.
  const ups = sql.filter((name) => /^\d.*\.up\.sql$/i.test(name));
  if (names.includes("atlas.sum") && (ups.length === 0 || marked(/^--\s*atlas:txmode\b/im))) return list("atlas", sql.filter((name) => !/\.down\.sql$/i.test(name)), byName);
  // golang-migrate knows no databases by file name.
  if (ups.length > 0) return list(chosen ? "unknown" : "golang-migrate", ups);
  if (/(?:^|\/)committed$/.test(dir) && marked(/^--!\s*(?:Previous|Hash|Message):?/im)) return list("graphile-migrate", numbered);
  return numbered.length > 0 && numbered.length * 2 >= sql.length ? list("unknown", numbered) : null;
}

/** `<dir>/<14 digits>_name/migration.sql`, by the folders' names. */
export function readFolderMigrations(files: Files, dir: string): string[] {
  return files.paths.filter((path) => {
    if (nameOf(path) !== "migration.sql" || !isWithin(path, dir)) return false;
    const folder = folderOf(path);
    return folder !== dir && folderOf(folder) === dir;
  }).sort((a, b) => byName(folderOf(a), folderOf(b)));
}

/** Numeric prefixes count as numbers, part by part (`V1.10` after `V1.9`, `10_x` after `9_x`); equal ones go by name. */
export function byVersion(a: string, b: string): number {
  const parts = (name: string): bigint[] => (version.exec(name)?.[1] ?? "0").split(/[._]/).map((part) => BigInt(part));
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index] ?? 0n, right[index] ?? 0n];
    if (one !== other) return one < other ? -1 : 1;
  }
  return byName(a, b);
}

function byVersionThenRepeatable(a: string, b: string): number {
  const repeatable = (name: string): number => (/^R__/.test(name) ? 1 : 0);
  return repeatable(a) - repeatable(b) || byVersion(a, b);
}

/** Which SQL a folder's files are written in; null: none that keeps unique keys as we know them (ClickHouse and the like). */
export function guessDialect(files: Files, paths: string[]): Dialect | null {
  if (paths.some((path) => /(?:^|[/_-])(?:clickhouse|bigquery|snowflake|duckdb|tinybird|cassandra|scylla|questdb)(?:[/_.-]|$)/i.test(path))) return null;
  const text = paths.slice(0, 20).map((path) => (files.text(path) ?? "").slice(0, 100_000)).join("\n").replace(/--[^\n]*|\/\*[^]*?\*\//g, " ");
  if (/\bENGINE\s*=\s*\w*(?:MergeTree|Log|Distributed|Kafka|Null)\b|\bON\s+CLUSTER\b|\bLowCardinality\s*\(/i.test(text)) return null;
  if (/\bENGINE\s*=\s*(?:InnoDB|MyISAM|MEMORY)\b|\bAUTO_INCREMENT\b|^\s*`\w+`\s+\w+|\bCREATE TABLE (?:IF NOT EXISTS )?`/im.test(text)) return "mysql";
  if (/\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|^\s*PRAGMA\s+\w+/im.test(text)) return "sqlite";
  const named = folderDialect(paths);
  if (named !== null) return named;
  if (/^\s*GO\s*$|\bNVARCHAR\s*\(|\[dbo\]\.|\bVARCHAR2\s*\(|\bNUMBER\s*\(\d+\)/im.test(text)) return "other";
  return "postgres";
}

/** `migrations/mysql`, `db/migration_sqlite`: a program for several databases keeps one history for each, often in words that all of them know. */
function folderDialect(paths: string[]): Dialect | null {
  const word = folderOf(paths[0] ?? "").split(/[/_.-]/).findLast((one) => /^(?:mysql|mariadb|sqlite3?|postgres|postgresql|pg)$/i.test(one));
  return dialectNamed(word ?? null);
}

/** `postgresql`, `mysql`, `sqlite`, `turso` … as configuration files name them. */
export function dialectNamed(name: string | null): Dialect | null {
  if (name === null) return null;
  if (/^(?:postgres|postgresql|pg|node-postgres|aws-data-api|pglite)$/i.test(name)) return "postgres";
  if (/^(?:mysql2?|mariadb|singlestore|planetscale)$/i.test(name)) return "mysql";
  if (/^(?:sqlite3?|better-sqlite3?|turso|libsql|d1|d1-http|expo|op-sqlite|durable-sqlite)$/i.test(name)) return "sqlite";
  return "other";
}
