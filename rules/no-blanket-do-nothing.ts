import { databaseOf, describeKey, isPassedOver, keysViolatedBy, partColumns, placeOfKey, surelyLiesIn, tableOf, tableTitle } from "../src/catalog/lookup.ts";
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
  preset: "strict",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.conflict?.action !== "nothing" || site.conflict.target.by !== "none" || isPassedOver(site, options)) continue;
      const table = tableOf(project, site);
      if (table?.kind !== "table") continue;
      const keys = independentKeys(keysViolatedBy(table, site).filter((key) => surelyLiesIn(table, site, key)));
      if (keys.length > 1) yield describe(project, site, table, keys);
    }
  },
};

/** A conflict with a key that holds all columns of another one is a conflict with that one, too. */
function independentKeys(keys: UniqueKey[]): UniqueKey[] {
  return keys.filter((key, i) => !keys.some((other, j) => i !== j && other.where === null && partColumns(other).every((column) => partColumns(key).includes(column)) && (partColumns(other).length < partColumns(key).length || j < i)));
}

function describe(project: Project, site: Site, table: Table, keys: UniqueKey[]): Problem {
  const words = site.client === "prisma" ? "skipDuplicates" : "ON CONFLICT DO NOTHING";
  const advice = site.client === "prisma" ? "" : " Name the columns of the one that is meant.";
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  return {
    message:
      `${words} swallows a conflict with any key of ${tableTitle(table.id)}: this row can hit ${keys.map(describeKey).join(" and ")}, ` +
      `and a conflict with the wrong one is lost without ${postgres ? "the 23505 that would tell" : "an error"}.${advice}`,
    at: site.conflict?.at ?? site.at,
    see: keys.flatMap((key) => {
      const at = placeOfKey(key);
      return at === null ? [] : [{ at, message: describeKey(key) }];
    }),
    table: table.id,
    columns: null,
    sqlstate: null,
  };
}
