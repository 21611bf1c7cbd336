import type { DatabaseSource } from "../../model/input.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import type { Unread } from "../../model/span.ts";
import type { Evaluated, Program } from "../program.ts";
import type { DeclaredSchema, EntityBinding, EntityBindings, EntityRelation } from "./bindings.ts";
import { classValueOf } from "./decorated.ts";
import type { EntityDraft } from "./typeorm-draft.ts";
import { readEntityClass } from "./typeorm-entity.ts";
import { readEntitySchema } from "./typeorm-entity-schema.ts";
import { namingOf } from "./typeorm-names.ts";
import { joinRelations, type Joined } from "./typeorm-relations.ts";
import { resolveEntities, type Entities, type Entity } from "./typeorm-resolve.ts";
import { entityChanges } from "./typeorm-table.ts";

export type EntitySchemas = EntityBindings & DeclaredSchema & { unread: Unread[] };

type Read = { source: DatabaseSource; entities: Entities; joined: Map<Entity, Joined>; bindings: Map<Entity, EntityBinding>; changes: SchemaChange[]; complete: boolean };

/** TypeORM's entities (reference §10.1): the decorated classes and EntitySchemas of the schema files. Names are those of the data source's strategy. */
export function readTypeormSchemas(program: Program, sources: DatabaseSource[]): EntitySchemas {
  const unread: Unread[] = [];
  const reads = sources.filter((source) => source.orm === "typeorm").map((source) => readSource(program, source, unread));
  const of = (value: Evaluated): EntityBinding | null => first(reads, (read) => read.bindings.get(read.entities.of(value) as Entity) ?? null);
  return {
    entityOf: of,
    entityNamed: (name, database) => {
      const found = reads.flatMap((read) => (database === null || read.source.id === database ? (bindingOf(read, read.entities.named(name)) ?? []) : []));
      return found.length === 1 ? (found[0] ?? null) : null;
    },
    changes: (database) => reads.find((read) => read.source.id === database)?.changes ?? [],
    complete: (database) => reads.find((read) => read.source.id === database)?.complete ?? true,
    unread,
  };
}

function first<Item, Found>(items: Item[], find: (item: Item) => Found | null): Found | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function bindingOf(read: Read, entity: Entity | null): EntityBinding | null {
  return entity === null ? null : (read.bindings.get(entity) ?? null);
}

function readSource(program: Program, source: DatabaseSource, unread: Unread[]): Read {
  const settings = source.typeorm ?? { naming: "default" as const, prefix: "", schema: null, synchronizes: false };
  const naming = namingOf(settings);
  const entities = resolveEntities(program, source.schemaFiles.flatMap((path) => draftsOf(program, path)), naming, settings.schema);
  const joined = new Map(entities.all.map((entity) => [entity, joinRelations(entity, entities, naming)]));
  const changes: SchemaChange[] = [];
  const seen = new Set<string>();
  let complete = true;
  for (const entity of entities.all) {
    if (entity.table === null) {
      complete = false;
      unread.push({ at: entity.draft.at, message: `The name of the table of "${entity.draft.name}" is not known: ${settings.naming === null ? "the naming strategy is the project's own" : "it is computed"}` });
      continue;
    }
    for (const change of entityChanges(entity, joined.get(entity) as Joined, naming)) {
      if (change.kind !== "create-table") continue;
      const id = `${change.table.schema ?? "public"}.${change.table.name}`;
      // Two entities of one table, or a junction table that is an entity too: the entity comes first and says more.
      if (!seen.has(id)) changes.push(change);
      seen.add(id);
    }
  }
  const read: Read = { source, entities, joined, bindings: new Map(), changes: entitiesFirst(changes, entities), complete };
  for (const entity of entities.all) if (entity.table !== null) read.bindings.set(entity, makeBinding(read, entity));
  return read;
}

/** A table that an entity declares wins over the junction table of the same name, wherever the files stand. */
function entitiesFirst(changes: SchemaChange[], entities: Entities): SchemaChange[] {
  const own = new Set(entities.all.map((entity) => entity.draft.at));
  return [...changes.filter((change) => own.has(change.at)), ...changes.filter((change) => !own.has(change.at))];
}

function draftsOf(program: Program, path: string): EntityDraft[] {
  const declarations = program.facts(path)?.code?.declarations ?? {};
  return Object.entries(declarations).flatMap(([name, declaration]): EntityDraft[] => {
    const value: Extract<Evaluated, { kind: "declaration" }> = { kind: "declaration", at: declaration.at, path, name, declaration };
    const self = classValueOf(program, value);
    const draft = self === null ? readEntitySchema(program, value) : readEntityClass(program, self);
    return draft === null ? [] : [draft];
  });
}

function makeBinding(read: Read, entity: Entity): EntityBinding {
  const { draft, table } = entity;
  const joined = read.joined.get(entity);
  const columns = new Map(entity.columns.flatMap((column) => (column.name === null ? [] : [[column.property, column.name] as const])));
  const relations = new Map((joined?.relations ?? []).map(({ draft: relation, target, columns: held }): [string, EntityRelation] => [
    relation.property,
    { kind: relation.kind, columns: held, cascades: relation.cascades, target: () => (target === null ? null : bindingOf(read, target)) },
  ]));
  return {
    path: draft.path, name: draft.name, exportedAs: [draft.name], database: read.source.id, table: `${table?.schema ?? "public"}.${table?.name ?? ""}`, dialect: read.source.dialect,
    columns, relations,
    embedded: entity.embedded,
    primary: entity.hidden ? [] : entity.columns.filter((column) => column.primary).map((column) => column.property),
    madeByHooks: draft.hooks,
    propertiesComplete: entity.complete && (joined?.complete ?? true),
    at: draft.at,
  };
}
