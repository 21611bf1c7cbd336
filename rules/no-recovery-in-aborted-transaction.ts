import { databaseOf, isPassedOver, joinWords, keysViolatedBy, siteOf, tableOf, tableTitle } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Handler, Project, Recovery, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noRecoveryInAbortedTransaction: Rule = {
  name: "no-recovery-in-aborted-transaction",
  family: "inserts",
  summary: "Forbid going on in a transaction after a unique violation was caught in it",
  why: "A violation aborts the whole transaction: every later statement answers 25P02, and where there is none COMMIT rolls back what was written before without an error.",
  fix: "Use ON CONFLICT, run the write in a nested transaction (a savepoint), or catch the violation around the transaction and run it again.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.recoveries === undefined || isPassedOver(site, options) || databaseOf(project, site.database)?.catalog.dialect !== "postgres") continue;
      const [problem] = site.recoveries.flatMap((recovery) => judge(project, site, recovery) ?? []);
      if (problem) yield problem;
    }
  },
};

function judge(project: Project, site: Site, recovery: Recovery): Problem | null {
  const handler = project.handlers.find((item) => item.id === recovery.handler);
  const table = tableOf(project, site);
  if (!handler || !table || !mayCatchViolation(project, site, handler)) return null;
  const lost = recovery.lost.flatMap((id) => siteOf(project, id) ?? []);
  if (recovery.next === null && (lost.length === 0 || throwsAgain(site, handler))) return null;
  const title = tableTitle(table.id);
  const message =
    recovery.next === null
      ? `A unique violation on ${title} that is caught here has aborted the transaction: its COMMIT rolls back without an error, and ${joinWords([...new Set(lost.map((item) => tableOf(project, item)?.id ?? item.table ?? "").filter((id) => id !== "").map(tableTitle))])} written before ${lost.length > 1 ? "are" : "is"} lost.`
      : `A unique violation on ${title} that is caught here has aborted the transaction: ${recovery.again ? "the next turn of the loop" : "the next statement on it"} answers 25P02, current transaction is aborted, commands ignored until end of transaction block.`;
  return {
    message,
    at: handler.at,
    see: [
      { at: site.at, message: "the violation comes from here" },
      ...(recovery.next === null ? lost.slice(0, 3).map((item) => ({ at: item.at, message: "rolled back" })) : recovery.again ? [] : [{ at: recovery.next, message: "answers 25P02" }]),
      { at: recovery.transaction, message: "the transaction" },
    ],
    table: table.id,
    columns: null,
    sqlstate: recovery.next === null ? null : "25P02",
  };
}

/** It asks for a violation, or takes whatever comes from a write that nothing but a violation is likely to refuse. */
function mayCatchViolation(project: Project, site: Site, handler: Handler): boolean {
  if (handler.handles === "unique") return true;
  const table = tableOf(project, site);
  return handler.handles === "any" && site.conflict === null && table !== null && keysViolatedBy(table, site).some((key) => key.kind !== "primary");
}

/** postgres.js, and what runs on it, throws the violation again at the transaction's end. */
function throwsAgain(site: Site, { versions }: Handler): boolean {
  return (site.client === "raw-sql" || site.client === "drizzle" || site.client === "kysely") && Object.hasOwn(versions, "postgres");
}
