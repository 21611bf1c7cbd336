import { databaseOf, describeColumns, isPassedOver, joinWords, meaningOfRest, partColumns, placeOfTable, provesAbsence, tableOf, tableTitle, versionsOfTable } from "../src/catalog/lookup.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noAssumedSingleRow: Rule = {
  name: "no-assumed-single-row",
  family: "assumed",
  summary: "Forbid taking one row for the row where no unique key says that there is only one",
  why: "Without a key on what is compared there may be several rows, and without ORDER BY Postgres answers with any of them.",
  fix: "Declare the unique key that the code counts on, or say with ORDER BY which of the rows is meant.",
  severity: "warning",
  preset: "strict",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.kind !== "lookup" || site.lookup !== "one" || site.ordered || !site.match?.length || isPassedOver(site, options)) continue;
      const problem = judge(project, site);
      if (problem) yield problem;
    }
  },
};

function judge(project: Project, site: Site): Problem | null {
  const table = tableOf(project, site);
  const database = databaseOf(project, site.database);
  if (!table || !database || table.kind !== "table" || !provesAbsence(database, table)) return null;
  const match = site.match ?? [];
  // "Any that is open": only constants name no row.
  if (!match.some((item) => item.value.origin !== "literal" && item.value.origin !== "null")) return null;
  const meanings = site.matchRest.map((rest) => meaningOfRest(table, rest));
  const compared = [...match.map((item) => item.column), ...meanings.flatMap((meaning) => (meaning.kind === "unknown" ? [] : meaning.columns))];
  if (meanings.some((meaning) => meaning.kind === "unknown")) return null;
  if (versionsOfTable(database, table.id).some((version) => version.keys.some((key) => partColumns(key).every((column) => compared.includes(column))))) return null;
  const columns = [...new Set(match.map((item) => item.column))];
  const home = placeOfTable(table);
  return {
    message:
      `One row of ${tableTitle(table.id)} is taken for the row with this ${joinWords(columns)}, but no unique key lies within ${describeColumns(columns)}: ` +
      "where there are several, the database answers with any of them.",
    at: site.at,
    see: home ? [{ at: home, message: `${tableTitle(table.id)} has no key on ${describeColumns(columns)}` }] : [],
    table: table.id,
    columns,
    sqlstate: null,
  };
}
