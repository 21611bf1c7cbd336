import type { Column, KeyPart } from "../../model/catalog.ts";
import type { NewForeignKey, NewIndex, NewKey, SchemaChange } from "../../model/schema-change.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { asString, asStrings } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { EntityDraft, KeyDraft, PropertyDraft } from "./mikro-orm-draft.ts";
import { keyName, underscore } from "./mikro-orm-names.ts";

export type Lookup = (value: Evaluated | null) => EntityDraft | null;
export type EntityColumn = { property: string; column: Column; primary: boolean };
/** `joins`: pivot tables of the entity's own many-to-many relations. */
export type EntityTable = { schema: string | null; name: string; columns: EntityColumn[]; relations: Map<string, { columns: string[]; target: EntityDraft }>; change: SchemaChange; joins: SchemaChange[]; complete: boolean };

const EMPTY = { ifNotExists: false, temporary: false, tableKind: "table" as const, partitioned: false, partitionOf: null, inherits: [], like: [], checks: [] };
const PLAIN = { where: null, nullsNotDistinct: false, deferrable: false };

export function tableNameOf(draft: EntityDraft): string {
  return asString(draft.options.get("tableName")) ?? asString(draft.options.get("collection")) ?? underscore(draft.name);
}

/** What the schema generator makes of an entity (reference §12.1). */
export function tableOfEntity(draft: EntityDraft, find: Lookup): EntityTable {
  const named = draft.options.get("tableName");
  const schema = asString(draft.options.get("schema"));
  const name = tableNameOf(draft);
  const table: EntityTable = {
    schema, name, columns: [], relations: new Map(), joins: [], complete: draft.complete && (named === undefined || named.kind === "string"),
    change: { kind: "opaque", table: null, at: draft.at },
  };
  const keys: NewKey[] = [];
  const indexes: NewIndex[] = [];
  const foreignKeys: NewForeignKey[] = [];
  for (const property of draft.properties) addProperty(table, draft, property, find, keys, indexes, foreignKeys);
  for (const key of draft.keys) addKey(table, key, keys, indexes);
  const primary = table.columns.filter((each) => each.primary);
  if (primary.length > 0) keys.unshift({ ...PLAIN, name: `${name}_pkey`, kind: "primary", parts: primary.map(({ column }) => part(column.name)), at: draft.at });
  table.change = { kind: "create-table", at: draft.at, table: { schema, name }, ...EMPTY, columns: table.columns.map(({ column }) => column), keys, indexes, foreignKeys, complete: table.complete };
  return table;
}

function part(column: string): KeyPart {
  return { kind: "column", column, collation: null, opclass: null };
}

function flag(options: Map<string, Evaluated>, name: string): boolean | null {
  const value = options.get(name);
  if (value === undefined || value.kind === "undefined") return false;
  return value.kind === "boolean" ? value.value : value.kind === "string" ? true : null;
}

function addProperty(table: EntityTable, draft: EntityDraft, property: PropertyDraft, find: Lookup, keys: NewKey[], indexes: NewIndex[], foreignKeys: NewForeignKey[]): void {
  const { options, kind } = property;
  const persist = options.get("persist");
  if (kind === "none" || (persist?.kind === "boolean" && !persist.value) || options.has("formula")) return;
  if (!property.complete) table.complete = false;
  const target = kind === "scalar" || kind === "primary" ? null : find(property.target);
  if (kind === "embedded") return addEmbedded(table, property, target, find);
  if (kind === "many-to-many") return addPivot(table, draft, property, target, find);
  if (kind === "one-to-one" && options.has("mappedBy") && flag(options, "owner") !== true) return;
  const isRelation = kind === "many-to-one" || kind === "one-to-one";
  const columns = isRelation ? joinColumns(property, target, find) : [asString(options.get("fieldName")) ?? underscore(property.name)];
  if (columns === null || (options.has("fieldName") && asString(options.get("fieldName")) === null && !isRelation)) {
    table.complete = false;
    return;
  }
  const primary = kind === "primary" || flag(options, "primary") === true;
  const isNumbered = flag(options, "autoincrement") === true || (kind === "primary" && columns.length === 1 && /^(?:number|bigint)\b/.test(property.typeText ?? ""));
  const nullable = primary ? false : flag(options, "nullable") === true ? true : property.optional ? null : flag(options, "nullable") === null ? null : false;
  for (const column of columns) {
    table.columns.push({ property: property.name, primary, column: { name: column, property: columns.length === 1 ? property.name : null, type: null, nullable, default: defaultOf(property, isNumbered), generated: options.has("generated"), at: property.at } });
  }
  if (isRelation && target !== null) {
    table.relations.set(property.name, { columns, target });
    const onDelete = asString(options.get("deleteRule") ?? options.get("onDelete"))?.toLowerCase();
    const action = onDelete === "cascade" || onDelete === "restrict" || onDelete === "set null" || onDelete === "set default" || onDelete === "no action" ? onDelete : nullable === true ? "set null" : "no action";
    foreignKeys.push({ name: keyName(table.name, columns, "foreign"), columns, table: { schema: asString(target.options.get("schema")), name: tableNameOf(target) }, references: primaryColumns(target, find) ?? [], onDelete: action, at: property.at });
  }
  const unique = options.has("unique") ? flag(options, "unique") : kind === "one-to-one" && !primary;
  if (unique === null) table.complete = false;
  if (unique === true) keys.push({ ...PLAIN, name: asString(options.get("unique")) ?? keyName(table.name, columns, "unique"), kind: "constraint", parts: columns.map(part), at: property.at });
  if (flag(options, "index") === true) indexes.push({ name: asString(options.get("index")) ?? keyName(table.name, columns, "index"), parts: columns.map(part), where: null, method: "btree", include: [], at: property.at });
  for (const key of property.keys) addKey(table, key, keys, indexes);
}

const FRESH = /uuid|nextval|now|random|current_timestamp|nanoid|cuid|ulid|Date\.now/i;

function defaultOf({ options, hasInitializer }: PropertyDraft, isNumbered: boolean): Column["default"] {
  if (isNumbered) return { by: "database", fresh: true };
  const raw = options.get("defaultRaw") ?? options.get("default");
  if (raw !== undefined && raw.kind !== "undefined") return { by: "database", fresh: FRESH.test(asString(raw) ?? "") };
  return options.has("onCreate") || hasInitializer ? { by: "client", fresh: options.has("onCreate") } : null;
}

/** `org` of an entity with the key `id` → `org_id`; a key of several columns gives several. null: not known. */
function joinColumns(property: PropertyDraft, target: EntityDraft | null, find: Lookup): string[] | null {
  const given = property.options.get("joinColumns") ?? property.options.get("fieldNames");
  if (given !== undefined) return asStrings(given);
  const one = property.options.get("joinColumn") ?? property.options.get("fieldName") ?? property.options.get("name");
  if (one !== undefined) return asString(one) === null ? null : [asString(one) ?? ""];
  const referenced = target === null ? null : primaryColumns(target, find);
  return referenced?.map((column) => `${underscore(property.name)}_${column}`) ?? null;
}

export function primaryColumns(draft: EntityDraft, find: Lookup, depth = 0): string[] | null {
  const primary = draft.properties.filter((property) => property.kind === "primary" || flag(property.options, "primary") === true);
  const columns = primary.map((property) => {
    if (property.kind === "primary" || property.kind === "scalar") return [asString(property.options.get("fieldName")) ?? underscore(property.name)];
    return depth > 3 ? null : joinColumns(property, find(property.target), find);
  });
  return columns.length === 0 || columns.includes(null) ? null : columns.flatMap((each) => each ?? []);
}

/** Columns of an embedded object are named after it, unless `prefix: false`; `object: true` is one column. */
function addEmbedded(table: EntityTable, property: PropertyDraft, target: EntityDraft | null, find: Lookup): void {
  const { options } = property;
  const nullable = flag(options, "nullable") === true;
  if (flag(options, "object") === true || flag(options, "array") === true) {
    const name = asString(options.get("fieldName")) ?? underscore(property.name);
    table.columns.push({ property: property.name, primary: false, column: { name, property: property.name, type: "jsonb", nullable, default: null, generated: false, at: property.at } });
    return;
  }
  const prefix = options.get("prefix");
  if (target === null) {
    table.complete = false;
    return;
  }
  const before = prefix?.kind === "boolean" && !prefix.value ? "" : (asString(prefix) ?? `${underscore(property.name)}_`);
  const inner = tableOfEntity(target, find);
  for (const each of inner.columns) {
    table.columns.push({ ...each, property: `${property.name}.${each.property}`, primary: false, column: { ...each.column, name: `${before}${each.column.name}`, property: null, nullable: nullable ? true : each.column.nullable } });
  }
}

/** The owner's pivot table: its two keys are the primary key. */
function addPivot(table: EntityTable, draft: EntityDraft, property: PropertyDraft, target: EntityDraft | null, find: Lookup): void {
  const { options } = property;
  if (options.has("mappedBy") || options.has("pivotEntity") || target === null) return;
  const own = primaryColumns(draft, find);
  const other = primaryColumns(target, find);
  const self = draft === target;
  const named = options.get("pivotTable");
  if (own === null || other === null || (named !== undefined && named.kind !== "string") || flag(options, "fixedOrder") !== false) return;
  const qualified = (asString(named) ?? `${table.name}_${underscore(property.name)}`).split(".");
  const name = qualified.at(-1) ?? "";
  const schema = qualified.length > 1 ? (qualified[0] ?? null) : table.schema;
  const columnsOf = (option: string, entity: EntityDraft, keys: string[], suffix: string): string[] | null => {
    const given = options.get(`${option}s`) ?? options.get(option);
    return given === undefined ? keys.map((key) => `${underscore(entity.name)}${suffix}_${key}`) : asStrings(given);
  };
  const left = columnsOf("joinColumn", draft, own, self ? "_1" : "");
  const right = columnsOf("inverseJoinColumn", target, other, self ? "_2" : "");
  if (left === null || right === null) return;
  const at = property.at;
  const made = (column: string): Column => ({ name: column, property: null, type: null, nullable: false, default: null, generated: false, at: null });
  const foreign = (columns: string[], entity: EntityDraft, references: string[]): NewForeignKey => ({ name: keyName(name, columns, "foreign"), columns, table: { schema: asString(entity.options.get("schema")), name: tableNameOf(entity) }, references, onDelete: "cascade", at });
  table.joins.push({
    kind: "create-table", at, table: { schema, name }, ...EMPTY, columns: [...left, ...right].map(made), indexes: [], complete: true,
    keys: [{ ...PLAIN, name: `${name}_pkey`, kind: "primary", parts: [...left, ...right].map(part), at }],
    foreignKeys: [foreign(left, draft, own), foreign(right, target, other)],
  });
}

/** `@Unique` and `@Index`. An expression or `options` may be anything. */
function addKey(table: EntityTable, key: KeyDraft, keys: NewKey[], indexes: NewIndex[]): void {
  const columns = key.properties?.flatMap((property) => columnsOf(table, property) ?? [null]) ?? [null];
  const known = columns.flatMap((column) => (column === null ? [] : [column]));
  const { options, at } = key;
  const where = options.get("where");
  const condition = asString(where);
  const given = options.get("name");
  const name = given === undefined ? keyName(table.name, known, key.unique ? "unique" : "index") : asString(given);
  const isOdd = options.has("expression") || options.has("options") || (where !== undefined && condition === null) || (options.has("type") && asString(options.get("type")) === null);
  if (columns.length > known.length || known.length === 0 || isOdd) {
    if (key.unique || options.has("expression")) table.complete = false;
    return;
  }
  const parts = known.map(part);
  const predicate = condition === null ? null : canonicalPredicate(condition);
  if (key.unique) keys.push({ ...PLAIN, name, kind: predicate === null ? "constraint" : "index", parts, where: predicate, deferrable: options.has("deferMode"), at });
  else indexes.push({ name, parts, where: predicate, method: asString(options.get("type"))?.toLowerCase() ?? "btree", include: [], at });
}

/** A property's columns, `address.city` of an embedded one too. */
function columnsOf(table: EntityTable, property: string): string[] | null {
  const found = table.columns.filter((each) => each.property === property).map(({ column }) => column.name);
  return found.length > 0 ? found : null;
}

