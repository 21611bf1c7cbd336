import { tolerate } from "../../read/sql/block.ts";
import { readSqlText } from "../../read/sql/text.ts";
import type { QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span, Unread } from "../../model/span.ts";
import type { Statement } from "../../model/statement.ts";

/** A run of SQL with the place in code that it comes from. `exact`: the code says it letter by letter, from `at.start` on. */
export type Piece = { text: string; at: Span; exact: boolean };

/** What one call of a migration sends to the server, as one query. */
export type Sent = {
  at: Span;
  /** The text in pieces; null: the call is understood to change a schema, but not how. */
  sql: Piece[] | null;
  /** The table that it touches, where that is known though the rest is not. */
  table: QualifiedName | null;
  /** False: a part of it could not be read, e.g. a column of CREATE TABLE. */
  complete: boolean;
  /** The code asks something before, most likely whether it is already done. */
  conditional: boolean;
  /** In a transaction that the migration opens by itself. */
  transaction: boolean;
};

/** Stands for a type that code computes. */
export const UNKNOWN_TYPE = '"?"';
/** Stands for a value that code computes. */
export const UNKNOWN_VALUE = '"?"()';

export function sent(at: Span, sql: Piece[] | null, rest: Partial<Omit<Sent, "at" | "sql">> = {}): Sent {
  return { at, sql, table: null, complete: true, conditional: false, transaction: false, ...rest };
}

/**
 * The statements of all that a migration sends, in order, with places in `path`. Text is read by Postgres' own parser, as it is in .sql files;
 * each query is a chunk of its own. `opens`: transactions that the migration opens by itself count.
 */
export function statementsOf(path: string, all: Sent[], opens: boolean): { statements: Statement[]; unread: Unread[] } {
  const statements: Statement[] = [];
  const unread: Unread[] = [];
  let open = false;
  const add = (list: Statement[]): void => {
    const chunk = (statements.at(-1)?.chunk ?? -1) + 1;
    for (const statement of list) statements.push({ ...statement, chunk: chunk + statement.chunk });
  };
  const bracket = (text: string, at: Span): void => add(readPieces(path, [{ text, at, exact: false }]).statements);
  for (const item of all) {
    if (opens && item.transaction !== open) bracket(open ? "commit" : "begin", item.at);
    if (opens) open = item.transaction;
    const read = item.sql === null ? { statements: [], unread: [{ at: item.at, message: "What this call changes could not be read" }] } : readPieces(path, item.sql);
    unread.push(...read.unread);
    add(read.statements.map((statement) => adjust(item, statement)));
    if (read.unread.length > 0 && (item.sql === null || changesTables(item.sql))) add([opaqueStatement(item)]);
  }
  const last = all.at(-1);
  if (open && last !== undefined) bracket("commit", last.at);
  return { statements, unread };
}

/** Functions, triggers, policies and rights have nothing to do with keys. */
function changesTables(sql: Piece[]): boolean {
  return /\b(?:table|index|constraint)\b/i.test(sql.map(({ text }) => text).join("").replace(/\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure|trigger|policy|view)\b[^]*/i, ""));
}

function adjust(item: Sent, statement: Statement): Statement {
  const changes = statement.changes.map((change) => (item.conditional ? tolerate(change) : change)).map((change) => withoutMarks(item, change));
  return { ...statement, changes, nested: statement.nested };
}

/** Marks of what is not known become null. */
function withoutMarks(item: Sent, change: SchemaChange): SchemaChange {
  const typed = <T extends { type: string | null }>(column: T): T => (column.type === UNKNOWN_TYPE ? { ...column, type: null } : column);
  if (change.kind === "create-table") return { ...change, columns: change.columns.map(typed), complete: change.complete && item.complete };
  if (change.kind === "add-column") return { ...change, column: typed(change.column) };
  return change.kind === "set-type" && change.type === UNKNOWN_TYPE ? { kind: "opaque", table: change.table, at: change.at } : change;
}

function opaqueStatement({ at, table }: Sent): Statement {
  return {
    at, changes: [{ kind: "opaque", table, at }], transaction: null, isolation: null, queries: [], refresh: null, dedup: null, lock: null,
    refusesTransaction: false, nested: false, name: null, command: null, comments: [], chunk: 0,
  };
}

function readPieces(path: string, pieces: Piece[]): { statements: Statement[]; unread: Unread[] } {
  const text = pieces.map((piece) => piece.text).join("");
  const read = readSqlText(text, { path: "", map: (offset) => offset });
  return placed(read, (start, end) => placeOf(path, pieces, start, end));
}

/** Where a range of the text stands in code: from the place of its first letter to that of its last. */
function placeOf(path: string, pieces: Piece[], start: number, end: number): Span {
  const first = pieceAt(pieces, start);
  const last = pieceAt(pieces, Math.max(start, end - 1));
  const from = first.piece.exact ? first.piece.at.start + (start - first.from) : first.piece.at.start;
  const to = last.piece.exact ? last.piece.at.start + (end - last.from) : last.piece.at.end;
  // Clauses may come out of a helper that stands further up than the call.
  return { path, start: Math.min(from, to), end: Math.max(from, to) };
}

function pieceAt(pieces: Piece[], offset: number): { piece: Piece; from: number } {
  let from = 0;
  let found = { piece: pieces[0] ?? { text: "", at: { path: "", start: 0, end: 0 }, exact: false }, from: 0 };
  for (const piece of pieces) {
    if (piece.text.length > 0 && from <= offset) found = { piece, from };
    from += piece.text.length;
  }
  return found;
}

/** The same data with every span of it moved. */
function placed<T>(value: T, place: (start: number, end: number) => Span): T {
  if (Array.isArray(value)) return value.map((item: unknown) => placed(item, place)) as T;
  if (typeof value !== "object" || value === null) return value;
  const span = value as unknown as Span;
  const keys = Object.keys(value);
  if (keys.length === 3 && span.path === "" && typeof span.start === "number" && typeof span.end === "number") return place(span.start, span.end) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, placed(item as unknown, place)])) as T;
}
