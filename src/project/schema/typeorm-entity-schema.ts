import { asObject, asString, entryOf, truthOf } from "../evaluated.ts";
import { returnOf, unwrap } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import { columnDraft, isTrue, type ColumnMode } from "./typeorm-columns.ts";
import { entityKey, givenOf, NONE, type EntityDraft, type RelationDraft, type RelationKind } from "./typeorm-draft.ts";
import { emptyParts, inversePropertyOf, isTypeorm, joinColumnsOf, readJoinTable, type EntityParts } from "./typeorm-entity.ts";
import { schemaIndex, schemaUnique } from "./typeorm-lists.ts";

type Declared = Extract<Evaluated, { kind: "declaration" }>;

const MODES: [string, ColumnMode][] = [["createDate", "createDate"], ["updateDate", "updateDate"], ["deleteDate", "deleteDate"], ["version", "version"], ["treeLevel", "treeLevel"]];
const KINDS = new Set<string>(["many-to-one", "one-to-one", "one-to-many", "many-to-many"]);

/** The options of `new EntitySchema({ … })`; null: the value is none. */
export function entitySchemaOptions(program: Program, value: Evaluated): Evaluated | null {
  const made = unwrap(program, value);
  if (made.kind !== "call" || !made.new || made.callee.kind !== "external" || made.callee.name !== "EntitySchema" || !isTypeorm(made.callee.package)) return null;
  return made.args[0] ?? null;
}

/** The entity that a declaration of the top level is by an EntitySchema; null: it is none. */
export function readEntitySchema(program: Program, value: Declared): EntityDraft | null {
  const options = entitySchemaOptions(program, value);
  if (options === null) return null;
  const given = entryOf(options, "tableName") ?? entryOf(options, "name");
  const synchronize = entryOf(options, "synchronize");
  const type = asString(entryOf(options, "type"));
  return {
    path: value.path, name: asString(entryOf(options, "name")) ?? value.name, at: value.at,
    kind: type === "view" ? "view" : type === "entity-child" ? "child" : "table",
    given: entryOf(options, "tableName") === undefined ? NONE : givenOf(given),
    schema: givenOf(entryOf(options, "schema")),
    synchronizes: synchronize === undefined || truthOf(synchronize) !== false,
    ...partsOfSchema(program, options),
    inheritance: entryOf(options, "inheritance") === undefined ? null : { name: givenOf(entryOf(entryOf(options, "inheritance"), "column")), type: null },
    tree: null,
    lineage: [entityKey(value.path, value.name)],
  };
}

/** Columns, relations and keys of an EntitySchema, or of one that is embedded. */
export function partsOfSchema(program: Program, options: Evaluated): EntityParts {
  const parts = emptyParts();
  parts.complete = options.kind === "object" && options.complete;
  each(entryOf(options, "columns"), parts, (property, value) => addColumn(program, parts, property, value));
  each(entryOf(options, "relations"), parts, (property, value) => addRelation(program, parts, property, value));
  each(entryOf(options, "embeddeds"), parts, (property, value) => {
    const prefix = entryOf(value, "prefix");
    const isOff = prefix !== undefined && truthOf(prefix) === false;
    parts.embedded.push({ property, prefix: isOff ? { kind: "off" } : prefix?.kind === "boolean" ? NONE : givenOf(prefix), target: entryOf(value, "schema") ?? null, isArray: isTrue(asObject(value), "array"), at: value.at });
  });
  for (const item of listOf(entryOf(options, "indices"), parts)) parts.indexes.push(schemaIndex(program, item));
  for (const item of listOf(entryOf(options, "uniques"), parts)) parts.uniques.push(schemaUnique(program, item));
  return parts;
}

function each(value: Evaluated | undefined, parts: EntityParts, read: (property: string, value: Evaluated) => void): void {
  if (value === undefined || value.kind === "undefined") return;
  if (value.kind !== "object" || !value.complete) parts.complete = false;
  if (value.kind === "object") for (const [property, item] of value.entries) read(property, item);
}

function listOf(value: Evaluated | undefined, parts: EntityParts): Evaluated[] {
  if (value === undefined || value.kind === "undefined") return [];
  if (value.kind !== "array" || !value.complete) parts.complete = false;
  return value.kind === "array" ? value.items : [];
}

function addColumn(program: Program, parts: EntityParts, property: string, value: Evaluated): void {
  const options = asObject(value);
  if (options?.complete !== true) parts.complete = false;
  if (options === null) return;
  const mode = MODES.find(([name]) => isTrue(options, name))?.[1] ?? "regular";
  if (isTrue(options, "virtualProperty")) return;
  parts.columns.push(columnDraft(program, { property, mode, type: null, options, strategy: null, primary: false, typeText: null, at: value.at }));
  if (isTrue(options, "unique")) parts.uniques.push({ name: NONE, properties: [property], deferrable: false, at: value.at });
}

function addRelation(program: Program, parts: EntityParts, property: string, value: Evaluated): void {
  const options = asObject(value);
  const kind = asString(entryOf(value, "type"));
  if (options === null || kind === null || !KINDS.has(kind)) {
    parts.complete = false;
    return;
  }
  const nullable = entryOf(value, "nullable");
  const join = entryOf(value, "joinColumn");
  const table = entryOf(value, "joinTable");
  const inverse = entryOf(value, "inverseSide");
  const constrained = entryOf(value, "createForeignKeyConstraints");
  parts.relations.push({
    property, prefixes: [], kind: kind as RelationKind, target: targetOf(program, entryOf(value, "target")),
    inverse: inverse === undefined ? null : inversePropertyOf(program, inverse),
    nullable: nullable === undefined || nullable.kind === "undefined" ? true : truthOf(nullable),
    primary: false,
    onDelete: asString(entryOf(value, "onDelete"))?.toLowerCase() ?? null,
    constrained: constrained === undefined || truthOf(constrained) !== false,
    cascades: isTrue(options, "cascade"),
    joinColumns: isGiven(join) ? joinColumnsOf(join) : null,
    joinTable: isGiven(table) ? readJoinTable(table, value.at) : null,
    at: value.at,
  } satisfies RelationDraft);
}

function isGiven(value: Evaluated | undefined): value is Evaluated {
  return value !== undefined && truthOf(value) !== false;
}

/** `"user"`, `User`, `() => User`. */
function targetOf(program: Program, value: Evaluated | undefined): Evaluated | null {
  return value?.kind === "function" ? returnOf(program, value) : (value ?? null);
}
