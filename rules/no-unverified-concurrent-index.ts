import { commentText, cutName, dropBefore, dropSql, findTable, partTexts, pendingMigrations, relationNames, replay, statementsBefore, tableTitle, whereToRun, type ReplayStep } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Migration } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";
import type { SchemaChange } from "../src/model/schema-change.ts";
import type { Statement } from "../src/model/statement.ts";

export const noUnverifiedConcurrentIndex: Rule = {
  name: "no-unverified-concurrent-index",
  family: "migrations",
  summary: "Forbid CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS without a look at the index's validity",
  why: "A concurrent build that meets a duplicate fails and leaves an INVALID index; run again, IF NOT EXISTS skips it and reports success, and nothing is unique. Prisma, golang-migrate and Flyway run nothing again before somebody has looked.",
  fix: "Drop the index first (DROP INDEX CONCURRENTLY IF EXISTS), or check pg_index.indisvalid afterwards.",
  severity: "warning",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, { text }) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        // There is no next run before somebody has looked at what the failed one left.
        if (migration.halts !== true) yield* checkMigration(database, migration, text);
      }
    }
  },
};

type CreateIndex = Extract<SchemaChange, { kind: "create-index" }>;

function* checkMigration(database: Database, migration: Migration, text: RuleOptions["text"]): Iterable<Problem> {
  for (const step of replay(migration)) {
    for (const change of step.statement.changes) {
      if (change.kind !== "create-index" || !change.unique || !change.concurrently || !change.ifNotExists) continue;
      // Nothing is built then: see no-impossible-partitioned-key.
      if (findTable(step.before, change.table, step.searchPath)?.partitioned === true) continue;
      if (isDroppedBefore(database, migration, step, change) || isVerified(database, migration, change) || isExplained(migration)) continue;
      yield describe(database, migration, step, change, text);
    }
  }
}

function isDroppedBefore(database: Database, migration: Migration, step: ReplayStep, change: CreateIndex): boolean {
  const name = change.index.name === null ? null : cutName(change.index.name);
  const drops = (other: SchemaChange, distance: number): boolean => {
    if (other.kind === "drop-index") return other.indexes.some((index) => cutName(index.name) === name);
    // With its table, or materialized view, which the same run then makes anew.
    return other.kind === "drop-table" && distance === 0 && other.tables.some((table) => table.name === change.table.name);
  };
  return [...statementsBefore(database, migration, step.index)].some(({ statement, distance }) => distance <= 1 && statement.changes.some((other) => drops(other, distance)));
}

/** A statement of this file or the next one reads pg_index, or makes a constraint of the index, which Postgres refuses for an invalid one. */
function isVerified(database: Database, migration: Migration, change: CreateIndex): boolean {
  const position = database.migrations.indexOf(migration);
  const after = database.migrations.slice(position, position + 2).flatMap((other) => other.statements);
  return after.some((statement) => readsValidity(statement) || statement.changes.some((other) => other.kind === "add-key" && other.usingIndex !== null && other.usingIndex === change.index.name));
}

/** A comment tells whoever runs it what a failed build leaves. */
function isExplained(migration: Migration): boolean {
  return /\binvalid\b|indisvalid/i.test(commentText(migration));
}

function readsValidity(statement: Statement): boolean {
  return statement.queries.some((query) => query.table?.name === "pg_index" || /indisvalid/.test(JSON.stringify(query.match ?? query.notExists)));
}

function describe(database: Database, migration: Migration, step: ReplayStep, change: CreateIndex, text: RuleOptions["text"]): Problem {
  const table = findTable(step.before, change.table, step.searchPath);
  const owner = table?.schema ?? change.table.schema ?? "public";
  const drop = dropSql(owner, cutName(change.index.name ?? ""));
  const name = drop.replace("DROP INDEX CONCURRENTLY IF EXISTS ", "");
  // Where the index is there already, nothing is built, and nothing should be dropped.
  const isThere = relationNames(step.before).has(cutName(change.index.name ?? ""));
  const fix = isThere ? null : dropBefore(database, migration, step, text);
  return {
    message:
      `If this build on ${table ? tableTitle(table.id) : change.table.name} fails (a duplicate, a deadlock, a timeout) it leaves ${name} INVALID; the next run finds the name, skips, and reports success: duplicates get in and ` +
      `every ON CONFLICT on it answers 42P10. Run \`${drop};\` first, ${whereToDrop(migration)}.`,
    at: change.at,
    table: table?.id ?? null,
    columns: partTexts(change.index),
    sqlstate: "42P10",
    suggestions: fix === null ? [] : [fix],
  };
}

/** DROP INDEX CONCURRENTLY wants the same as the build; where a file holds one such statement, it takes a file before. */
function whereToDrop(migration: Migration): string {
  const where = migration.runner === "supabase" ? "alone in a migration file" : whereToRun(migration);
  return where.startsWith("alone ") ? `${where}, before this one` : where;
}
