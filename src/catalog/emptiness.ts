import type { Migration } from "../model/project.ts";
import type { QualifiedName, SchemaChange } from "../model/schema-change.ts";
import type { SqlQuery, Statement } from "../model/statement.ts";
import { replay, type ReplayStep } from "./replay.ts";
import { findTable } from "./tables.ts";

const memo = new WeakMap<Migration, Set<string>[]>();

/**
 * Tables (ids) that hold no row when statement `index` of a migration runs: all rows were deleted before, or a column was added without a value and
 * is NOT NULL, at once or further down, which Postgres refuses on a table that has any. Says nothing of tables that the migration creates.
 */
export function emptyTables(migration: Migration, index: number): ReadonlySet<string> {
  const known = memo.get(migration) ?? emptyAtEach(migration);
  memo.set(migration, known);
  return known[index] ?? new Set();
}

type State = {
  empty: Set<string>;
  /** Columns added in this file without a value, by table, and by which statement: SET NOT NULL succeeds on them only while there is no row. */
  unfilled: Map<string, Map<string, number>>;
  /** What was known at each statement so far. */
  known: Set<string>[];
};

function emptyAtEach(migration: Migration): Set<string>[] {
  const state: State = { empty: new Set(), unfilled: new Map(), known: [] };
  for (const step of replay(migration)) {
    noteQueries(state, step);
    for (const change of step.statement.changes) noteChange(state, step, change);
    state.known.push(new Set(state.empty));
  }
  return state.known;
}

function noteQueries({ empty, unfilled }: State, step: ReplayStep): void {
  const { statement } = step;
  // What runs in a block, or cannot be seen (a function that is called), may have filled anything.
  if (statement.nested || isUnseen(statement)) unfilled.clear();
  for (const query of statement.queries) {
    const id = idOf(step, query.table);
    if (query.kind === "select" || id === null) continue;
    unfilled.delete(id);
    if (query.kind === "insert" || query.kind === "merge") empty.delete(id);
    else if (deletesAll(query) && !statement.nested) empty.add(id);
  }
}

function isUnseen({ changes, queries, transaction, lock }: Statement): boolean {
  return changes.length === 0 && queries.length === 0 && transaction === null && lock === null;
}

function deletesAll({ kind, match }: SqlQuery): boolean {
  return kind === "delete" && match !== null && match.columns.length === 0 && match.rest.length === 0;
}

function noteChange(state: State, step: ReplayStep, change: SchemaChange): void {
  const id = "table" in change && change.table !== null ? idOf(step, change.table) : null;
  if (id === null) return;
  if (change.kind === "rename-table" || change.kind === "set-schema") return moveTable(state, step, change, id);
  if (step.statement.nested) return;
  if (change.kind === "add-column" && !change.ifNotExists && !isFilled(change)) {
    if (change.column.nullable === false) state.empty.add(id);
    else state.unfilled.set(id, new Map([...(state.unfilled.get(id) ?? []), [change.column.name, step.index]]));
  }
  if (change.kind !== "set-nullable" || change.nullable) return;
  const added = state.unfilled.get(id)?.get(change.column);
  if (added === undefined) return;
  // Nobody has written to it since, so there was no row then either.
  for (const empty of [state.empty, ...state.known.slice(added)]) empty.add(id);
}

/** Do rows that exist get a value? Those of a computed column and of a default do. */
function isFilled({ column }: Extract<SchemaChange, { kind: "add-column" }>): boolean {
  return column.generated || column.default !== null;
}

function moveTable({ empty, unfilled }: State, step: ReplayStep, change: Extract<SchemaChange, { kind: "rename-table" | "set-schema" }>, id: string): void {
  const before = step.before.tables[id];
  if (!before) return;
  const to = change.kind === "rename-table" ? `${before.schema}.${change.to}` : `${change.to}.${before.name}`;
  if (empty.delete(id)) empty.add(to);
  const columns = unfilled.get(id);
  if (unfilled.delete(id) && columns) unfilled.set(to, columns);
}

/** null: the table is not there yet. */
function idOf(step: ReplayStep, name: QualifiedName | null): string | null {
  const table = name === null ? null : findTable(step.before, name, step.searchPath);
  return table?.id ?? null;
}
