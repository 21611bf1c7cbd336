import type { Dialect } from "../../model/catalog.ts";
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
