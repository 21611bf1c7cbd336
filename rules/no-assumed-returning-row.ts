import { isPassedOver, cannotViolate, tableOf, tableTitle } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Conflict, Project, Site } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

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
      const outcome = outcomeOf(site, options);
      const problem = outcome === null ? null : describe(project, site, conflict, outcome);
      if (problem) yield problem;
    }
  },
};

/** What is done with the row that may be missing: taken for granted, its absence taken for a failure, or handed on as if it were there. */
type Outcome = "used" | "failure" | "one-query" | "passed-on";

function outcomeOf(site: Site, options: RuleOptions): Outcome | null {
  const strict = options.preset === "strict";
  // What a query file's callers do with the error of an absent row is not seen; a name may promise that there is always one.
  if (site.client === "sqlc") return site.returning === "used-unchecked" && (strict || promisesRow(site)) ? "one-query" : null;
  if (site.returning === "used-unchecked") return "used";
  // A row that DO UPDATE … WHERE skips is often somebody else's, and then it is a failure.
  if (site.returning === "checked" && site.conflict?.action === "nothing" && site.rows === "one" && isFailure(site.absence?.throws ?? "")) return "failure";
  return strict && site.returning === "passed-on" && site.rows === "one" ? "passed-on" : null;
}

/** `EnsureTag`, `UpsertTag`, `GetOrCreateTag`: the row that is there is an answer like the one that is made. */
function promisesRow({ operation, conflict }: Site): boolean {
  return conflict?.action === "nothing" && /(?:^|[a-z_])(?:[Uu]psert|[Ee]nsure|(?:[Gg]et|[Ff]ind|[Cc]reate|[Ii]nsert|[Aa]dd)_?[Oo]r_?(?:[Cc]reate|[Ii]nsert|[Aa]dd|[Gg]et|[Ff]ind|[Rr]eturn|[Ff]etch|[Ee]nsure))/.test(operation);
}

/** "Failed to create x" says that nobody thought of the row that is already there; "x already exists" says that somebody did. */
function isFailure(thrown: string): boolean {
  if (/exist|already|duplicat|conflict|taken|in use|claim|lock|running|unique|concurren|race|lost|another|P2002|23505/i.test(thrown)) return false;
  return /\b(?:fail(?:ed|ure)?|(?:could|can|did) ?n(?:o|')t|cannot|unable|no (?:row|record|result|data)s?|not (?:be )?(?:created|inserted|saved|stored|returned))\b/i.test(thrown);
}

function describe(project: Project, site: Site, conflict: Conflict, outcome: Outcome): Problem | null {
  const table = tableOf(project, site);
  if (!table) return null;
  // Nothing can conflict, so the row is always there.
  if (table.complete && cannotViolate(table, site)) return null;
  const nothing = conflict.action === "nothing";
  const place = site.absence === undefined ? [] : [{ at: site.absence.at, message: outcome === "used" ? "the row is used here" : "its absence is an error here" }];
  return {
    message:
      `RETURNING gives no row when ${tableTitle(table.id)} ${nothing ? "already has one with these values (ON CONFLICT DO NOTHING)" : "has one that DO UPDATE … WHERE skips"}, ` +
      sayOutcome(outcome, site),
    at: site.at,
    see: [{ at: conflict.at, message: nothing ? "a conflict gives no row here" : "a skipped row is not returned" }, ...place],
    severity: outcome === "used" ? "error" : "warning",
    table: table.id,
    columns: null,
    sqlstate: null,
  };
}

function sayOutcome(outcome: Outcome, site: Site): string {
  switch (outcome) {
    case "used":
      return "but the first row is used without a test.";
    case "failure":
      return `and the code takes that for a failure: it throws ${site.absence?.throws ?? "an error"}.`;
    case "one-query":
      return "but the query is read as one row (:one): the caller gets an error instead.";
    case "passed-on":
      return "but the first row is passed on as if it were there.";
  }
}
