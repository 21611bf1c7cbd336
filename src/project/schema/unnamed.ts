import type { Catalog } from "../../model/catalog.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";

/**
 * A catalog without the names that Postgres would have given to keys, indexes and foreign keys which an ORM names by itself, in a way that is not
 * known: those that have none in `changes`.
 */
export function withoutDefaultNames(catalog: Catalog, changes: SchemaChange[]): Catalog {
  const unnamed = new Set(
    changes.flatMap((change) => (change.kind === "create-table" ? [...change.keys, ...change.indexes, ...change.foreignKeys] : [])).flatMap((item) => (item.name === null ? [placeOf(item.at)] : [])),
  );
  if (unnamed.size === 0) return catalog;
  const forget = <Item extends { name: string | null; declared: Span[] }>(items: Item[]): Item[] => items.map((item) => (item.declared.some((at) => unnamed.has(placeOf(at))) ? { ...item, name: null } : item));
  const tables = Object.entries(catalog.tables).map(([id, table]) => [id, { ...table, keys: forget(table.keys), indexes: forget(table.indexes), foreignKeys: forget(table.foreignKeys) }] as const);
  return { ...catalog, tables: Object.fromEntries(tables) };
}

function placeOf(at: Span): string {
  return `${at.path}:${String(at.start)}`;
}
