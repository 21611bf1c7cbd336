import type { KeyPart } from "../../model/catalog.ts";
import type { Expression } from "../../model/expression.ts";
import type { Site } from "../../model/project.ts";
import { asString, asStrings, entryOf, evaluate } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { valueText } from "../value-text.ts";
import { argument, emptyDraft, tableOf, type CallView, type ClientAdapter, type Draft, type DraftConflict, type DraftWritten, type Linked, type Reading } from "./adapter.ts";
import { entityOfRepository, isManager } from "./mikro-orm-receiver.ts";
import { rowsOf } from "./rows.ts";

type Operation = { kind: Draft["kind"]; lookup?: Site["lookup"] };
const OPERATIONS: Record<string, Operation> = {
  create: { kind: "insert" }, insert: { kind: "insert" }, insertMany: { kind: "insert" }, upsert: { kind: "upsert" }, upsertMany: { kind: "upsert" },
  findOne: { kind: "lookup", lookup: "one" }, findOneOrFail: { kind: "lookup", lookup: "one" }, find: { kind: "lookup", lookup: "many" },
  findAll: { kind: "lookup", lookup: "many" }, findAndCount: { kind: "lookup", lookup: "many" }, count: { kind: "lookup", lookup: "count" },
  nativeUpdate: { kind: "update" }, nativeDelete: { kind: "delete" },
};

/** MikroORM: `em.findOne(User, where)`, `repository.findOne(where)` (reference §12.2, §12.3). What `create` makes is inserted when the manager flushes. */
export const mikroOrm: ClientAdapter = { name: "mikro-orm", links: new Set(Object.keys(OPERATIONS)), read: readMikroOrm };

function readMikroOrm(view: CallView, linked: Linked): Reading | null {
  if (!linked.program.input.databases.some((source) => source.orm === "mikro-orm")) return null;
  const call = calledOn(view.fact.expression);
  const operation = call === null ? undefined : OPERATIONS[call.name];
  if (call === null || operation === undefined) return null;
  const value = (position: number): Evaluated | null => {
    const expression = argument(call.args, position);
    return expression === null ? null : evaluate(linked.program, view.path, expression);
  };
  const first = value(0);
  const named = first === null ? null : linked.mikroOrm.entityOf(first);
  const entity = (named !== null && isManager(view, linked, call.of) ? named : null) ?? entityOfRepository(view, linked, call.of);
  if (entity === null) return null;
  const from = entity === named ? 1 : 0;
  const draft: Draft = { ...emptyDraft(view, "mikro-orm", operation.kind, `${nameOf(call.of)}.${call.name}`), database: entity.database, table: entity.table, lookup: operation.lookup ?? null, receiver: call.of, ...(operation.lookup === "one" ? { row: true as const } : {}) };
  const [given, options] = [value(from), value(from + 1)];
  if (operation.kind === "lookup" || operation.kind === "delete" || operation.kind === "update") readWhere(linked, entity, draft, given);
  if (operation.kind === "lookup") {
    if (entryOf(options, "orderBy") !== undefined) draft.ordered = true;
    const limit = entryOf(options, "limit");
    if (draft.lookup === "many" && limit?.kind === "number" && limit.value === 1) draft.lookup = "one";
  } else if (operation.kind !== "delete") readRow(view, linked, entity, draft, operation.kind === "update" ? options : given);
  if (operation.kind === "insert") draft.rows = call.name === "insertMany" ? "many" : "one";
  if (operation.kind === "upsert") draft.conflict = conflictOf(linked, entity, draft, options);
  const lock = entryOf(options, "lockMode");
  const isLock = lock !== undefined && /PESSIMISTIC/.test(valueText(linked.program, lock));
  return { drafts: [draft], effects: isLock ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at }] : [] };
}

function calledOn(expression: Expression): { name: string; of: Expression; args: Extract<Expression, { kind: "call" }>["args"] } | null {
  for (let at = expression; ; ) {
    if (at.kind === "call" && at.callee.kind === "member") {
      if (Object.hasOwn(OPERATIONS, at.callee.name)) return { name: at.callee.name, of: at.callee.of, args: at.args };
      at = at.callee.of;
    } else if (at.kind === "member") at = at.of;
    else return null;
  }
}

/** The one column of a property; a relation of one key is that key's. */
function columnOf(entity: EntityBinding, property: string): string | null {
  const relation = entity.relations.get(property);
  if (relation !== undefined) return relation.columns.length === 1 ? (relation.columns[0]?.column ?? null) : null;
  return entity.columns.get(property) ?? null;
}

function readRow(view: CallView, linked: Linked, entity: EntityBinding, draft: Draft, payload: Evaluated | null): void {
  if (payload === null) return;
  const rows = rowsOf(linked, payload, (key) => columnOf(entity, key), view.fact.at);
  draft.columns = rows.columns;
  draft.columnsComplete = rows.complete;
  draft.rows = rows.rows;
}

/** A filter, or the value of the primary key. */
function readWhere(linked: Linked, entity: EntityBinding, draft: Draft, given: Evaluated | null): void {
  if (given === null) {
    draft.match = [];
    return;
  }
  const [key, ...others] = entity.primary;
  if (given.kind !== "object") {
    const column = key === undefined || others.length > 0 ? null : columnOf(entity, key);
    const isValue = given.kind === "parameter" || given.kind === "string" || given.kind === "number" || given.kind === "member";
    draft.match = column === null || !isValue ? null : [{ column, at: given.at, source: given, value: null }];
    return;
  }
  const out: { match: DraftWritten[]; rest: string[] } = { match: [], rest: [] };
  addFilter(linked, entity, given, out);
  draft.match = out.match;
  draft.matchRest = out.rest;
}

function addFilter(linked: Linked, entity: EntityBinding, filter: Extract<Evaluated, { kind: "object" }>, out: { match: DraftWritten[]; rest: string[] }): void {
  if (!filter.complete) out.rest.push("…");
  for (const [property, item] of filter.entries) {
    if (item.kind === "undefined") continue;
    if (property === "$and" && item.kind === "array" && item.complete) {
      for (const each of item.items) if (each.kind === "object") addFilter(linked, entity, each, out);
        else out.rest.push("…");
      continue;
    }
    const column = columnOf(entity, property);
    const exact = exactValue(entity, property, item);
    if (column === null || exact === null) out.rest.push(`${property}: ${valueText(linked.program, item)}`);
    else if (exact.kind === "null") out.rest.push(`${column} is null`);
    else out.match.push({ column, at: item.at, source: exact, value: null });
  }
}

/** `v`, `{ $eq: v }`, `{ id: v }` of a relation; null: another comparison. */
function exactValue(entity: EntityBinding, property: string, item: Evaluated): Evaluated | null {
  if (item.kind === "array") return item.complete && item.items.length === 1 ? (item.items[0] ?? null) : null;
  if (item.kind !== "object") return item;
  if (!item.complete || item.entries.size !== 1) return null;
  const [[name, value] = ["", item]] = item.entries;
  return name === "$eq" || entity.relations.get(property)?.columns[0]?.references === name ? value : null;
}

/**
 * `onConflictFields` name the target; without them it is the primary key where the data have it, else the first unique property or key whose
 * properties are all there. `onConflictWhere` filters the update.
 */
function conflictOf(linked: Linked, entity: EntityBinding, draft: Draft, options: Evaluated | null): DraftConflict {
  const given = entryOf(options, "onConflictFields");
  const at = given?.at.path === draft.at.path && given.at.start >= draft.at.start && given.at.end <= draft.at.end ? given.at : draft.at;
  const action = asString(entryOf(options, "onConflictAction")) === "ignore" ? ("nothing" as const) : ("update" as const);
  const made: DraftConflict = { action, target: { by: "unknown" }, prepared: false, sets: action === "nothing" ? [] : "all", setWhere: entryOf(options, "onConflictWhere") !== undefined, native: "yes", reasons: [], at };
  if (given !== undefined && given.kind !== "undefined") {
    const columns = asStrings(given)?.map((property) => columnOf(entity, property)) ?? [null];
    return columns.includes(null) ? made : { ...made, target: columnsOf(columns.flatMap((column) => column ?? [])) };
  }
  if (options !== null && options.kind !== "undefined" && !(options.kind === "object" && options.complete)) return made;
  if (draft.columns === null || !draft.columnsComplete) return made;
  const written = new Set(draft.columns.map(({ column }) => column));
  const primary = entity.primary.map((property) => columnOf(entity, property));
  if (primary.length > 0 && primary.every((column) => column !== null && written.has(column))) return { ...made, target: columnsOf(primary.flatMap((column) => column ?? [])) };
  const keys = tableOf(linked, draft.database, draft.table)?.keys ?? [];
  // Keys that only migrations know are none to the library.
  const key = keys.filter((each) => each.kind !== "primary" && each.declared.length > 0 && each.where === null).filter((each) => each.parts.every((part) => part.kind === "column" && written.has(part.column)));
  return key.length === 1 && key[0] !== undefined ? { ...made, target: columnsOf(key[0].parts.flatMap((part) => (part.kind === "column" ? [part.column] : []))) } : made;
}

function columnsOf(columns: string[]): DraftConflict["target"] {
  return { by: "columns", parts: columns.map((column): KeyPart => ({ kind: "column", column, collation: null, opclass: null })), where: null, selector: null };
}
