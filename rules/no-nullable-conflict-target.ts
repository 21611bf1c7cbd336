import {
  allowsAbsence,
  arbiterOf,
  columnOf,
  databaseOf,
  describeKey,
  insertedValue,
  isLookedUp,
  isPassedOver,
  joinWords,
  keysViolatedBy,
  partColumns,
  placeOfColumn,
  placeOfKey,
  tableOf,
  tableTitle,
} from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, Site, Written } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noNullableConflictTarget: Rule = {
  name: "no-nullable-conflict-target",
  family: "inserts",
  summary: "Forbid upserts that may write NULL into a column of their conflict target",
  why: "NULLs are distinct in a unique key, so a row with NULL in it never conflicts: ON CONFLICT inserts another row each time, and no error tells.",
  fix: "Declare the key NULLS NOT DISTINCT (PostgreSQL 15), give the rows without a value a partial unique index and an upsert of their own, or make the column NOT NULL.",
  severity: "warning",
  preset: "recommended",
  *check(project, options) {
    for (const site of project.sites) {
      if (site.conflict === null || site.conflict.target.by === "none" || isPassedOver(site, options)) continue;
      const table = tableOf(project, site);
      const verdict = arbiterOf(project, site);
      if (table?.kind !== "table" || verdict?.kind !== "match" || verdict.perhaps !== undefined) continue;
      const problem = judge(project, site, table, verdict.keys);
      if (problem) yield problem;
    }
  },
};

/** What a column of the key gets. `always`: nothing but NULL. */
type Hole = { column: string; always: boolean; written: Written | null };

function judge(project: Project, site: Site, table: Table, arbiters: UniqueKey[]): Problem | null {
  const holes = arbiters.map((key) => holeIn(site, table, key));
  const [key, hole] = [arbiters[0], holes[0]];
  // One arbiter that sees the NULL is enough.
  if (key === undefined || hole == null || holes.includes(null)) return null;
  const columns = partColumns(key);
  if (!hole.always && allowsAbsence(table, key, hole.column)) return null;
  // Something else keeps the row single: a look-up or delete before, another key, a part that is new anyway.
  if (isLookedUp(project, site, columns) || isClearedBefore(project, site, columns)) return null;
  if (columns.some((column) => insertedValue(table, site, column).kind === "fresh") || isHeldByAnother(site, table, key, hole)) return null;
  return describe(project, site, table, key, hole);
}

/** The rows with these values are deleted first. */
function isClearedBefore(project: Project, site: Site, columns: string[]): boolean {
  return site.guards.some((guard) => {
    const match = guard.kind === "delete" ? project.sites[guard.site]?.match : null;
    return match != null && match.length > 0 && match.every((item) => columns.includes(item.column));
  });
}

function holeIn(site: Site, table: Table, key: UniqueKey): Hole | null {
  if (key.nullsNotDistinct || key.kind === "exclusion") return null;
  const holes = key.parts.flatMap((part): Hole[] => {
    // coalesce(a, …) and the like are there to take the NULL out; a predicate on the column says that somebody thought of it.
    if (part.kind !== "column" || columnOf(table, part.column)?.nullable !== true || key.where?.columns.includes(part.column)) return [];
    const written = site.columns?.find((item) => item.column === part.column) ?? null;
    if (insertedValue(table, site, part.column).kind === "null") return [{ column: part.column, always: true, written }];
    return written?.value.nullable === true && !isFoundByAnother(site, written) ? [{ column: part.column, always: false, written }] : [];
  });
  return holes.find((hole) => hole.always) ?? holes[0] ?? null;
}

/** Prisma's selector takes no null: what it compares is given, or the client refuses the call. */
function isFoundByAnother(site: Site, written: Written): boolean {
  return site.client === "prisma" && site.match?.find((item) => item.column === written.column)?.value.text === written.value.text;
}

/** Rows that have NULL there may have a key of their own, `(name) WHERE parent_id IS NULL`. */
function isHeldByAnother(site: Site, table: Table, arbiter: UniqueKey, hole: Hole): boolean {
  const asNull = (site.columns ?? []).filter((item) => item.column !== hole.column).concat(hole.written === null ? [] : [{ ...hole.written, value: { text: "null", origin: "null", nullable: true } }]);
  const target = partColumns(arbiter);
  return keysViolatedBy(table, { ...site, columns: asNull }).some((key) => key !== arbiter && partColumns(key).every((column) => target.includes(column)));
}

function describe(project: Project, site: Site, table: Table, key: UniqueKey, hole: Hole): Problem {
  const column = columnOf(table, hole.column);
  const places = [placeOfKey(key), column && placeOfColumn(table, column)];
  const postgres = databaseOf(project, site.database)?.catalog.dialect === "postgres";
  const others = partColumns(key).filter((item) => item !== hole.column);
  const when = hole.always ? `this row has NULL in ${hole.column}${hole.written === null ? ", which is left out" : ""}` : `${hole.column} may be NULL here (${hole.written?.value.text ?? ""})`;
  return {
    message:
      `${site.client === "prisma" ? "The upsert" : "ON CONFLICT"} never finds the row that is there when ${hole.column} is NULL, and ${when}: NULLs are distinct in ${describeKey(key)} of ${tableTitle(table.id)}, ` +
      `so each run inserts another row${others.length > 0 ? ` with the same ${joinWords(others)}` : ""}${postgres ? "" : "; the database has no NULLS NOT DISTINCT"}.`,
    at: hole.written === null || hole.written.at.path !== site.at.path ? (site.conflict?.at ?? site.at) : hole.written.at,
    see: [...(places[0] ? [{ at: places[0], message: describeKey(key) }] : []), ...(places[1] ? [{ at: places[1], message: `${hole.column} may be NULL` }] : [])],
    table: table.id,
    columns: partColumns(key),
    sqlstate: null,
  };
}
