import { isPassedOver, cannotViolate, tableOf, tableTitle } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noAssumedReturningRow: Rule = {
  name: "no-assumed-returning-row",
  family: "inserts",
  summary: "Forbid counting on the row of RETURNING where a conflict gives none",
  why: "ON CONFLICT DO NOTHING returns nothing for a row that is already there, and so does DO UPDATE … WHERE for a row it skips.",
  fix: "Read the existing row when RETURNING gives none, or use DO UPDATE.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      const { conflict } = site;
      if (!conflict || isPassedOver(site, options)) continue;
      if (conflict.action === "update" && !conflict.setWhere) continue;
      // What a query file's callers do with the error of an absent row is not seen.
      const used = site.returning === "used-unchecked" && site.client !== "sqlc";
      const passed = site.returning === "passed-on" || site.returning === "used-unchecked";
      if (!used && (!passed || (site.rows !== "one" && site.client !== "sqlc"))) continue;
      if (!used && options.preset !== "strict") continue;
      const problem = describe(project, site, used);
      if (problem) yield problem;
    }
  },
};

function describe(project: Project, site: Site, used: boolean): Problem | null {
  const table = tableOf(project, site);
  if (!table || !site.conflict) return null;
  // Nothing can conflict, so the row is always there.
  if (table.complete && cannotViolate(table, site)) return null;
  const nothing = site.conflict.action === "nothing";
  return {
    message:
      `RETURNING gives no row when ${tableTitle(table.id)} ${nothing ? "already has one with these values (ON CONFLICT DO NOTHING)" : "has one that DO UPDATE … WHERE skips"}, ` +
      (used
        ? "but the first row is used without a test."
        : site.client === "sqlc"
          ? "but the query is read as one row (:one): the caller gets an error instead."
          : "but the first row is passed on as if it were there."),
    at: site.at,
    see: [{ at: site.conflict.at, message: nothing ? "a conflict gives no row here" : "a skipped row is not returned" }],
    severity: used ? "error" : "warning",
    table: table.id,
    columns: null,
    sqlstate: null,
  };
}
