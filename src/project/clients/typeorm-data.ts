import type { Expression } from "../../model/expression.ts";
import { callChain } from "../chains.ts";
import { elementOf, evaluate, memberOf, possibilities } from "../evaluate.ts";
import { objectOfParameter } from "../parameter-keys.ts";
import type { Evaluated } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import { isGeneratorName } from "../value-names.ts";
import { tableOf, type DraftWritten, type Linked } from "./adapter.ts";
import { entityIn, repositoryOfType } from "./typeorm-receiver.ts";

/**
 * What is saved: `new`: made here, without its primary key (or with one that is new at each call); `keyed`: with its primary key; `loaded`: a row
 * that was read before; `unknown`.
 */
export type Saved = { state: "new" | "keyed" | "loaded" | "unknown"; columns: DraftWritten[] | null; complete: boolean; rows: "one" | "many" | "unknown" };

const UNKNOWN: Saved = { state: "unknown", columns: null, complete: false, rows: "unknown" };
const LOADERS = /^(?:find|findOne|findBy|findOneBy|findOneOrFail|findOneByOrFail|findOneById|findByIds|getOne|getOneOrFail|getMany|preload)$/;

/** What an argument of `save`, `insert` or `upsert` holds. */
export function savedIn(linked: Linked, path: string, expression: Expression, entity: EntityBinding): Saved {
  const all = possibilities(evaluate(linked.program, path, expression)).filter((value) => value.kind !== "undefined" && value.kind !== "null");
  const read = all.map((value) => savedValue(linked, value, entity, 0));
  const made = read.filter((each) => each.state === "new" || each.state === "keyed");
  const [first] = made.length > 0 ? made : read;
  if (first === undefined) return UNKNOWN;
  const assigned = assignedTo(linked, path, expression, entity);
  const spread = expression.kind === "object" && holdsLoaded(linked, path, expression, entity);
  const saved = made.length > 1 ? { ...first, complete: false } : first;
  const settled = settle(entity, spread ? { ...saved, state: "loaded" } : saved, assigned);
  return settled.state === "keyed" && isMadeByDatabase(linked, entity) ? { ...settled, state: "loaded" } : settled;
}

/** A primary key that the database makes was read from a row that is there. */
function isMadeByDatabase(linked: Linked, entity: EntityBinding): boolean {
  const table = tableOf(linked, entity.database, entity.table);
  const columns = entity.primary.map((property) => table?.columns.find(({ name }) => name === entity.columns.get(property)));
  return columns.length === 1 && columns.every((column) => column?.default?.fresh === true);
}

/** `{ ...user, name }`, where `user` was read before. */
function holdsLoaded(linked: Linked, path: string, expression: Extract<Expression, { kind: "object" }>, entity: EntityBinding): boolean {
  return expression.entries.some((entry) => entry.kind === "spread" && savedValue(linked, evaluate(linked.program, path, entry.of), entity, 1).state === "loaded");
}

/** `user.name = x` after `const user = new User()`. */
function assignedTo(linked: Linked, path: string, expression: Expression, entity: EntityBinding): DraftWritten[] {
  const local = expression.kind === "local" ? linked.program.facts(path)?.code?.locals[expression.local] : undefined;
  const before = (local?.assigned ?? []).filter(({ value }) => value.start < expression.start);
  return before.flatMap(({ name, value }) => columnsOf(linked, entity, name, evaluate(linked.program, path, value)).columns);
}

function settle(entity: EntityBinding, saved: Saved, assigned: DraftWritten[]): Saved {
  const columns = new Map([...(saved.columns ?? []), ...assigned].map((written) => [written.column, written]));
  const all = { ...saved, columns: saved.columns === null && assigned.length === 0 ? null : [...columns.values()] };
  if (saved.state !== "new" && saved.state !== "keyed") return all;
  const keys = entity.primary.flatMap((property) => entity.columns.get(property) ?? []).map((column) => columns.get(column));
  const isKeyed = keys.length > 0 && keys.every((written) => written !== undefined && written.source?.kind !== "undefined");
  return { ...all, state: isKeyed && !keys.some((written) => isFresh(written)) ? "keyed" : "new" };
}

/** A key that is made at the call (`id: nanoid()`) is no row's yet. */
function isFresh(written: DraftWritten | undefined): boolean {
  const value = written?.source;
  if (value?.kind !== "call") return false;
  const name = callChain(value).links.at(-1)?.name;
  const callee = name !== undefined && name !== "" ? name : value.callee.kind === "external" ? value.callee.name : value.callee.kind === "declaration" ? value.callee.name : "";
  return isGeneratorName(callee);
}

function savedValue(linked: Linked, value: Evaluated, entity: EntityBinding, depth: number): Saved {
  if (depth > 4) return UNKNOWN;
  switch (value.kind) {
    case "object": {
      const read = objectColumns(linked, entity, value);
      return { state: "new", columns: read.columns, complete: read.complete, rows: "one" };
    }
    case "array":
      return manyOf(value.items.map((item) => savedValue(linked, item, entity, depth + 1)), value.complete);
    case "parameter": {
      const object = objectOfParameter(linked.program, value);
      return object === null ? UNKNOWN : savedValue(linked, object, entity, depth + 1);
    }
    case "call":
      return savedCall(linked, value, entity, depth);
    case "alternatives":
      return value.of.map((each) => savedValue(linked, each, entity, depth + 1)).find((each) => each.state !== "unknown") ?? UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function manyOf(items: Saved[], complete: boolean): Saved {
  const [first] = items;
  if (first === undefined) return { ...UNKNOWN, rows: "many" };
  const isOne = complete && items.length === 1;
  return { ...first, complete: isOne && first.complete, rows: isOne ? "one" : "many" };
}

function savedCall(linked: Linked, value: Extract<Evaluated, { kind: "call" }>, entity: EntityBinding, depth: number): Saved {
  const inner = (each: Evaluated | undefined): Saved => (each === undefined ? UNKNOWN : savedValue(linked, each, entity, depth + 1));
  if (value.new) return madeBy(inner(value.args[0]), value.args.length === 0);
  const link = callChain(value).links.at(-1);
  if (link === undefined) return UNKNOWN;
  if (LOADERS.test(link.name)) return { ...UNKNOWN, state: "loaded", rows: /find$|findBy$|getMany|ByIds/.test(link.name) ? "many" : "one" };
  // `repository.create(plain)`, `manager.create(User, plain)`, `User.create()`.
  if (link.name === "create") return madeBy(inner(value.args.find((arg) => entityIn(linked, arg) === null)), value.args.every((arg) => entityIn(linked, arg) !== null));
  if (link.name === "merge") return inner(value.args[0]);
  if (link.name === "assign" || link.name === "plainToInstance" || link.name === "plainToClass" || link.name === "") return assignedValue(linked, value, entity, depth);
  const row = link.name === "map" ? elementOf(linked.program, value) : null;
  if (row !== null && row.kind !== "unknown") return manyOf([inner(row)], false);
  return UNKNOWN;
}

/** An instance that was made here of what is known of its parts. */
function madeBy(of: Saved, empty: boolean): Saved {
  if (empty) return { state: "new", columns: [], complete: false, rows: "one" };
  return of.state === "loaded" ? of : { ...of, state: "new", rows: of.rows === "unknown" ? "one" : of.rows };
}

/** `Object.assign(new User(), { … })`, `plainToInstance(User, { … })`. */
function assignedValue(linked: Linked, value: Extract<Evaluated, { kind: "call" }>, entity: EntityBinding, depth: number): Saved {
  const { callee } = value;
  const name = callee.kind === "member" ? callee.name : callee.kind === "external" ? callee.name : "";
  if (!/^(?:assign|plainToInstance|plainToClass)$/.test(name)) return UNKNOWN;
  const parts = value.args.filter((arg) => entityIn(linked, arg) === null).map((arg) => savedValue(linked, arg, entity, depth + 1));
  if (parts.some((part) => part.state === "loaded")) return { ...UNKNOWN, state: "loaded", rows: "one" };
  return { state: "new", columns: parts.flatMap((part) => part.columns ?? []), complete: value.complete && parts.every((part, i) => part.complete || (i === 0 && name === "assign")), rows: "one" };
}

type Columns = { columns: DraftWritten[]; complete: boolean };

/** The columns that an object of properties writes. */
export function objectColumns(linked: Linked, entity: EntityBinding, object: Extract<Evaluated, { kind: "object" }>, prefix = ""): Columns {
  const out: Columns = { columns: [], complete: object.complete };
  for (const [key, item] of object.entries) {
    if (item.kind === "undefined") continue;
    const read = columnsOf(linked, entity, `${prefix}${key}`, item);
    out.columns.push(...read.columns);
    if (!read.complete) out.complete = false;
  }
  return out;
}

/** The columns of one property: its own, those of a relation, those of an embedded object. */
export function columnsOf(linked: Linked, entity: EntityBinding, property: string, value: Evaluated): Columns {
  const own = entity.columns.get(property);
  if (own !== undefined) return { columns: [{ column: own, at: value.at, source: value, value: null }], complete: true };
  const relation = entity.relations.get(property);
  if (relation !== undefined) {
    const columns = relation.columns.map(({ column, references }) => ({ column, at: value.at, source: referenced(linked, value, references), value: null }));
    return { columns, complete: columns.length > 0 || relation.kind.endsWith("many") };
  }
  if (entity.embedded.includes(property) && value.kind === "object") return objectColumns(linked, entity, value, `${property}.`);
  return { columns: [], complete: false };
}

/** `org: { id }`, `org`, `org: orgId`: the key of a row that is given, or is the key itself. */
function referenced(linked: Linked, value: Evaluated, references: string): Evaluated {
  if (value.kind === "string" || value.kind === "number" || value.kind === "null") return value;
  const name = value.kind === "parameter" ? value.members.at(-1) : value.kind === "member" ? value.name : undefined;
  return name !== undefined && /[iI]ds?$/.test(name) ? value : memberOf(linked.program, value, references);
}

/** The entity of an instance: what it was made of, read as, or typed as. */
export function entityOfInstance(linked: Linked, path: string, value: Evaluated): EntityBinding | null {
  for (const each of possibilities(value)) {
    const found = instanceOf(linked, path, each);
    if (found !== null) return found;
  }
  return null;
}

function instanceOf(linked: Linked, path: string, value: Evaluated): EntityBinding | null {
  if (value.kind === "array") return value.items[0] === undefined ? null : entityOfInstance(linked, path, value.items[0]);
  if (value.kind === "parameter" && value.members.length === 0) {
    const text = linked.program.facts(value.path)?.code?.functions[value.function]?.parameters.find((each) => each.position === value.position && each.path.length === 0)?.typeText;
    return text == null ? null : (repositoryOfType(linked, value.path, `Repository<${text.replace(/\[\]$/, "")}>`) ?? null);
  }
  if (value.kind !== "call") return null;
  if (value.new) return entityIn(linked, value.callee);
  const { root, links } = callChain(value);
  for (const link of links) for (const arg of link.args ?? []) {
    const entity = /^(?:create|preload|merge|getRepository|assign|plainToInstance|find\w*)$/.test(link.name) ? (entityIn(linked, arg) ?? (arg.kind === "call" && arg.new ? entityIn(linked, arg.callee) : null)) : null;
    if (entity !== null) return entity;
  }
  return links[0] !== undefined && /^(?:create|findOne\w*|preload)$/.test(links[0].name) ? entityIn(linked, root) : null;
}
