import type { Column } from "../../model/catalog.ts";
import type { NewForeignKey, NewKey, QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { returnOf } from "../evaluate.ts";
import { asString, entryOf } from "../evaluated.ts";
import { cutName } from "../../catalog/names.ts";
import type { Evaluated, Program } from "../program.ts";
import { uniqueLink, type DrizzleColumn, type DrizzleColumns } from "./drizzle-columns.ts";
import { readExtras, readOnDelete, type TableScope } from "./drizzle-extras.ts";
import type { TableCall } from "./drizzle-factory.ts";
import { foreignKeyName, uniqueName } from "./drizzle-names.ts";

/** A table with its columns, before its keys and foreign keys are read: those may name other tables. */
export type DrizzleTable = {
  name: QualifiedName;
  call: TableCall;
  columns: DrizzleColumns;
  /** drizzle-kit's major version. */
  version: number;
  at: Span;
};

export type Lookups = {
  program: Program;
  /** A column of any table that is known: `users.id`. */
  columnOf(value: Evaluated): { table: QualifiedName; column: string } | null;
  tableOf(value: Evaluated): string | null;
};

/** What the declaration of a table makes in the database: one `create-table`. */
export function tableChange(table: DrizzleTable, lookups: Lookups): SchemaChange {
  const scope = scopeOf(table, lookups);
  const extras = readExtras(scope, table.call.kind === "table" ? table.call.extra : null);
  const own = table.columns.columns.flatMap((column) => columnKeys(table, column));
  const keys = [...own, ...extras.keys];
  return {
    kind: "create-table",
    at: table.at,
    table: table.name,
    ifNotExists: false,
    temporary: false,
    tableKind: table.call.kind,
    partitioned: false,
    partitionOf: null,
    inherits: [],
    like: [],
    columns: table.columns.columns.map((item) => withPrimaryNotNull(item.column, keys)),
    keys,
    indexes: extras.indexes,
    foreignKeys: [...table.columns.columns.flatMap((column) => columnReference(table, column, lookups)), ...extras.foreignKeys],
    checks: extras.checks,
    complete: table.columns.complete && extras.complete,
  };
}

function scopeOf(table: DrizzleTable, lookups: Lookups): TableScope {
  const byProperty = new Map(table.columns.columns.map((item) => [item.property, item.column.name]));
  const keys = new Map(table.columns.columns.map((item) => [item.column.name, item.explicitName ?? item.property]));
  const extra = table.call.extra;
  return {
    program: lookups.program,
    table: table.name.name,
    version: table.version,
    keyOf: (column) => keys.get(column) ?? column,
    column: (value) => ownColumn(value, extra, byProperty) ?? lookups.columnOf(value)?.column ?? null,
    tableName: lookups.tableOf,
    target: (columns) => foreignTarget(columns, lookups),
  };
}

/** `t.email`, where t is what the third argument is called with. */
function ownColumn(value: Evaluated, extra: Evaluated | null, columns: Map<string, string>): string | null {
  if (value.kind !== "parameter" || extra?.kind !== "function") return null;
  const isOwn = value.path === extra.path && value.function === extra.function && value.position === 0;
  const [property] = value.members;
  return isOwn && property !== undefined && value.members.length === 1 ? (columns.get(property) ?? null) : null;
}

function foreignTarget(values: Evaluated[], lookups: Lookups): { table: QualifiedName; columns: string[] } | null {
  const found = values.flatMap((value) => lookups.columnOf(value) ?? []);
  const [first] = found;
  return first === undefined || found.length !== values.length ? null : { table: first.table, columns: found.map((item) => item.column) };
}

function columnKeys(table: DrizzleTable, column: DrizzleColumn): NewKey[] {
  const parts: NewKey["parts"] = [{ kind: "column", column: column.column.name, collation: null, opclass: null }];
  const base = { parts, where: null, deferrable: false, at: column.at };
  const keys: NewKey[] = [];
  if (column.links.some((link) => link.name === "primaryKey")) keys.push({ ...base, name: null, kind: "primary", nullsNotDistinct: false });
  const unique = uniqueLink(column);
  if (unique === null) return keys;
  const options = unique.args?.find((arg) => arg.kind === "object");
  const [given] = unique.args ?? [];
  const isNamed = given !== undefined && given.kind !== "object" && given.kind !== "undefined";
  const defaultName = uniqueName(table.name.name, [{ key: column.explicitName ?? column.property, column: column.column.name }], table.version);
  const name = isNamed ? asString(given) : defaultName;
  // drizzle-kit 0.x writes a column's unique() of SQLite as a unique index.
  const kind = table.call.dialect === "sqlite" && table.version < 1 ? "index" : "constraint";
  const nullsNotDistinct = asString(entryOf(options, "nulls")) === "not distinct";
  keys.push({ ...base, name: name === null ? null : cutName(name), kind, nullsNotDistinct });
  return keys;
}

function columnReference(table: DrizzleTable, column: DrizzleColumn, lookups: Lookups): NewForeignKey[] {
  const link = column.links.find((item) => item.name === "references");
  const callback = link?.args?.[0];
  const leads = callback === undefined ? null : returnOf(lookups.program, callback);
  const target = leads === null ? null : lookups.columnOf(leads);
  if (link === undefined || target === null) return [];
  const columns = [column.column.name];
  const references = [target.column];
  const given = asString(entryOf(link.args?.[1], "name"));
  const name = given ?? foreignKeyName(table.name.name, columns, target.table.name, references, table.version);
  const onDelete = readOnDelete(entryOf(link.args?.[1], "onDelete"));
  return [{ name: name === null ? null : cutName(name), columns, references, table: target.table, onDelete, at: column.at }];
}

/** Columns of a primary key are NOT NULL, said or not. */
function withPrimaryNotNull(column: Column, keys: NewKey[]): Column {
  const isPrimary = keys.some((key) => key.kind === "primary" && key.parts.some((part) => part.kind === "column" && part.column === column.name));
  return isPrimary ? { ...column, nullable: false } : column;
}
