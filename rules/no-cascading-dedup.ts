import { commentText, findTable, joinWords, partColumns, partTexts, pendingMigrations, placeOfTable, primaryKeyOf, quoteName, quotePart, quoteTable, replay, statementsBefore, tableTitle, type ReplayStep } from "../src/catalog/lookup.ts";
import type { ForeignKey, Table } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database, Migration } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { Dedup, SqlQuery, Statement } from "../src/model/statement.ts";

export const noCascadingDedup: Rule = {
  name: "no-cascading-dedup",
  family: "migrations",
  summary: "Forbid removing duplicates whose children are deleted or cut off with them",
  why: "A foreign key ON DELETE CASCADE takes the children of every deleted duplicate along, and SET NULL takes their reference: rows that belong to the one that stays are lost without an error.",
  fix: "Let the children point to the row that stays, in a statement before; then delete the others.",
  severity: "error",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        for (const step of replay(migration)) {
          const { dedup } = step.statement;
          const problem = dedup?.action === "delete" && dedup.grouping !== null ? judge(database, migration, step, { ...dedup, grouping: dedup.grouping }) : null;
          if (problem) yield problem;
        }
      }
    }
  },
};

type Grouped = Dedup & { grouping: NonNullable<Dedup["grouping"]> };
type Child = { table: Table; key: ForeignKey };

function judge(database: Database, migration: Migration, step: ReplayStep, dedup: Grouped): Problem | null {
  const table = findTable(step.before, dedup.table, step.searchPath);
  if (!table || SPOKEN_OF.test(commentText(migration))) return null;
  const lost = childrenOf(migration, step, table).filter((child) => !isSettled(database, migration, step, child));
  return lost.length === 0 ? null : describe(table, dedup, lost);
}

/** Somebody wrote down what becomes of the children. */
const SPOKEN_OF = /\bcascad(?:e|es|ed|ing)\b|\bon delete set null\b|\borphan/i;

/** Tables that had rows before this migration and whose rows go, or lose their reference, with a row of this one. */
function childrenOf(migration: Migration, { before }: ReplayStep, table: Table): Child[] {
  return Object.values(before.tables).flatMap((child) => {
    if (child.temporary || migration.before.tables[child.id] === undefined) return [];
    // A partition has its parent's foreign keys.
    if (child.parents?.some((id) => before.tables[id]?.foreignKeys.some((key) => key.table === table.id))) return [];
    const keys = child.foreignKeys.filter((key) => key.table === table.id && /^(?:cascade|set null|set default)$/.test(key.onDelete));
    return keys.map((key) => ({ table: child, key }));
  });
}

/** Were the child's rows repointed or deleted before, or does the statement itself ask for them? */
function isSettled(database: Database, migration: Migration, step: ReplayStep, child: Child): boolean {
  if (step.statement.queries.some((query) => touches(query, child) || asksFor(query, child))) return true;
  for (const { statement, distance } of statementsBefore(database, migration, step.index)) {
    if (distance <= 1 && statement.queries.some((query) => touches(query, child))) return true;
  }
  return isRepointedByComputedSql(step.statement, child);
}

/** Rows of the child are deleted, get another reference, or are copied with one. A table that references itself is the one that loses rows. */
function touches(query: SqlQuery, { table, key }: Child): boolean {
  if (query.table?.name !== table.name) return false;
  if (query.kind === "update" || (query.kind === "insert" && query.fromSelect)) return query.writes === null || query.writes.some((item) => key.columns.includes(item.column));
  return query.kind === "delete" && key.table !== table.id;
}

/** A condition or the order of the duplicates looks at the child: `AND NOT EXISTS (SELECT 1 FROM orders …)`. */
function asksFor(query: SqlQuery, { table, key }: Child): boolean {
  if (key.table === table.id) return false;
  const named = new RegExp(`(?<![\\w"])"?${table.name.replace(/\W/g, "\\$&")}"?(?![\\w"])`);
  return (query.kind === "select" && query.table?.name === table.name) || [...(query.match?.rest ?? []), ...(query.notExists?.rest ?? [])].some((text) => named.test(text));
}

/** EXECUTE format('update %I …') in the same block: which tables it repoints is not seen. */
function isRepointedByComputedSql(statement: Statement, child: Child): boolean {
  return statement.nested && statement.changes.some((change) => change.kind === "opaque" && (change.table === null || change.table.name === child.table.name));
}

function describe(table: Table, dedup: Grouped, lost: Child[]): Problem {
  const title = tableTitle(table.id);
  const go = lost.filter(({ key }) => key.onDelete === "cascade");
  const cut = lost.filter(({ key }) => key.onDelete !== "cascade");
  const parts = [
    ...(go.length > 0 ? [`rows of ${joinWords(go.map(nameChild))} that reference them go too (ON DELETE CASCADE)`] : []),
    ...(cut.length > 0 ? [`rows of ${joinWords(cut.map(nameChild))} lose their reference (ON DELETE ${cut[0]!.key.onDelete.toUpperCase()})`] : []),
  ];
  return {
    message: `This deletes the duplicates of ${title}, and ${parts.join("; ")}. Nothing let them point to the row that stays. Before it, for each of them: \`${repointing(table, dedup, lost[0]!)}\`.${collisionOf(lost)}`,
    at: dedup.at,
    see: lost.flatMap(({ table: child, key }) => {
      const place = key.built.at(-1) ?? key.declared[0] ?? placeOfTable(child);
      return place ? [{ at: place, message: `${tableTitle(child.id)} (${key.columns.join(", ")}) references ${title} ON DELETE ${key.onDelete.toUpperCase()}` }] : [];
    }),
    table: table.id,
    columns: partTexts({ parts: dedup.grouping }),
    sqlstate: null,
  };
}

function nameChild({ table, key }: Child): string {
  return `${tableTitle(table.id)} (${key.columns.join(", ")})`;
}

/** The row that stays is the first in the dedup's own order. */
function repointing(table: Table, dedup: Grouped, { table: child, key }: Child): string {
  const referenced = key.references.length > 0 ? key.references : partColumns(primaryKeyOf(table) ?? { parts: [] });
  const id = quoteName(referenced[0] ?? "id");
  const column = quoteName(key.columns[0] ?? "");
  const by = dedup.grouping.map(quotePart).join(", ");
  const order = dedup.order.length > 0 ? dedup.order.join(", ") : id;
  const where = dedup.where === null ? "" : ` WHERE ${dedup.where.text}`;
  return (
    `WITH d AS (SELECT ${id}, first_value(${id}) OVER (PARTITION BY ${by} ORDER BY ${order}) AS keep FROM ${quoteTable(table.id)}${where}) ` +
    `UPDATE ${quoteTable(child.id)} c SET ${column} = d.keep FROM d WHERE c.${column} = d.${id} AND d.${id} <> d.keep;`
  );
}

/** A child's own key may not allow two rows for the one that stays. */
function collisionOf(lost: Child[]): string {
  const keyed = lost.find(({ table, key }) => table.keys.some((own) => partColumns(own).some((column) => key.columns.includes(column))));
  return keyed === undefined ? "" : ` ${tableTitle(keyed.table.id)} has a unique key over ${keyed.key.columns.join(", ")}: where both rows have a child, settle those first (23505).`;
}
