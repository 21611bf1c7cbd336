import { argument, emptyDraft, type CallView, type Draft, type Linked, type Reading } from "./adapter.ts";
import type { Expression } from "../../model/expression.ts";
import type { RawLink } from "../chains.ts";
import { evaluate } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { doNothing, orUpdateConflict, rawConflict } from "./typeorm-conflict.ts";
import { savedIn } from "./typeorm-data.ts";
import { entityIn, repositoryOf, type Repository } from "./typeorm-receiver.ts";
import { whereText } from "./typeorm-where.ts";

const ONE = new Set(["getOne", "getOneOrFail", "getRawOne"]);
const MANY = new Set(["getMany", "getManyAndCount", "getRawMany", "getRawAndEntities", "stream"]);
/** What ends a builder's chain: only then something is sent. */
export const BUILDER_ENDS = new Set([...ONE, ...MANY, "getCount", "getExists", "execute"]);
const JOINS = /[jJ]oin/;

/** `createQueryBuilder(…)…execute()`, on a data source, a manager or a repository (reference §10.2). null: another library's builder. */
export function readBuilder(view: CallView, linked: Linked): Reading | null {
  const own = ownLinks(view);
  const start = own.findIndex((link) => link.name === "createQueryBuilder" && link.args !== null);
  const end = own.findLast((link) => link.args !== null && BUILDER_ENDS.has(link.name));
  if (start < 0 || end === undefined) return null;
  const links = own.slice(start);
  const entity = entityOfBuilder(view, linked, links);
  if (entity === undefined) return null;
  const kind = kindOf(links);
  const named = entity === null ? "" : entity.name;
  const shown = kind === "insert" ? `insert().into(${named})` : kind === "lookup" ? `createQueryBuilder(${named}).${end.name}` : `${kind}(${named})`;
  const draft: Draft = { ...emptyDraft(view, "typeorm", kind, shown), receiver: view.root };
  if (kind === "lookup") draft.lookup = ONE.has(end.name) ? "one" : MANY.has(end.name) ? "many" : end.name === "getExists" ? "exists" : "count";
  if (draft.lookup === "one") draft.row = true;
  if (entity === null) return { drafts: [{ ...draft, why: "the entity is not known" }], effects: [] };
  draft.database = entity.database;
  draft.table = entity.table;
  if (kind === "insert") readInsert(view, linked, entity, links, draft);
  else readRest(view, linked, entity, links, draft);
  return { drafts: [draft], effects: rowLock(view, links) };
}

function kindOf(links: RawLink[]): Draft["kind"] {
  const called = (name: string): boolean => links.some((link) => link.name === name && link.args !== null);
  if (called("insert")) return "insert";
  if (called("update") || called("softDelete") || called("restore")) return "update";
  if (called("delete")) return "delete";
  return "lookup";
}

const ENTITY_LINKS = new Set(["createQueryBuilder", "into", "update", "from", "insert"]);

/** The entity that a link names, else that of the repository it was asked of; undefined: no builder of TypeORM's as far as can be told. */
function entityOfBuilder(view: CallView, linked: Linked, links: RawLink[]): Repository {
  for (const link of links) {
    if (!ENTITY_LINKS.has(link.name)) continue;
    const value = valueOf(view, linked, link, 0);
    const entity = value === null || value.kind === "string" ? null : entityIn(linked, value);
    if (entity !== null) return entity;
  }
  const first = links[0];
  const receiver = first === undefined ? null : receiverOf(view, linked, first);
  const own = receiver === null ? undefined : repositoryOf(linked, view.path, receiver, view.fact.function);
  if (own !== undefined) return own;
  const named = links.flatMap((link) => (ENTITY_LINKS.has(link.name) && link.name !== "createQueryBuilder" ? (valueOf(view, linked, link, 0) ?? []) : []));
  for (const value of named) {
    const entity = value.kind === "string" ? linked.entities.entityNamed(value.value, null) : null;
    if (entity !== null) return entity;
  }
  return named.length > 0 ? null : undefined;
}

/** What a link is called on, also where it stands in the local that holds the first half of a chain. */
export function receiverOf(view: CallView, linked: Linked, link: RawLink): Expression | null {
  const locals = linked.program.facts(view.path)?.code?.locals ?? [];
  for (let at: Expression = view.fact.expression; ; ) {
    if (at.kind === "call") {
      const { callee }: { callee: Expression } = at;
      if (at.start === link.start && at.end === link.end) return callee.kind === "member" ? callee.of : null;
      at = callee;
    } else if (at.kind === "member") at = at.of;
    else {
      const held: Expression | undefined = at.kind === "local" && view.root !== at ? locals[at.local]?.values[0]?.value : undefined;
      if (held === undefined) return null;
      at = held;
    }
  }
}

/** The links of a chain behind what is awaited inside it, which is a call of its own. */
export function ownLinks(view: CallView): RawLink[] {
  let at: Expression = view.fact.expression;
  for (let first = true; at.kind === "call" || at.kind === "member"; first = false) {
    const { awaited, end } = at;
    if (!first && awaited === true) return view.links.filter((link) => link.end > end);
    at = at.kind === "call" ? at.callee : at.of;
  }
  return view.links;
}

function valueOf(view: CallView, linked: Linked, link: RawLink | undefined, position: number): Evaluated | null {
  const expression = argument(link?.args, position);
  return expression === null ? null : evaluate(linked.program, view.path, expression);
}

function readInsert(view: CallView, linked: Linked, entity: EntityBinding, links: RawLink[], draft: Draft): void {
  const values = links.find((link) => link.name === "values" && link.args !== null);
  const expression = argument(values?.args, 0);
  if (expression !== null) {
    const saved = savedIn(linked, view.path, expression, entity);
    draft.columns = saved.columns;
    draft.columnsComplete = saved.complete && saved.columns !== null;
    draft.rows = saved.rows;
  }
  for (const link of links) {
    const args = (link.args ?? []).flatMap((item) => (item.kind === "spread" ? [] : [evaluate(linked.program, view.path, item)]));
    const at = { path: view.path, start: link.start, end: link.end };
    if (link.name === "orIgnore") draft.conflict = doNothing(at);
    else if (link.name === "orUpdate") draft.conflict = orUpdateConflict(args, at);
    else if (link.name === "onConflict") draft.conflict = rawConflict(args[0], at);
    else if (link.name === "returning") draft.returning = "unknown";
  }
  if (draft.conflict !== null) draft.kind = "upsert";
}

function readRest(view: CallView, linked: Linked, entity: EntityBinding, links: RawLink[], draft: Draft): void {
  draft.match = [];
  for (const link of links) {
    if (link.args === null) continue;
    if (/^(?:where|andWhere|orWhere|whereInIds|andWhereInIds)$/.test(link.name)) addCondition(view, linked, entity, link, draft, links);
    else if (link.name === "set") readSet(view, linked, entity, link, draft);
    else if (/^(?:orderBy|addOrderBy)$/.test(link.name)) draft.ordered = true;
    else if (/^inner\w*Join/.test(link.name) || (JOINS.test(link.name) && draft.kind !== "lookup")) draft.matchRest.push(link.name);
    else if ((link.name === "limit" || link.name === "take") && draft.lookup === "many" && isOne(valueOf(view, linked, link, 0))) draft.lookup = "one";
  }
  if (view.perhaps !== undefined) draft.matchRest.push("what some ways add");
}

function isOne(value: Evaluated | null): boolean {
  return value?.kind === "number" && value.value === 1;
}

function addCondition(view: CallView, linked: Linked, entity: EntityBinding, link: RawLink, draft: Draft, links: RawLink[]): void {
  const condition = valueOf(view, linked, link, 0);
  if (condition === null || link.name === "orWhere" || link.name.endsWith("InIds")) {
    draft.matchRest.push(link.name);
    return;
  }
  const later = links.find((each) => each.name === "setParameters");
  const read = whereText(linked, entity, condition, valueOf(view, linked, link, 1) ?? valueOf(view, linked, later, 0));
  if (read.match === null) draft.matchRest.push(link.name);
  else draft.match?.push(...read.match);
  draft.matchRest.push(...read.rest);
}

function readSet(view: CallView, linked: Linked, entity: EntityBinding, link: RawLink, draft: Draft): void {
  const expression = argument(link.args, 0);
  if (expression === null) return;
  const saved = savedIn(linked, view.path, expression, entity);
  draft.columns = saved.columns;
  draft.columnsComplete = saved.complete && saved.columns !== null;
}

/** `setLock("pessimistic_write")`. */
function rowLock(view: CallView, links: RawLink[]): Reading["effects"] {
  const mode = argument(links.find((link) => link.name === "setLock")?.args, 0);
  return mode?.kind === "string" && /^(?:pessimistic_write|for_no_key_update)/.test(mode.value) ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at }] : [];
}
