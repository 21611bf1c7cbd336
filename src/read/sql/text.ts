import type { Span, Unread } from "../../model/span.ts";
import type { Statement } from "../../model/statement.ts";
import { readDoBody, readFunctionBody } from "./block.ts";
import { attachComments } from "./comments.ts";
import type { ParsedStatement } from "./parser.ts";
import { prepareText } from "./prepare.ts";
import type { SqlSource } from "./scope.ts";
import { sourceOf } from "./sources.ts";
import { readAll, tighten, type Broken } from "./split.ts";
import { readStatement } from "./statement.ts";

export type SqlPlace = { path: string; map: (offset: number) => number };

/**
 * SQL inside a string of code. `place.map` turns UTF-16 offsets of the text into those of the file, so spans point into the code. Holes of
 * templates must already be `$1` or quoted identifiers. Needs `loadSqlParser()` to have been awaited.
 */
export function readSqlText(text: string, place: SqlPlace): { statements: Statement[]; unread: Unread[] } {
  const span = (start: number, end: number): Span => ({ path: place.path, start: place.map(start), end: place.map(end) });
  if (text.includes("\0")) return { statements: [], unread: [{ at: span(0, text.length), message: "The text holds NUL bytes." }] };
  const source = sourceOf(prepareText(text), span);
  const { statements, broken } = readAll(source.text, source.segments);
  const read = readParsed(source, statements);
  return { statements: read.statements, unread: [...broken.map((piece) => brokenStatement(source, piece)), ...read.unread] };
}

/** Each parsed statement as data. One that cannot be read for a reason that nobody foresaw is told, and the rest goes on. */
export function readParsed(source: SqlSource, parsed: ParsedStatement[]): { statements: Statement[]; unread: Unread[] } {
  const unread: Unread[] = [];
  const statements: Statement[] = [];
  for (const piece of parsed) {
    const { start, end } = tighten(source.text, source.segments, piece.start, piece.end);
    try {
      statements.push(...readOne(source, { ...piece, start, end }));
    } catch (error) {
      unread.push({ at: source.span(start, end), message: `The statement could not be read: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  attachComments(source, statements);
  return { statements, unread };
}

function readOne(source: SqlSource, { node, start, end, offset }: ParsedStatement): Statement[] {
  const scope = { source, start, end, offset };
  const statement = readStatement(scope, node);
  if ("CreateFunctionStmt" in node) return [statement, ...readFunctionBody(scope, node)];
  if (!("DoStmt" in node)) return [statement];
  const body = readDoBody(scope, node);
  const dedups = body.filter((inner) => inner.dedup !== null);
  const block: Statement = {
    ...statement,
    changes: body.flatMap((inner) => inner.changes),
    queries: body.flatMap((inner) => inner.queries),
    dedup: dedups[0]?.dedup ?? null,
    lock: body.find((inner) => inner.lock !== null)?.lock ?? null,
    refresh: body.find((inner) => inner.refresh !== null)?.refresh ?? null,
    refusesTransaction: body.some((inner) => inner.refusesTransaction),
    nested: true,
  };
  // A statement holds one removal of duplicates: the block's others follow it.
  return [block, ...dedups.slice(1).map((inner) => ({ ...inner, changes: [], queries: [] }))];
}

export function brokenStatement(source: SqlSource, { end, failure }: Broken): Unread {
  const start = Math.min(failure.offset, end);
  const word = /^(?:[\w"]+|\S)/.exec(source.text.slice(start, end))?.[0] ?? "";
  return { at: source.span(start, start + word.length), message: `Postgres' parser refuses the statement: ${failure.message}` };
}
