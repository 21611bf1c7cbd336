import {
  arbiterOf,
  databaseOf,
  describeKey,
  isHandledOnEveryWay,
  isPassedOver,
  isSerialized,
  isViolationHandled,
  joinWords,
  keysViolatedBy,
  placeOfKey,
  tableOf,
  tableTitle,
  partColumns,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noNonAtomicUpsert: Rule = {
  name: "no-non-atomic-upsert",
  family: "assumed",
  summary: "Forbid upserts that are a SELECT and an INSERT where callers can race",
  why: "Such an upsert is not one statement: of two concurrent calls for a new row one fails with the unique violation that it was meant to prevent.",
  fix: "Bring the call into the form that becomes INSERT … ON CONFLICT (for Prisma: one selector repeated in create, a non-empty update, no relations), or retry on the violation.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.conflict?.native !== "no" || isPassedOver(site, options)) continue;
      if (site.entry === "migration" || site.entry === "seed" || site.entry === "script") continue;
      if (isReachedUnseen(site) || isSerialized(site) || isHandledOnEveryWay(project, site, undefined, enoughFor(site))) continue;
      const problem = judge(project, site);
      if (problem) yield problem;
    }
  },
};

/** Where it only wants the row to be there, who loses and goes on has lost nothing. */
function enoughFor({ conflict }: Site): "given up" | "recovered" {
  return conflict?.sets !== "all" && conflict?.sets?.length === 0 ? "given up" : "recovered";
}

/** A method that nothing is seen to call is called through an interface: a retry may stand there. */
function isReachedUnseen(site: Site): boolean {
  return site.entry === null && site.inside?.name?.includes(".") === true && site.guards.every((guard) => guard.calls === 0);
}

function judge(project: Project, site: Site): Problem | null {
  const table = tableOf(project, site);
  if (!table || !site.conflict) return null;
  const verdict = arbiterOf(project, site);
  const key = verdict?.kind === "match" ? verdict.keys[0] : undefined;
  // Without a key there is nothing to violate; no-unmatched-conflict-target says so.
  if (!key || isOwnId(site, partColumns(key)) || !violates(table, site, key)) return null;
  const place = placeOfKey(key);
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  const because = site.conflict.reasons.length > 0 ? ` (${joinWords(site.conflict.reasons)})` : "";
  return {
    message:
      `${site.operation} is not one statement${because}: it runs as SELECT, then INSERT. Of two concurrent calls for a new row of ${tableTitle(table.id)} ` +
      `one fails with ${postgres ? "23505 on " : "a violation of "}${describeKey(key)}${site.client === "prisma" ? " (P2002)" : ""}, and ${isViolationHandled(project, site, enoughFor(site)) ? "not every caller" : "nothing"} handles it.`,
    at: site.at,
    see: place ? [{ at: place, message: describeKey(key) }] : [],
    table: table.id,
    columns: partColumns(key),
    sqlstate: postgres ? "23505" : null,
  };
}

/** `where: { id: input.id ?? "" }` with an id made by the database: the INSERT never meets this key. */
function violates(table: Table, site: Site, key: UniqueKey): boolean {
  return site.columns === null || !site.columnsComplete || keysViolatedBy(table, site).includes(key);
}

/** An upsert by a value that was made in this flow meets no other caller. */
function isOwnId(site: Site, columns: string[]): boolean {
  const values = [...(site.columns ?? []), ...(site.match ?? [])].filter((item) => columns.includes(item.column));
  return values.some((item) => item.value.origin === "generated" || item.value.origin === "created");
}
