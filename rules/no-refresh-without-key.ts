import { columnOf, databaseOf, describeKey, findTable, isPassedOver, pendingMigrations, placeOfKey, placeOfTable, provesAbsence, quoteTable, replay, tableTitle } from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { Span } from "../src/model/span.ts";

export const noRefreshWithoutKey: Rule = {
  name: "no-refresh-without-key",
  family: "assumed",
  summary: "Forbid REFRESH MATERIALIZED VIEW CONCURRENTLY where the view has no whole unique index",
  why: "Postgres compares the old rows with the new ones by a unique index over plain columns and all rows; without one the statement fails with 55000 every time.",
  fix: "Create a unique index on columns of the view, without WHERE and without expressions, or refresh without CONCURRENTLY, which blocks reads.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const database of project.databases) {
      if (database.catalog.dialect === "postgres") yield* refreshesInMigrations(database);
    }
    for (const refresh of project.refreshes) {
      const database = databaseOf(project, refresh.database);
      const view = database?.catalog.tables[refresh.table];
      if (!isPassedOver(refresh, options) && database?.catalog.dialect === "postgres" && view) yield* judge(database, view, refresh.at);
    }
  },
};

/** A function's body runs later, so it finds what all migrations together leave. */
function* refreshesInMigrations(database: Database): Iterable<Problem> {
  for (const migration of pendingMigrations(database)) {
    for (const { statement, before, searchPath } of replay(migration)) {
      const { refresh, nested, at } = statement;
      const catalog = nested ? database.migrated : before;
      const view = refresh?.concurrently === true && catalog !== null ? findTable(catalog, refresh.view, searchPath) : null;
      if (view) yield* judge(database, view, at);
    }
  }
}

function* judge(database: Database, view: Table, at: Span): Iterable<Problem> {
  // Drizzle and Prisma cannot declare an index on a view: where no migration makes it, nothing is known.
  if (view.kind !== "materialized-view" || view.built.length === 0 || !view.complete || !provesAbsence(database, view)) return;
  if (view.keys.some(isUsable)) return;
  const [closest] = view.keys;
  const place = closest ? placeOfKey(closest) : placeOfTable(view);
  yield {
    message:
      `REFRESH MATERIALIZED VIEW CONCURRENTLY fails with 55000, cannot refresh materialized view "${view.id}" concurrently: ${closest ? `${describeKey(closest)} ${whyUseless(closest)}` : "it has no unique index"}. ` +
      `Create one on the columns that tell its rows apart: \`CREATE UNIQUE INDEX ON ${quoteTable(view.id)} (…);\`, plain columns only and no WHERE.`,
    at,
    see: place ? [{ at: place, message: closest ? "the closest index" : `${tableTitle(view.id)} is made here` }] : [],
    table: view.id,
    columns: closest ? closest.parts.flatMap((part) => (part.kind === "column" && columnOf(view, part.column) ? [part.column] : [])) : null,
    sqlstate: "55000",
  };
}

/** As is_usable_unique_index() in matview.c. */
function isUsable(key: UniqueKey): boolean {
  return key.kind !== "exclusion" && !key.deferrable && key.valid !== false && key.where === null && key.parts.every((part) => part.kind === "column");
}

function whyUseless(key: UniqueKey): string {
  if (key.valid === false) return "is INVALID";
  return key.where !== null ? "leaves rows out" : "is over an expression";
}
