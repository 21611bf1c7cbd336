import type { Span } from "../../model/span.ts";
import type { Statement } from "../../model/statement.ts";
import { isBreakpoint } from "./prepare.ts";
import type { SqlSource } from "./scope.ts";
import { commentText, type Segment } from "./segments.ts";

/**
 * Gives each statement the comments before and in it, the query's name that they hold, and its runner's chunk. A comment behind a statement
 * on the same line is that statement's. Statements out of bodies share the one around them.
 */
export function attachComments(source: SqlSource, statements: Statement[]): void {
  const comments = source.segments.filter((segment) => segment.kind === "comment");
  // Spans are of the file; the same mapping orders comments and statements.
  const placed = comments.map((segment) => ({ segment, at: source.span(segment.start, segment.end) }));
  const breakpoints = (source.breakpoints ?? []).map((offset) => source.span(offset, offset).start);
  let next = 0;
  let last: Statement | null = null;
  for (const statement of statements) {
    while (next < placed.length && (placed[next]?.at.start ?? 0) < statement.at.end) {
      const { segment } = placed[next++] ?? {};
      if (!segment) break;
      const text = source.text.slice(segment.start, segment.end);
      if (isBreakpoint(text)) continue;
      if (last && isBehind(source, segment)) last.comments.push(commentText(text));
      else statement.comments.push(commentText(text));
    }
    statement.chunk = breakpoints.filter((offset) => offset < statement.at.end).length;
    Object.assign(statement, queryName(statement.comments));
    last = statement;
  }
}

/** Only white space and a semicolon or comma lie between the comment and code on its line. */
function isBehind(source: SqlSource, segment: Segment): boolean {
  const line = source.text.slice(source.text.lastIndexOf("\n", segment.start) + 1, segment.start);
  return /;\s*$/.test(line);
}

/** sqlc's and others' `-- name: GetUser :one`; PgTyped's `@name getUser`. */
function queryName(comments: string[]): Pick<Statement, "name" | "command"> {
  for (const comment of [...comments].reverse()) {
    const sqlc = /^name:\s*(\S+)(?:\s+:(\w+))?/m.exec(comment);
    if (sqlc?.[1]) return { name: sqlc[1], command: sqlc[2] ?? null };
    const typed = /(?:^|\s)@name\s+(\w+)/.exec(comment);
    if (typed?.[1]) return { name: typed[1], command: null };
  }
  return { name: null, command: null };
}

/** Comments with their marks; `--` lines under each other are one, so that a sentence may run over them. */
export function joinLines(source: SqlSource): { text: string; at: Span }[] {
  const joined: { start: number; end: number }[] = [];
  for (const { kind, start, end } of source.segments) {
    if (kind !== "comment") continue;
    const last = joined.at(-1);
    const lines = last && source.text.startsWith("--", start) && source.text.startsWith("--", last.start);
    if (lines && /^\r?\n[ \t]*$/.test(source.text.slice(last.end, start))) last.end = end;
    else joined.push({ start, end });
  }
  return joined.map(({ start, end }) => ({ text: source.text.slice(start, end), at: source.span(start, end) }));
}

const steering = /^(?:\+goose|\+migrate|migrate:|atlas:|pg-delta:|flyway:|sqitch|pgroll|dbmate)|\b(?:no|disable|without)[-_ ]?transaction\b|\btransaction\s*[:=]\s*(?:false|none|off|no)\b|^(?:up|down) migration\b/i;

/** Comments that steer a runner. */
export function findDirectives(texts: string[]): string[] {
  return texts.filter((text) => !text.includes("\n") && steering.test(text));
}
