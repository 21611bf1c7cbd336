import type { KeyPart, Predicate } from "./catalog.ts";
import type { QualifiedName, SchemaChange } from "./schema-change.ts";
import type { Span } from "./span.ts";

/** One SQL statement, of a migration, a query file or a string in code. Spans point into the file that holds it. */
export type Statement = {
  at: Span;
  /** Schema changes in order; empty for what changes no schema. A DO block lists those of its body. */
  changes: SchemaChange[];
  transaction: "begin" | "commit" | "rollback" | "savepoint" | null;
  /** SET TRANSACTION / BEGIN … ISOLATION LEVEL, lower case; null: not said. */
  isolation: string | null;
  /** INSERT, UPDATE, DELETE, SELECT and MERGE in it, those in CTEs and DO blocks too, outermost last. */
  queries: SqlQuery[];
  /** REFRESH MATERIALIZED VIEW. */
  refresh: { view: QualifiedName; concurrently: boolean } | null;
  /** A removal of duplicates, in any of the forms that people write; null: it is none. */
  dedup: Dedup | null;
  /** Takes a lock that serializes callers: pg_advisory_(xact_)lock, LOCK TABLE, SELECT … FOR UPDATE. */
  lock: { kind: "advisory" | "table" | "row"; table: QualifiedName | null; at: Span } | null;
  /** CONCURRENTLY anywhere, or another command that Postgres refuses inside a transaction block (25001). */
  refusesTransaction: boolean;
  /** Inside a DO block or a function body. */
  nested: boolean;
  /** sqlc's, PgTyped's `-- name: X :one`; null: none. */
  name: string | null;
  command: string | null;
  /** Comments directly before it and inside it, without their marks. */
  comments: string[];
  /** Runner's chunk (Drizzle's `--> statement-breakpoint`), from 0; statements of a chunk go to the server as one query. */
  chunk: number;
};

/** A value in SQL: `$1`, `@name`, `sqlc.arg('name')` are parameters. */
export type SqlValue = {
  /** Canonical text. */
  text: string;
  kind: "parameter" | "literal" | "null" | "default" | "excluded" | "column" | "expression" | "fresh";
  /** Name or `$n` of a parameter; column of `excluded`. */
  name: string | null;
};

export type SqlAssignment = { column: string; value: SqlValue; at: Span };

/** What a conflict target says of an order, as Postgres calls it when it refuses the clause for it. */
export type TargetOrder = "ASC/DESC" | "NULLS FIRST/LAST";

export type SqlConflict = {
  action: "nothing" | "update";
  /** null: no target. */
  target: { by: "parts"; parts: KeyPart[]; where: Predicate | null; order?: TargetOrder } | { by: "constraint"; name: string } | null;
  sets: SqlAssignment[];
  setWhere: boolean;
  /** The parenthesised target, or the ON CONFLICT clause. */
  at: Span;
};

/** What a WHERE compares for equality, and whether that is all it says. */
export type SqlMatch = {
  columns: SqlAssignment[];
  /** Other conjuncts (ranges, IS NULL, OR …), canonical text; empty: equalities only. */
  rest: string[];
};

export type SqlQuery = {
  kind: "insert" | "update" | "delete" | "select" | "merge";
  /** null: no single plain table (joins, functions, sub-queries, interpolated name). */
  table: QualifiedName | null;
  alias: string | null;
  at: Span;
  /** INSERT/UPDATE: written columns; null: not known (no column list, `*`). */
  writes: SqlAssignment[] | null;
  rows: "one" | "many" | "unknown";
  /** INSERT … SELECT. */
  fromSelect: boolean;
  conflict: SqlConflict | null;
  match: SqlMatch | null;
  returning: boolean;
  limitOne: boolean;
  /** SELECT count(*) / exists(…): an existence test. */
  aggregate: "count" | "exists" | "max" | null;
  /** INSERT … SELECT of rows that the table lacks (NOT EXISTS, NOT IN, EXCEPT, a left join that finds none): the look-up inside. */
  notExists: SqlMatch | null;
  forUpdate: boolean;
};

export type Dedup = {
  table: QualifiedName;
  /** `number`: rows are numbered anew within each group, all of them. `rebuild`: a table is made or filled with one row of each group. */
  action: "delete" | "null" | "change" | "number" | "rebuild";
  /** Columns whose equality makes two rows duplicates; null: not known. */
  grouping: KeyPart[] | null;
  /** Rows that it looks at; null: all. */
  where: Predicate | null;
  /** Rows that the one which stays is chosen among, where the statement says that apart from `where`; null: all. Absent: those of `where`, or not known. */
  among?: Predicate | null;
  /** PARTITION BY treats NULLs as equal; `=` joins do not; `IS NOT DISTINCT FROM` does. */
  nullsEqual: boolean;
  /** What chooses the row that stays; empty: nothing said. */
  order: string[];
  /** True when two rows can tie (or when `<`/`>` compares columns that are no key): duplicates stay or all go; null: not known. */
  ties: boolean | null;
  /** For UPDATE: the columns that get another value. */
  sets: string[];
  at: Span;
};
