import type { Expression } from "../../model/expression.ts";
import type { Site } from "../../model/project.ts";
import { elementOf, entryOf, evaluate } from "../evaluate.ts";
import { nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { argument, emptyDraft, type CallView, type ClientAdapter, type Draft, type Linked, type Reading } from "./adapter.ts";
import { loadedWith } from "./prisma-loaded.ts";
import { doNothing, readData, type MakeNested } from "./prisma-data.ts";
import { findModel, isAccessor, isPrismaReceiver, type PrismaTarget } from "./prisma-receiver.ts";
import { readUpsert } from "./prisma-upsert.ts";
import { selectorOf, whereOf } from "./prisma-where.ts";
import { returningOf, takesFirstRow } from "./row-use.ts";

type Operation = { kind: Draft["kind"]; lookup: Site["lookup"] };
const OPERATIONS: Record<string, Operation> = {
  create: { kind: "insert", lookup: null },
  createMany: { kind: "insert", lookup: null },
  createManyAndReturn: { kind: "insert", lookup: null },
  upsert: { kind: "upsert", lookup: null },
  update: { kind: "update", lookup: null },
  updateMany: { kind: "update", lookup: null },
  updateManyAndReturn: { kind: "update", lookup: null },
  delete: { kind: "delete", lookup: null },
  deleteMany: { kind: "delete", lookup: null },
  findUnique: { kind: "lookup", lookup: "one" },
  findUniqueOrThrow: { kind: "lookup", lookup: "one" },
  findFirst: { kind: "lookup", lookup: "one" },
  findFirstOrThrow: { kind: "lookup", lookup: "one" },
  findMany: { kind: "lookup", lookup: "many" },
  count: { kind: "lookup", lookup: "count" },
  aggregate: { kind: "lookup", lookup: "many" },
};
const OPTION_KEYS = new Set(["where", "data", "select", "include", "omit", "create", "update", "take", "skip", "orderBy", "distinct", "cursor", "_count", "_max", "_min", "_sum", "_avg", "skipDuplicates", "cacheStrategy", "relationLoadStrategy"]);

/** Prisma 6 and 7: `client.model.operation(options)`, the client under whatever name (reference §5.3, §5.4). */
export const prisma: ClientAdapter = { name: "prisma", links: new Set(Object.keys(OPERATIONS)), read: readPrisma };

function readPrisma(view: CallView, linked: Linked): Reading | null {
  const index = view.links.findIndex((link, i) => link.args !== null && Object.hasOwn(OPERATIONS, link.name) && i > 0 && view.links[i - 1]?.args === null);
  const link = view.links[index];
  const accessor = view.links[index - 1];
  const operation = link === undefined ? undefined : OPERATIONS[link.name];
  if (link === undefined || accessor === undefined || operation === undefined || !isAccessor(linked, accessor.name)) return null;
  const receiver = receiverOf(view, index - 1);
  if (receiver === null || nameOf(receiver).endsWith(".query") || !isPrismaReceiver(linked, view, receiver)) return null;
  const expression = argument(link.args, 0);
  const options = expression === null ? null : evaluate(linked.program, view.path, expression);
  if (options !== null && !isOptions(options)) return null;
  const shown = `${nameOf(receiver)}.${accessor.name}.${link.name}`;
  const via = batchOf(linked, view);
  const draft: Draft = { ...emptyDraft(view, "prisma", operation.kind, shown), lookup: operation.lookup, receiver, ...(via === null ? {} : { via }) };
  const target = findModel(view, linked, receiver, accessor.name);
  if (target === null) return { drafts: [{ ...draft, why: "several schemas have this model" }], effects: [] };
  draft.database = target.database.id;
  draft.table = target.model.table;
  return { drafts: [draft, ...readOptions(view, linked, target, link.name, options, draft)], effects: [] };
}

/** `const writes = [db.user.create(…)]`, then `db.$transaction(writes)`: a query runs where its list is handed over, not where it is made. */
function batchOf(linked: Linked, view: CallView): { path: string; call: number } | null {
  const code = linked.program.facts(view.path)?.code;
  const { start, end } = view.fact.expression;
  const holds = (outer: Expression): boolean => outer.start < start && outer.end >= end;
  const call = (code?.calls ?? []).findIndex(({ expression, function: inside }) => {
    if (expression.kind !== "call" || expression.callee.kind !== "member" || expression.callee.name !== "$transaction" || inside !== view.fact.function) return false;
    const [list] = expression.args;
    if (list?.kind !== "local") return false;
    if (code?.locals[list.local]?.values.some(({ value }) => value.kind === "array" && holds(value)) === true) return true;
    return code?.calls.some(({ expression: push }) => push.kind === "call" && push.callee.kind === "member" && push.callee.name === "push" && push.callee.of.kind === "local" && push.callee.of.local === list.local && holds(push)) === true;
  });
  return call < 0 ? null : { path: view.path, call };
}

/** The expression in front of the accessor: `ctx.db` of `ctx.db.user.create()`. */
function receiverOf(view: CallView, accessor: number): Expression | null {
  const link = view.links[accessor];
  if (link === undefined) return null;
  let expression: Expression = view.fact.expression;
  while (expression.kind === "call" || expression.kind === "member" || expression.kind === "template") {
    if (expression.kind === "member" && expression.start === link.start && expression.end === link.end) return expression.of;
    if (expression.kind === "template") return null;
    expression = expression.kind === "call" ? expression.callee : expression.of;
  }
  return accessor === 0 ? view.root : null;
}

/** Stores, tRPC routers and repositories have methods of these names too, but not these options. */
function isOptions(value: Evaluated): boolean {
  if (value.kind !== "object") return value.kind !== "string" && value.kind !== "number" && value.kind !== "function" && value.kind !== "array";
  return !value.complete || value.entries.size === 0 || [...value.entries.keys()].some((key) => OPTION_KEYS.has(key));
}

function readOptions(view: CallView, linked: Linked, target: PrismaTarget, name: string, options: Evaluated | null, draft: Draft): Draft[] {
  const make: MakeNested = (to, kind, operation, at) => ({
    ...emptyDraft(view, "prisma", kind, `${draft.operation} ${operation}`), database: to.database.id, table: to.model.table,
    at: at.path === view.path ? at : draft.at, receiver: draft.receiver,
  });
  if (draft.kind === "lookup") return readLookup(view, linked, target, name, options, draft);
  if (options?.kind !== "object") return [];
  if (draft.kind === "upsert") return readUpsert(linked, target, options, draft, make);
  if (draft.kind === "insert") return readCreate(view, linked, target, name, options, draft, make);
  const where = whereOf(linked, target.model, entryOf(options, "where"));
  draft.match = where.match;
  draft.matchRest = where.rest;
  draft.rows = name.includes("Many") ? "many" : "one";
  noteSelector(target, name === "update" || name === "delete" ? entryOf(options, "where") : undefined, draft);
  if (draft.kind === "delete") return [];
  const data = readData(linked, target, entryOf(options, "data"), make);
  draft.columns = data.columns;
  draft.columnsComplete = data.complete;
  return data.nested;
}

function readCreate(view: CallView, linked: Linked, target: PrismaTarget, name: string, options: Extract<Evaluated, { kind: "object" }>, draft: Draft, make: MakeNested): Draft[] {
  const value = entryOf(options, "data");
  draft.rows = name === "create" ? "one" : "many";
  const row = name === "create" || value === undefined ? value : rowOfMany(linked, value);
  const data = readData(linked, target, row, make);
  draft.columns = data.columns;
  draft.columnsComplete = data.complete;
  const skip = entryOf(options, "skipDuplicates");
  if (skip?.kind === "boolean" && skip.value) {
    draft.kind = "upsert";
    draft.conflict = doNothing(skip.at);
  }
  if (name === "createManyAndReturn") draft.returning = returningOf(view.fact, takesFirstRow(view, linked.program.facts(view.path)?.code));
  return data.nested;
}

/** One row that stands for all of `data: rows.map((row) => ({ … }))`. */
function rowOfMany(linked: Linked, value: Evaluated): Evaluated | undefined {
  if (value.kind === "array") return value.items.length === 1 ? value.items[0] : value.items.length > 1 ? { kind: "alternatives", at: value.at, of: value.items } : undefined;
  if (value.kind !== "call") return value.kind === "object" ? value : undefined;
  const row = elementOf(linked.program, value);
  return row === null || row.kind === "unknown" ? undefined : row;
}

function readLookup(view: CallView, linked: Linked, target: PrismaTarget, name: string, options: Evaluated | null, draft: Draft): Draft[] {
  if (options === null) {
    draft.match = [];
    return [];
  }
  if (options.kind !== "object") return [];
  const where = whereOf(linked, target.model, entryOf(options, "where"));
  draft.match = options.complete || entryOf(options, "where") !== undefined ? where.match : null;
  draft.matchRest = where.rest;
  const take = entryOf(options, "take");
  if (entryOf(options, "orderBy") !== undefined) draft.ordered = true;
  if (name === "findMany" && take?.kind === "number" && take.value === 1) draft.lookup = "one";
  if (name === "aggregate") draft.lookup = entryOf(options, "_max") !== undefined ? "max" : entryOf(options, "_count") !== undefined ? "count" : "many";
  noteSelector(target, name.startsWith("findUnique") ? entryOf(options, "where") : undefined, draft);
  return draft.lookup === "one" || draft.lookup === "many" ? loadedWith(view, linked, target, options, draft) : [];
}

/** A selector that no key backs is what a rule wants to see; one that is known says nothing new. */
function noteSelector(target: PrismaTarget, where: Evaluated | undefined, draft: Draft): void {
  const selector = where === undefined ? null : selectorOf(target.model, where);
  if (selector === null || selector.known) return;
  draft.conflict = { ...doNothing(where?.at ?? draft.at), target: { by: "columns", parts: selector.parts, where: null, selector: selector.name } };
}
