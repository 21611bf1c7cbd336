import type { FileFacts } from "../../model/facts.ts";
import type { SourceFile, Span, Unread } from "../../model/span.ts";
import { readClaims, readSuppressions } from "../comments.ts";
import { findDirectives, joinLines } from "./comments.ts";
import { otherDialect } from "./dialect.ts";
import { isSqlParserReady } from "./parser.ts";
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
  const empty: FileFacts = { path: file.path, language: "sql", unread: [], suppressions: [], claims: [], sql: null, prisma: null, code: null };
  if (file.text.includes("\0")) return { ...empty, unread: [{ at: span(0, 0), message: "binary file" }] };
  if (!isSqlParserReady()) return { ...empty, unread: [{ at: span(0, 0), message: "Postgres' parser is not loaded" }] };
  const source = sourceOf(prepareFile(file.text), span);
  const raw = source.segments.filter((segment) => segment.kind === "comment").map(({ start, end }) => ({ text: source.text.slice(start, end), at: span(start, end) }));
  const comments = raw.map(({ text, at }) => ({ text: commentText(text), at }));
  const facts: FileFacts = {
    ...empty,
    suppressions: readSuppressions(raw),
    claims: readClaims(joinLines(source).map(({ text, at }) => ({ text, at, declaration: null, function: null }))),
  };
  const sql = { statements: [], directives: findDirectives(comments.map((comment) => comment.text)), comments };
  const { statements, broken } = readAll(source.text, source.segments);
  if (broken.length > 0) {
    const code = blankSegments(source.text, source.segments, ["comment", "string", "dollar"]);
    const dialect = otherDialect(broken.map(({ start, end }) => code.slice(start, end)), statements.length);
    const foreign: Unread = { at: span(0, 0), message: `This is SQL of another database than Postgres (${dialect}).` };
    if (dialect !== null) return { ...facts, sql: { ...sql, foreign: dialect }, unread: [foreign] };
  }
  const read = readParsed(source, statements);
  return { ...facts, sql: { ...sql, statements: read.statements }, unread: [...broken.map((piece) => brokenStatement(source, piece)), ...read.unread] };
}
