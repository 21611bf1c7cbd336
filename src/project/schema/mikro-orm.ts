import type { DatabaseSource } from "../../model/input.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import type { Evaluated, Program } from "../program.ts";
import type { DeclaredSchema, EntityBinding, EntityBindings, EntityRelation } from "./bindings.ts";
import { entityClassesIn } from "./mikro-orm-classes.ts";
import type { EntityDraft } from "./mikro-orm-draft.ts";
import { entitySchemasIn } from "./mikro-orm-schemas.ts";
import { primaryColumns, tableOfEntity, type EntityTable } from "./mikro-orm-table.ts";

type Read = { source: DatabaseSource; drafts: EntityDraft[]; tables: Map<EntityDraft, EntityTable>; bindings: Map<EntityDraft, EntityBinding> };

/** MikroORM's entities (reference §12.1), named by its default strategy. */
export function readMikroOrmSchemas(program: Program, sources: DatabaseSource[]): EntityBindings & DeclaredSchema {
  const reads = sources.filter((source) => source.orm === "mikro-orm").map((source) => readSource(program, source));
  const bindingOf = (read: Read, draft: EntityDraft | null): EntityBinding | null => (draft === null ? null : (read.bindings.get(draft) ?? null));
  return {
    entityOf: (value) => reads.flatMap((read) => bindingOf(read, lookup(read.drafts)(value)) ?? [])[0] ?? null,
    entityNamed: (name, database) => {
      const found = reads.flatMap((read) => (database === null || read.source.id === database ? read.drafts.flatMap((draft) => (draft.name === name ? (bindingOf(read, draft) ?? []) : [])) : []));
      return found.length === 1 ? (found[0] ?? null) : null;
    },
    changes: (database) => reads.flatMap((read) => (read.source.id === database ? changesOf(read) : [])),
    complete: () => true,
  };
}

function readSource(program: Program, source: DatabaseSource): Read {
  const drafts = source.schemaFiles.flatMap((path) => [...entityClassesIn(program, path), ...entitySchemasIn(program, path)]);
  const find = lookup(drafts);
  // What extends an entity shares its table, which has more columns than that entity says.
  for (const draft of drafts) {
    const parent = draft.extends === null ? undefined : drafts.find((each) => each.declared === draft.extends && each !== draft);
    if (parent !== undefined) parent.complete = false;
  }
  const tables = new Map(drafts.filter((draft) => draft.isTable && draft.extends === null).map((draft) => [draft, tableOfEntity(draft, find)]));
  const read: Read = { source, drafts, tables, bindings: new Map() };
  for (const draft of drafts) {
    const binding = bind(read, draft);
    if (binding !== null) read.bindings.set(draft, binding);
  }
  return read;
}

function lookup(drafts: EntityDraft[]): (value: Evaluated | null) => EntityDraft | null {
  return (value) => {
    if (value?.kind === "declaration") return drafts.find((draft) => draft.path === value.path && draft.declared === value.name) ?? null;
    return value?.kind === "string" ? (drafts.find((draft) => draft.name === value.value) ?? null) : null;
  };
}

function changesOf({ tables }: Read): SchemaChange[] {
  const seen = new Set<string>();
  return [...[...tables.values()].map(({ change }) => change), ...[...tables.values()].flatMap(({ joins }) => joins)].filter((change) => {
    const key = change.kind === "create-table" ? `${change.table.schema ?? ""}.${change.table.name}` : "";
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

/** A class that extends an entity is bound to that one's table. */
function bind(read: Read, draft: EntityDraft): EntityBinding | null {
  const root = draft.extends === null ? draft : (read.drafts.find((each) => each.declared === draft.extends) ?? draft);
  const table = read.tables.get(root);
  if (table === undefined) return null;
  const find = lookup(read.drafts);
  const own = root === draft ? table : tableOfEntity(draft, find);
  const relations = new Map([...own.relations].map(([property, { columns, target }]): [string, EntityRelation] => {
    const references = target.properties.filter((each) => each.kind === "primary").map((each) => each.name);
    return [property, { kind: "many-to-one", columns: columns.map((column, i) => ({ column, references: references[i] ?? "id" })), cascades: false, target: () => read.bindings.get(target) ?? null }];
  }));
  const keys = primaryColumns(draft, find);
  return {
    path: draft.path, name: draft.declared, exportedAs: [draft.name], database: read.source.id, table: `${table.schema ?? "public"}.${table.name}`, dialect: read.source.dialect,
    columns: new Map(own.columns.map((each) => [each.property, each.column.name])), propertiesComplete: own.complete, at: draft.at, relations,
    embedded: draft.properties.filter((property) => property.kind === "embedded").map((property) => property.name),
    primary: own.columns.filter((each) => keys?.includes(each.column.name) === true).map((each) => each.property), madeByHooks: false,
  };
}
