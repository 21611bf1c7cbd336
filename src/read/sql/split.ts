import { parseStatements, type ParsedStatement, type ParseFailure } from "./parser.ts";
import { blankSegments, type Segment } from "./segments.ts";

/** Larger texts are parsed statement by statement: the parser's trees are many times the text. */
const wholeLimit = 1_000_000;

export type Broken = { start: number; end: number; failure: ParseFailure };

/** All statements of a text. Where one is broken, the others are still read. */
export function readAll(text: string, segments: Segment[]): { statements: ParsedStatement[]; broken: Broken[] } {
  if (text.length <= wholeLimit) {
    const whole = parseStatements(text, 0);
    if ("statements" in whole) return { statements: whole.statements, broken: [] };
  }
  const statements: ParsedStatement[] = [];
  const broken: Broken[] = [];
  for (const { start, end } of splitStatements(text, segments)) {
    const piece = parseStatements(text.slice(start, end), start);
    if ("statements" in piece) statements.push(...piece.statements);
    else broken.push({ start, end, failure: piece.failure });
  }
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
  const comments = segments.filter((s) => s.kind === "comment" && s.end > start && s.start < end);
  let [from, to] = [start, end];
  for (const comment of comments) {
    if (/^\s*$/.test(text.slice(from, comment.start))) from = Math.max(from, comment.end);
  }
  for (const comment of comments.reverse()) {
    if (comment.start >= from && /^\s*$/.test(text.slice(comment.end, to))) to = comment.start;
  }
  while (from < to && /\s/.test(text.charAt(from))) from++;
  while (to > from && /\s/.test(text.charAt(to - 1))) to--;
  return { start: from, end: to };
}
