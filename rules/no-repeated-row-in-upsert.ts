import { arbiterOf, databaseOf, describeKey, insertedValue, isPassedOver, joinWords, partColumns, placeOfKey, tableOf, tableTitle } from "../src/catalog/lookup.ts";
import type { Rule } from "../src/model/rule.ts";

export const noRepeatedRowInUpsert: Rule = {
  name: "no-repeated-row-in-upsert",
  family: "inserts",
  summary: "Forbid upserts of many rows of which two may have the same key",
  why: "One statement can update a row only once: two rows with the same key in one DO UPDATE answer 21000, ON CONFLICT DO UPDATE command cannot affect row a second time.",
  fix: "Take the repetitions out of the list before it is written, by the columns of the conflict target.",
  severity: "warning",
  preset: "strict",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.conflict?.action !== "update" || site.rows !== "many" || site.repeats !== true || isPassedOver(site, options)) continue;
      const table = tableOf(project, site);
      const verdict = arbiterOf(project, site);
      const [key] = verdict?.kind === "match" ? verdict.keys : [];
      if (!table || !key || databaseOf(project, site.database)?.catalog.dialect !== "postgres") continue;
      const columns = partColumns(key);
      // What is new in each row, or not known, keeps the rows apart.
      if (!columns.every((column) => insertedValue(table, site, column).kind === "given")) continue;
      const place = placeOfKey(key);
      yield {
        message:
          `Two rows of this list with the same ${joinWords(columns)} make the whole upsert of ${tableTitle(table.id)} fail: Postgres answers 21000, ` +
          "ON CONFLICT DO UPDATE command cannot affect row a second time. Nothing is seen to take repetitions out before.",
        at: site.conflict.at,
        see: place ? [{ at: place, message: describeKey(key) }] : [],
        table: table.id,
        columns,
        sqlstate: "21000",
      };
    }
  },
};
