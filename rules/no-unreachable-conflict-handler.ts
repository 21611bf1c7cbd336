import {
  cannotViolate,
  columnOf,
  databaseOf,
  describeKey,
  isFresh,
  isPassedOver,
  joinWords,
  placeOfTable,
  provesAbsence,
  speaksOfUnique,
  tableOf,
  tableTitle,
  walkCauses,
  whyNever,
  type NeverTrue,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { ErrorTest, Handler, Project, Site } from "../src/model/project.ts";
import type { Rule, RuleOptions } from "../src/model/rule.ts";

export const noUnreachableConflictHandler: Rule = {
  name: "no-unreachable-conflict-handler",
  family: "assumed",
  summary: "Forbid recovery code for a unique violation that cannot run",
  why: "Where no key can be violated, or where the installed client puts the error's code elsewhere, the recovery is dead code and duplicates or raw errors get through.",
  fix: "Declare the key that the recovery waits for, or read the error where the installed client puts it.",
  severity: "error",
  preset: "recommended",
  edits: ["suggestions"],
  *check(project, options) {
    const seen = new Set<string>();
    for (const handler of project.handlers) {
      if (isPassedOver(handler, options)) continue;
      const problems = asksForViolation(project, handler) ? judgeAll(project, handler, options) : [];
      for (const problem of problems) {
        if (!problem || seen.has(`${problem.at.path}:${problem.at.start}`)) continue;
        seen.add(`${problem.at.path}:${problem.at.start}`);
        yield problem;
      }
    }
    for (const site of project.sites) {
      if (isPassedOver(site, options)) continue;
      const problem = judgeDoNothing(project, site);
      if (problem) yield problem;
    }
  },
};

function judgeAll(project: Project, handler: Handler, options: RuleOptions): (Problem | null)[] {
  const dead = judgeTests(project, handler, options);
  return dead.length > 0 ? dead : [judgeKeys(project, handler)];
}

/** Does the handler wait for a violation of a key, and understand all that it asks? */
function asksForViolation(project: Project, handler: Handler): boolean {
  if (handler.opaqueTests > 0 || handler.handles !== "unique") return false;
  const tables = handler.covers.flatMap((id) => project.sites[id]?.table ?? []).map((id) => id.slice(id.indexOf(".") + 1).toLowerCase());
  return handler.tests.some((test) => {
    if (test.kind !== "name") return test.kind === "target" || isUniqueTest(handler, test);
    // A message may be searched for anything; only the name of a table's key asks for a violation.
    return test.path.at(-1)?.startsWith("constraint") === true || tables.some((table) => test.value.toLowerCase().includes(table));
  });
}

/** No key of the guarded tables can be violated by what is written. */
function judgeKeys(project: Project, handler: Handler): Problem | null {
  if (!handler.coversAll) return null;
  const tables: Table[] = [];
  for (const id of handler.covers) {
    const site = project.sites[id];
    if (!site) return null;
    if (site.kind === "lookup" || site.kind === "delete") continue;
    const table = tableWithoutViolation(project, site);
    if (!table) return null;
    // An update that leaves all keys alone stores no second row, so nothing gets through.
    if (site.kind !== "update" && !tables.includes(table)) tables.push(table);
  }
  if (tables.length === 0) return null;
  return {
    message:
      `This handler waits for a unique violation (23505) on ${joinWords(tables.map((table) => tableTitle(table.id)))}, but no unique key there can be hit by these values: ` +
      "it never runs, and a second row is simply stored.",
    at: handler.at,
    see: tables.flatMap((table) => seeKeys(table)),
    table: tables[0]!.id,
    columns: null,
    sqlstate: "23505",
  };
}

/** The site's table when it is certain that the write cannot raise a unique violation. */
function tableWithoutViolation(project: Project, site: Site): Table | null {
  const table = tableOf(project, site);
  const database = databaseOf(project, site.database);
  if (!table || !database || !provesAbsence(database, table) || table.kind !== "table") return null;
  return cannotViolate(table, site) ? table : null;
}

function seeKeys(table: Table): NonNullable<Problem["see"]> {
  const place = placeOfTable(table);
  if (!place) return [];
  const keys = table.keys.map(describeKey);
  return [{ at: place, message: keys.length === 0 ? `${tableTitle(table.id)} has no unique key` : `${tableTitle(table.id)} has only ${joinWords(keys)}` }];
}

/** DO NOTHING where nothing can conflict: the branch that re-reads the winner waits for ever. */
function judgeDoNothing(project: Project, site: Site): Problem | null {
  if (site.conflict?.action !== "nothing" || site.conflict.target.by !== "none" || site.kind === "lookup") return null;
  const table = tableWithoutViolation(project, { ...site, conflict: null });
  // A part that was just created keeps callers apart, but rows of one statement may still meet.
  if (!table || !table.keys.every((key) => isSurrogate(table, key))) return null;
  return {
    message: `ON CONFLICT DO NOTHING never finds a conflict here: no unique key of ${tableTitle(table.id)} can be hit by these values, so every repeat stores another row.`,
    at: site.conflict.at,
    see: seeKeys(table),
    table: table.id,
    columns: null,
    sqlstate: null,
    severity: "warning",
  };
}

/** A primary key that every row gets anew. */
function isSurrogate(table: Table, key: UniqueKey): boolean {
  const [part] = key.parts;
  if (key.kind !== "primary" || key.parts.length !== 1 || part?.kind !== "column") return false;
  const column = columnOf(table, part.column);
  return column !== null && (isFresh(column) || column.name === "id");
}

/** Tests that can never be true with the installed client: the first of the handler's, and each other that is dead wherever its helper is asked. */
function judgeTests(project: Project, handler: Handler, { text }: RuleOptions): Problem[] {
  const sites = handler.covers.flatMap((id) => project.sites[id] ?? []).filter((site) => site.kind !== "lookup" && site.kind !== "delete");
  if (sites.length === 0) return [];
  const groups = [
    handler.tests.filter((test) => isUniqueTest(handler, test)),
    handler.tests.filter((test) => test.kind === "name" || test.kind === "target"),
  ];
  for (const group of groups) {
    const whys = whysOf(project, handler, sites, group);
    // Of several places that are asked, the one that is there tells more.
    const index = Math.max(0, whys.findIndex((why) => why?.by === "value"));
    const first = group[index];
    if (!first || whys.includes(null)) continue;
    const sure = whys.every((why) => why?.sure === true);
    const helpers = group.filter((test, i) => i !== index && whys[i]?.by === "path" && test.at.path !== first.at.path && !isInside(test.at, handler.body));
    return [first, ...helpers].flatMap((test) => {
      const why = whys[group.indexOf(test)];
      return why ? [describeDead(project, handler, sites, test, why, sure, text)] : [];
    });
  }
  return [];
}

function describeDead(project: Project, handler: Handler, sites: Site[], test: ErrorTest, why: NeverTrue, sure: boolean, text: RuleOptions["text"]): Problem {
  // A helper that reads the wrong place is wrong itself; one that is asked for a value that cannot be there is not.
  const at = why.by === "path" || isInside(test.at, handler.body) ? test.at : handler.at;
  return {
    message: `This test for a unique violation ${sure ? "can never be true" : "is never true where the driver adapter is used"}: ${why.why} The violation (23505) goes on as if there were no handler.`,
    at,
    see: at === handler.at ? [{ at: test.at, message: "compared here" }] : test.at.path === handler.at.path ? [] : [{ at: handler.at, message: "used by this handler" }],
    table: tableOf(project, sites[0]!)?.id ?? null,
    columns: null,
    sqlstate: "23505",
    ...(sure ? {} : { severity: "warning" as const }),
    suggestions: why.by === "path" ? walkCauses(test, text) : [],
  };
}

/** Why each test of a group is never true; of values that must all be there, one that never is speaks for all. */
function whysOf(project: Project, handler: Handler, sites: Site[], group: ErrorTest[]): (NeverTrue | null)[] {
  const own = group.map((test) => whyNever(project, handler, sites, test));
  return group.map((test, i) => {
    if (test.every !== true || own[i]) return own[i] ?? null;
    return own.find((why, j) => why && group[j]?.every === true && isSamePlace(group[j], test)) ?? null;
  });
}

function isSamePlace(a: ErrorTest, b: ErrorTest): boolean {
  const pathOf = (test: ErrorTest): string => ("path" in test ? test.path.join(".") : "");
  return a.at.path === b.at.path && a.at.start === b.at.start && pathOf(a) === pathOf(b);
}

function isInside(at: ErrorTest["at"], body: Handler["body"]): boolean {
  return at.path === body.path && at.start >= body.start && at.end <= body.end;
}

const UNIQUE_CODES = new Set(["23505", "P2002"]);

/**
 * Does a test ask for a violation of whatever key? The general words of a message do unless the guarded code says them itself ("already exists" is
 * what programs say); a class only when a package brings it.
 */
function isUniqueTest(handler: Handler, test: ErrorTest): boolean {
  switch (test.kind) {
    case "code":
      return UNIQUE_CODES.has(test.value);
    case "message":
      return speaksOfUnique(test.value) && !(handler.thrown ?? []).some((text) => text.toLowerCase().includes(test.value.toLowerCase()));
    case "class":
      return /unique|duplicate/i.test(test.name) && test.from !== null && !/\.[cm]?[jt]sx?$/.test(test.from);
    default:
      return false;
  }
}
