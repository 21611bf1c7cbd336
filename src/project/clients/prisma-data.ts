import type { Span } from "../../model/span.ts";
import { entryOf } from "../evaluate.ts";
import { objectOfParameter } from "../parameter-keys.ts";
import type { Evaluated } from "../program.ts";
import type { Draft, DraftWritten, Linked } from "./adapter.ts";
import { selectorOf } from "./prisma-where.ts";
import { modelNamed, type PrismaTarget } from "./prisma-receiver.ts";

export type Data = {
  columns: DraftWritten[] | null;
  complete: boolean;
  /** Does it name a relation at all? */
  relations: boolean;
  /** Writes to other tables that it holds. */
  nested: Draft[];
};

/** Makes the draft of a nested write: same call, other table. */
export type MakeNested = (target: PrismaTarget, kind: Draft["kind"], operation: string, at: Span) => Draft;

/** What `data`, `create` or `update` writes; nested creates are drafts of their own, connected rows fill the foreign key (reference §5.3). */
export function readData(linked: Linked, target: PrismaTarget, value: Evaluated | undefined, make: MakeNested): Data {
  const out: Data = { columns: null, complete: false, relations: false, nested: [] };
  if (value === undefined) return out;
  if (value.kind === "alternatives") return mergeData(value.of.map((each) => readData(linked, target, each, make)));
  // `data: input`: what its type or its callers tell of it.
  const object = value.kind === "parameter" ? objectOfParameter(linked.program, value) : value;
  if (object?.kind !== "object") return out;
  const columns = (out.columns = [] as DraftWritten[]);
  out.complete = object.complete;
  for (const [field, item] of object.entries) {
    if (item.kind === "undefined") continue;
    const column = ownEntry(target.model.columns, field);
    const relation = ownEntry(target.model.relations, field);
    if (column !== undefined) columns.push({ column, at: item.at, source: plainValue(item), value: null });
    else if (relation !== undefined) {
      out.relations = true;
      readRelation(linked, target, field, item, columns, out, make);
    } else out.complete = false;
  }
  return out;
}

function mergeData(all: Data[]): Data {
  const known = all.filter((data) => data.columns !== null);
  const columns = new Map(known.flatMap((data) => data.columns ?? []).map((written) => [written.column, written]));
  return {
    columns: known.length === 0 ? null : [...columns.values()],
    complete: known.length === all.length && all.every((data) => data.complete && data.columns?.length === columns.size),
    relations: all.some((data) => data.relations),
    nested: all.flatMap((data) => data.nested),
  };
}

/** `{ set: v }` writes v; `{ increment: 1 }` something new. */
function plainValue(value: Evaluated): Evaluated {
  return (value.kind === "object" && value.entries.size === 1 ? entryOf(value, "set") : undefined) ?? value;
}

type Relation = PrismaTarget["model"]["relations"][string];

function readRelation(linked: Linked, target: PrismaTarget, field: string, value: Evaluated, columns: DraftWritten[], out: Data, make: MakeNested): void {
  const relation = ownEntry(target.model.relations, field) as Relation;
  const related = modelNamed(target.database, relation.model);
  if (value.kind === "alternatives") {
    readEither(linked, target, field, value.of, columns, out, make);
    return;
  }
  if (value.kind !== "object") {
    out.complete = false;
    return;
  }
  fillForeignKey(target, relation, value, columns);
  if (related === null) return;
  const to: PrismaTarget = { database: target.database, model: related };
  const filled = parentColumns(target, to, field, relation, value.at);
  const each = (name: string, read: (item: Evaluated) => void): void => {
    const written = value.entries.get(name);
    if (written === undefined) return;
    for (const item of written.kind === "array" ? written.items : written.kind === "alternatives" ? written.of : [written]) read(item);
  };
  each("create", (item) => out.nested.push(...nestedInsert(linked, to, field, "create", item, filled, make)));
  each("connectOrCreate", (item) => out.nested.push(...nestedFindOrCreate(linked, to, field, "connectOrCreate", item, filled, make)));
  each("upsert", (item) => out.nested.push(...nestedFindOrCreate(linked, to, field, "upsert", item, filled, make)));
  each("createMany", (item) => out.nested.push(...nestedMany(linked, to, field, item, filled, make)));
}

/** `owner: owner ? { connect: { id: owner.id } } : undefined` writes the owner's id, or leaves it NULL. */
function readEither(linked: Linked, target: PrismaTarget, field: string, values: Evaluated[], columns: DraftWritten[], out: Data, make: MakeNested): void {
  const isNothing = (each: Evaluated): boolean => each.kind === "undefined" || each.kind === "null";
  const optional = values.some(isNothing);
  for (const each of values.filter((item) => !isNothing(item))) {
    const own: DraftWritten[] = [];
    readRelation(linked, target, field, each, own, out, make);
    for (const written of own) if (!columns.some(({ column }) => column === written.column)) columns.push(optional ? { ...written, optional } : written);
  }
}

/** `author: { connect: { id } }` writes authorId; a created parent's id is written too. */
function fillForeignKey(target: PrismaTarget, relation: Relation, value: Extract<Evaluated, { kind: "object" }>, columns: DraftWritten[]): void {
  const connect = value.entries.get("connect");
  for (const [i, field] of relation.fields.entries()) {
    const column = ownEntry(target.model.columns, field);
    const referenced = relation.references[i];
    if (column === undefined) continue;
    if (connect === undefined && value.entries.has("disconnect")) continue;
    const given = connect !== undefined && referenced !== undefined ? entryOf(connect, referenced) : undefined;
    if (given !== undefined) columns.push({ column, at: given.at, source: given, value: null });
    else columns.push({ column, at: value.at, source: null, value: connect === undefined ? created(target.model.name, field) : { text: `${field} of a connected row`, origin: "query", nullable: false } });
  }
}

function created(model: string, field: string): NonNullable<DraftWritten["value"]> {
  return { text: `${model}.${field} of the same write`, origin: "created", nullable: false };
}

/** The foreign key that a nested row gets from the row around it. */
function parentColumns(target: PrismaTarget, to: PrismaTarget, field: string, relation: Relation, at: Span): DraftWritten[] {
  if (relation.fields.length > 0) return [];
  const back = Object.values(to.model.relations).filter((item) => item.model === target.model.name && item.fields.length > 0);
  // Two relations between the same models: which of them belongs to `field` is not in the map.
  const [only] = back;
  if (back.length !== 1 || only === undefined) return [];
  return only.fields.flatMap((name) => {
    const column = ownEntry(to.model.columns, name);
    return column === undefined ? [] : [{ column, at, source: null, value: created(target.model.name, `${field}.${name}`) }];
  });
}

function nestedInsert(linked: Linked, to: PrismaTarget, field: string, operation: string, value: Evaluated, filled: DraftWritten[], make: MakeNested): Draft[] {
  const draft = make(to, "insert", `${field}.${operation}`, value.at);
  const data = readData(linked, to, value, make);
  draft.columns = data.columns === null ? null : withFilled(data.columns, filled);
  draft.columnsComplete = data.complete;
  draft.rows = "one";
  return [draft, ...data.nested];
}

function nestedFindOrCreate(linked: Linked, to: PrismaTarget, field: string, operation: "connectOrCreate" | "upsert", value: Evaluated, filled: DraftWritten[], make: MakeNested): Draft[] {
  const [draft, ...rest] = nestedInsert(linked, to, field, operation, entryOf(value, "create") ?? value, filled, make);
  if (draft === undefined) return [];
  const where = entryOf(value, "where");
  if (where === undefined) return operation === "upsert" ? [draft, ...rest] : [{ ...draft, columns: null, columnsComplete: false }, ...rest];
  const selector = selectorOf(to.model, where);
  draft.kind = "upsert";
  draft.match = selector?.match ?? null;
  draft.conflict = {
    action: operation === "upsert" ? "update" : "nothing",
    target: selector === null ? { by: "unknown" } : { by: "columns", parts: selector.parts, where: null, selector: selector.name },
    prepared: false, sets: operation === "upsert" ? null : [], setWhere: false, native: "no",
    reasons: [`a nested ${operation} reads the row first`], at: where.at,
  };
  return [draft, ...rest];
}

function nestedMany(linked: Linked, to: PrismaTarget, field: string, value: Evaluated, filled: DraftWritten[], make: MakeNested): Draft[] {
  const data = entryOf(value, "data");
  const items = data?.kind === "array" ? data.items : data === undefined ? [] : [data];
  const [first] = items;
  if (first === undefined) return [];
  const [draft, ...rest] = nestedInsert(linked, to, field, "createMany", first, filled, make);
  if (draft === undefined) return [];
  draft.rows = "many";
  const skip = entryOf(value, "skipDuplicates");
  if (skip?.kind === "boolean" && skip.value) draft.conflict = doNothing(skip.at);
  if (draft.conflict !== null) draft.kind = "upsert";
  return [draft, ...rest];
}

export function doNothing(at: Span): NonNullable<Draft["conflict"]> {
  return { action: "nothing", target: { by: "none" }, prepared: false, sets: [], setWhere: false, native: "yes", reasons: [], at };
}

function withFilled(columns: DraftWritten[], filled: DraftWritten[]): DraftWritten[] {
  return [...columns, ...filled.filter((each) => !columns.some((written) => written.column === each.column))];
}

export function ownEntry<Item>(record: Record<string, Item>, key: string): Item | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
