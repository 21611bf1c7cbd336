import { columnOf, columnsAlike, commentText, describeColumns, joinWords, keyBuilds, mayHoldDuplicates, partColumns, partTexts, pendingMigrations, placeOfTable, quoteName, quotePart, quoteTable, speaksOfDuplicates, splitPredicate, statementsBefore, tableTitle, type KeyBuild } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Migration, Project } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { Dedup, SqlQuery, Statement } from "../src/model/statement.ts";

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
      for (const migration of pendingMigrations(database)) {
        for (const build of keyBuilds(migration)) {
          if (mayHoldDuplicates(database, build) && !isBuiltByHand(build) && !isPrepared(project, database, migration, build)) yield describe(build);
        }
      }
    }
  },
};

/** IF NOT EXISTS in a migration that runs once says that the index is there already where there are many rows; and if not, nobody waits for the build, and the runner stops at a failure. */
function isBuiltByHand({ migration, concurrently, ifNotExists }: KeyBuild): boolean {
  return concurrently && ifNotExists && migration.halts === true;
}

function isPrepared(project: Project, database: Database, migration: Migration, build: KeyBuild): boolean {
  if (speaksOfDuplicates(commentText(migration)) || project.repairs.some(({ database: id, dedup }) => id === database.id && removesDuplicates(dedup, build))) return true;
  for (const { statement, distance } of statementsBefore(database, migration, build.step.index)) {
    if ((statement.dedup !== null && removesDuplicates(statement.dedup, build)) || touchesRows(statement, build, distance)) return true;
  }
  return false;
}

function removesDuplicates(dedup: Dedup, build: KeyBuild): boolean {
  if (dedup.table.name !== build.table.name && dedup.table.name !== build.earlier.name) return false;
  // Numbers within a group settle a key that holds them, and rows that were chosen by other columns settle nothing.
  if (dedup.action === "number" && !dedup.sets.some((column) => partColumns(build.key).includes(column))) return false;
  if (dedup.action === "rebuild") return partTexts({ parts: dedup.grouping ?? [] }).every((part) => partTexts(build.key).includes(part));
  return dedup.grouping === null || partColumns({ parts: dedup.grouping }).some((column) => partColumns(build.key).includes(column));
}

/** Rows deleted, or a column of the key or of its predicate rewritten just before, or a DO block that looks at the table first: somebody thought of it. */
function touchesRows(statement: Statement, build: KeyBuild, distance: number): boolean {
  const read = new Set([...partColumns(build.key), ...(build.key.where?.columns ?? [])]);
  // CONCURRENTLY takes a file of its own, and a DROP INDEX before it another: what prepares it stands before them.
  const [nearest, near] = build.concurrently ? [2, 2] : [0, 1];
  return statement.queries.some((query) => {
    if (query.kind === "update" && isOn(query, build)) return distance <= near && (query.writes === null || query.writes.some((item) => read.has(item.column)));
    if (query.kind === "delete" && isOn(query, build)) return distance <= nearest;
    return query.kind === "select" && statement.nested && distance <= nearest && (isOn(query, build) || (query.table === null && distance === 0));
  });
}

function isOn(query: SqlQuery, build: KeyBuild): boolean {
  return query.table?.name === build.table.name || query.table?.name === build.earlier.name;
}

function describe(build: KeyBuild): Problem {
  const title = tableTitle(build.table.id);
  const place = placeOfTable(build.earlier);
  return {
    message: `${reasonOf(build, title)} could not create unique index. ${adviceOf(build)}`,
    at: build.at,
    see: place && place.path !== build.at.path ? [{ at: place, message: `${title} took rows without this key until now` }] : [],
    table: build.table.id,
    columns: partTexts(build.key),
    sqlstate: "23505",
  };
}

function reasonOf(build: KeyBuild, title: string): string {
  const alike = columnsAlike(build);
  if (olderParts(build).length > 0) return `${title} may already hold duplicates of ${describeColumns(partTexts({ parts: olderParts(build) }))}: then the build fails with 23505,`;
  return `The default of ${joinWords(alike)} gives every row of ${title} the same value: where there are two rows, the build fails with 23505,`;
}

function adviceOf(build: KeyBuild): string {
  const alike = columnsAlike(build);
  if (olderParts(build).length > 0) return `Look first: \`${duplicatesQuery(build)}\`.`;
  return `Add ${joinWords(alike)} without the key, give each row a value of its own, then build the key.`;
}

/** Parts of the key that can tell older rows apart. */
function olderParts(build: KeyBuild): KeyBuild["key"]["parts"] {
  const alike = columnsAlike(build);
  return build.key.parts.filter((part) => part.kind !== "column" || !alike.includes(part.column));
}

/** Finds what the build would trip over: rows with NULL do not collide, unless the key says so. */
function duplicatesQuery(build: KeyBuild): string {
  const { table, key } = build;
  const parts = olderParts(build);
  const list = parts.map(quotePart).join(", ");
  const known = key.where === null ? [] : splitPredicate(key.where);
  const nullable = key.nullsNotDistinct ? [] : parts.flatMap((part) => (part.kind === "column" && columnOf(table, part.column)?.nullable !== false ? [`${quoteName(part.column)} is not null`] : []));
  const conditions = [...(key.where === null ? [] : [key.where.text]), ...nullable.filter((text) => !known.includes(text))];
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT ${list}, count(*) FROM ${quoteTable(table.id)}${where} GROUP BY ${list} HAVING count(*) > 1;`;
}
