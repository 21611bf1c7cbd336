import {
  columnOf,
  describeColumns,
  describeKey,
  insertedValue,
  isPassedOver,
  joinWords,
  keyColumns,
  placeOfColumn,
  placeOfKey,
  quoteName,
  sitesOn,
  tableTitle,
  versionsOfTable,
} from "../src/catalog/lookup.ts";
import type { Column, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Project, Site } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const noUnenforcedUniqueKey: Rule = {
  name: "no-unenforced-unique-key",
  family: "assumed",
  summary: "Forbid unique keys with a column that is NULL in the rows they are meant for",
  why: "NULLs are distinct in a unique key, so rows that have NULL in one of its columns never collide: UNIQUE (slug, deleted_at) keeps no two live rows apart.",
  fix: "Use a partial unique index (WHERE deleted_at IS NULL), or declare the key NULLS NOT DISTINCT (PostgreSQL 15).",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const database of project.databases) {
      for (const table of Object.values(database.catalog.tables)) {
        if (table.kind !== "table" || table.temporary) continue;
        const seen = new Set<string>();
        // What the ORM schema declares is where people look first.
        for (const key of [...table.keys].sort((a, b) => b.declared.length - a.declared.length)) {
          const problem = judge(project, database, table, key, options);
          const columns = [...(problem?.columns ?? [])].sort().join();
          if (problem && !seen.has(columns)) yield problem;
          if (problem) seen.add(columns);
        }
      }
    }
  },
};

function judge(project: Project, database: Database, table: Table, key: UniqueKey, options: RuleOptions): Problem | null {
  const columns = keyColumns(key);
  if (columns === null || columns.length < 2 || key.nullsNotDistinct || key.kind === "exclusion" || key.kind === "primary" || key.partOf !== undefined) return null;
  const nullable = columns.flatMap((name) => {
    const column = columnOf(table, name);
    return column?.nullable === true && key.where?.columns.includes(name) !== true ? [column] : [];
  });
  const mark = nullable.find((each) => REMOVED.test(toSnake(each.name)) && isMoment(each));
  // With two of them, or with what is nobody's scope, a NULL may well mean that the row is about something else.
  const column = mark ?? (nullable.length === 1 ? nullable[0] : undefined);
  if (column === undefined || (column.default !== null && !isNullDefault(column))) return null;
  const rest = columns.filter((name) => name !== column.name);
  // Where the schema declares it NULLS NOT DISTINCT and only a migration does not, no-schema-drift says so, at both places.
  if (isHeldByAnother(table, key, column, rest) || versionsOfTable(database, table.id).some((version) => version.keys.some((own) => own.name === key.name && own.nullsNotDistinct))) return null;
  if (mark !== undefined) return describe(database, table, key, column, rest, null);
  const evidence = isScope(table, column, rest) ? sitesOn(project, { database: database.id, table: table.id }).find((site) => !isPassedOver(site, options) && meansNull(table, site, column, rest)) : undefined;
  return evidence === undefined ? null : describe(database, table, key, column, rest, evidence);
}

function isNullDefault(column: Column): boolean {
  return column.default?.literal === "null";
}

/** When a row was taken out of use; until then it holds NULL. */
const REMOVED = /(^|_)(deleted|archived|removed|trashed|discarded|deactivated|disabled|revoked|retired|unpublished|soft_deleted|deletion)(_(at|on|date|time|timestamp))?$/;

function isMoment(column: Column): boolean {
  return column.type === null || /time|date|int|numeric/i.test(column.type);
}

/** Another key keeps these rows apart: on the other columns alone, with a predicate or without; or it is one of several for several kinds of rows. */
function isHeldByAnother(table: Table, key: UniqueKey, column: Column, rest: string[]): boolean {
  return table.keys.some((other) => {
    if (other === key) return false;
    const own = other.parts.flatMap((part) => (part.kind === "column" ? [part.column] : part.columns));
    if (own.every((name) => rest.includes(name)) && (other.where === null || other.where.columns.includes(column.name))) return true;
    // The same with coalesce(column, …), or NULLS NOT DISTINCT.
    if (own.every((name) => rest.includes(name) || name === column.name) && (other.nullsNotDistinct || other.parts.some((part) => part.kind === "expression"))) return true;
    // (key_id, name) beside (identity_id, name): a row belongs to the one or to the other.
    return own.length === rest.length + 1 && rest.every((name) => own.includes(name)) && !own.includes(column.name);
  });
}

/** What a row lies in, of which the rest of the key is a name: a parent, a folder, a team. */
function isScope(table: Table, column: Column, rest: string[]): boolean {
  const references = (name: string): boolean => table.foreignKeys.some((one) => one.columns.includes(name));
  const named = /(^|_)(parent|folder|directory|collection|category|group|section|org|organi[sz]ation|team|tenant|workspace|account|project|environment|space|site|store|shop|app|locale|region|scope|owner|user|member)(_?(id|uuid|key|slug|code))?$/.test(toSnake(column.name));
  return named && rest.some((name) => !references(name) && NAME.test(toSnake(name)));
}

/** What people call a row, or count it by. */
const NAME = /(^|_)(name|title|slug|key|handle|code|label|path|type|kind|email|position|index|order|number|version|hash|identifier|sku|locale|language|value)$/;

/** Does code write such rows, or ask for them: every other column given, and NULL in this one? */
function meansNull(table: Table, site: Site, column: Column, rest: string[]): boolean {
  if (site.kind === "insert" || site.kind === "upsert") {
    const written = site.columns?.find((item) => item.column === column.name);
    const isNull = insertedValue(table, site, column.name).kind === "null" || (written !== undefined && written.value.nullable === true && written.value.origin !== "undefined");
    return isNull && rest.every((name) => insertedValue(table, site, name).kind === "given");
  }
  if (site.kind !== "lookup" || (site.lookup !== "one" && site.lookup !== "exists")) return false;
  const isAsked = site.matchRest.includes(`${quoteName(column.name)} is null`) || site.match?.some((item) => item.column === column.name && item.value.origin === "null") === true;
  return isAsked && rest.every((name) => site.match?.some((item) => item.column === name));
}

function describe(database: Database, table: Table, key: UniqueKey, column: Column, rest: string[], evidence: Site | null): Problem | null {
  const at = placeOfKey(key);
  if (at === null) return null;
  const title = tableTitle(table.id);
  const place = placeOfColumn(table, column);
  const others = describeColumns(rest);
  const advice = database.catalog.dialect === "postgres" ? ` Use a partial unique index on ${others} WHERE ${quoteName(column.name)} IS NULL${evidence === null ? "" : " beside it"}, or NULLS NOT DISTINCT.` : "";
  return {
    message: evidence === null
      ? `${capital(describeKey(key))} of ${title} keeps no two live rows apart: ${column.name} is NULL in them, and NULLs are distinct, so the database accepts a second row with the same ${joinWords(rest)}.${advice}`
      : `${capital(describeKey(key))} of ${title} does not keep rows apart that have NULL in ${column.name}, and code ${evidence.kind === "lookup" ? "looks for one of them by" : "writes such rows with"} ${joinWords(rest)}: the database accepts a second one.${advice}`,
    at,
    see: [...(evidence === null ? [] : [{ at: evidence.at, message: evidence.kind === "lookup" ? "looked up as if there were one" : "written with NULL" }]), ...(place ? [{ at: place, message: `${column.name} may be NULL` }] : [])],
    table: table.id,
    columns: keyColumns(key),
    sqlstate: null,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function toSnake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
