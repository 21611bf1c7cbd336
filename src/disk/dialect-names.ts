import type { Dialect } from "../model/catalog.ts";

const DIALECT = /\.(postgres(?:ql)?|pg|mysql|mariadb|sqlite3?|cockroach(?:db)?|mssql|sqlserver|oracle)(?:\.autocommit)?(?:\.(?:up|down))?\.sql$/i;

/**
 * Of files that are named after several databases (`3_key.postgres.up.sql` beside `3_key.mysql.up.sql`) those for Postgres, and those for all where it
 * has none of that number. Files that are not named so stay as they are. `chosen`: whether there was anything to choose.
 */
export function forPostgres(names: string[]): { names: string[]; chosen: boolean } {
  const dialectOf = (name: string): string | null => DIALECT.exec(name)?.[1]?.toLowerCase() ?? null;
  const own = names.filter((name) => /^p/.test(dialectOf(name) ?? ""));
  if (own.length === 0 || names.every((name) => dialectOf(name) === null || own.includes(name))) return { names, chosen: false };
  const taken = new Set(own.map(versionOf));
  return { names: names.filter((name) => own.includes(name) || (dialectOf(name) === null && !taken.has(versionOf(name)))), chosen: true };
}

/** Number and direction. */
function versionOf(name: string): string {
  return `${/^\d+/.exec(name)?.[0] ?? name} ${/[._-](?:down|undo|rollback)\.sql$/i.test(name) ? "down" : "up"}`;
}

/** The engine that a word of a library's settings or a folder's name means; null: it means none. */
export function dialectOfEngine(name: string): Dialect | null {
  return ENGINES.find(([, names]) => names.test(name))?.[0] ?? null;
}

const ENGINES: [Dialect, RegExp][] = [
  ["postgres", /^(?:postgres(?:ql|db)?|pg)$/i],
  ["mysql", /^(?:mysql2?|mariadb)$/i],
  ["sqlite", /^(?:sqlite3?|better-sqlite3?|libsql)$/i],
  ["other", /^(?:mssql|sqlserver|oracle|cockroachdb|spanner|mongodb)$/i],
];
