import {
  databaseOf,
  describeKey,
  isPassedOver,
  isRetried,
  isSerialized,
  isViolationHandled,
  keysViolatedBy,
  partColumns,
  placeOfKey,
  skipConflict,
  tableOf,
  tableTitle,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site, Value } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const requireConflictHandling: Rule = {
  name: "require-conflict-handling",
  family: "inserts",
  summary: "Require that inserts which can be repeated handle the unique violation",
  why: "A delivery that comes twice, or a second click, makes the same insert again: Postgres answers 23505 and the caller gets a raw error, or retries for ever.",
  fix: "Add ON CONFLICT on the key, or catch the violation and answer with the row that is there.",
  severity: "warning",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, options) {
    for (const site of project.sites) {
      if (site.kind !== "insert" || site.conflict || !site.columns || isPassedOver(site, options)) continue;
      if (!canBeRepeated(site, options) || isGuarded(project, site)) continue;
      const problem = judge(project, site, options);
      if (problem) yield problem;
    }
  },
};

/** Reached twice with the same values: from outside, or by its own retry. */
function canBeRepeated(site: Site, options: RuleOptions): boolean {
  if (options.preset === "strict") return site.entry !== "migration" && site.entry !== "seed";
  // A retry of its own, or "there is none yet" asked of another table: two callers may both hear it.
  if (site.guards.some((guard) => guard.kind === "retry" || (guard.kind === "lookup" && guard.when === "absent" && guard.calls === 0))) return true;
  return site.entry === "webhook" || site.entry === "job" || site.entry === "consumer" || site.entry === "import" || site.entry === "route";
}

function isGuarded(project: Project, site: Site): boolean {
  // Who runs a query file's statements, and what they do with errors, is not in it.
  if (isSerialized(site) || isViolationHandled(project, site) || site.at.path.endsWith(".sql") || isAnswered(project, site)) return true;
  // The rows that could collide are deleted first; a look-up before is no-check-then-insert's.
  return site.guards.some((guard) => guard.kind === "delete" || isLookupOfSameTable(project, site, guard) || isAfterParent(project, guard));
}

/** The row that it hangs from was just inserted: what is repeated fails there, or makes another one. */
function isAfterParent(project: Project, guard: Site["guards"][number]): boolean {
  return guard.kind === "insert" && project.sites[guard.site]?.kind === "insert";
}

/** A request whose `{ error }` is looked at, or whose violation the application answers with all others, gets an answer; nobody sends it again. Who asked before wants more. */
function isAnswered(project: Project, site: Site): boolean {
  const asked = site.guards.some((guard) => guard.kind === "lookup" && guard.when !== "present");
  if (!asked && site.guards.some((guard) => guard.kind === "filter")) return true;
  return site.entry === "route" && site.guards.some((guard) => guard.kind === "handler" && guard.calls === 0 && project.handlers[guard.handler]?.form === "result");
}

/** One that asks for the row that is inserted: where it compares another value than the one that is written, it asks for another row. */
function isLookupOfSameTable(project: Project, site: Site, guard: Site["guards"][number]): boolean {
  if (guard.kind !== "lookup" || guard.when !== "absent") return false;
  const lookup = project.sites[guard.site];
  if (lookup?.table !== site.table || lookup.database !== site.database) return false;
  // `OR: [{ email }, { phone }]`: whether one of the two is this key's, nobody can tell.
  if (guard.match?.length === 0 && lookup.matchRest.length > 0) return false;
  return !(guard.match ?? []).some(({ column, value }) => value.origin === "external" && isWrittenOtherwise(site, column, value.text));
}

function isWrittenOtherwise(site: Site, column: string, text: string): boolean {
  const written = site.columns?.find((item) => item.column === column);
  return written !== undefined && written.value.origin === "external" && written.value.text !== text;
}

function judge(project: Project, site: Site, { text }: RuleOptions): Problem | null {
  const table = tableOf(project, site);
  if (!table || table.kind !== "table") return null;
  const key = keysViolatedBy(table, site).find((candidate) => isSuppliedByCaller(table, candidate, site) || isFoundAgain(project, candidate, site));
  if (!key || meetsParentFirst(project, site)) return null;
  const place = placeOfKey(key);
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  // Something was asked before: only callers at the same time get here with the same values.
  const asked = site.guards.some((guard) => guard.kind === "lookup" && guard.when !== "present");
  const when = asked || usesUp(project, site) ? "two calls at the same time bring the same values" : `${isRetried(site) ? "a retry" : repetition(site)} brings the same values again`;
  return {
    message: `When ${when}, ${describeKey(key)} of ${tableTitle(table.id)} answers ${postgres ? "23505, " : ""}duplicate key, and nothing here or in the callers handles it.`,
    at: site.at,
    see: place ? [{ at: place, message: describeKey(key) }] : [],
    table: table.id,
    columns: partColumns(key),
    sqlstate: postgres ? "23505" : null,
    suggestions: skipConflict(site, table, key, text),
  };
}

/** The row that it hangs on is deleted beside it, as an invitation that was accepted: who comes later finds none. */
function usesUp(project: Project, site: Site): boolean {
  const found = site.guards.flatMap((guard) => (guard.kind === "lookup" && guard.when === "present" ? [project.sites[guard.site]?.table ?? null] : []));
  return project.sites.some((other) => other.kind === "delete" && other.table !== null && found.includes(other.table) && isBeside(other, site));
}

/** A row that is written inside of another row's insert: where that row has a key of the caller's values, it is hit before this one's. */
function meetsParentFirst(project: Project, site: Site): boolean {
  if (site.columns?.some((item) => item.value.origin === "created") !== true) return false;
  const around = project.sites.filter((other) => other !== site && other.kind === "insert" && !other.conflict && other.at.path === site.at.path && other.at.start <= site.at.start && other.at.end >= site.at.end);
  return around.some((parent) => {
    const table = tableOf(project, parent);
    return table !== null && keysViolatedBy(table, parent).some((key) => isSuppliedByCaller(table, key, parent));
  });
}

function repetition(site: Site): string {
  switch (site.entry) {
    case "webhook":
      return "the webhook's next delivery";
    case "job":
      return "the job's next run";
    case "consumer":
      return "the message's next delivery";
    case "import":
      return "the next import";
    case "route":
      return "a second request";
    default:
      return "a second call";
  }
}

/** Every column is written with a value that the caller chose; a partial key must say no more than that they are there. */
function isSuppliedByCaller(table: Table, key: UniqueKey, site: Site): boolean {
  const columns = partColumns(key);
  if (key.kind === "exclusion" || (key.where !== null && !key.where.columns.every((column) => columns.includes(column)))) return false;
  const values = columns.map((column) => site.columns?.find((item) => item.column === column)?.value);
  if (!values.every((value): value is Value => value !== undefined && isChosen(value))) return false;
  // A hash that stands for a secret is as random as the secret: no second call brings it again.
  if (columns.some((column) => /(?:token|key|secret)_?hash$|^hashed_?(?:token|key|secret)$/i.test(column))) return false;
  // An id that is handed down was most likely made by who calls.
  if (key.kind === "primary" && columns.length === 1 && values[0]?.origin === "parameter" && !isReference(table, columns[0])) return false;
  return values.some((value) => value.origin === "external" || value.origin === "parameter");
}

/** The row that a delivery speaks of is found by the next delivery too, unless this one changes or deletes it. */
function isFoundAgain(project: Project, key: UniqueKey, site: Site): boolean {
  if ((site.entry !== "webhook" && site.entry !== "consumer") || key.where !== null) return false;
  const origins = partColumns(key).map((column) => site.columns?.find((item) => item.column === column)?.value.origin);
  if (!origins.includes("query") || !origins.every((origin) => origin === "query" || origin === "literal")) return false;
  const found = site.guards.flatMap((guard) => (guard.kind === "lookup" && guard.when === "present" ? [project.sites[guard.site]?.table] : []));
  return found.length > 0 && !project.sites.some((other) => (other.kind === "update" || other.kind === "delete") && found.includes(other.table) && isBeside(other, site));
}

function isBeside(other: Site, site: Site): boolean {
  return other.at.path === site.at.path && other.inside?.at.start === site.inside?.at.start;
}

function isReference(table: Table, column: string | undefined): boolean {
  return table.foreignKeys.some((one) => column !== undefined && one.columns.includes(column));
}

function isChosen(value: Value): boolean {
  // The next number after what was read.
  if (value.origin === "query" && / [-+*] /.test(value.text)) return false;
  return value.origin === "external" || value.origin === "parameter" || value.origin === "literal" || value.origin === "query" || value.origin === "environment";
}
