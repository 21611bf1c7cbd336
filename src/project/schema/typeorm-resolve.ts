import type { QualifiedName } from "../../model/schema-change.ts";
import type { Evaluated, Program } from "../program.ts";
import { classValueOf, readDecorated } from "./decorated.ts";
import { entityKey, NONE, textOf, type ColumnDraft, type EmbeddedDraft, type EntityDraft, type IndexDraft, type RelationDraft, type UniqueDraft } from "./typeorm-draft.ts";
import { addMembers, emptyParts, type EntityParts } from "./typeorm-entity.ts";
import { entitySchemaOptions, partsOfSchema } from "./typeorm-entity-schema.ts";
import type { Naming } from "./typeorm-names.ts";

/** A column with its name in the database; null: not known. */
export type EntityColumn = ColumnDraft & { name: string | null };

/** An entity with its names, embedded objects unfolded and children of its table taken in; relations are not followed yet. */
export type Entity = {
  draft: EntityDraft;
  /** null: its name is not known. */
  table: QualifiedName | null;
  /** The table's name without the data source's prefix. */
  plain: string | null;
  columns: EntityColumn[];
  relations: RelationDraft[];
  uniques: UniqueDraft[];
  indexes: IndexDraft[];
  /** Properties of embedded objects: not columns, but something that code may write. */
  embedded: string[];
  /** As EntityDraft's. */
  hidden: boolean;
  complete: boolean;
};

export type Entities = {
  all: Entity[];
  /** The entity that a value is: its class, its EntitySchema, its name. */
  of(value: Evaluated): Entity | null;
  named(name: string): Entity | null;
};

const DEEPEST = 5;

/** Gives the drafts of one data source their names. `schema`: of tables that name none. */
export function resolveEntities(program: Program, drafts: EntityDraft[], naming: Naming, schema: string | null): Entities {
  const parents = drafts.filter((draft) => draft.kind !== "child");
  const entities = new Map(parents.map((draft) => [keyOf(draft), resolveEntity(program, draft, drafts, naming, schema)]));
  for (const draft of drafts) {
    if (draft.kind !== "child") continue;
    const parent = parents.find((each) => each.inheritance !== null && draft.lineage.includes(keyOf(each)));
    const owner = parent === undefined ? undefined : entities.get(keyOf(parent));
    if (owner !== undefined) entities.set(keyOf(draft), owner);
  }
  const byName = new Map<string, Entity | null>();
  for (const draft of drafts) {
    const found = entities.get(keyOf(draft)) ?? null;
    for (const name of new Set([draft.name, textOf(draft.given) ?? draft.name])) byName.set(name, byName.has(name) && byName.get(name) !== found ? null : found);
  }
  const named = (name: string): Entity | null => byName.get(name) ?? null;
  return {
    all: [...new Set(entities.values())],
    named,
    of(value) {
      if (value.kind === "string") return named(value.value);
      return value.kind === "declaration" ? (entities.get(entityKey(value.path, value.name)) ?? null) : null;
    },
  };
}

function keyOf(draft: EntityDraft): string {
  return draft.lineage[0] ?? entityKey(draft.path, draft.name);
}

function resolveEntity(program: Program, draft: EntityDraft, drafts: EntityDraft[], naming: Naming, schema: string | null): Entity {
  const plain = naming.table(draft.name, draft.given);
  const own = draft.schema.kind === "none" ? schema : textOf(draft.schema);
  const isKnown = plain !== null && draft.schema.kind !== "unknown";
  const parts: EntityParts = { ...draft, columns: [...draft.columns], relations: [...draft.relations], uniques: [...draft.uniques], indexes: [...draft.indexes], embedded: [...draft.embedded] };
  const entity: Entity = {
    draft, plain, table: isKnown ? { schema: own, name: naming.prefix + plain } : null,
    columns: [], relations: [], uniques: [], indexes: [], embedded: [], hidden: draft.hidden, complete: draft.complete,
  };
  addParts(program, entity, parts, naming, { path: "", prefixes: [] }, 0);
  if (draft.inheritance !== null) addChildren(program, entity, drafts, naming);
  if (draft.tree === "materialized-path") entity.columns.push(plainColumn(draft, "mpath", "character varying", true));
  if (draft.tree === "nested-set") entity.columns.push(plainColumn(draft, "nsleft", "integer", false), plainColumn(draft, "nsright", "integer", false));
  return entity;
}

type Place = { path: string; prefixes: string[] };

function addParts(program: Program, entity: Entity, parts: EntityParts, naming: Naming, place: Place, depth: number): void {
  const path = (property: string): string => (place.path === "" ? property : `${place.path}.${property}`);
  if (!parts.complete) entity.complete = false;
  if (parts.hidden) entity.hidden = true;
  for (const column of parts.columns) {
    if (entity.columns.some((each) => each.property === path(column.property))) continue;
    const name = naming.column(column.property, column.given, place.prefixes);
    if (name === null) entity.complete = false;
    entity.columns.push({ ...column, property: path(column.property), prefixes: place.prefixes, name });
  }
  for (const relation of parts.relations) {
    if (!entity.relations.some((each) => each.property === path(relation.property))) entity.relations.push({ ...relation, property: path(relation.property), prefixes: place.prefixes });
  }
  const inPlace = <Item extends UniqueDraft>(item: Item): Item => ({ ...item, properties: item.properties?.map(path) ?? null });
  entity.uniques.push(...parts.uniques.map(inPlace));
  entity.indexes.push(...parts.indexes.map(inPlace));
  for (const embedded of parts.embedded) addEmbedded(program, entity, embedded, naming, { path: path(embedded.property), prefixes: place.prefixes }, depth);
}

function addEmbedded(program: Program, entity: Entity, { prefix, target, property }: EmbeddedDraft, naming: Naming, place: Place, depth: number): void {
  const parts = target === null || depth >= DEEPEST ? null : embeddedParts(program, target);
  if (parts === null || prefix.kind === "unknown") {
    entity.complete = false;
    return;
  }
  entity.embedded.push(place.path);
  const own = prefix.kind === "off" || textOf(prefix) === "" ? [] : [textOf(prefix) ?? property];
  addParts(program, entity, parts, naming, { path: place.path, prefixes: [...place.prefixes, ...own] }, depth + 1);
}

function embeddedParts(program: Program, target: Evaluated): EntityParts | null {
  const options = entitySchemaOptions(program, target);
  if (options !== null) return partsOfSchema(program, options);
  const self = classValueOf(program, target);
  if (self === null) return null;
  const parts = emptyParts();
  addMembers(program, parts, readDecorated(program, self));
  return parts;
}

/** Children of a table that they share: their own columns may be missing in rows of the others. */
function addChildren(program: Program, entity: Entity, drafts: EntityDraft[], naming: Naming): void {
  const key = keyOf(entity.draft);
  const before = entity.columns.length;
  for (const draft of drafts) if (draft.kind === "child" && draft.lineage.includes(key)) addParts(program, entity, { ...draft }, naming, { path: "", prefixes: [] }, 0);
  entity.columns = entity.columns.map((column, i) => (i < before ? column : { ...column, nullable: true }));
  const { inheritance } = entity.draft;
  const name = inheritance?.name.kind === "none" ? "type" : inheritance === null ? null : textOf(inheritance.name);
  const isIndexed = entity.indexes.some((index) => index.properties?.length === 1 && index.properties[0] === name);
  if (name !== null && !isIndexed) entity.indexes.push({ name: NONE, properties: [name], unique: false, where: NONE, synchronizes: true, deferrable: false, method: "btree", at: entity.draft.at });
  if (name === null) entity.complete = false;
  else if (!entity.columns.some((column) => column.property === name)) entity.columns.push(plainColumn(entity.draft, name, inheritance?.type ?? "character varying", false));
  // The same decorators are read with the class and with its children.
  entity.uniques = distinct(entity.uniques);
  entity.indexes = distinct(entity.indexes);
}

function distinct<Item extends UniqueDraft>(items: Item[]): Item[] {
  return [...new Map(items.map((item) => [`${item.at.path}:${String(item.at.start)}`, item])).values()];
}

function plainColumn(draft: EntityDraft, name: string, type: string, nullable: boolean): EntityColumn {
  return { property: name, name, given: NONE, prefixes: [], type, primary: false, primaryName: null, nullable, default: null, generated: false, at: draft.at };
}
