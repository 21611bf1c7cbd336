import { columnOf, describeColumns, keyBuilds, keysWithin, partColumns, partTexts, placeOfTable, quoteName, quoteTable, statementsBefore, tableTitle, type KeyBuild } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Migration } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { SqlQuery, Statement } from "../src/model/statement.ts";

export const requireDedupBeforeUnique: Rule = {
  name: "require-dedup-before-unique",
  family: "migrations",
  summary: "Require that duplicates are looked for before a unique key is built over existing rows",
  why: "Rows that were written without the key may hold duplicates; then the build fails with 23505 and the deploy with it.",
  fix: "Find the duplicates first, settle them in the same or an earlier migration, or write down the check that was made.",
  severity: "warning",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of database.migrations) {
        for (const build of keyBuilds(migration)) {
          if (mayHoldDuplicates(build) && !isPrepared(database, migration, build)) yield describe(build);
        }
      }
    }
  },
};

/** Old columns with values that nothing made distinct, and no key held before that is at least as strong. */
function mayHoldDuplicates(build: KeyBuild): boolean {
  const columns = partColumns(build.key);
  if (columns.length === 0 || build.newColumns.length > 0) return false;
  if (columns.some((column) => columnOf(build.earlier, column)?.default?.fresh === true)) return false;
  const stronger = [...keysWithin(build.earlier, columns), ...keysWithin(build.table, columns)];
  return !stronger.some((key) => key.where === null || key.where.text === build.key.where?.text);
}

function isPrepared(database: Database, migration: Migration, build: KeyBuild): boolean {
  if (speaksOfDuplicates(migration, build) || isJustMade(database, migration, build)) return true;
  for (const { statement, distance } of statementsBefore(database, migration, build.step.index)) {
    if (removesDuplicates(statement, build) || (distance <= 1 && touchesRows(statement, build, distance))) return true;
  }
  return false;
}

/** The table or a column of the key came with the file before: runners that build CONCURRENTLY need a file of its own for it. */
function isJustMade(database: Database, migration: Migration, build: KeyBuild): boolean {
  const previous = database.migrations[database.migrations.indexOf(migration) - 1];
  if (!previous) return false;
  const then = previous.before.tables[build.earlier.id];
  return !then || (then.columns.length > 0 && partColumns(build.key).some((column) => columnOf(then, column) === null));
}

function speaksOfDuplicates(migration: Migration, build: KeyBuild): boolean {
  const texts = [...migration.comments.map((comment) => comment.text), ...build.step.statement.comments];
  return texts.some((text) => /duplicat|de-?dup|pre-?(check|flight)|already unique|having count/i.test(text.replace(GENERATED_WARNING, "")));
}

/** What Prisma writes above every new unique key; nobody has looked at the data for that. */
const GENERATED_WARNING = /A unique constraint covering the columns .* will be added\. If there are existing duplicate values, this will fail\./g;

function removesDuplicates(statement: Statement, build: KeyBuild): boolean {
  const { dedup } = statement;
  if (!dedup || dedup.table.name !== build.table.name) return false;
  return dedup.grouping === null || partColumns({ parts: dedup.grouping }).some((column) => partColumns(build.key).includes(column));
}

/** Rows deleted or a key column rewritten just before, or a DO block that looks at the table first: somebody thought of it. */
function touchesRows(statement: Statement, build: KeyBuild, distance: number): boolean {
  return statement.queries.some((query) => {
    if (query.kind === "update" && isOn(query, build)) return query.writes === null || query.writes.some((item) => partColumns(build.key).includes(item.column));
    if (query.kind === "delete" && isOn(query, build)) return distance === 0;
    return query.kind === "select" && statement.nested && distance === 0 && (isOn(query, build) || query.table === null);
  });
}

function isOn(query: SqlQuery, build: KeyBuild): boolean {
  return query.table?.name === build.table.name || query.table?.name === build.earlier.name;
}

function describe(build: KeyBuild): Problem {
  const title = tableTitle(build.table.id);
  const list = partTexts(build.key).map(quoteName).join(", ");
  const where = build.key.where ? ` WHERE ${build.key.where.text}` : "";
  const place = placeOfTable(build.earlier);
  return {
    message:
      `${title} may already hold duplicates of ${describeColumns(partTexts(build.key))}: then the build fails with 23505, could not create unique index. ` +
      `Look first: SELECT ${list}, count(*) FROM ${quoteTable(build.table.id)}${where} GROUP BY ${list} HAVING count(*) > 1.`,
    at: build.at,
    see: place && place.path !== build.at.path ? [{ at: place, message: `${title} took rows without this key until now` }] : [],
    table: build.table.id,
    columns: partTexts(build.key),
    sqlstate: "23505",
  };
}
