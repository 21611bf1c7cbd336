import { commentText, findTable, pendingMigrations, replay, runOutside, whereToRun, whyInTransaction, type ReplayStep } from "../src/catalog/lookup.ts";
import type { Fix, Problem } from "../src/model/finding.ts";
import type { Database, Migration } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";
import type { SchemaChange } from "../src/model/schema-change.ts";
import type { Statement } from "../src/model/statement.ts";

export const noConcurrentIndexInTransaction: Rule = {
  name: "no-concurrent-index-in-transaction",
  family: "migrations",
  summary: "Forbid CONCURRENTLY where the migration runs inside a transaction",
  why: "Postgres refuses CREATE and DROP INDEX CONCURRENTLY in a transaction block (25001), so the migration fails.",
  fix: "Run the statement the way its runner leaves out the transaction: a directive, a setting, or a file of its own.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, { text }) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres" || database.migrations.some(saysNoRunner)) continue;
      for (const migration of pendingMigrations(database)) yield* checkMigration(database, migration, text);
    }
  },
};

function* checkMigration(database: Database, migration: Migration, text: RuleOptions["text"]): Iterable<Problem> {
  if (!migration.statements.some((statement) => findConcurrent(statement))) return;
  const open = { runner: migration.transaction === "batch" || migration.transaction === "file", explicit: false };
  for (const step of replay(migration)) {
    const { statement } = step;
    noteTransaction(migration, statement, open);
    const change = findConcurrent(statement);
    if (!change || isRunByHand(migration) || isRefusedAnyway(step, change)) continue;
    if (statement.nested) {
      yield describe(migration, step, change, "a DO block is a function, and no runner takes it out of its transaction", null);
      continue;
    }
    const why = open.explicit ? "it stands between BEGIN and COMMIT" : whyRefused(migration, step, open.runner);
    if (why !== null) yield describe(migration, step, change, why, runOutside(database, migration, step, text));
  }
}

/** A comment says that no runner applies these files: what the runner would do to them does not matter. */
function saysNoRunner(migration: Migration): boolean {
  return /\b(?:do|does|is|are) not (?:be )?auto-?appl|\bcommitted for history only\b/i.test(commentText(migration));
}

/** A comment says that people run this statement themselves, apart from the runner. */
function isRunByHand(migration: Migration): boolean {
  return BY_HAND.test(commentText(migration));
}

const BY_HAND =
  /\bmanual(?:ly)?[ -]appl|\b(?:appl(?:y|ied)|run|execute[sd]?)\b[^.]{0,60}\b(?:manually|by hand|on its own|separately)\b|\b(?:apply|run|execute)\b[^.]{0,60}\boutside (?:of )?(?:(?:a|an|any|the) )?(?:transaction|txn)/i;

/** On a partitioned table CONCURRENTLY is refused in a transaction or out of it: that is what no-impossible-partitioned-key speaks of. */
function isRefusedAnyway({ before, searchPath }: ReplayStep, change: Concurrent): boolean {
  return change.kind === "create-index" && change.unique && findTable(before, change.table, searchPath)?.partitioned === true;
}

type Concurrent = Extract<SchemaChange, { kind: "create-index" | "drop-index" }>;

function findConcurrent(statement: Statement): Concurrent | null {
  const found = statement.changes.find((change) => (change.kind === "create-index" || change.kind === "drop-index") && change.concurrently);
  return (found as Concurrent | undefined) ?? null;
}

/** BEGIN and COMMIT written in the file. A COMMIT ends the runner's transaction too, when it goes to the server alone. */
function noteTransaction(migration: Migration, statement: Statement, open: { runner: boolean; explicit: boolean }): void {
  if (statement.transaction === "begin") open.explicit = true;
  if (statement.transaction !== "commit" && statement.transaction !== "rollback") return;
  if (open.explicit) open.explicit = false;
  else if (migration.runner !== "drizzle" || isAlone(migration, statement)) open.runner = false;
}

function isAlone(migration: Migration, statement: Statement): boolean {
  return migration.statements.filter((other) => other.chunk === statement.chunk).length === 1;
}

function whyRefused(migration: Migration, step: ReplayStep, open: boolean): string | null {
  if (open) return whyInTransaction(migration);
  // A chunk is one query: several statements in it are a transaction, even after COMMIT.
  if (migration.runner === "drizzle" && !isAlone(migration, step.statement)) {
    return "the statements between two breakpoints are one query, which is a transaction even after COMMIT";
  }
  if (!/\.sql$/i.test(migration.path) && !isAlone(migration, step.statement)) return "the statements of one call are one query, which is a transaction";
  const alone = migration.statements.length === 1;
  if (migration.transaction === "implicit" && !alone) return whyInTransaction(migration);
  if (migration.transaction === "pipeline" && step.index > 0) return whyInTransaction(migration);
  return null;
}

function describe(migration: Migration, step: ReplayStep, change: Concurrent, why: string, fix: Fix | null): Problem {
  const command = change.kind === "drop-index" ? "DROP INDEX CONCURRENTLY" : `CREATE ${change.unique ? "UNIQUE " : ""}INDEX CONCURRENTLY`;
  const table = change.kind === "create-index" ? findTable(step.before, change.table, step.searchPath) : null;
  return {
    message: `${command} fails here with 25001, cannot run inside a transaction block: ${why}. Run it ${whereToRun(migration)}.`,
    at: change.at,
    table: table?.id ?? null,
    columns: change.kind === "create-index" ? change.index.parts.map((part) => (part.kind === "column" ? part.column : part.expression)) : null,
    sqlstate: "25001",
    suggestions: fix === null ? [] : [fix],
  };
}
