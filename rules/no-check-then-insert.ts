import {
  cannotViolate,
  databaseOf,
  describeKey,
  isPassedOver,
  isRetried,
  isSerialized,
  isViolationHandled,
  joinWords,
  keysViolatedBy,
  describeColumns,
  partColumns,
  placeOfKey,
  placeOfTable,
  provesAbsence,
  tableOf,
  tableTitle,
  versionsOfTable,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Project, Site, Written } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noCheckThenInsert: Rule = {
  name: "no-check-then-insert",
  family: "assumed",
  summary: "Forbid a look-up that decides about an insert which the database does not guard",
  why: "Two callers can both find nothing and both insert: without a unique key both rows stay, with one the second caller gets 23505.",
  fix: "Declare a unique key on the compared columns and insert with ON CONFLICT, or handle the violation by reading the winner's row.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.kind !== "insert" || site.conflict || !site.columns || isPassedOver(site, options)) continue;
      if (site.entry === "migration" || site.entry === "seed" || isSerialized(site)) continue;
      const problems = checksBefore(project, site).flatMap((check) => judge(project, site, check) ?? []);
      const worst = problems.find((problem) => problem.severity === "error") ?? problems[0];
      if (worst) yield worst;
    }
  },
};

/** What a look-up and the insert after it have in common. */
type Check = {
  lookup: Site;
  /** Columns that are compared and written with the same value. */
  same: Written[];
  /** Literals that are compared, but not written alike: `status = 'open'`. */
  more: Written[];
  /** The row is sought among loaded rows by something else too. */
  narrowed: boolean;
};

function checksBefore(project: Project, insert: Site): Check[] {
  const written = new Map((insert.columns ?? []).map((item) => [item.column, item]));
  const checks: Check[] = [];
  for (const guard of insert.guards) {
    if (guard.kind !== "lookup" || guard.when !== "absent") continue;
    const lookup = project.sites[guard.site];
    const match = guard.match ?? lookup?.match;
    if (!lookup || !match || lookup.table !== insert.table || lookup.database !== insert.database) continue;
    const same = match.filter((item) => written.get(item.column)?.value.text === item.value.text);
    const more = match.filter((item) => !same.includes(item));
    // The insert writes another value, or none: it is not the row that was looked for.
    const other = more.some((item) => item.value.origin !== "literal" && item.value.origin !== "null");
    // "Are there any yet?", and then one row each: what the rows differ in is not compared.
    const perRow = lookup.lookup === "many" || insert.rows === "many" || (insert.loop && !lookup.loop);
    const narrowed = guard.narrowed === true || perRow || lookup.matchRest.includes("…");
    if (!other && isQuestionOfIdentity(lookup, same)) checks.push({ lookup, same, more, narrowed });
  }
  return checks;
}

/** A look-up by a range ("none in the last hour") asks for something that no key can hold; a value just made cannot collide. */
function isQuestionOfIdentity(lookup: Site, same: Written[]): boolean {
  if (lookup.lookup === "max" || lookup.matchRest.some((rest) => /[<>]|\b(gte?|lte?|between|like|ilike|similarity)\b/i.test(rest))) return false;
  if (same.some((item) => item.value.origin === "generated" || item.value.origin === "created")) return false;
  return same.some((item) => item.value.origin !== "literal" && item.value.origin !== "null");
}

function judge(project: Project, insert: Site, check: Check): Problem | null {
  const table = tableOf(project, insert);
  const database = databaseOf(project, insert.database);
  if (!table || !database || table.kind !== "table") return null;
  const violated = keysViolatedBy(table, insert);
  if (check.narrowed) {
    const key = violated.find((candidate) => check.same.every((item) => partColumns(candidate).includes(item.column)));
    if (key) return withKey(project, insert, check, table, key);
    return provesAbsence(database, table) && cannotViolate(table, insert) ? withoutKey(database, insert, check, table) : null;
  }
  const compared = [...check.same, ...check.more].map((item) => item.column).concat(columnsInText(table, insert, check.lookup));
  if (versionsOfTable(database, table.id).some((version) => isBacked(version, compared))) {
    const key = violated.find((candidate) => partColumns(candidate).every((column) => compared.includes(column)));
    return key ? withKey(project, insert, check, table, key) : null;
  }
  // Two calls with the same input meet in a wider key, if not in this one.
  const wider = violated.find((candidate) => check.same.some((item) => item.value.origin !== "literal" && partColumns(candidate).includes(item.column)));
  if (wider) return withKey(project, insert, check, table, wider);
  return provesAbsence(database, table) ? withoutKey(database, insert, check, table) : null;
}

/** A unique key, partial and expression ones too, that reads only these columns. */
function isBacked(table: Table, columns: string[]): boolean {
  return table.keys.some((key) => partColumns(key).every((column) => columns.includes(column)));
}

/** Written columns that other conditions of the look-up speak of: `lower(email) = …`. */
function columnsInText(table: Table, insert: Site, lookup: Site): string[] {
  const text = lookup.matchRest.join(" ");
  return (insert.columns ?? []).flatMap(({ column }) => {
    const names = [column, table.columns.find((item) => item.name === column)?.property];
    return names.some((name) => name && new RegExp(`(^|\\W)${name.replace(/\W/g, "\\$&")}(\\W|$)`).test(text)) ? [column] : [];
  });
}

function withoutKey(database: Database, insert: Site, check: Check, table: Table): Problem {
  const columns = check.same.map((item) => item.column);
  const home = placeOfTable(table);
  return {
    message:
      `${tableTitle(table.id)} has no unique key on ${describeColumns(columns)}: two callers that both find nothing both insert, and ${nameOf(database)} keeps both rows ` +
      `with the same ${joinWords(columns)}.`,
    at: insert.at,
    see: [{ at: check.lookup.at, message: "looked up here" }, ...(home ? [{ at: home, message: `${tableTitle(table.id)} declares no such key` }] : [])],
    severity: "error",
    table: table.id,
    columns,
    sqlstate: null,
  };
}

function withKey(project: Project, insert: Site, check: Check, table: Table, key: UniqueKey): Problem | null {
  if (isViolationHandled(project, insert) || isRetried(insert)) return null;
  const keyColumns = partColumns(key);
  const narrower = [...check.more.map((item) => item.column), ...check.lookup.matchRest].filter((text) => !keyColumns.includes(text));
  const place = placeOfKey(key);
  const cause =
    narrower.length > 0 && !key.where
      ? `the look-up asks for another predicate than the key (also ${joinWords(narrower)}), so the insert can collide even without a race`
      : "of two callers that both find nothing the second one fails";
  const postgres = databaseOf(project, insert.database)?.catalog.dialect === "postgres";
  return {
    message: `${capitalise(cause)}: ${describeKey(key)} answers ${postgres ? "23505, " : ""}duplicate key, and nothing here or in the callers handles it.`,
    at: insert.at,
    see: [{ at: check.lookup.at, message: "looked up here" }, ...(place ? [{ at: place, message: describeKey(key) }] : [])],
    severity: "warning",
    table: table.id,
    columns: keyColumns,
    sqlstate: postgres ? "23505" : null,
  };
}

function nameOf(database: Database): string {
  return { postgres: "Postgres", mysql: "MySQL", sqlite: "SQLite", other: "the database" }[database.catalog.dialect];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
