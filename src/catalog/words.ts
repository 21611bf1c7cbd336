import type { Column, KeyPart, Table, UniqueKey } from "../model/catalog.ts";
import type { Span } from "../model/span.ts";
import { quoteIdentifier } from "../read/sql/canonical-text.ts";

/** The parts of a key as text: columns by name, expressions canonical. */
export function partTexts(key: { parts: readonly KeyPart[] }): string[] {
  return key.parts.map((part) => (part.kind === "column" ? part.column : part.expression));
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** A table as people call it: without the schema when that is `public`. */
export function tableTitle(id: string): string {
  return id.startsWith("public.") ? id.slice("public.".length) : id;
}

/** Where a reader should look to change a table: the ORM schema before the migrations. */
export function placeOfTable(table: Table): Span | null {
  return table.declared[0] ?? table.built[0] ?? null;
}

export function placeOfKey(key: Pick<UniqueKey, "declared" | "built">): Span | null {
  return key.declared[0] ?? key.built.at(-1) ?? null;
}

export function placeOfColumn(table: Table, column: Column): Span | null {
  return column.at ?? placeOfTable(table);
}

/** An identifier as SQL has to spell it: `email`, `"orgId"`, `"user"`. */
export function quoteName(name: string): string {
  return quoteIdentifier(name);
}

/** A table's name for SQL: `members`, `audit."Member"`. */
export function quoteTable(id: string): string {
  const title = tableTitle(id);
  const dot = title.indexOf(".");
  return dot < 0 ? quoteName(title) : `${quoteName(title.slice(0, dot))}.${quoteName(title.slice(dot + 1))}`;
}

/** A key's part as a query spells it: `email`, `lower(email)`. */
export function quotePart(part: KeyPart): string {
  return part.kind === "column" ? quoteName(part.column) : part.expression;
}
