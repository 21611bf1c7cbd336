import type { Check, Column, ForeignKey, Index, KeyPart, Predicate, UniqueKey } from "./catalog.ts";
import type { Span } from "./span.ts";

/** A name as written; `schema` null: found through the search path (`public` unless a `search-path` change said otherwise). */
export type QualifiedName = { schema: string | null; name: string };

/**
 * One step in the history of a schema. SQL migrations give many, an ORM schema one `create-table` a table; catalog/fold.ts replays them.
 * `at` is the clause that says it (the constraint, the column), inside the statement. `conditional`: a condition stands before it, which most
 * likely asks whether it is already done (`anywhere`: it looks for a name in all schemas). `only`: ONLY, so that tables below do not get it.
 */
export type SchemaChange = { at: Span; conditional?: "here" | "anywhere"; only?: boolean } & (
  | {
      kind: "create-table";
      table: QualifiedName;
      ifNotExists: boolean;
      temporary: boolean;
      tableKind: "table" | "view" | "materialized-view";
      partitioned: boolean;
      /** As Table.partitionKey. */
      partitionKey?: (string | null)[];
      partitionOf: QualifiedName | null;
      inherits: QualifiedName[];
      /** `after`: how many of `columns` stand before it. */
      like: { table: QualifiedName; indexes: boolean; defaults: boolean; constraints: boolean; generated: boolean; after: number }[];
      /** CREATE TABLE … OF type. */
      ofType?: QualifiedName;
      /** The query of a view, or of CREATE TABLE … AS. */
      query?: QueryShape;
      /** CREATE OR REPLACE. */
      replace?: true;
      columns: Column[];
      /** NOT NULL that stands behind no column. */
      notNulls?: NewNotNull[];
      keys: NewKey[];
      indexes: NewIndex[];
      foreignKeys: NewForeignKey[];
      checks: NewCheck[];
      /** False: parts of the declaration could not be read. */
      complete: boolean;
    }
  | { kind: "drop-table"; tables: QualifiedName[]; ifExists: boolean; cascade: boolean }
  | { kind: "rename-table"; table: QualifiedName; to: string; ifExists: boolean }
  | { kind: "set-schema"; table: QualifiedName; to: string }
  | { kind: "attach-partition"; table: QualifiedName; partition: QualifiedName }
  | { kind: "detach-partition"; table: QualifiedName; partition: QualifiedName }
  /** ALTER INDEX … ATTACH PARTITION. */
  | { kind: "attach-index"; index: QualifiedName; partition: QualifiedName }
  | { kind: "inherit"; table: QualifiedName; parent: QualifiedName }
  | { kind: "no-inherit"; table: QualifiedName; parent: QualifiedName }
  | { kind: "add-column"; table: QualifiedName; column: Column; ifNotExists: boolean; checks?: NewCheck[]; keys: NewKey[]; foreignKeys: NewForeignKey[] }
  | { kind: "drop-column"; table: QualifiedName; column: string; ifExists: boolean }
  | { kind: "rename-column"; table: QualifiedName; column: string; to: string }
  | { kind: "set-nullable"; table: QualifiedName; column: string; nullable: boolean; name?: string; local?: true }
  /** DROP EXPRESSION: null. */
  | { kind: "set-generated"; table: QualifiedName; column: string; from: Column["from"] | null }
  | { kind: "set-type"; table: QualifiedName; column: string; type: string; collation?: string }
  | { kind: "set-default"; table: QualifiedName; column: string; default: Column["default"] }
  | { kind: "add-key"; table: QualifiedName; key: NewKey; usingIndex: string | null }
  | { kind: "add-foreign-key"; table: QualifiedName; foreignKey: NewForeignKey }
  | { kind: "add-check"; table: QualifiedName; check: NewCheck }
  | { kind: "drop-constraint"; table: QualifiedName; name: string; ifExists: boolean }
  | { kind: "rename-constraint"; table: QualifiedName; name: string; to: string }
  | {
      kind: "create-index";
      table: QualifiedName;
      /** ON ONLY parent: invalid until all partitions are attached. */
      only: boolean;
      unique: boolean;
      concurrently: boolean;
      ifNotExists: boolean;
      index: NewIndex;
      nullsNotDistinct: boolean;
    }
  | { kind: "drop-index"; indexes: QualifiedName[]; concurrently: boolean; ifExists: boolean }
  | { kind: "rename-index"; index: QualifiedName; to: string; ifExists: boolean }
  | { kind: "search-path"; schemas: string[] }
  | { kind: "create-schema"; schema: string }
  | { kind: "drop-schema"; schemas: string[] }
  | { kind: "rename-schema"; schema: string; to: string }
  /** An enum, a domain, a range, a composite type. */
  | { kind: "create-type"; type: QualifiedName; composite: boolean; columns: Column[]; base: QualifiedName | null }
  | { kind: "drop-type"; types: QualifiedName[] }
  | { kind: "rename-type"; type: QualifiedName; to: QualifiedName }
  /** Functions, by name: what is made with them goes under CASCADE. */
  | { kind: "drop-function"; functions: QualifiedName[] }
  /**
   * A block with EXCEPTION: when a change between `begin` and `handler` is refused for one of these reasons, all of them are undone and those
   * between `handler` and `end` are made. `catches`: SQLSTATEs, at `begin` those of all handlers; `*` stands for all.
   */
  | { kind: "block"; part: "begin" | "handler" | "end"; catches: string[] }
  /** ALTER TYPE … ADD VALUE: no row holds it yet. */
  | { kind: "add-enum-value"; value: string }
  /**
   * DDL that was seen but not understood (EXECUTE of a computed text, another dialect); `table` where it is known which one it touches.
   * `mentioned`: a block that computes DDL only names it in a string, so it may be no table at all.
   */
  | { kind: "opaque"; table: QualifiedName | null; mentioned?: true }
);

/** Keys as written: names may be missing (fold gives Postgres' default), spans are the change's. */
export type NewKey = Pick<UniqueKey, "name" | "kind" | "parts" | "where" | "nullsNotDistinct" | "deferrable" | "include" | "period" | "labels" | "partOf"> & { at: Span };
export type NewIndex = Pick<Index, "name" | "parts" | "where" | "method" | "labels" | "partOf"> & {
  /** INCLUDE columns: part of the default name only. */
  include: string[];
  at: Span;
};
export type NewCheck = Pick<Check, "columns" | "text" | "local"> & { name: string | null };
export type NewNotNull = { column: string; name: string | null; local?: true };
export type NewForeignKey = Pick<ForeignKey, "name" | "columns" | "references" | "onDelete" | "partOf"> & { table: QualifiedName; at: Span };

/**
 * What a query gives and reads, as far as it says so: `outputs` are names, or `*` of a source (null: of all); `reads` the columns that it names,
 * with the source that they are said to be of.
 */
export type QueryShape = {
  sources: { table: QualifiedName; alias: string }[];
  outputs: ({ name: string } | { all: string | null })[];
  reads: { source: string | null; column: string }[];
};
export type { Column, KeyPart, Predicate };
