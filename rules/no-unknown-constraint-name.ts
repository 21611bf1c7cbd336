import {
  cutName,
  databaseOf,
  isPassedOver,
  nearestNames,
  partColumns,
  placeOfTable,
  provesAbsence,
  tableOf,
  tableTitle,
} from "../src/catalog/lookup.ts";
import type { Table } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, ErrorTest, Handler, Project } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noUnknownConstraintName: Rule = {
  name: "no-unknown-constraint-name",
  family: "assumed",
  summary: "Forbid handlers that match a constraint or column which no unique key has",
  why: "The error of a unique violation (23505) names the key that was hit; a name that no key has is never there, so the branch never runs.",
  fix: "Compare with the name of a key that exists, or declare the key under the name that the handler expects.",
  severity: "error",
  preset: "recommended",
  *check(project, options) {
    const seen = new Set<string>();
    for (const handler of project.handlers) {
      if (isPassedOver(handler, options)) continue;
      const homes = findHomes(project, handler);
      for (const test of handler.tests) {
        const problem = test.kind === "name" ? judgeName(homes, handler, test) : test.kind === "target" ? judgeTarget(homes, handler, test) : null;
        if (!problem) continue;
        const at = placeOf(handler, test);
        const place = `${at.path}:${at.start}:${problem.message}`;
        if (!seen.has(place)) yield { ...problem, at };
        seen.add(place);
      }
    }
  },
};

/** Where the name is compared; for a comparison inside a helper, the handler that asks for this name. */
function placeOf(handler: Handler, test: ErrorTest): Problem["at"] {
  const inside = test.at.path === handler.at.path && test.at.start >= handler.at.start && test.at.end <= Math.max(handler.at.end, handler.body.end);
  return inside ? test.at : handler.at;
}

type Home = { database: Database; table: Table };
/** `guarded`: tables that the handler's writes go to; `all`: every table of the databases concerned. */
type Homes = { guarded: Home[]; all: Home[]; exact: boolean };

function findHomes(project: Project, handler: Handler): Homes {
  const guarded: Home[] = [];
  let exact = handler.coversAll;
  for (const id of handler.covers) {
    const site = project.sites[id];
    if (!site || site.kind === "lookup" || site.kind === "delete") continue;
    const database = databaseOf(project, site.database);
    const table = tableOf(project, site);
    if (!database || !table) exact = false;
    else if (!guarded.some((home) => home.table === table)) guarded.push({ database, table });
  }
  const databases = guarded.length > 0 ? new Set(guarded.map((home) => home.database)) : new Set(project.databases);
  const all = [...databases].flatMap((database) => Object.values(database.catalog.tables).map((table) => ({ database, table })));
  return { guarded, all, exact: exact && guarded.length > 0 };
}

function judgeName(homes: Homes, handler: Handler, test: Extract<ErrorTest, { kind: "name" }>): Problem | null {
  if (!/^[\w$.-]{4,}$/.test(test.value)) return null;
  const wanted = cutName(test.value);
  if (homes.all.some(({ table }) => namesOf(table).some((name) => matches(name, wanted, test.how)))) return null;
  const home = findNamedTable(homes, wanted, handler);
  // A key without a known name may be the one.
  if (!home || !looksLikeKey(wanted, home.table, test) || !provesAbsence(home.database, home.table) || home.table.keys.some((key) => key.name === null)) return null;
  // `includes("email")` also finds a column's name inside a longer text.
  if (test.how !== "equals" && home.table.columns.some((column) => column.name === wanted || column.property === wanted)) return null;
  return describeUnknown(home, wanted, test);
}

/** A message may say anything (a trigger's own words); a key's name has the table's columns in it, or an ending that keys have. */
function looksLikeKey(wanted: string, table: Table, test: ErrorTest): boolean {
  if (test.kind !== "name" || test.path.at(-1) !== "message") return true;
  const rest = wanted.toLowerCase().replace(table.name.toLowerCase(), "");
  if (/_(key|unique|uniq|uidx|uq|idx|index|pkey|pk|constraint)$/.test(rest)) return true;
  return table.columns.some((column) => column.name.length > 3 && rest.includes(column.name.toLowerCase()));
}

function describeUnknown({ table }: Home, wanted: string, test: ErrorTest): Problem {
  const near = nearestNames(wanted, table.keys.flatMap((key) => (key.name === null ? [] : [key.name])));
  const hint = near[0] ? ` Did you mean ${near[0]}?` : "";
  const place = placeOfTable(table);
  return {
    message: `No key is called ${wanted}, so a unique violation (23505) on ${tableTitle(table.id)} never carries that name and this branch never runs.${hint}`,
    at: test.at,
    see: place ? [{ at: place, message: `${tableTitle(table.id)} has ${listNames(table)}` }] : [],
    table: table.id,
    columns: null,
    sqlstate: "23505",
  };
}

function listNames(table: Table): string {
  const names = table.keys.flatMap((key) => (key.name === null ? [] : [key.name]));
  return names.length === 0 ? "no unique key" : `only ${names.join(", ")}`;
}

/** The table whose name the constraint's name begins with or holds, the longest first; else the only one that the handler guards. */
function findNamedTable(homes: Homes, wanted: string, handler: Handler): Home | null {
  const lower = wanted.toLowerCase();
  const pool = homes.guarded.length > 0 ? homes.guarded : homes.all;
  const named = pool
    .filter(({ table }) => holdsWord(lower, table.name.toLowerCase()))
    .sort((a, b) => b.table.name.length - a.table.name.length);
  if (named[0]) return named[0];
  const only = homes.exact && homes.guarded.length === 1 ? homes.guarded[0] : undefined;
  return only && handler.handles === "unique" && /_/.test(wanted) ? only : null;
}

function holdsWord(text: string, word: string): boolean {
  const at = text.indexOf(word);
  if (at < 0) return false;
  const before = text[at - 1];
  const after = text[at + word.length];
  return (before === undefined || before === "_" || before === ".") && (after === undefined || after === "_");
}

function matches(name: string, wanted: string, how: "equals" | "includes" | "starts-with" | "ends-with" | "matches"): boolean {
  switch (how) {
    case "equals":
      return name === wanted;
    case "starts-with":
      return name.startsWith(wanted);
    case "ends-with":
      return name.endsWith(wanted);
    case "includes":
    case "matches":
      return name.toLowerCase().includes(wanted.toLowerCase());
  }
}

/** Whatever an error may name as its constraint: keys and indexes, foreign keys, checks. */
function namesOf(table: Table): string[] {
  const named = [...table.keys, ...table.indexes, ...table.foreignKeys].map((item) => item.name);
  return [...named, ...table.checks.map((check) => check.name)].flatMap((name) => (name === null ? [] : [name]));
}

/** Prisma's `meta.target`: columns of the key that was hit, or its name. */
function judgeTarget(homes: Homes, handler: Handler, test: Extract<ErrorTest, { kind: "target" }>): Problem | null {
  if (handler.handles !== "unique" || !/^[\w$]{2,}$/.test(test.value)) return null;
  const pool = homes.exact ? homes.guarded : homes.all;
  if (pool.some(({ table }) => isInKey(table, test.value))) return null;
  const owners = pool.filter(({ table }) => findColumn(table, test.value) !== null);
  if (owners.length === 0 || !owners.every(({ database, table }) => provesAbsence(database, table))) return null;
  const owner = owners[0]!;
  const column = findColumn(owner.table, test.value) ?? test.value;
  const place = owner.table.columns.find((item) => item.name === column)?.at ?? placeOfTable(owner.table);
  return {
    message: `No unique key holds ${column} of ${tableTitle(owner.table.id)}: a unique violation (23505) never names it, and a second row with the same value is accepted.`,
    at: test.at,
    see: place ? [{ at: place, message: `${column} is in no unique key` }] : [],
    table: owner.table.id,
    columns: [column],
    sqlstate: "23505",
  };
}

function findColumn(table: Table, word: string): string | null {
  return table.columns.find((column) => column.name === word || column.property === word)?.name ?? null;
}

function isInKey(table: Table, word: string): boolean {
  const column = findColumn(table, word);
  return table.keys.some(
    (key) => key.name === null || key.name.includes(word) || (column !== null && partColumns(key).includes(column)),
  );
}
