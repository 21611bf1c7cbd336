import type { KeyPart, Table } from "../../model/catalog.ts";
import type { RawLink } from "../chains.ts";
import { entryOf, evaluate } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import { argument, emptyDraft, type CallView, type ClientAdapter, type Draft, type DraftConflict, type DraftWritten, type Linked, type Reading } from "./adapter.ts";
import { rowsOf } from "./rows.ts";
import { returningOf } from "./row-use.ts";
import { findTable } from "./sql-drafts.ts";
import { isSupabaseReceiver } from "./supabase-receiver.ts";

const KINDS: Record<string, Draft["kind"]> = { insert: "insert", upsert: "upsert", select: "lookup", update: "update", delete: "delete" };
/** supabase-js: `client.from("t").insert(…)` (reference §7.2, §7.3). */
export const supabase: ClientAdapter = { name: "supabase", links: new Set(["from"]), read: readSupabase };

function readSupabase(view: CallView, linked: Linked): Reading | null {
  const index = view.links.findIndex((link) => link.name === "from" && link.args !== null);
  const from = view.links[index];
  const action = view.links.slice(index + 1).find((link) => link.args !== null && Object.hasOwn(KINDS, link.name));
  const before = view.links.slice(0, index);
  if (from === undefined || action === undefined || before.some((link) => link.name === "select" || link.name === "storage" || link.name === "delete")) return null;
  const name = valueOf(view, linked, from, 0);
  const schemaLink = before.find((link) => link.name === "schema");
  const schema = schemaLink === undefined ? null : valueOf(view, linked, schemaLink, 0);
  const found = name?.kind === "string" ? findTable(linked, { path: view.path, database: null }, { schema: schema?.kind === "string" ? schema.value : null, name: name.value }) : null;
  if (name === null || linked.tables.tableOf(name) !== null || !isSupabaseReceiver(view, linked, before)) return null;
  const shown = `${[nameOf(view.root), ...before.filter((link) => link.args === null).map((link) => link.name)].join(".")}.from(${name.kind === "string" ? `"${name.value}"` : "…"}).${action.name}()`;
  const draft: Draft = { ...emptyDraft(view, "supabase", KINDS[action.name] ?? "lookup", shown), database: found?.database.id ?? null, table: found?.table.id ?? null };
  if (found === null) draft.why = name.kind === "string" ? `no table ${name.value}` : "computed table";
  readAction(view, linked, found?.table ?? null, action, draft);
  return { drafts: [draft], effects: [] };
}

function valueOf(view: CallView, linked: Linked, link: RawLink, position: number): Evaluated | null {
  const expression = argument(link.args, position);
  return expression === null ? null : evaluate(linked.program, view.path, expression);
}

function readAction(view: CallView, linked: Linked, table: Table | null, action: RawLink, draft: Draft): void {
  const after = view.links.slice(view.links.indexOf(action) + 1);
  if (draft.kind !== "lookup" && draft.kind !== "delete") {
    const payload = valueOf(view, linked, action, 0);
    if (payload !== null) {
      const rows = rowsOf(linked, payload, (key) => key, view.fact.at);
      draft.columns = rows.columns;
      draft.columnsComplete = rows.complete;
      draft.rows = rows.rows;
    if (rows.repeats === true) draft.repeats = true;
    }
  }
  if (draft.kind === "upsert") draft.conflict = conflictOf(view, linked, action, table, draft);
  if (draft.conflict === null && draft.kind === "upsert") draft.kind = "insert";
  if (draft.kind === "insert" || draft.kind === "upsert") {
    const strict = after.some((link) => link.name === "single");
    // `single()` answers with an error when the row is missing; that is a check, if the error is looked at.
    draft.returning = after.some((link) => link.name === "select") ? (strict ? "used-unchecked" : returningOf(view.fact, false)) : "none";
    return;
  }
  readFilters(view, linked, after, draft);
  if (view.names.has("order")) draft.ordered = true;
  if (draft.kind === "lookup") draft.lookup = lookupOf(view, linked, action, after);
}

function lookupOf(view: CallView, linked: Linked, action: RawLink, after: RawLink[]): Draft["lookup"] {
  const options = valueOf(view, linked, action, 1);
  if (entryOf(options, "count") !== undefined) return "count";
  if (after.some((link) => link.name === "single" || link.name === "maybeSingle")) return "one";
  const limit = after.find((link) => link.name === "limit");
  const value = limit === undefined ? null : valueOf(view, linked, limit, 0);
  return value?.kind === "number" && value.value === 1 ? "one" : "many";
}

const NO_FILTERS = new Set(["select", "single", "maybeSingle", "limit", "order", "then", "returns", "overrideTypes", "throwOnError", "abortSignal", "csv", "range", "catch"]);

function readFilters(view: CallView, linked: Linked, links: RawLink[], draft: Draft): void {
  const match: DraftWritten[] = [];
  for (const link of links) {
    const column = link.args === null ? null : valueOf(view, linked, link, 0);
    const against = link.args === null ? null : valueOf(view, linked, link, 1);
    const at = { path: view.path, start: link.start, end: link.end };
    if (link.name === "eq" && column?.kind === "string" && against !== null) match.push({ column: column.value, at: against.at, source: against, value: null });
    else if (link.name === "match" && column?.kind === "object" && column.complete) for (const [key, item] of column.entries) match.push({ column: key, at: item.at, source: item, value: null });
    else if (link.name === "is" && column?.kind === "string") draft.matchRest.push(`${column.value} is ${against === null ? "?" : valueText(linked.program, against)}`);
    else if (!NO_FILTERS.has(link.name) && link.args !== null) draft.matchRest.push(`${link.name} at ${String(at.start)}`);
  }
  draft.match = match;
}

function conflictOf(view: CallView, linked: Linked, action: RawLink, table: Table | null, draft: Draft): DraftConflict | null {
  const options = valueOf(view, linked, action, 1);
  const expression = argument(action.args, 1);
  const at = expression === null ? draft.at : { path: view.path, start: expression.start, end: expression.end };
  const ignore = entryOf(options, "ignoreDuplicates");
  const isKnown = options === null || (options.kind === "object" && options.complete) || options.kind === "undefined";
  const mode = ignore?.kind === "boolean" && ignore.value ? "nothing" : "update";
  const made: DraftConflict = { action: mode, target: { by: "unknown" }, prepared: false, sets: mode === "update" ? "all" : [], setWhere: false, native: "yes", reasons: [], at };
  const onConflict = entryOf(options, "onConflict");
  if (!isKnown) return made;
  if (onConflict === undefined || onConflict.kind === "undefined") {
    // A table without a primary key gets a plain INSERT.
    const hasPrimary = table === null || !table.complete || table.keys.some((key) => key.kind === "primary");
    return hasPrimary ? { ...made, target: { by: "primary" } } : null;
  }
  if (onConflict.kind !== "string") return { ...made, at: onConflict.at };
  const parts = onConflict.value.split(",").map((name): KeyPart => ({ kind: "column", column: name.trim().replace(/^"(.*)"$/, "$1"), collation: null, opclass: null }));
  return { ...made, target: { by: "columns", parts, where: null, selector: null }, at: onConflict.at.path === view.path ? onConflict.at : at };
}
