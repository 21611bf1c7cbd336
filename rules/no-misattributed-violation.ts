import {
  databaseOf,
  describeKey,
  isLookedUp,
  isPassedOver,
  joinWords,
  keysViolatedBy,
  partColumns,
  placeOfKey,
  surelyLiesIn,
  tableOf,
  tableTitle,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { ErrorTest, Handler, Project, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noMisattributedViolation: Rule = {
  name: "no-misattributed-violation",
  family: "inserts",
  summary: "Forbid taking every unique violation for one key's where the row can violate several",
  why: "The code 23505 says only that some unique key was violated; which one, its name tells. Who does not look answers \"e-mail already in use\" when it was the user name, or tries again what can never succeed.",
  fix: "Compare the error's constraint (in Prisma meta.target) with the key that is meant, and answer the others by themselves.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const handler of project.handlers) {
      if (handler.handles !== "unique" || handler.opaqueTests > 0 || isPassedOver(handler, options) || !handler.answers || handler.tests.length === 0 || handler.tests.some(tellsKeys)) continue;
      const problem = judge(project, handler, handler.answers);
      if (problem) yield problem;
    }
  },
};

/** Errors of libraries, which are of one class whatever key it was. */
const LIBRARY_CLASS = /Prisma|Query|Database|Postgres|Drizzle|Sequelize|^(?:Unique(?:Constraint|Violation)\w*|Error|Object)$/;

/** Which key it was; a class of the program's own was made by who knew. */
function tellsKeys(test: ErrorTest): boolean {
  return test.kind === "class" ? !LIBRARY_CLASS.test(test.name) : test.kind !== "code";
}

/** The nearest handler of violations is the one that meets it. */
function isFirstFor(project: Project, site: Site, handler: Handler): boolean {
  const first = site.guards.find((guard) => guard.kind === "handler" && project.handlers.find((item) => item.id === guard.handler)?.handles === "unique");
  return first?.kind === "handler" && first.handler === handler.id;
}

function judge(project: Project, handler: Handler, answers: NonNullable<Handler["answers"]>): Problem | null {
  const sites = handler.covers.flatMap((id) => project.sites[id] ?? []).filter((site) => site.kind === "insert" && !site.conflict && isFirstFor(project, site, handler));
  const words = wordsOf(answers.map(({ text }) => text).join(" . "));
  for (const site of sites) {
    const table = tableOf(project, site);
    if (table?.kind !== "table") continue;
    const keys = keysViolatedBy(table, site).filter((key) => surelyLiesIn(table, site, key) && !isOwnId(key) && isCertain(site, key));
    const named = keys.filter((key) => ownColumns(key, keys).some((column) => isNamed(column, words)));
    const [meant, ...others] = named;
    if (!meant || others.length > 0) continue;
    const lost = keys.filter((key) => key !== meant && !isDetermined(site, key, meant) && !isLookedUp(project, site, partColumns(key)) && !partColumns(meant).every((column) => partColumns(key).includes(column)));
    if (lost.length > 0) return describe(project, handler, answers, table, site, meant, lost);
  }
  return null;
}

/** An id that meets another row's is no accident that anybody answers. */
function isOwnId(key: UniqueKey): boolean {
  return key.kind === "primary" && key.parts.length === 1;
}

/** Nothing is said about values that may be fresh in some cases, or missing. */
function isCertain(site: Site, key: UniqueKey): boolean {
  return partColumns(key).every((column) => {
    const value = site.columns?.find((item) => item.column === column)?.value;
    return value !== undefined && value.sometimes !== true && value.origin !== "unknown";
  });
}

/** Columns that tell the key from the others. */
function ownColumns(key: UniqueKey, keys: UniqueKey[]): string[] {
  return partColumns(key).filter((column) => keys.every((other) => other === key || !partColumns(other).includes(column)));
}

/** `slug: slugify(name)` says nothing that `name` does not say. */
function isDetermined(site: Site, key: UniqueKey, by: UniqueKey): boolean {
  const textOf = (column: string): string => site.columns?.find((item) => item.column === column)?.value.text ?? "";
  const given = partColumns(by).map(textOf);
  return ownColumns(key, [key, by]).every((column) => given.some((text) => text !== "" && textOf(column).includes(text)));
}

/** `RunDuplicateKeyError`, "idempotency key …": in lower case, with one space between. */
function wordsOf(text: string): string {
  return ` ${text.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/e-mail/gi, "email").replace(/[^A-Za-z0-9]+/g, " ").trim().toLowerCase()} `;
}

function isNamed(column: string, words: string): boolean {
  const name = wordsOf(column).trim();
  return [name, name.replace(/ /g, ""), `${name}s`].some((each) => words.includes(` ${each} `));
}

function describe(project: Project, handler: Handler, answers: NonNullable<Handler["answers"]>, table: Table, site: Site, meant: UniqueKey, lost: UniqueKey[]): Problem {
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  const columns = ownColumns(meant, [meant, ...lost]);
  const answer = answers.find(({ text }) => columns.some((column) => isNamed(column, wordsOf(text))));
  return {
    message:
      `Any unique violation is answered here as one of ${describeKey(meant)}, but the row of ${tableTitle(table.id)} can also violate ${joinWords(lost.map(describeKey))}: ` +
      `${postgres ? "both answer 23505, and " : ""}nothing asks which key it was.`,
    at: answer?.at ?? handler.at,
    see: [
      { at: site.at, message: "written here" },
      ...lost.flatMap((key) => {
        const at = placeOfKey(key);
        return at === null ? [] : [{ at, message: describeKey(key) }];
      }),
    ],
    table: table.id,
    columns: lost.flatMap(partColumns),
    sqlstate: postgres ? "23505" : null,
  };
}
