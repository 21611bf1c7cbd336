import type { KeyPart, Predicate } from "../model/catalog.ts";

const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::\s*(?:"[^"]*"|[a-z_][\w$]*)|[a-z_][\w$]*(?=\s*\()|[a-z_][\w$]*|[^\s\w"':]+|./gi;

/** An identifier as canonical text shows it, quoted where it must be. Words that could be taken for keywords are quoted too. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !keywords.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const keywords = new Set(
  `all and any array as asc between case cast check collate column constraint create current_date current_time current_timestamp current_user
  default desc distinct do else end except false fetch for foreign from grant group having ilike in initially intersect into is isnull join left
  like limit not notnull null offset on only or order placing primary references returning right select session_user similar some symmetric
  table then to trailing true union unique user using when where window with`.split(/\s+/),
);

/** Canonical text with one column renamed, or put behind a table's `alias` (as SQL spells it); names of functions and types, and literals, stay. */
export function renameInText(text: string, from: string, to: string, alias: string | null = null): string {
  const [before, after] = [quoted(from), `${alias === null ? "" : `${alias}.`}${quoted(to)}`];
  return text.replace(token, (piece, offset: number) => (piece === before && !/^\s*\(/.test(text.slice(offset + piece.length)) ? after : piece));
}

export function renameInPredicate(predicate: Predicate | null, from: string, to: string): Predicate | null {
  if (predicate === null || !predicate.columns.includes(from)) return predicate;
  const renamed = (column: string): string => (column === from ? to : column);
  const casts = predicate.casts?.map((cast) => ({ ...cast, column: renamed(cast.column) }));
  return { ...predicate, text: renameInText(predicate.text, from, to), columns: predicate.columns.map(renamed), ...(casts ? { casts } : {}) };
}

export function renameInPart(part: KeyPart, from: string, to: string): KeyPart {
  if (part.kind === "column") return part.column === from ? { ...part, column: to } : part;
  if (!part.columns.includes(from)) return part;
  return { ...part, expression: renameInText(part.expression, from, to), columns: part.columns.map((column) => (column === from ? to : column)) };
}
