import type { DatabaseSource, MigrationSource } from "../model/input.ts";
import type { Migration, Runner } from "../model/project.ts";
import type { Discovery } from "./context.ts";
import type { Files } from "./files.ts";
import { isCode } from "./languages.ts";
import { folderOf, isWithin, nameOf } from "./paths.ts";

type Mode = Migration["transaction"];
type Setting = { said: RegExp; mode: Mode };

/**
 * Settings by which a project tells its runner what to do with transactions, as they stand in configuration files, in the code that starts the
 * runner, and in scripts (reference §13).
 */
const SETTINGS: Partial<Record<Runner, Setting[]>> = {
  knex: [{ said: /\bdisableTransactions\s*:\s*true\b/, mode: "none" }],
  kysely: [{ said: /\bdisableTransactions\s*:\s*true\b/, mode: "none" }],
  typeorm: [
    { said: /\bmigrationsTransactionMode["']?\s*:\s*["']none["']|migration:run[^"\n]*(?:--transaction|-t)[ =]none\b/, mode: "none" },
    { said: /\bmigrationsTransactionMode["']?\s*:\s*["']each["']|migration:run[^"\n]*(?:--transaction|-t)[ =]each\b/, mode: "file" },
  ],
  "mikro-orm": [
    { said: /\btransactional\s*:\s*false\b/, mode: "none" },
    { said: /\ballOrNothing\s*:\s*false\b/, mode: "file" },
  ],
  "node-pg-migrate": [{ said: /\bsingleTransaction["']?\s*:\s*false\b|--no-single-transaction\b|--single-transaction[ =]false\b/, mode: "file" }],
  "db-migrate": [{ said: /\bdb-migrate\b[^"\n]*--non-transactional\b|\bnon-transactional["']\s*:\s*true\b/, mode: "none" }],
  // Most who say so speak of ClickHouse, in another address.
  "golang-migrate": [{ said: /^(?!.*clickhouse).*\bx-multi-statement=true\b/im, mode: "none" }],
  flyway: [{ said: /\b(?:executeInTransaction|execute-in-transaction)["']?\s*[:=]\s*["']?false\b/, mode: "none" }],
  atlas: [
    { said: /--tx-mode[ =]none\b|\btx-mode\s*=\s*"?none\b/, mode: "none" },
    { said: /--tx-mode[ =]all\b|\btx-mode\s*=\s*"?all\b/, mode: "batch" },
  ],
};

/** Adds what the project's own files tell the databases' runners about transactions. */
export function withSettings(discovery: Discovery, databases: DatabaseSource[]): DatabaseSource[] {
  return databases.map((database) => ({ ...database, migrations: database.migrations.map((list) => withSetting(discovery, list, database.dir)) }));
}

function withSetting({ files }: Discovery, list: MigrationSource, home: string): MigrationSource {
  const transaction = configured(files, list.runner, home);
  const apart = list.runner === "flyway" ? scriptSettings(files, list.files) : {};
  return { ...list, ...(transaction === null ? {} : { transaction }), ...(Object.keys(apart).length === 0 ? {} : { apart }) };
}

/** null: nothing is said, so the runner does what it does by itself. `home`: folder of the program; what stands above it may speak of it too. */
function configured(files: Files, runner: Runner, home: string): Mode | null {
  const settings = SETTINGS[runner];
  if (settings === undefined) return null;
  for (const path of files.paths) {
    if (!(isWithin(path, home) || isWithin(home, folderOf(path))) || !maySay(path)) continue;
    const text = files.text(path) ?? "";
    const found = settings.find(({ said }) => said.test(text));
    if (found !== undefined) return found.mode;
  }
  return null;
}

/** Flyway's `V1__x.sql.conf`, which counts for the file beside it alone. */
function scriptSettings(files: Files, paths: string[]): Record<string, Mode> {
  const said = paths.map((path) => [path, /^\s*executeInTransaction\s*=\s*(true|false)\b/m.exec(files.text(`${path}.conf`) ?? "")?.[1]] as const);
  return Object.fromEntries(said.flatMap(([path, value]) => (value === undefined ? [] : [[path, value === "true" ? "file" : "none"]])));
}

/** Configurations, scripts, and code whose name says that it is about the database. */
function maySay(path: string): boolean {
  const name = nameOf(path);
  if (/\block\b/i.test(name)) return false;
  if (name === "package.json" || /^(?:Makefile|[Jj]ustfile|Dockerfile|atlas\.hcl|flyway.*\.conf)$/.test(name) || /\.(?:sh|ya?ml|toml|properties)$/.test(name)) return true;
  if (/\.json$/.test(name)) return /config/i.test(name);
  return (isCode(path) || /\.go$/.test(name)) && (/config|knexfile|migrat|data-?source|database|\bdb\b|orm/i.test(name) || /(?:^|\/)(?:db|database)$/i.test(folderOf(path))) && !/^\d/.test(name);
}
