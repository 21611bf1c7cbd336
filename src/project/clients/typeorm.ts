import type { Expression } from "../../model/expression.ts";
import type { Site } from "../../model/project.ts";
import type { RawLink } from "../chains.ts";
import { entryOf, evaluate } from "../evaluate.ts";
import { lastName, nameOf } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { argument, EMPTY, emptyDraft, type CallView, type ClientAdapter, type Draft, type Linked, type Reading } from "./adapter.ts";
import { BUILDER_ENDS, ownLinks, readBuilder, receiverOf } from "./typeorm-builder.ts";
import { savedByKey, upsertConflict } from "./typeorm-conflict.ts";
import { entityOfInstance, savedIn } from "./typeorm-data.ts";
import { entityIn, repositoryOf, type Repository } from "./typeorm-receiver.ts";
import { criteria, whereObject, type Match } from "./typeorm-where.ts";

type Operation = { kind: Draft["kind"]; lookup: Site["lookup"] };
const find = (lookup: Site["lookup"]): Operation => ({ kind: "lookup", lookup });
const write = (kind: Draft["kind"]): Operation => ({ kind, lookup: null });
/** Methods of repositories and managers (reference §10.2, §10.3). */
const OPERATIONS: Record<string, Operation> = {
  find: find("many"), findBy: find("many"), findAndCount: find("many"), findAndCountBy: find("many"), findByIds: find("many"),
  findOne: find("one"), findOneBy: find("one"), findOneOrFail: find("one"), findOneByOrFail: find("one"), findOneById: find("one"), preload: find("one"),
  exists: find("exists"), exist: find("exists"), existsBy: find("exists"), count: find("count"), countBy: find("count"), maximum: find("max"),
  save: write("insert"), insert: write("insert"), upsert: write("upsert"), update: write("update"), increment: write("update"), decrement: write("update"), softDelete: write("update"),
  restore: write("update"), delete: write("delete"), remove: write("delete"), softRemove: write("update"),
};
const OPTION_KEYS = new Set(["where", "relations", "select", "order", "take", "skip", "lock", "withDeleted", "cache", "join", "loadEagerRelations", "loadRelationIds", "relationLoadStrategy", "comment", "transaction"]);
const TRANSACTIONS = new Set(["startTransaction", "commitTransaction", "rollbackTransaction"]);
const MANAGER = /manager|^(?:em|tx|trx|t|entityManager|queryRunner|dataSource|connection)$/i;

/** TypeORM: repositories, managers, active records and query builders; the entity is what they are asked for. */
export const typeorm: ClientAdapter = { name: "typeorm", links: new Set([...Object.keys(OPERATIONS), ...BUILDER_ENDS, ...TRANSACTIONS]), read: readTypeorm };

function readTypeorm(view: CallView, linked: Linked): Reading | null {
  if (!linked.databases.some((database) => database.orm === "typeorm")) return null;
  const builder = readBuilder(view, linked);
  // A builder that is not sent yet.
  if (builder !== null || view.names.has("createQueryBuilder")) return builder;
  const link = ownLinks(view).find((each) => each.args !== null && (Object.hasOwn(OPERATIONS, each.name) || TRANSACTIONS.has(each.name)));
  if (link === undefined) return null;
  const receiver = receiverOf(view, linked, link) ?? view.root;
  return TRANSACTIONS.has(link.name) ? readTransaction(view, linked, link) : readOperation(view, linked, link, receiver);
}

/** `queryRunner.startTransaction("SERIALIZABLE")` … `commitTransaction()`. */
function readTransaction(view: CallView, linked: Linked, link: RawLink): Reading {
  const level = argument(link.args, 0);
  const value = level === null ? null : evaluate(linked.program, view.path, level);
  const place = { path: view.path, call: view.index, at: view.fact.at };
  const isolation = value?.kind === "string" ? value.value.toLowerCase() : null;
  return { drafts: [], effects: [link.name === "startTransaction" ? { kind: "begin", isolation, ...place } : { kind: "end", ...place }] };
}

/** `entity`: null: a call of TypeORM's for sure, of an entity that is not known. `rest`: the arguments behind the entity. */
type Call = { entity: EntityBinding | null; rest: Expression[]; instance: Expression | null };

function readOperation(view: CallView, linked: Linked, link: RawLink, receiver: Expression): Reading | null {
  const call = callOf(view, linked, link, receiver);
  if (call === null) return null;
  const { kind, lookup } = OPERATIONS[link.name] as Operation;
  const row = lookup === "one" ? { row: true as const } : {};
  const { entity } = call;
  const draft: Draft = { ...emptyDraft(view, "typeorm", kind, shownAs(receiver, link, entity)), lookup, receiver, ...row };
  if (entity === null) return { drafts: [{ ...draft, why: "the entity is not known" }], effects: [] };
  draft.database = entity.database;
  draft.table = entity.table;
  const effects = readArguments(view, linked, link.name, entity, call, draft);
  return { drafts: [draft], effects };
}

/** For messages: `userRepository.save`, `save(User)`. */
function shownAs(receiver: Expression, link: RawLink, entity: EntityBinding | null): string {
  const name = lastName(receiver);
  if (entity === null || /repo/i.test(name) && !/^get/.test(name) || name === entity.name) return `${nameOf(receiver) || name}.${link.name}`;
  return `${link.name}(${entity.name})`;
}

/** What is called: a method of a repository, one of a manager with an entity first, one of an instance. null: another library's. */
function callOf(view: CallView, linked: Linked, link: RawLink, receiver: Expression): Call | null {
  const args = (link.args ?? []).flatMap((item) => (item.kind === "spread" ? [] : [item]));
  const [first, ...rest] = args;
  const value = first === undefined ? null : evaluate(linked.program, view.path, first);
  const named = value === null ? null : entityIn(linked, value);
  // A plain string is an entity's name for a manager only.
  if (named !== null && (value?.kind !== "string" || isManager(receiver))) return { entity: named, rest, instance: null };
  const own: Repository = repositoryOf(linked, view.path, receiver, view.fact.function);
  if (own !== undefined) return { entity: own, rest: args, instance: null };
  const model = receiver.kind === "name" || receiver.kind === "local" ? entityIn(linked, evaluate(linked.program, view.path, receiver)) : null;
  if (model !== null) return { entity: model, rest: args, instance: null };
  if (link.name === "save" || link.name === "remove" || link.name === "softRemove") return callOfInstance(view, linked, receiver, first ?? null, value);
  return null;
}

function isManager(receiver: Expression): boolean {
  return MANAGER.test(lastName(receiver));
}

/** `manager.save(user)`, `user.save()`. */
function callOfInstance(view: CallView, linked: Linked, receiver: Expression, first: Expression | null, value: Evaluated | null): Call | null {
  if (first !== null && value !== null && isManager(receiver)) {
    const entity = entityOfInstance(linked, view.path, value);
    return entity === null ? null : { entity, rest: [first], instance: null };
  }
  const own = first === null || value?.kind === "object" ? entityOfInstance(linked, view.path, evaluate(linked.program, view.path, receiver)) : null;
  return own === null ? null : { entity: own, rest: [receiver], instance: receiver };
}

function readArguments(view: CallView, linked: Linked, name: string, entity: EntityBinding, call: Call, draft: Draft): Reading["effects"] {
  const [first, second] = call.rest;
  const value = first === undefined ? null : evaluate(linked.program, view.path, first);
  if (draft.kind === "lookup") return readLookup(view, linked, name, entity, value, draft);
  if (name === "save") readSave(view, linked, entity, first, draft);
  else if (name === "insert" || name === "upsert") readInsert(view, linked, name, entity, first, second, draft);
  else if (name === "remove" || name === "softRemove") draft.match = null;
  else {
    const found: Match = value === null ? { match: [], rest: [] } : criteria(linked, entity, value);
    draft.match = found.match;
    draft.matchRest = found.rest;
    if (name === "update" && second !== undefined) {
      const saved = savedIn(linked, view.path, second, entity);
      draft.columns = saved.columns;
      draft.columnsComplete = saved.complete && saved.columns !== null;
    }
  }
  return EMPTY.effects;
}

function readInsert(view: CallView, linked: Linked, name: string, entity: EntityBinding, values: Expression | undefined, paths: Expression | undefined, draft: Draft): void {
  if (values !== undefined) {
    const saved = savedIn(linked, view.path, values, entity);
    draft.columns = saved.columns;
    draft.columnsComplete = saved.complete && saved.columns !== null;
    draft.rows = saved.rows;
  }
  if (name === "upsert") draft.conflict = upsertConflict(entity, paths === undefined ? null : evaluate(linked.program, view.path, paths), draft.at);
}

/** A row without its primary key is inserted; one with it is looked for first; one that was read before is updated (reference §10.2). */
function readSave(view: CallView, linked: Linked, entity: EntityBinding, values: Expression | undefined, draft: Draft): void {
  if (values === undefined) return;
  const saved = savedIn(linked, view.path, values, entity);
  draft.columns = saved.columns;
  draft.columnsComplete = saved.complete && saved.columns !== null && !entity.madeByHooks;
  draft.rows = saved.rows;
  if (saved.state === "loaded" || saved.state === "unknown") {
    draft.kind = "update";
    draft.columnsComplete = false;
  } else if (saved.state === "keyed") {
    draft.kind = "upsert";
    draft.conflict = savedByKey(entity, draft.at);
  }
}

function readLookup(view: CallView, linked: Linked, name: string, entity: EntityBinding, value: Evaluated | null, draft: Draft): Reading["effects"] {
  const isBy = /By|exist(?:sBy)?$|ById|preload|^maximum/.test(name) && name !== "exists" && name !== "exist";
  const where = isBy ? (name === "maximum" ? undefined : value) : whereIn(value);
  if (/ById$|^preload$|ByIds$/.test(name)) draft.match = null;
  else {
    const found: Match = where === null ? { match: null, rest: [] } : whereObject(linked, entity, where);
    draft.match = found.match;
    draft.matchRest = found.rest;
  }
  const options = isBy ? null : value;
  if (entryOf(options, "order") !== undefined) draft.ordered = true;
  const take = entryOf(options, "take");
  if (draft.lookup === "many" && take?.kind === "number" && take.value === 1) draft.lookup = "one";
  const mode = entryOf(entryOf(options, "lock"), "mode");
  return mode?.kind === "string" && /^(?:pessimistic_write|for_no_key_update)/.test(mode.value) ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at }] : [];
}

/** `where` of the options; before 0.3 the first argument could be the conditions themselves. null: not known. */
function whereIn(value: Evaluated | null): Evaluated | null | undefined {
  if (value === null || value.kind === "undefined") return undefined;
  if (value.kind !== "object") return null;
  const where = value.entries.get("where");
  if (where !== undefined) return where;
  if (!value.complete) return null;
  return [...value.entries.keys()].every((key) => OPTION_KEYS.has(key)) ? undefined : value;
}
