import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteList(names: string[]): string {
  return names.map(quote).join(", ");
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function piece(at: Span, text: string): Piece {
  return { at, text, exact: false };
}

/** Clauses with commas between them. */
export function joined(at: Span, clauses: Piece[][], separator = ", "): Piece[] {
  return clauses.flatMap((clause, index) => (index === 0 ? clause : [piece(at, separator), ...clause]));
}

/** A constant as SQL spells it; what is computed is marked as not known. `null`: no constant at all. */
export function literalOf(value: Evaluated | undefined): string | null {
  switch (value?.kind) {
    case "string":
      return quoteText(value.value);
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
      return "null";
    case "object":
    case "array":
      return value.complete ? quoteText("{}") : null;
    default:
      return null;
  }
}

/** What stands for a hole of a template, or for an argument: text; null: it is not known. */
export type Fill = (hole: Evaluated) => string | null;

/**
 * SQL that code holds as text: a string, a template, or a library's `raw(…)` and `sql` around one. null: it is no such thing, or a hole in it is not
 * known. `fill` knows the library's helpers. In text that only writes rows holes that nobody knows are taken for values, and of several such texts none is taken.
 */
export function rawPieces(reading: Pick<Reading, "home" | "unread">, value: Evaluated | undefined, fill: Fill = () => null): Piece[] | null {
  // Which of several it is does not matter where none of them changes the schema.
  if (value?.kind === "alternatives" && value.of.every(onlyWrites)) return [];
  const writes = onlyWrites(value);
  return textPieces(reading, value, (hole) => fill(hole) ?? (writes && isUnknown(hole) ? UNKNOWN_VALUE : null), 0);
}

/** Neither text nor something that holds text. */
function isUnknown({ kind }: Evaluated): boolean {
  return kind === "unknown" || kind === "member" || kind === "parameter" || kind === "alternatives" || kind === "call";
}

function textPieces(reading: Pick<Reading, "home" | "unread">, value: Evaluated | undefined, fill: Fill, depth: number): Piece[] | null {
  if (value === undefined || depth > 6) return null;
  const home = reading.home(value.at);
  const isNear = home.start === value.at.start && home.path === value.at.path;
  if (value.kind === "string") {
    const exact = isNear && value.at.end - value.at.start === value.value.length + 2;
    return [exact ? { text: value.value, at: { ...value.at, start: value.at.start + 1, end: value.at.end - 1 }, exact } : { text: value.value, at: home, exact: false }];
  }
  if (value.kind !== "template") {
    const filled = fill(value);
    return filled === null ? null : [piece(home, filled)];
  }
  const pieces: Piece[] = [];
  for (const [index, quasi] of value.quasis.entries()) {
    const start = value.quasiStarts[index] ?? value.at.start;
    pieces.push(isNear ? { text: quasi, at: { path: value.at.path, start, end: start + quasi.length }, exact: true } : piece(home, quasi));
    const hole = value.holes[index];
    if (hole === undefined) continue;
    const inner = holePieces(reading, hole, fill, value.tag !== null, depth);
    if (inner === null && !isBetweenStatements(pieces)) return null;
    if (inner === null) reading.unread(reading.home(hole.at), "What this puts into the SQL could not be read");
    pieces.push(...(inner ?? [piece(home, ";")]));
  }
  return pieces;
}

/** Does a statement begin here? One that is not known leaves the others readable. */
function isBetweenStatements(before: Piece[]): boolean {
  const text = before.map((each) => each.text).join("");
  return text.slice(text.lastIndexOf(";") + 1).replace(/--[^\n]*/g, "").trim() === "";
}

function holePieces(reading: Pick<Reading, "home" | "unread">, hole: Evaluated, fill: Fill, tagged: boolean, depth: number): Piece[] | null {
  const home = reading.home(hole.at);
  const filled = fill(hole);
  if (filled !== null) return [piece(home, filled)];
  if (hole.kind === "template") return textPieces(reading, hole, fill, depth + 1);
  // A tag binds its values; without one the text itself goes in.
  if (tagged) return [piece(home, literalOf(hole) ?? UNKNOWN_VALUE)];
  if (hole.kind === "string") return [piece(home, hole.value)];
  if (hole.kind === "number") return [piece(home, String(hole.value))];
  return hole.kind === "undefined" ? [] : null;
}

/** Does the text write rows only? Then a value that is not known does no harm. */
export function onlyWrites(value: Evaluated | undefined): boolean {
  const text = value?.kind === "string" ? value.value : value?.kind === "template" ? (value.quasis[0] ?? "") : "";
  return /^\s*(?:with|insert|update|delete|select|lock|set|analyze|vacuum)\b/i.test(text);
}

/** `{ name: "x" }.name` */
export function stringIn(value: Evaluated | undefined, name: string): string | null {
  return asString(entryOf(value, name));
}

/** True, false, or null where it is not known; what is not there is false. */
export function flagIn(value: Evaluated | undefined, name: string): boolean | null {
  const object = asObject(value);
  if (object === null) return value === undefined || value.kind === "undefined" || value.kind === "null" ? false : null;
  const entry = object.entries.get(name);
  if (entry === undefined) return object.complete ? false : null;
  if (entry.kind === "boolean") return entry.value;
  return entry.kind === "undefined" || entry.kind === "null" ? false : null;
}

/** Type names stand in SQL without quotes; whatever is no type's spelling is not known. */
export function typeText(type: string | null): string {
  return type !== null && /^[\w"][\w".]*(?:\s+\w+)*(?:\s*\(\s*[\w"., ]+\s*\))?(?:\s+[a-z]\w*)*(?:\s*\[\d*\])*$/i.test(type.trim()) ? type : UNKNOWN_TYPE;
}

/** The names of the links of a chain that hangs on a value. */
export function linkNames(value: Evaluated): string[] {
  return callChain(value).links.map(({ name }) => name);
}
