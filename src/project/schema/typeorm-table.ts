import type { Column } from "../../model/catalog.ts";
import type { NewIndex, NewKey, SchemaChange } from "../../model/schema-change.ts";
import { cutName } from "../../catalog/names.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { textOf, type Given, type IndexDraft, type UniqueDraft } from "./typeorm-draft.ts";
import { defaultName, type Naming } from "./typeorm-names.ts";
import type { Joined } from "./typeorm-relations.ts";
import type { Entity, EntityColumn } from "./typeorm-resolve.ts";

/** What an entity makes in the database: one `create-table`, and the tables of its many-to-many relations. null names: no change at all. */
export function entityChanges(entity: Entity, joined: Joined, naming: Naming): SchemaChange[] {
  const { draft, table } = entity;
  if (table === null) return [];
  const columns = [...entity.columns, ...joined.added];
  const named = columns.filter((column): column is EntityColumn & { name: string } => column.name !== null);
  const scope: Scope = { table: table.name, naming, properties: propertiesOf(entity, joined), complete: true };
  const primary = entity.hidden ? [] : primaryKey(scope, named, draft.at);
  const uniques = entity.uniques.flatMap((unique) => uniqueKey(scope, unique));
  const indexed = entity.indexes.filter((index) => index.synchronizes).map((index) => ({ index, made: indexOf(scope, index) }));
  const keys = indexed.flatMap(({ index, made }): NewKey[] => {
    if (!index.unique) return [];
    if (made === null) scope.complete = false;
    return made === null ? [] : [{ name: made.name, kind: "index", parts: made.parts, where: made.where, nullsNotDistinct: false, deferrable: false, at: index.at }];
  });
  const isView = draft.kind === "view" || draft.kind === "materialized-view";
  return [
    {
      kind: "create-table", at: draft.at, table, ifNotExists: false, temporary: false, tableKind: isView ? (draft.kind === "view" ? "view" : "materialized-view") : "table",
      partitioned: false, partitionOf: null, inherits: [], like: [],
      columns: distinctColumns(named).map(toColumn),
      keys: isView ? [] : [...distinctKeys([...primary, ...uniques, ...joined.keys]), ...keys],
      // TypeORM makes those of materialized views, and of none that is left alone.
      indexes: isView && (draft.kind === "view" || !draft.synchronizes) ? [] : indexed.flatMap(({ index, made }) => (index.unique || made === null ? [] : [made])),
      foreignKeys: joined.foreignKeys,
      checks: [],
      // A view's query is not read; a table that is left alone, or has an index that is, may hold more.
      complete: indexed.length === entity.indexes.length && entity.complete && joined.complete && scope.complete && draft.synchronizes && !isView,
    },
    ...joined.junctions,
  ];
}

type Scope = { table: string; naming: Naming; /** Property → columns; null: not known. */ properties: Map<string, (string | null)[]>; complete: boolean };

/** What a key of an entity may name: its columns, and its relations for the columns that hold them. */
function propertiesOf(entity: Entity, joined: Joined): Scope["properties"] {
  const out: Scope["properties"] = new Map();
  for (const { draft, columns } of joined.relations) if (columns.length > 0) out.set(draft.property, columns.map((each) => each.column));
  for (const column of entity.columns) out.set(column.property, [column.name]);
  return out;
}

function columnsOf(scope: Scope, properties: string[] | null): string[] | null {
  const found = properties?.map((property) => scope.properties.get(property)) ?? [undefined];
  if (found.length === 0 || found.some((each) => each === undefined || each.includes(null))) return null;
  return found.flatMap((each) => each ?? []).filter((name) => name !== null);
}

function primaryKey({ table, naming }: Scope, columns: (EntityColumn & { name: string })[], at: NewKey["at"]): NewKey[] {
  const primary = columns.filter((column) => column.primary);
  const [first] = primary;
  if (first === undefined) return [];
  const names = [...new Set(primary.map((column) => column.name))];
  const name = first.primaryName ?? (naming.hashes ? defaultName("PK", table, names) : null);
  return [{ name: name === null ? null : cutName(name), kind: "primary", parts: names.map(partOf), where: null, nullsNotDistinct: false, deferrable: false, at: first.at ?? at }];
}

function uniqueKey(scope: Scope, unique: UniqueDraft): NewKey[] {
  const columns = columnsOf(scope, unique.properties);
  if (columns === null) {
    scope.complete = false;
    return [];
  }
  const name = nameOf(scope, unique.name, () => defaultName("UQ", scope.table, columns));
  return [{ name, kind: "constraint", parts: columns.map(partOf), where: null, nullsNotDistinct: false, deferrable: unique.deferrable, at: unique.at }];
}

function indexOf(scope: Scope, index: IndexDraft): NewIndex | null {
  const columns = columnsOf(scope, index.properties);
  if (columns === null || index.where.kind === "unknown") return null;
  const where = textOf(index.where);
  const name = nameOf(scope, index.name, () => defaultName("IDX", scope.table, columns, where === "" ? null : where));
  return { name, parts: columns.map(partOf), where: where === null || where === "" ? null : canonicalPredicate(where), method: index.method, include: [], at: index.at };
}

function nameOf({ naming }: Scope, given: Given, otherwise: () => string): string | null {
  if (given.kind === "unknown") return null;
  const own = textOf(given);
  if (own !== null && own !== "") return cutName(own);
  return naming.hashes ? otherwise() : null;
}

function partOf(column: string): NewKey["parts"][number] {
  return { kind: "column", column, collation: null, opclass: null };
}

/** Of constraints on the same columns that one CREATE TABLE holds Postgres keeps the first, the primary key before all. */
function distinctKeys(keys: NewKey[]): NewKey[] {
  const seen = new Set<string>();
  return keys.filter((key) => {
    const columns = JSON.stringify([key.deferrable, key.parts]);
    return !seen.has(columns) && seen.add(columns).size > 0;
  });
}

function distinctColumns<Named extends { name: string }>(columns: Named[]): Named[] {
  return [...new Map(columns.toReversed().map((column) => [column.name, column])).values()].reverse();
}

function toColumn(column: EntityColumn & { name: string }): Column {
  const { name, property, type, nullable, generated, at } = column;
  return { name, property, type, nullable: column.primary ? false : nullable, default: column.default, generated, at };
}
