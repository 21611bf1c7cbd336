/** How drizzle-orm and drizzle-kit name what a schema does not name (reference §4.1, §4.2). */

export type Casing = "snake_case" | "camelCase" | null;

const WORD = /[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g;

/** Name of a column that is declared without one: its property, converted where the schema asks for it. */
export function columnName(property: string, casing: Casing): string {
  if (casing === null) return property;
  const words = property.replaceAll(/['\u2019]/g, "").match(WORD) ?? [];
  if (casing === "snake_case") return words.map((word) => word.toLowerCase()).join("_");
  return words.map((word, i) => (i === 0 ? word.toLowerCase() : capitalize(word))).join("");
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** A part of a key for naming: `key` is the explicit name or the unconverted property, `column` the database's name. */
export type NamedPart = { key: string; column: string };

/**
 * UNIQUE constraint without a name. drizzle-kit 1 leaves one of one column to the database, which null stands for.
 */
export function uniqueName(table: string, parts: NamedPart[], version: number): string | null {
  if (version < 1) return `${table}_${parts.map((part) => part.key).join("_")}_unique`;
  return parts.length === 1 ? null : `${table}_${parts.map((part) => part.column).join("_")}_unique`;
}

/** Unique and plain index without a name. */
export function indexName(table: string, columns: string[]): string {
  return `${table}_${columns.join("_")}_index`;
}

/** Composite primary key without a name; null: as the database names it. */
export function primaryName(table: string, columns: string[], version: number): string | null {
  return version < 1 ? `${table}_${columns.join("_")}_pk` : null;
}

/** Foreign key without a name; drizzle-kit 1 hashes long ones, which null stands for. */
export function foreignKeyName(table: string, columns: string[], target: string, references: string[], version: number): string | null {
  const name = [table, ...columns, target, ...references].join("_");
  if (version < 1) return `${name}_fk`;
  return name.length + 6 > 63 ? null : `${name}_fkey`;
}

/** "0.31" → 0.31, "1.0.0-rc.5" → 1; unknown versions are taken for the 0.x line, which nearly all projects use. */
export function majorVersion(version: string | null): number {
  const major = /^\D*(\d+)/.exec(version ?? "")?.[1];
  return major === undefined ? 0 : Number(major);
}
