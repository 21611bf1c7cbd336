import { scanPrisma } from "../read/prisma/scan.ts";
import { findSegments } from "../read/sql/segments.ts";

/** A comment's place, and its words without the marks. */
export type Comment = { start: number; end: number; value: string };

export function sqlComments(text: string): Comment[] {
  return findSegments(text)
    .filter(({ kind }) => kind === "comment")
    .map(({ start, end }) => ({ start, end, value: withoutMarks(text.slice(start, end)) }));
}

export function prismaComments(text: string): Comment[] {
  return scanPrisma(text).comments.map(({ start, end }) => ({ start, end, value: withoutMarks(text.slice(start, end)) }));
}

/** Further marks of the same kind (`///`, `---`, ` * `) are words: ESLint knows no directives behind them either. */
function withoutMarks(comment: string): string {
  return comment.startsWith("/*") ? comment.slice(2).replace(/\*\/$/, "") : comment.slice(2);
}
