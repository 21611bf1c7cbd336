import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import type { Catalog, Column, KeyPart, Predicate, Table } from "../src/model/catalog.ts";
import type { NewForeignKey, NewKey, SchemaChange } from "../src/model/schema-change.ts";
import type { Span } from "../src/model/span.ts";

/** Schema changes by hand: only what a test speaks of has to be said. */
export function at(start = 0, path = "a.sql"): Span {
  return { path, start, end: start + 1 };
}

export function column(name: string, more: Partial<Column> = {}): Column {
  return { name, property: null, type: "integer", nullable: true, default: null, generated: false, at: null, ...more };
}

export function parts(...columns: string[]): KeyPart[] {
  return columns.map((name) => ({ kind: "column", column: name, collation: null, opclass: null }));
}

export function expression(text: string, ...columns: string[]): KeyPart {
  return { kind: "expression", expression: text, columns, collation: null, opclass: null };
}

export function predicate(text: string, ...columns: string[]): Predicate {
  return { text, columns, parameters: /\$\d/.test(text) };
}

export function newKey(kind: NewKey["kind"], keyParts: KeyPart[], more: Partial<NewKey> = {}): NewKey {
  return { name: null, kind, parts: keyParts, where: null, nullsNotDistinct: false, deferrable: false, at: at(), ...more };
}

export function newForeignKey(columns: string[], table: string, more: Partial<NewForeignKey> = {}): NewForeignKey {
  return { name: null, columns, table: { schema: null, name: table }, references: [], onDelete: "no action", at: at(), ...more };
}

type CreateTable = Extract<SchemaChange, { kind: "create-table" }>;

export function createTable(name: string, columns: Column[], keys: NewKey[] = [], more: Partial<CreateTable> = {}): CreateTable {
  return {
    kind: "create-table",
    at: at(),
    table: { schema: null, name },
    ifNotExists: false,
    temporary: false,
    tableKind: "table",
    partitioned: false,
    partitionOf: null,
    inherits: [],
    like: [],
    columns,
    keys,
    indexes: [],
    foreignKeys: [],
    checks: [],
    complete: true,
    ...more,
  };
}

type CreateIndex = Extract<SchemaChange, { kind: "create-index" }>;

export function createUniqueIndex(table: string, name: string | null, keyParts: KeyPart[], where: Predicate | null = null, more: Partial<CreateIndex> = {}): CreateIndex {
  return {
    kind: "create-index",
    at: at(),
    table: { schema: null, name: table },
    only: false,
    unique: true,
    concurrently: false,
    ifNotExists: false,
    index: { name, parts: keyParts, where, method: "btree", include: [], at: at() },
    nullsNotDistinct: false,
    ...more,
  };
}

export function built(...changes: SchemaChange[]): Catalog {
  return fold(emptyCatalog("postgres"), changes, "built");
}

export function declared(...changes: SchemaChange[]): Catalog {
  return fold(emptyCatalog("postgres"), changes, "declared");
}

/** A table of a catalog; a test that asks for one that is not there fails. */
export function table(catalog: Catalog, id: string): Table {
  const found = catalog.tables[id];
  if (!found) throw new Error(`no table ${id}: ${Object.keys(catalog.tables).join(", ")}`);
  return found;
}

export function keyNames(of: Table): (string | null)[] {
  return of.keys.map((key) => key.name);
}
