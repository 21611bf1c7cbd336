import type { FileFacts } from "../../model/facts.ts";
import type { SourceFile, Span, Unread } from "../../model/span.ts";
import { findDirectives } from "./comments.ts";
import { otherDialect } from "./dialect.ts";
import { prepareFile } from "./prepare.ts";
import { blankSegments, commentText } from "./segments.ts";
import { sourceOf } from "./sources.ts";
import { readAll } from "./split.ts";
import { brokenStatement, readParsed } from "./text.ts";

/**
 * A whole .sql file: statements of the part that goes up, with all they change and ask. Another database's SQL and binary files give one
 * Unread and no statement. Needs `loadSqlParser()` to have been awaited.
 */
export function readSqlFile(file: SourceFile): FileFacts {
  const span = (start: number, end: number): Span => ({ path: file.path, start, end });
  const facts: FileFacts = { path: file.path, language: "sql", unread: [], suppressions: [], claims: [], sql: null, prisma: null, code: null };
  if (file.text.includes("\0")) return { ...facts, unread: [{ at: span(0, 0), message: "binary file" }] };
  const source = sourceOf(prepareFile(file.text), span);
  const comments = source.segments
    .filter((segment) => segment.kind === "comment")
    .map(({ start, end }) => ({ text: commentText(source.text.slice(start, end)), at: span(start, end) }));
  const sql = { statements: [], directives: findDirectives(comments.map((comment) => comment.text)), comments };
  const { statements, broken } = readAll(source.text, source.segments);
  if (broken.length > 0) {
    const code = blankSegments(source.text, source.segments, ["comment", "string", "dollar"]);
    const dialect = otherDialect(broken.map(({ start, end }) => code.slice(start, end)), statements.length);
    const foreign: Unread = { at: span(0, 0), message: `This is SQL of another database than Postgres (${dialect}).` };
    if (dialect !== null) return { ...facts, sql, unread: [foreign] };
  }
  const read = readParsed(source, statements);
  return { ...facts, sql: { ...sql, statements: read.statements }, unread: [...broken.map((piece) => brokenStatement(source, piece)), ...read.unread] };
}
