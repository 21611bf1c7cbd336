import type { Span } from "./span.ts";

/** What a database keeps: tables with their keys, as plain data. */
export type Catalog = {
  dialect: Dialect;
  /** By `Table.id`. */
  tables: Record<string, Table>;
};

export type Dialect = "postgres" | "mysql" | "sqlite" | "other";

export type Table = {
  /** `schema.name`, e.g. `public.tenants`; unique within a catalog. */
  id: string;
  schema: string;
  name: string;
  kind: "table" | "view" | "materialized-view";
  temporary: boolean;
  partitioned: boolean;
  /** Ids of the partitioned table that it is a part of, or of the tables it inherits from; absent: none. */
  parents?: string[];
  columns: Column[];
  keys: UniqueKey[];
  /** Indexes that are not unique. */
  indexes: Index[];
  foreignKeys: ForeignKey[];
  /** Names of CHECK constraints; a handler may compare with them. */
  checks: string[];
  /** False when a part of a declaration could not be read: then an absent key proves nothing. */
  complete: boolean;
  /** In the ORM schema. */
  declared: Span[];
  /** In migrations. */
  built: Span[];
};

export type Column = {
  name: string;
  /** The name code uses for it (Drizzle property, Prisma field); null where the schema is SQL. */
  property: string | null;
  /** As written in SQL, lower case, e.g. `uuid`, `varchar(20)`, `bigserial`; null: not known. */
  type: string | null;
  nullable: boolean | null;
  default: ColumnDefault | null;
  /** GENERATED ALWAYS AS (…): never written by code. */
  generated: boolean;
  /** Where it is declared (schema) or added (migration); null for columns that a construct implies. */
  at: Span | null;
};

/**
 * `fresh`: every row gets another value (serial, identity, uuid, cuid, nanoid, now()), so that two inserts cannot collide on it.
 * `by`: who makes the value, the database or the client library. `literal`: canonical text of a constant (`false`, `'new'`, `1`), where SQL says one.
 */
export type ColumnDefault = { by: "database" | "client"; fresh: boolean; literal?: string };

export type KeyPart =
  | { kind: "column"; column: string; collation: string | null; opclass: string | null }
  /** `expression`: canonical text (see catalog/predicate.ts); `columns`: those it reads. */
  | { kind: "expression"; expression: string; columns: string[]; collation: string | null; opclass: string | null };

export type UniqueKey = {
  /** As the database names it, default names worked out, cut to 63 bytes; null: not known. */
  name: string | null;
  /** `constraint`: UNIQUE constraint; `index`: unique index without one; decides ON CONSTRAINT and DROP. */
  kind: "primary" | "constraint" | "index" | "exclusion";
  /** INCLUDE columns are not parts. */
  parts: KeyPart[];
  /** INCLUDE columns; absent: none. */
  include?: string[];
  /** A partial index holds only for these rows. */
  where: Predicate | null;
  nullsNotDistinct: boolean;
  /** Can never be an arbiter: 55000. */
  deferrable: boolean;
  /** False after a build that failed; null: not known. */
  valid: boolean | null;
  declared: Span[];
  built: Span[];
};

export type Index = {
  name: string | null;
  parts: KeyPart[];
  /** INCLUDE columns; absent: none. */
  include?: string[];
  where: Predicate | null;
  /** Lower case; `btree` where nothing is said. */
  method: string;
  declared: Span[];
  built: Span[];
};

export type ForeignKey = {
  name: string | null;
  columns: string[];
  /** Table id. */
  table: string;
  /** Empty: the primary key of the referenced table. */
  references: string[];
  onDelete: "no action" | "restrict" | "cascade" | "set null" | "set default";
  declared: Span[];
  built: Span[];
};

export type Predicate = {
  /** Canonical text: database column names, unqualified, as catalog/predicate.ts prints it. */
  text: string;
  columns: string[];
  /** Holds bind parameters ($1, a hole of a template). */
  parameters: boolean;
};
