import type { Expression } from "../../model/expression.ts";
import type { RawLink } from "../chains.ts";
import { entryOf, evaluate } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import type { TableBinding } from "../schema/bindings.ts";
import { argument, emptyDraft, type CallView, type ClientAdapter, type Draft, type Linked, type Reading } from "./adapter.ts";
import { builderCall, conditionOf } from "./drizzle-conditions.ts";
import { readConflict } from "./drizzle-conflict.ts";
import { propertyColumn, rowsOf } from "./rows.ts";
import { returningOf, takesFirstRow } from "./row-use.ts";

const STARTS: Record<string, Draft["kind"]> = { insert: "insert", update: "update", delete: "delete", from: "lookup", $count: "lookup", findFirst: "lookup", findMany: "lookup" };

const REFRESH = "refreshMaterializedView";

/** Drizzle: the table is what its argument is, whatever it is called on (reference §1.3 R2, §4.5, §4.6). */
export const drizzle: ClientAdapter = { name: "drizzle", links: new Set([...Object.keys(STARTS), REFRESH]), read: readDrizzle };

function readDrizzle(view: CallView, linked: Linked): Reading | null {
  if (linked.tables.all.length === 0) return null;
  const index = view.links.findIndex((link) => link.args !== null && Object.hasOwn(STARTS, link.name));
  const start = view.links[index];
  if (start === undefined) return readRefresh(view, linked);
  const kind = STARTS[start.name] ?? "lookup";
  if (start.name === "findFirst" || start.name === "findMany") return readRelational(view, linked, index, start);
  const value = argumentValue(view, linked, start, 0);
  const table = value === null ? null : tableFrom(linked, value);
  if (table === null) return value !== null && isHanded(view, linked, start, value) ? { drafts: [{ ...emptyDraft(view, "drizzle", kind, `${nameOf(view.root)}.${start.name}(…)`), why: "the table is the caller's" }], effects: [] } : null;
  const receiver = nameOf(view.root);
  const shown = start.name === "from" ? `${receiver}.select().from(${table.name})` : `${receiver}.${start.name}(${table.name})`;
  const draft: Draft = { ...emptyDraft(view, "drizzle", kind, shown), database: table.database, table: table.table };
  if (table.database === null) draft.why = "table of no configured database";
  const read = { insert: readInsert, upsert: readInsert, update: readUpdate, delete: readWhere, lookup: readSelect }[kind];
  read(view, linked, table, draft, start);
  const effects = view.names.has("for") ? rowLock(view) : [];
  return { drafts: [draft], effects };
}

/** What only Drizzle's builders go on with. */
const SECOND: Record<string, string> = { insert: "values", update: "set", delete: "where", from: "select" };

/** `insert(table).values(…)` of a table that the function, or the instance, was given. */
function isHanded(view: CallView, linked: Linked, start: RawLink, value: Evaluated): boolean {
  const second = SECOND[start.name];
  if (second === undefined || !view.names.has(second)) return false;
  if (value.kind === "member") return value.of.kind === "unknown" && value.of.text === "this";
  if (value.kind !== "parameter") return false;
  const typeText = linked.program.facts(value.path)?.code?.functions[value.function]?.parameters.find((each) => each.position === value.position)?.typeText;
  return typeText == null || !/^string\b/.test(typeText);
}

/** `db.refreshMaterializedView(totals).concurrently()`. */
function readRefresh(view: CallView, linked: Linked): Reading | null {
  const link = linkNamed(view, REFRESH);
  const value = link !== undefined && view.names.has("concurrently") ? argumentValue(view, linked, link, 0) : null;
  const of = value === null ? null : tableFrom(linked, value);
  if (of?.database == null) return null;
  return { drafts: [], effects: [{ kind: "refresh", path: view.path, call: view.index, at: view.fact.at, database: of.database, table: of.table }] };
}

function rowLock(view: CallView): Reading["effects"] {
  const link = view.links.find((each) => each.name === "for");
  const mode = argument(link?.args, 0);
  return mode?.kind === "string" && mode.value !== "key share" ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at }] : [];
}

/** The table that an argument is, also behind `alias(t, "x")`. */
function tableFrom(linked: Linked, value: Evaluated): TableBinding | null {
  const call = builderCall(value);
  const inner = call?.name === "alias" ? call.args[0] : value;
  if (inner === undefined) return null;
  if (inner.kind === "alternatives") return null;
  return linked.tables.tableOf(inner);
}

function argumentValue(view: CallView, linked: Linked, link: RawLink | undefined, position: number): Evaluated | null {
  const expression: Expression | null = argument(link?.args, position);
  return expression === null ? null : evaluate(linked.program, view.path, expression);
}

function linkNamed(view: CallView, name: string): RawLink | undefined {
  return view.links.find((link) => link.name === name && link.args !== null);
}

function readInsert(view: CallView, linked: Linked, table: TableBinding, draft: Draft): void {
  const link = linkNamed(view, "values");
  const values = argumentValue(view, linked, link, 0);
  if (values !== null) {
    const rows = rowsOf(linked, values, propertyColumn(table), view.caller ?? view.fact.at);
    draft.columns = rows.columns;
    draft.columnsComplete = rows.complete;
    draft.rows = rows.rows;
    if (rows.repeats === true) draft.repeats = true;
  } else if (view.names.has("select")) draft.rows = "many";
  draft.conflict = readConflict(view, linked, table, draft);
  if (draft.conflict !== null) draft.kind = "upsert";
  if (view.names.has("returning")) draft.returning = returningOf(view.fact, takesFirstRow(view, linked.program.facts(view.path)?.code));
}

function readUpdate(view: CallView, linked: Linked, table: TableBinding, draft: Draft): void {
  const values = argumentValue(view, linked, linkNamed(view, "set"), 0);
  if (values !== null) {
    const rows = rowsOf(linked, values, propertyColumn(table), view.caller ?? view.fact.at);
    draft.columns = rows.columns;
    draft.columnsComplete = rows.complete;
  }
  readWhere(view, linked, table, draft);
  if (view.names.has("returning")) draft.returning = returningOf(view.fact, takesFirstRow(view, linked.program.facts(view.path)?.code));
}

function readWhere(view: CallView, linked: Linked, table: TableBinding, draft: Draft): void {
  const link = linkNamed(view, "where");
  if (link === undefined) {
    draft.match = view.names.has("$dynamic") ? null : [];
    return;
  }
  const where = argumentValue(view, linked, link, 0);
  if (where === null) return;
  const condition = conditionOf(linked, table, where);
  draft.match = condition.match;
  draft.matchRest = condition.rest;
}

const JOINS = ["innerJoin", "leftJoin", "rightJoin", "fullJoin", "having"];

function readSelect(view: CallView, linked: Linked, table: TableBinding, draft: Draft, start: RawLink): void {
  if (start.name === "$count") {
    draft.lookup = "count";
    const where = argumentValue(view, linked, start, 1);
    const condition = where === null ? { match: [], rest: [] } : conditionOf(linked, table, where);
    draft.match = condition.match;
    draft.matchRest = condition.rest;
    return;
  }
  readWhere(view, linked, table, draft);
  if (view.names.has("orderBy")) draft.ordered = true;
  for (const join of JOINS) if (view.names.has(join)) draft.matchRest.push(join);
  draft.lookup = aggregateOf(view, linked) ?? (isOneRow(view, linked) ? "one" : "many");
}

function isOneRow(view: CallView, linked: Linked): boolean {
  const limit = argumentValue(view, linked, linkNamed(view, "limit"), 0);
  if (limit?.kind === "number") return limit.value === 1;
  return view.names.has("get") || takesFirstRow(view, linked.program.facts(view.path)?.code);
}

/** `select({ n: count() })`, `max(t.c)`, and their spelling in SQL. */
function aggregateOf(view: CallView, linked: Linked): "count" | "max" | null {
  const fields = argumentValue(view, linked, linkNamed(view, "select"), 0);
  if (fields?.kind !== "object") return null;
  for (const value of fields.entries.values()) {
    const name = aggregateName(value);
    if (name !== null) return name;
  }
  return null;
}

function aggregateName(value: Evaluated): "count" | "max" | null {
  const call = builderCall(value);
  if (call !== null && /^count(?:Distinct)?$/.test(call.name)) return "count";
  if (call?.name === "max") return "max";
  if (value.kind === "template") {
    const text = value.quasis.join(" ").trim().toLowerCase();
    return /^(?:cast\s*\(\s*)?count\s*\(/.test(text) ? "count" : /^(?:coalesce\s*\(\s*)?max\s*\(/.test(text) ? "max" : null;
  }
  // `sql<number>`…`.mapWith(Number)`, `count().as("n")`.
  return value.kind === "call" && value.callee.kind === "member" ? aggregateName(value.callee.of) : null;
}

/** `x.query.<key>.findFirst({ where })`. */
function readRelational(view: CallView, linked: Linked, index: number, start: RawLink): Reading | null {
  const key = view.links[index - 1];
  const query = view.links[index - 2];
  if (key === undefined || key.args !== null || query === undefined || (query.name !== "query" && query.name !== "_query")) return null;
  const shown = `${nameOf(view.root)}.query.${key.name}.${start.name}`;
  const draft = emptyDraft(view, "drizzle", "lookup", shown);
  draft.lookup = start.name === "findFirst" ? "one" : "many";
  const table = queryTable(view, linked, key.name);
  if (table === null) return { drafts: [{ ...draft, why: "no such table in the schema" }], effects: [] };
  draft.database = table.database;
  draft.table = table.table;
  const options = argumentValue(view, linked, start, 0);
  if (options === null) draft.match = [];
  else if (options.kind === "object") {
    const where = entryOf(options, "where");
    const condition = where === undefined ? { match: [], rest: options.complete ? [] : ["…"] } : conditionOf(linked, table, where);
    draft.match = condition.match;
    draft.matchRest = condition.rest;
    if (entryOf(options, "orderBy") !== undefined) draft.ordered = true;
    const limit = entryOf(options, "limit");
    if (limit?.kind === "number" && limit.value === 1) draft.lookup = "one";
  }
  return { drafts: [draft], effects: [] };
}

/** The nearest database's table of that name; of all databases', when only one has it. */
function queryTable(view: CallView, linked: Linked, key: string): TableBinding | null {
  const near = linked.databaseForFile(view.path, "drizzle");
  const own = near === null ? null : linked.tables.exportedTable(near.id, key);
  if (own !== null) return own;
  const found = linked.databases.flatMap((database) => linked.tables.exportedTable(database.id, key) ?? []);
  return found.length === 1 ? (found[0] ?? null) : null;
}
