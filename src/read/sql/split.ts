import { parseStatements, type ParsedStatement, type ParseFailure } from "./parser.ts";
import { trimEnd } from "./scope.ts";
import { blankSegments, segmentAfter, type Segment } from "./segments.ts";

/** Larger texts are parsed statement by statement: the parser's trees are many times the text. */
const wholeLimit = 1_000_000;

export type Broken = { start: number; end: number; failure: ParseFailure };

/** All statements of a text. Where one is broken, the others are still read. */
export function readAll(text: string, segments: Segment[]): { statements: ParsedStatement[]; broken: Broken[] } {
  const whole = text.length <= wholeLimit ? parseStatements(text, 0) : null;
  if (whole && "statements" in whole) return { statements: whole.statements, broken: [] };
  const statements: ParsedStatement[] = [];
  const broken: Broken[] = [];
  for (const { start, end } of splitStatements(text, segments)) {
    const piece = parseStatements(text.slice(start, end), start);
    if ("statements" in piece) statements.push(...piece.statements);
    else broken.push({ start, end, failure: piece.failure });
  }
  // What breaks the text may stand between statements: a comment that never ends.
  if (whole && broken.length === 0) broken.push({ start: whole.failure.offset, end: text.length, failure: whole.failure });
  return { statements, broken };
}

/** Cuts at semicolons that are code; those in BEGIN ATOMIC … END bodies belong to their statement. Empty pieces are left out. */
export function splitStatements(text: string, segments: Segment[]): { start: number; end: number }[] {
  const code = blankSegments(text, segments, ["comment", "string", "identifier", "dollar"]);
  const masked = blankSegments(text, segments, ["comment"]);
  const pieces: { start: number; end: number }[] = [];
  const add = (start: number, end: number): void => {
    const piece = masked.slice(start, end);
    const first = piece.search(/\S/);
    if (first >= 0) pieces.push({ start: start + first, end: start + piece.trimEnd().length });
  };
  let from = 0;
  let depth = 0;
  for (const { index, 0: word } of code.matchAll(/;|\bbegin\s+atomic\b|\bcase\b|\bend\b/gi)) {
    const lower = word.toLowerCase();
    if (lower.startsWith("begin")) depth = 1;
    else if (lower === "case" && depth > 0) depth++;
    else if (lower === "end" && depth > 0) depth--;
    else if (lower === ";" && depth === 0) {
      add(from, index);
      from = index + 1;
    }
  }
  add(from, text.length);
  return pieces;
}

/** A statement's own range: comments and white space around it are not part of it. */
export function tighten(text: string, segments: Segment[], start: number, end: number): { start: number; end: number } {
  let [from, to] = [skipSpace(text, start, end), trimEnd(text, start, end)];
  for (let i = segmentAfter(segments, from); segments[i]?.kind === "comment" && segments[i]?.start === from; i++) {
    from = skipSpace(text, segments[i]?.end ?? from, end);
  }
  for (let i = segmentAfter(segments, to - 1); i >= 0; i--) {
    const last = segments[i];
    if (last?.kind !== "comment" || last.end < to || last.start >= to || last.start <= from) break;
    to = trimEnd(text, from, last.start);
  }
  return { start: from, end: to };
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\s/.test(text.charAt(at))) at++;
  return at;
}
