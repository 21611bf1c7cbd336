import type { Dialect } from "../../model/catalog.ts";
import type { Orm } from "../../model/project.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import type { Evaluated } from "../program.ts";

/** What a table declared in code is called there and in the database. */
export type TableBinding = {
  /** File and name of the declaration. */
  path: string;
  name: string;
  /** Names under which the schema files export it: keys of `db.query`. */
  exportedAs: string[];
  /** Database.id; null: no configuration names it (a table of a test, another project's). */
  database: string | null;
  /** Table.id. */
  table: string;
  dialect: Dialect;
  /** Property → database column. */
  columns: Map<string, string>;
  /** False: a spread or helper may add properties that `columns` lacks. */
  propertiesComplete: boolean;
  at: Span;
};

/** A column named in code (`users.orgId`); `column` null: the table has no such property as far as is known. */
export type ColumnBinding = { table: TableBinding; property: string; column: string | null };

/** The tables that code declares, for the adapters of clients. */
export type TableBindings = {
  /** The table that a value is: its declaration, also behind a namespace or a barrel. */
  tableOf(value: Evaluated): TableBinding | null;
  /** The column that `users.orgId` is. */
  columnOf(value: Evaluated): ColumnBinding | null;
  /** The table of a database that is exported under this name, as `db.query.<name>` uses it. */
  exportedTable(database: string, name: string): TableBinding | null;
  /** All tables of configured databases. */
  all: TableBinding[];
};

/** What an entity of an ORM is called in code and in the database. */
export type EntityBinding = TableBinding & {
  relations: Map<string, EntityRelation>;
  /** Properties of embedded objects; their columns are `columns.get("address.city")`. */
  embedded: string[];
  /** Properties of the primary key, in order; `columns` has their columns. */
  primary: string[];
  /** A hook of the class may set what an insert leaves out. */
  madeByHooks: boolean;
};

/** `columns`: of this table, with the properties of the target that they hold; none on the other side of the relation. */
export type EntityRelation = {
  kind: "many-to-one" | "one-to-one" | "one-to-many" | "many-to-many";
  columns: { column: string; references: string }[];
  cascades: boolean;
  target(): EntityBinding | null;
};

/** The entities that code declares, for the adapters of clients. */
export type EntityBindings = {
  /** The entity that a value is: its class, its schema, its name. */
  entityOf(value: Evaluated): EntityBinding | null;
  /** By the name of its class or schema, in one database or (null) any; null: none, or several. */
  entityNamed(name: string, database: string | null): EntityBinding | null;
};

/** What an ORM's schema files declare, by database. */
export type DeclaredSchema = {
  /** One `create-table` a table. */
  changes(database: string): SchemaChange[];
  /** False: some declaration could not be read at all, so a table may be missing. */
  complete(database: string): boolean;
};

/** Those that are read out of code. */
export type DeclaredSchemas = Partial<Record<Orm, DeclaredSchema>>;
