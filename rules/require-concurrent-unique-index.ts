import { buildConcurrently, commentText, concurrentRecipe, describeColumns, keyBuilds, partTexts, pendingMigrations, placeOfTable, tableTitle, type KeyBuild } from "../src/catalog/lookup.ts";
import type { Fix, Problem } from "../src/model/finding.ts";
import type { Rule } from "../src/model/rule.ts";

export const requireConcurrentUniqueIndex: Rule = {
  name: "require-concurrent-unique-index",
  family: "migrations",
  summary: "Require that unique keys on existing tables are built CONCURRENTLY",
  why: "CREATE UNIQUE INDEX holds a SHARE lock that blocks every write until the index is built; ADD CONSTRAINT UNIQUE holds ACCESS EXCLUSIVE, which blocks reads too.",
  fix: "Build the index with CREATE UNIQUE INDEX CONCURRENTLY outside of a transaction, then attach it with ADD CONSTRAINT … UNIQUE USING INDEX where a constraint is wanted.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, { text }) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        for (const build of keyBuilds(migration)) {
          if (!build.concurrently && !locksFirst(build) && !isExplained(build)) yield describe(build, buildConcurrently(database, build, text));
        }
      }
    }
  },
};

/** LOCK TABLE before it: somebody decided that writes wait while the migration repairs the rows. */
function locksFirst(build: KeyBuild): boolean {
  const earlier = build.migration.statements.slice(0, build.step.index);
  return earlier.some((statement) => statement.lock?.kind === "table" && statement.lock.table?.name === build.table.name);
}

/** A comment says that there is next to nothing to lock, or that the index was built before by hand: somebody decided. */
function isExplained({ migration }: KeyBuild): boolean {
  return NEEDLESS.test(commentText(migration));
}

const NEEDLESS =
  /\bconcurrently\b[^.]{0,20}\b(?:unnecessary|needless|not (?:needed|necessary|required))\b|\btable (?:is|was) (?!not\b)(?:[\w+-]+ ){0,3}?(?:empty|tiny|small)\b|\b(?:empty|tiny) table\b|\bconcurrently\b[^.]{0,60}\b(?:by hand|manually|beforehand|before (?:the|this) (?:deploy\w*|migration))\b/i;

function describe(build: KeyBuild, fix: Fix | null): Problem {
  const place = placeOfTable(build.earlier);
  return {
    message: `${statementOf(build)} ${lockOf(build)} ${concurrentRecipe(build)}`,
    at: build.at,
    see: place && place.path !== build.at.path ? [{ at: place, message: `${tableTitle(build.table.id)} exists before this migration` }] : [],
    table: build.table.id,
    columns: partTexts(build.key),
    sqlstate: null,
    suggestions: fix === null ? [] : [fix],
  };
}

function statementOf(build: KeyBuild): string {
  const where = `on the existing table ${tableTitle(build.table.id)} ${describeColumns(partTexts(build.key))}`;
  switch (build.how) {
    case "index":
      return `CREATE UNIQUE INDEX ${where}`;
    case "primary":
      return `ADD PRIMARY KEY ${where}`;
    case "constraint":
      return `ADD CONSTRAINT UNIQUE ${where}`;
    case "column":
      return `ADD COLUMN UNIQUE ${where}`;
  }
}

function lockOf(build: KeyBuild): string {
  if (build.how === "index") return "holds a SHARE lock: every INSERT, UPDATE and DELETE waits until the index is built.";
  return "holds an ACCESS EXCLUSIVE lock: every read and write of the table waits until the index is built.";
}
