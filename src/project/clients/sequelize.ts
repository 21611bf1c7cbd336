import type { Expression } from "../../model/expression.ts";
import type { Site } from "../../model/project.ts";
import { asObject, entryOf, evaluate } from "../evaluate.ts";
import { possibilities, truthOf } from "../evaluated.ts";
import type { Evaluated } from "../program.ts";
import { primaryOf } from "../schema/sequelize-model.ts";
import { argument, emptyDraft, tableOf, type CallView, type ClientAdapter, type Draft, type Linked, type Reading } from "./adapter.ts";
import { rowsOf } from "./rows.ts";
import { conflictOfBulk, conflictOfUpsert, type ConflictScope } from "./sequelize-conflict.ts";
import { modelOfReceiver, type Receiver } from "./sequelize-receiver.ts";
import { builtBefore, transactionOf, transactionEffects } from "./sequelize-transactions.ts";
import { whereOf } from "./sequelize-where.ts";

type Operation = { kind: Draft["kind"]; lookup?: Site["lookup"]; options: number };
const OPERATIONS: Record<string, Operation> = {
  create: { kind: "insert", options: 1 },
  bulkCreate: { kind: "insert", options: 1 },
  save: { kind: "insert", options: 0 },
  upsert: { kind: "upsert", options: 1 },
  findOrCreate: { kind: "insert", options: 0 },
  findCreateFind: { kind: "insert", options: 0 },
  findOrBuild: { kind: "lookup", lookup: "one", options: 0 },
  findOne: { kind: "lookup", lookup: "one", options: 0 },
  findByPk: { kind: "lookup", lookup: "one", options: 1 },
  findAll: { kind: "lookup", lookup: "many", options: 0 },
  findAndCountAll: { kind: "lookup", lookup: "many", options: 0 },
  count: { kind: "lookup", lookup: "count", options: 0 },
  max: { kind: "lookup", lookup: "max", options: 1 },
  update: { kind: "update", options: 1 },
  destroy: { kind: "delete", options: 0 },
};
const TRANSACTIONS = ["transaction", "commit", "rollback"];

/** Sequelize 6 and 7, sequelize-typescript: operations of a model (reference §11.2, §11.3). */
export const sequelize: ClientAdapter = { name: "sequelize", links: new Set([...Object.keys(OPERATIONS), ...TRANSACTIONS]), read: readSequelize };

function readSequelize(view: CallView, linked: Linked): Reading | null {
  if (linked.models.all.length === 0) return null;
  const call = calledOn(view.fact.expression);
  if (call === null) return transactionEffects(view, linked);
  const operation = OPERATIONS[call.name];
  if (operation === undefined) return null;
  const built = call.name === "save" ? builtBefore(view, linked, call.of) : null;
  if (call.name === "save" && built === null) return null;
  const receiver = modelOfReceiver(view, linked, built?.model ?? call.of);
  if (receiver === null) return null;
  const value = (position: number): Evaluated | null => {
    const expression = argument(call.args, position);
    return expression === null ? null : evaluate(linked.program, view.path, expression);
  };
  const options = value(operation.options);
  const expression = argument(call.args, operation.options);
  const { binding } = receiver.bound;
  const draft: Draft = {
    ...emptyDraft(view, "sequelize", operation.kind, `${receiver.shown}.${call.name}`), database: binding.database, table: binding.table, lookup: operation.lookup ?? null,
    receiver: transactionOf(view, linked, expression), ...(operation.lookup === "one" ? { row: true as const } : {}),
  };
  const where = entryOf(options, "where");
  const lock = entryOf(options, "lock");
  const asked = lock === undefined ? undefined : possibilities(lock).find((each) => each.kind === "parameter");
  const effects: Reading["effects"] = lock !== undefined && truthOf(lock) !== false ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at, ...(asked === undefined ? {} : { asked }) }] : [];
  const scope: ConflictScope = { model: receiver.bound.model, version: versionOf(linked, binding.database), columnOf: (key) => binding.columns.get(key) ?? key, draft, options };
  switch (call.name) {
    case "create":
    case "bulkCreate":
    case "upsert":
    case "save":
      readWrite(view, linked, receiver, draft, built === null ? value(0) : built.values);
      if (built?.changed === true) draft.columnsComplete = false;
      draft.conflict = call.name === "upsert" ? conflictOfUpsert(scope) : conflictOfBulk(scope);
      if (draft.conflict !== null) draft.kind = "upsert";
      if (call.name !== "bulkCreate") draft.rows = "one";
      return { drafts: [draft], effects };
    case "findOrCreate":
    case "findCreateFind":
      return { drafts: findOrCreate(view, linked, receiver, draft, options), effects };
    case "findByPk":
      draft.match = readPrimary(receiver, value(0), view);
      return { drafts: [draft], effects };
    case "update":
      readWrite(view, linked, receiver, draft, value(0));
      if (where === undefined) return null;
      readWhere(linked, receiver, draft, options, where);
      return { drafts: [draft], effects };
    default:
      readWhere(linked, receiver, draft, options, where);
      if (draft.lookup === "many" && isOne(options)) draft.lookup = "one";
      if (entryOf(options, "order") !== undefined) draft.ordered = true;
      return { drafts: [draft], effects };
  }
}

/** The outermost operation of the chain: `User.findOne(…)` of `User.findOne(…).then(…)`. */
function calledOn(expression: Expression): { name: string; of: Expression; args: Extract<Expression, { kind: "call" }>["args"] } | null {
  for (let at = expression; ; ) {
    if (at.kind === "call" && at.callee.kind === "member") {
      if (Object.hasOwn(OPERATIONS, at.callee.name)) return { name: at.callee.name, of: at.callee.of, args: at.args };
      at = at.callee.of;
    } else if (at.kind === "member") at = at.of;
    else return null;
  }
}

function versionOf(linked: Linked, database: string | null): string | null {
  return linked.program.input.databases.find((source) => source.id === database)?.ormVersion ?? null;
}

function isOne(options: Evaluated | null): boolean {
  const limit = entryOf(options, "limit");
  return limit?.kind === "number" && limit.value === 1;
}

function readWrite(view: CallView, linked: Linked, { bound }: Receiver, draft: Draft, payload: Evaluated | null): void {
  if (payload === null) return;
  const rows = rowsOf(linked, payload, (key) => bound.binding.columns.get(key) ?? null, view.fact.at);
  draft.columns = rows.columns;
  draft.columnsComplete = rows.complete;
  draft.rows = rows.rows;
}

function readWhere(linked: Linked, { bound }: Receiver, draft: Draft, options: Evaluated | null, where: Evaluated | undefined): void {
  const isKnown = options === null || options.kind === "undefined" || where !== undefined || (options.kind === "object" && options.complete);
  const found = isKnown ? whereOf(linked, bound.binding, where) : { match: null, rest: [] };
  draft.match = found.match;
  draft.matchRest = found.rest;
  // Rows of other tables narrow it where they are required.
  if (entryOf(options, "include") !== undefined && /required/.test(JSON.stringify(asObject(entryOf(options, "include")) ?? ""))) draft.matchRest.push("include");
  if (draft.kind === "update" || draft.kind === "delete") draft.rows = "unknown";
}

function readPrimary({ bound }: Receiver, id: Evaluated | null, view: CallView): Draft["match"] {
  const [primary, ...others] = primaryOf(bound.model);
  if (id === null || primary === undefined || others.length > 0) return null;
  return [{ column: primary.column, at: id.at.path === view.path ? id.at : view.fact.at, source: id, value: null }];
}

/**
 * `findOrCreate({ where, defaults })`: a SELECT, an INSERT that catches the violation, and a second SELECT. So a unique key within the columns of
 * `where` is all that it needs; without one it is a look-up and an insert.
 */
function findOrCreate(view: CallView, linked: Linked, receiver: Receiver, draft: Draft, options: Evaluated | null): Draft[] {
  const sought = entryOf(options, "where");
  const { match, rest } = sought === undefined ? { match: null, rest: [] } : whereOf(linked, receiver.bound.binding, sought);
  const lookup: Draft = { ...draft, kind: "lookup", lookup: "one", match, matchRest: rest, row: true, decides: true };
  const written = entryOf(options, "defaults");
  draft.rows = "one";
  if (match === null) return [lookup, draft];
  const more = written === undefined || written.kind === "undefined" ? { columns: [], complete: options?.kind === "object" && options.complete } : rowsOf(linked, written, (key) => receiver.bound.binding.columns.get(key) ?? null, view.fact.at);
  const own = more.columns ?? [];
  draft.columns = [...own, ...match.filter(({ column }) => !own.some((each) => each.column === column))];
  draft.columnsComplete = more.complete && rest.length === 0;
  const keys = tableOf(linked, draft.database, draft.table)?.keys ?? [];
  // Conditions that are no plain comparison name a column too: `{ [Op.or]: [{ slug }, { slug: other }] }`.
  const names = (column: string): boolean => match.some((each) => each.column === column) || rest.some((text) => new RegExp(`\\b${column.replace(/\W/g, "\\$&")}\\b`).test(text));
  const key = keys.find((each) => each.kind !== "exclusion" && !each.deferrable && each.parts.every((part) => part.kind === "column" && names(part.column)));
  if (key === undefined) return [lookup, draft];
  draft.kind = "upsert";
  draft.conflict = { action: "nothing", target: { by: "columns", parts: key.parts, where: key.where, selector: null }, prepared: false, sets: [], setWhere: false, native: "yes", reasons: [], at: draft.at };
  return [lookup, draft];
}
