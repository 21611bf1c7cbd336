import { beforeAll } from "vitest";
import type { SchemaChange } from "../src/model/schema-change.ts";
import type { Span } from "../src/model/span.ts";
import type { SqlQuery, Statement } from "../src/model/statement.ts";
import { readSqlFile } from "../src/read/sql/file.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { readSqlText } from "../src/read/sql/text.ts";

/** Loads Postgres' parser before the tests of a file. */
export function useSqlParser(): void {
  beforeAll(loadSqlParser);
}

export function read(sql: string): Statement[] {
  const { statements, unread } = readSqlText(sql, { path: "x.ts", map: (offset) => offset });
  if (unread.length > 0) throw new Error(unread.map((u) => u.message).join("; "));
  return statements;
}

export function one(sql: string): Statement {
  const [statement, ...more] = read(sql);
  if (!statement || more.length > 0) throw new Error(`${more.length + 1} statements`);
  return statement;
}

export function changes(sql: string): SchemaChange[] {
  return read(sql).flatMap((statement) => statement.changes);
}

/** The only change of a text, known to be of this kind. */
export function change<K extends SchemaChange["kind"]>(sql: string, kind: K): Extract<SchemaChange, { kind: K }> {
  const [first, ...more] = changes(sql);
  if (first?.kind !== kind || more.length > 0) throw new Error(`changes are ${[first, ...more].map((c) => c?.kind).join(", ")}`);
  return first as Extract<SchemaChange, { kind: K }>;
}

export function query(sql: string): SqlQuery {
  const found = one(sql).queries;
  const last = found.at(-1);
  if (!last) throw new Error("no query");
  return last;
}

export function file(text: string): ReturnType<typeof readSqlFile> {
  return readSqlFile({ path: "m.sql", text });
}

export function at(text: string, span: Span): string {
  return text.slice(span.start, span.end);
}

/** Columns and expressions of a key, in short. */
export function parts(list: readonly ({ kind: "column"; column: string } | { kind: "expression"; expression: string })[] | null): string[] | null {
  return list === null ? null : list.map((part) => (part.kind === "column" ? part.column : `(${part.expression})`));
}
