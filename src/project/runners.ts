import semver from "semver";
import type { SqlFacts } from "../model/facts.ts";
import type { MigrationSource } from "../model/input.ts";
import type { Migration, Runner } from "../model/project.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import type { Statement } from "../model/statement.ts";

type Mode = Migration["transaction"];
/** What a file says about transactions. `optsOut`: its code leaves the runner's. `apart`: a file beside it says so. */
export type Steering = Pick<SqlFacts, "statements" | "directives" | "comments"> & { optsOut: boolean; apart?: Mode | undefined };
type Steered = (file: Steering, version: string | null) => Mode;

/**
 * What a runner does with transactions for one file, by the version that is installed, by its configuration, and by what steers it in the file
 * (reference §13, field notes §2.10). "unknown" where versions differ and none is known.
 */
export function transactionOf({ runner, runnerVersion, transaction }: Pick<MigrationSource, "runner" | "runnerVersion" | "transaction">, file: Steering): Mode {
  if (file.optsOut) return "none";
  if (file.comments.some(({ text }) => FOREIGN.test(text))) return "unknown";
  if (file.apart !== undefined) return file.apart;
  const own = RUNNERS[runner](file, runnerVersion);
  // A directive in the file wins over the runner's configuration.
  return own === "none" || transaction === undefined ? own : transaction;
}

/** `-- RUN_OUTSIDE_TRANSACTION`, which none of these runners knows: another one reads their files. */
const FOREIGN = /^\s*(?:[A-Z]+_)+TRANSACTION(?:_[A-Z]+)*\s*$/;

const RUNNERS: Record<Runner, Steered> = {
  // One transaction around all pending files, in 0.x and 1.0.
  drizzle: () => "batch",
  prisma: prismaMode,
  supabase: supabaseMode,
  "node-pg-migrate": () => "batch",
  "db-migrate": () => "file",
  knex: () => "batch",
  kysely: () => "batch",
  typeorm: () => "batch",
  sequelize: () => "none",
  "mikro-orm": () => "batch",
  goose: (sql) => (hasDirective(sql, /\+goose\s+NO\s+TRANSACTION/i) ? "none" : "file"),
  // One Exec a file, so opting out still leaves Postgres' implicit transaction around several statements.
  dbmate: (sql) => (hasDirective(sql, /transaction\s*:\s*false/i) ? "implicit" : "file"),
  "golang-migrate": () => "implicit",
  atlas: (sql) => (hasDirective(sql, /atlas:txmode\s+none/i) ? "none" : hasDirective(sql, /atlas:txmode\s+all/i) ? "batch" : "file"),
  // A file with CREATE or DROP INDEX CONCURRENTLY runs without a transaction by itself.
  flyway: (sql) => (sql.statements.some(isConcurrentIndex) ? "none" : "file"),
  "graphile-migrate": graphileMode,
  psql: () => "none",
  unknown: () => "unknown",
};

/**
 * Runners that note a migration which failed and refuse to go on (Prisma's P3009, golang-migrate's dirty version, Flyway's failed entry). The others note what is
 * done; Atlas goes on with the statement that failed.
 */
const HALTING: ReadonlySet<Runner> = new Set<Runner>(["prisma", "golang-migrate", "flyway"]);

export function haltsAfterFailure(runner: Runner): boolean {
  return HALTING.has(runner);
}

/** Until 7.3 a file is one simple query; since 7.4 its statements go one by one, if the engine's parser understands all of them; 8 has a transaction each. */
function prismaMode(sql: Steering, version: string | null): Mode {
  const parsed = semver.coerce(version);
  if (parsed === null) return "unknown";
  if (semver.gte(parsed, "8.0.0")) return "file";
  return semver.lt(parsed, "7.4.0") || sql.statements.some((statement) => stopsPrisma(statement, sql.statements)) ? "implicit" : "none";
}

/** What sqlparser 0.61 does not know of Postgres, as far as migrations that build keys hold it: then the file is one query again. */
function stopsPrisma(statement: Statement, all: Statement[]): boolean {
  const isBlock = statement.nested && !all.some((other) => !other.nested && other.at.start <= statement.at.start && statement.at.end <= other.at.end);
  return isBlock || statement.refresh !== null || statement.lock?.kind === "table" || statement.changes.some(isUnknownToPrisma);
}

function isUnknownToPrisma(change: SchemaChange): boolean {
  switch (change.kind) {
    case "drop-index":
      return change.concurrently;
    case "create-index":
      return change.only;
    case "add-key":
      return change.usingIndex !== null || change.key.kind === "exclusion";
    case "attach-partition":
    case "detach-partition":
    case "attach-index":
      return true;
    default:
      return false;
  }
}

/** Since 2.110 the CLI runs by itself what refuses a transaction; before, a file is one pipeline. */
function supabaseMode(sql: Steering, version: string | null): Mode {
  const parsed = semver.coerce(version);
  if (parsed === null) return hasDirective(sql, /pg-delta:\s*transaction\s*=\s*false/i) ? "none" : "unknown";
  return semver.lt(parsed, "2.110.0") ? "pipeline" : "none";
}

/** The whole body is one query, so leaving the runner's transaction helps a single statement only. Counts in the first line below the headers. */
function graphileMode(sql: Steering): Mode {
  const first = sql.comments.find(({ text }) => !/^! [A-Z]/.test(text));
  const isFirst = first !== undefined && /^!\s*no-transaction\b/.test(first.text) && first.at.start < (sql.statements[0]?.at.start ?? Infinity);
  return isFirst ? "implicit" : "file";
}

function hasDirective(sql: Steering, pattern: RegExp): boolean {
  return sql.directives.some((directive) => pattern.test(directive));
}

function isConcurrentIndex(statement: Statement): boolean {
  return statement.changes.some((change) => (change.kind === "create-index" || change.kind === "drop-index") && change.concurrently);
}
