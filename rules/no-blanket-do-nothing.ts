import { databaseOf, describeColumns, describeKey, isPassedOver, keysViolatedBy, partColumns, placeOfKey, surelyLiesIn, tableOf, tableTitle } from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noBlanketDoNothing: Rule = {
  name: "no-blanket-do-nothing",
  family: "inserts",
  summary: "Forbid DO NOTHING without a target where the row can conflict with several keys",
  why: "Without a target every conflict is swallowed, also one with another key than the one that was meant: the row is not written and nobody is told.",
  fix: "Name the key that may be there already, ON CONFLICT (columns) DO NOTHING, so that other conflicts answer 23505.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.conflict?.action !== "nothing" || site.conflict.target.by !== "none" || isPassedOver(site, options)) continue;
      const table = tableOf(project, site);
      if (table?.kind !== "table") continue;
      const keys = independentKeys(keysViolatedBy(table, site).filter((key) => surelyLiesIn(table, site, key)));
      if (keys.length < 2) continue;
      const missed = keysNotReread(site, keys);
      if (missed.length > 0 || options.preset === "strict") yield describe(project, site, table, keys, missed);
    }
  },
};

/** A conflict with a key that holds all columns of another one is a conflict with that one, too. */
function independentKeys(keys: UniqueKey[]): UniqueKey[] {
  return keys.filter((key, i) => !keys.some((other, j) => i !== j && other.where === null && partColumns(other).every((column) => partColumns(key).includes(column)) && (partColumns(other).length < partColumns(key).length || j < i)));
}

/** The row that is there is read again by one key's columns: after a conflict with one of these keys nothing is found. */
function keysNotReread(site: Site, keys: UniqueKey[]): UniqueKey[] {
  const rereads = (site.rereads ?? []).flatMap(({ columns }) => (columns === null || columns.length > 0 ? [columns] : []));
  const isReread = (key: UniqueKey): boolean => rereads.some((columns) => columns === null || partColumns(key).every((column) => columns.includes(column)));
  if (!keys.some(isReread)) return [];
  return keys.filter((key) => !isReread(key) && !isOwnId(key));
}

/** An id that meets another row's is no accident that anybody recovers from. */
function isOwnId(key: UniqueKey): boolean {
  return key.kind === "primary" && key.parts.length === 1;
}

function describe(project: Project, site: Site, table: Table, keys: UniqueKey[], missed: UniqueKey[]): Problem {
  const words = site.client === "prisma" ? "skipDuplicates" : "ON CONFLICT DO NOTHING";
  const advice = site.client === "prisma" ? "" : " Name the columns of the one that is meant.";
  const [reread] = missed.length > 0 ? (site.rereads ?? []) : [];
  const lookup = reread && project.sites[reread.site];
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  return {
    message:
      `${words} swallows a conflict with any key of ${tableTitle(table.id)}: this row can hit ${keys.map(describeKey).join(" and ")}, ` +
      (lookup
        ? `but the row is read again by ${describeColumns(reread.columns ?? [])} only: after a conflict with ${missed.map(describeKey).join(" or ")} there is none to be found.${advice}`
        : `and a conflict with the wrong one is lost without ${postgres ? "the 23505 that would tell" : "an error"}.${advice}`),
    at: site.conflict?.at ?? site.at,
    see: [
      ...(lookup ? [{ at: lookup.at, message: "read again here" }] : []),
      ...keys.flatMap((key) => {
        const at = placeOfKey(key);
        return at === null ? [] : [{ at, message: describeKey(key) }];
      }),
    ],
    table: table.id,
    columns: null,
    sqlstate: null,
  };
}
