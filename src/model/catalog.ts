import type { Span } from "./span.ts";

/** What a database keeps: tables with their keys, as plain data. */
export type Catalog = {
  dialect: Dialect;
  /** By `Table.id`. */
  tables: Record<string, Table>;
  /** Types that SQL made, by `schema.name`; absent: none. */
  types?: Record<string, UserType>;
  /** Schemas that were dropped or renamed, so that a search path passes them over; absent: none. */
  gone?: string[];
};

/** `columns`: of a `composite` type, which is a relation as tables are. `base`: id of the type that a domain is made of, where that is no system one. */
export type UserType = { id: string; composite: boolean; columns: Column[]; base: string | null };

export type Dialect = "postgres" | "mysql" | "sqlite" | "other";

export type Table = {
  /** `schema.name`, e.g. `public.tenants`; unique within a catalog. */
  id: string;
  schema: string;
  name: string;
  kind: "table" | "view" | "materialized-view";
  temporary: boolean;
  partitioned: boolean;
  /** What PARTITION BY names, in order; null: an expression. Absent: not partitioned, or nothing is known. */
  partitionKey?: (string | null)[];
  /** Ids of the partitioned table that it is a part of, or of the tables it inherits from; absent: none. */
  parents?: string[];
  columns: Column[];
  keys: UniqueKey[];
  /** Indexes that are not unique. */
  indexes: Index[];
  foreignKeys: ForeignKey[];
  /** CHECK constraints; a handler may compare with their names. */
  checks: Check[];
  /** What the query of a view reads, which goes with it under CASCADE; absent: it is no view. */
  reads?: { table: string; columns: string[] }[];
  /** CREATE TABLE … OF: id of the type. */
  ofType?: string;
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
  /** Its own COLLATE, which its indexes take; absent: none is said. */
  collation?: string;
  nullable: boolean | null;
  default: ColumnDefault | null;
  /** GENERATED ALWAYS AS (…): never written by code. */
  generated: boolean;
  /** What a generated column is made of; absent: not known, or not generated. */
  from?: { text: string; columns: string[] };
  /** The constraint behind NOT NULL, which Postgres 18 names; absent: none, or no name is known. */
  notNull?: NotNull;
  /** It is there only because a parent has it: see Table.parents. */
  inherited?: true;
  /** Id of its type in Catalog.types; absent: a system type, or one that is not known. */
  userType?: string;
  /** Where it is declared (schema) or added (migration); null for columns that a construct implies. */
  at: Span | null;
};

/**
 * `fresh`: every row gets another value (serial, identity, uuid, cuid, nanoid, now()), so that two inserts cannot collide on it.
 * `by`: who makes the value, the database or the client library. `literal`: canonical text of a constant (`false`, `'new'`, `1`), where SQL says one.
 */
export type ColumnDefault = { by: "database" | "client"; fresh: boolean; literal?: string };

/** `inherited`: it is there only because a parent has it. `local`: NO INHERIT, children do not get it. */
export type NotNull = { name: string; inherited?: true; local?: true };
export type Check = { name: string; columns: string[]; text: string; inherited?: true; local?: true };

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
  /** False after a build that failed, and ON ONLY a partitioned table until all partitions have theirs; null: not known. */
  valid: boolean | null;
  /** `exclusion` made by WITHOUT OVERLAPS: what it is to Postgres. */
  period?: "primary" | "constraint";
  /** What its index calls its columns since before they were renamed: names of copies are made of it. Absent: as parts and `include` say. */
  labels?: string[];
  /** Name of the parent's key, of which a partition's is a part. */
  partOf?: string;
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
  /** As UniqueKey.valid, but absent where nothing is known. */
  valid?: false;
  /** As UniqueKey.labels. */
  labels?: string[];
  /** Name of the parent's index, of which a partition's is a part. */
  partOf?: string;
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
  /** Name of the key that it stands on; absent: none is known. */
  key?: string;
  /** Name of the parent's foreign key, of which a partition's is a part. */
  partOf?: string;
  declared: Span[];
  built: Span[];
};

/**
 * `column::type = 'a'::type`, or either cast alone: what Postgres prints for a column of that very type, and another condition for one of an enum or a
 * char(n). `with`: canonical text of the other side.
 */
export type ComparedCast = { column: string; type: string; with: string };

export type Predicate = {
  /** Canonical text: database column names, unqualified, as catalog/predicate.ts prints it. */
  text: string;
  columns: string[];
  /** Holds bind parameters ($1, a hole of a template). */
  parameters: boolean;
  /** Comparisons in which `text` leaves out casts; absent: none. */
  casts?: ComparedCast[];
};
