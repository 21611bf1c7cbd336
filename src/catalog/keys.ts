import type { KeyPart, Table, UniqueKey } from "../model/catalog.ts";

/** The key's columns, in its order; null when a part is an expression. */
export function keyColumns(key: { parts: readonly KeyPart[] }): string[] | null {
  const columns: string[] = [];
  for (const part of key.parts) {
    if (part.kind !== "column") return null;
    columns.push(part.column);
  }
  return columns;
}

/** Every column that the key reads in its parts, those inside expressions too. */
export function partColumns(key: { parts: readonly KeyPart[] }): string[] {
  return [...new Set(key.parts.flatMap((part) => (part.kind === "column" ? [part.column] : part.columns)))];
}

/** Keys of which every part is a plain column out of `columns`; partial ones too, exclusion constraints not. */
export function keysWithin(table: Table, columns: Iterable<string>): UniqueKey[] {
  const allowed = new Set(columns);
  return table.keys.filter((key) => {
    const own = keyColumns(key);
    return key.kind !== "exclusion" && own !== null && own.length > 0 && own.every((column) => allowed.has(column));
  });
}

/** The same, without partial ones: what names at most one row when all of `columns` are given (and not null). */
export function totalKeysWithin(table: Table, columns: Iterable<string>): UniqueKey[] {
  return keysWithin(table, columns).filter((key) => key.where === null);
}

/** Keys whose columns are exactly these, in any order; partial ones too. */
export function keysOn(table: Table, columns: Iterable<string>): UniqueKey[] {
  const wanted = new Set(columns);
  return keysWithin(table, wanted).filter((key) => new Set(keyColumns(key)).size === wanted.size);
}

/** Keys that have this column in a part (also inside an expression) or in their predicate. */
export function keysTouching(table: Table, column: string): UniqueKey[] {
  return table.keys.filter((key) => partColumns(key).includes(column) || key.where?.columns.includes(column) === true);
}

/** The primary key; null: none known. */
export function primaryKeyOf(table: Table): UniqueKey | null {
  return table.keys.find((key) => key.kind === "primary") ?? null;
}
