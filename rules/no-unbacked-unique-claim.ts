import {
  databaseOf,
  describeKey,
  isPassedOver,
  joinWords,
  describeColumns,
  partColumns,
  placeOfKey,
  placeOfTable,
  provesAbsence,
  tableTitle,
  versionsOfTable,
} from "../src/catalog/lookup.ts";
import type { Index, Table } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, ProjectClaim } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noUnbackedUniqueClaim: Rule = {
  name: "no-unbacked-unique-claim",
  family: "assumed",
  summary: "Forbid comments and names that claim a unique key which does not exist",
  why: "People build on what the comment says, while Postgres accepts a second row with the same values.",
  fix: "Declare the key that the comment speaks of and build it in a migration, or correct the comment.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const claim of project.claims) {
      if (isPassedOver(claim, options) || (claim.denies && options.preset !== "strict")) continue;
      const judge = claim.denies ? judgeDenial : judgeClaim;
      const problem = judge(claim, databaseOf(project, claim.database));
      if (problem) yield problem;
    }
    for (const database of project.databases) {
      for (const table of Object.values(database.catalog.tables)) {
        if (!provesAbsence(database, table)) continue;
        for (const index of table.indexes) {
          const problem = judgeName(database, table, index);
          if (problem) yield problem;
        }
      }
    }
  },
};

function judgeClaim(claim: ProjectClaim, database: Database | null): Problem | null {
  const table = (claim.table === null ? undefined : database?.catalog.tables[claim.table]);
  const columns = table ? columnsOf(claim, table) : null;
  if (!database || !table || !columns || columns.length === 0 || !provesAbsence(database, table)) return null;
  if (isBacked(database, table, columns)) return null;
  // "The name is unique" may well mean: within its team, and a key says so.
  if (columns.length === 1 && table.keys.some((key) => partColumns(key).includes(columns[0]!))) return null;
  const home = placeOfTable(table);
  return {
    message:
      `${claim.library ? `${claim.library} (${claim.text})` : "This comment"} counts on ${describeColumns(columns)} of ${tableTitle(table.id)} being unique, but no unique key stands on ${columns.length > 1 ? "them" : "it"}: ` +
      `the database accepts a second row with the same ${joinWords(columns)}.`,
    at: claim.at,
    see: home ? [{ at: home, message: `${tableTitle(table.id)} declares no such key` }] : [],
    table: table.id,
    columns,
    sqlstate: null,
  };
}

/** "There is no unique key on a": there is one by now, on exactly these columns and for all rows. */
function judgeDenial(claim: ProjectClaim, database: Database | null): Problem | null {
  const table = claim.table === null ? undefined : database?.catalog.tables[claim.table];
  const columns = claim.resolved;
  if (!table || !columns || columns.length === 0 || columns.includes(null as never)) return null;
  const key = table.keys.find((each) => each.where === null && each.kind !== "exclusion" && each.valid !== false && each.parts.every((part) => part.kind === "column" && columns.includes(part.column)) && partColumns(each).length === new Set(columns).size);
  const place = key && placeOfKey(key);
  if (!key || !place) return null;
  return {
    message: `This comment says that nothing keeps ${describeColumns(columns)} of ${tableTitle(table.id)} unique, but ${describeKey(key)} does: a second row with the same ${joinWords(columns)} answers 23505.`,
    at: claim.at,
    see: [{ at: place, message: describeKey(key) }],
    table: table.id,
    columns,
    sqlstate: "23505",
  };
}

/** Columns by name; in "one row per team and persona" the words may leave out `_id`. null: one of them is no column. */
function columnsOf(claim: ProjectClaim, table: Table): string[] | null {
  if (claim.columns.length > 0 || claim.kind !== "one-row" || !claim.words) return claim.resolved;
  const found = claim.words.map((word) => {
    const spelled = [word, `${word}_id`].map((name) => name.replaceAll("_", "").toLowerCase());
    return table.columns.find((column) => spelled.includes(column.name.replaceAll("_", "").toLowerCase()))?.name ?? null;
  });
  return found.includes(null) ? null : (found as string[]);
}

/** A plain index that is called unique is one that was meant to be. */
function judgeName(database: Database, table: Table, index: Index): Problem | null {
  const at = index.declared[0] ?? index.built[0];
  const columns = partColumns(index);
  // Default names repeat the columns', and a column may be called `uniq_id`.
  const own = columns.reduce((name, column) => name.replace(column, ""), index.name ?? "");
  if (!at || !/(^|_)(unique|uniq|uidx|uq)(_|$)/i.test(own)) return null;
  if (isBacked(database, table, columns)) return null;
  return {
    message:
      `Index ${index.name} on ${tableTitle(table.id)} ${describeColumns(columns)} is called unique but is a plain index: ` +
      "the database accepts a second row with the same values.",
    at,
    table: table.id,
    columns,
    sqlstate: null,
  };
}

/** A unique key on these columns or on some of them, in the schema or in the migrations. */
function isBacked(database: Database, table: Table, columns: string[]): boolean {
  return versionsOfTable(database, table.id).some((version) =>
    version.keys.some((key) => partColumns(key).every((column) => columns.includes(column))),
  );
}
