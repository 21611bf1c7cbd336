import type { Column, ForeignKey, Index, KeyPart, Predicate, UniqueKey } from "./catalog.ts";
import type { Span } from "./span.ts";

/** A name as written; `schema` null: found through the search path (`public` unless a `search-path` change said otherwise). */
export type QualifiedName = { schema: string | null; name: string };

/**
 * One step in the history of a schema. SQL migrations give many, an ORM schema one `create-table` a table; catalog/fold.ts replays them.
 * `at` is the clause that says it (the constraint, the column), inside the statement.
 */
export type SchemaChange = { at: Span } & (
  | {
      kind: "create-table";
      table: QualifiedName;
      ifNotExists: boolean;
      temporary: boolean;
      tableKind: "table" | "view" | "materialized-view";
      partitioned: boolean;
      partitionOf: QualifiedName | null;
      inherits: QualifiedName[];
      like: { table: QualifiedName; indexes: boolean; defaults: boolean }[];
      columns: Column[];
      keys: NewKey[];
      indexes: NewIndex[];
      foreignKeys: NewForeignKey[];
      checks: (string | null)[];
      /** False: parts of the declaration could not be read. */
      complete: boolean;
    }
  | { kind: "drop-table"; tables: QualifiedName[]; ifExists: boolean; cascade: boolean }
  | { kind: "rename-table"; table: QualifiedName; to: string; ifExists: boolean }
  | { kind: "set-schema"; table: QualifiedName; to: string }
  | { kind: "attach-partition"; table: QualifiedName; partition: QualifiedName }
  | { kind: "detach-partition"; table: QualifiedName; partition: QualifiedName }
  | { kind: "add-column"; table: QualifiedName; column: Column; ifNotExists: boolean; keys: NewKey[]; foreignKeys: NewForeignKey[] }
  | { kind: "drop-column"; table: QualifiedName; column: string; ifExists: boolean }
  | { kind: "rename-column"; table: QualifiedName; column: string; to: string }
  | { kind: "set-nullable"; table: QualifiedName; column: string; nullable: boolean }
  | { kind: "set-type"; table: QualifiedName; column: string; type: string }
  | { kind: "set-default"; table: QualifiedName; column: string; default: Column["default"] }
  | { kind: "add-key"; table: QualifiedName; key: NewKey; usingIndex: string | null }
  | { kind: "add-foreign-key"; table: QualifiedName; foreignKey: NewForeignKey }
  | { kind: "add-check"; table: QualifiedName; name: string | null }
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
  /** ALTER TYPE … ADD VALUE: no row holds it yet. */
  | { kind: "add-enum-value"; value: string }
  /**
   * DDL that was seen but not understood (EXECUTE of a computed text, another dialect); `table` where it is known which one it touches.
   * `mentioned`: a block that computes DDL only names it in a string, so it may be no table at all.
   */
  | { kind: "opaque"; table: QualifiedName | null; mentioned?: true }
);

/** Keys as written: names may be missing (fold gives Postgres' default), spans are the change's. */
export type NewKey = Pick<UniqueKey, "name" | "kind" | "parts" | "where" | "nullsNotDistinct" | "deferrable" | "include"> & { at: Span };
export type NewIndex = Pick<Index, "name" | "parts" | "where" | "method"> & {
  /** INCLUDE columns: part of the default name only. */
  include: string[];
  at: Span;
};
export type NewForeignKey = Pick<ForeignKey, "name" | "columns" | "references" | "onDelete"> & { table: QualifiedName; at: Span };
export type { Column, KeyPart, Predicate };
