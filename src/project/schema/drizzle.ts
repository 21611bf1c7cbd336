import type { Dialect } from "../../model/catalog.ts";
import type { DatabaseSource } from "../../model/input.ts";
import type { QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Unread } from "../../model/span.ts";
import { evaluateExport } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import type { ColumnBinding, DeclaredSchema, TableBinding, TableBindings } from "./bindings.ts";
import { readColumns } from "./drizzle-columns.ts";
import { readTableCall } from "./drizzle-factory.ts";
import { majorVersion } from "./drizzle-names.ts";
import { tableChange, type DrizzleTable } from "./drizzle-table.ts";

export type DrizzleSchemas = TableBindings & DeclaredSchema & { unread: Unread[] };

type Declared = Extract<Evaluated, { kind: "declaration" }>;
type Exported = { value: Declared; names: string[]; dialect: Dialect };
type Known = { table: DrizzleTable; binding: TableBinding };
type ExportedTable = Known & { names: string[] };
type Owner = { source: DatabaseSource; exportedAs: string[] };
type State = {
  program: Program;
  owners: Map<string, Owner>;
  known: Map<string, Known | null>;
  unread: Unread[];
  /** Databases with a table that could not be read. */
  incomplete: Set<string>;
};

/**
 * Drizzle's tables (reference §4.1–4.4): those that the schema files of `sources` export belong to a database; others are read when a value
 * leads to them and belong to none. Relations make no foreign keys.
 */
export function readDrizzleSchemas(program: Program, sources: DatabaseSource[]): DrizzleSchemas {
  const state: State = { program, owners: new Map(), known: new Map(), unread: [], incomplete: new Set() };
  const declared = new Map<string, Exported[]>();
  for (const source of sources) if (source.orm === "drizzle") declared.set(source.id, collect(state, source));
  const tables = new Map([...declared].map(([database, exported]) => [database, exported.flatMap((item) => knownExport(state, item))]));
  const inDatabase = (database: string): ExportedTable[] => tables.get(database) ?? [];
  return {
    tableOf: (value) => tableOf(state, value)?.binding ?? null,
    columnOf: (value) => columnOf(state, value),
    exportedTable: (database, name) => inDatabase(database).find((item) => item.names.includes(name))?.binding ?? null,
    all: [...new Set([...tables.values()].flat().map((item) => item.binding))],
    changes: (database) => changesOf(state, inDatabase(database)),
    complete: (database) => !state.incomplete.has(database),
    unread: state.unread,
  };
}

/** The declarations that a database's schema files export, barrels followed. The first database that exports one owns it. */
function collect(state: State, source: DatabaseSource): Exported[] {
  const found = new Map<string, Exported>();
  for (const file of source.schemaFiles) {
    for (const name of state.program.exportedNames(file)) {
      const value = evaluateExport(state.program, file, name);
      if (value.kind !== "declaration") continue;
      const key = keyOf(value);
      const known = found.get(key);
      if (known === undefined) found.set(key, { value, names: [name], dialect: source.dialect });
      else if (!known.names.includes(name)) known.names.push(name);
    }
  }
  for (const [key, { names }] of found) if (!state.owners.has(key)) state.owners.set(key, { source, exportedAs: names });
  return [...found.values()];
}

function keyOf(value: Declared): string {
  return `${value.path}\0${value.name}`;
}

function knownTable(state: State, value: Declared): Known | null {
  const key = keyOf(value);
  const seen = state.known.get(key);
  if (seen !== undefined) return seen;
  state.known.set(key, null);
  const made = readTable(state, value, state.owners.get(key) ?? null);
  state.known.set(key, made);
  return made;
}

function readTable(state: State, value: Declared, owner: Owner | null): Known | null {
  const call = readTableCall(state.program, value);
  if (call === null) return null;
  if (call.name === null) {
    if (owner !== null) state.incomplete.add(owner.source.id);
    state.unread.push({ at: value.at, message: `The name of the table "${value.name}" is computed from what the files do not tell` });
    return null;
  }
  const version = majorVersion(owner?.source.ormVersion ?? null);
  const casing = call.casing === undefined ? (owner?.source.casing ?? null) : call.casing;
  const columns = readColumns(state.program, call.columns, { casing, dialect: call.dialect });
  const name: QualifiedName = { schema: call.schema, name: call.name };
  const table: DrizzleTable = { name, call, columns, version, at: value.at };
  const isOwned = owner !== null && owner.source.dialect === call.dialect;
  const binding: TableBinding = {
    path: value.path,
    name: value.name,
    exportedAs: owner?.exportedAs ?? [],
    database: isOwned ? owner.source.id : null,
    table: `${call.schema ?? "public"}.${call.name}`,
    dialect: call.dialect,
    columns: new Map(columns.columns.map((item) => [item.property, item.column.name])),
    propertiesComplete: columns.complete,
    at: value.at,
  };
  return { table, binding };
}

function knownExport(state: State, { value, names, dialect }: Exported): ExportedTable[] {
  const known = knownTable(state, value);
  return known === null || known.binding.dialect !== dialect ? [] : [{ ...known, names }];
}

function tableOf(state: State, value: Evaluated): Known | null {
  return value.kind === "declaration" ? knownTable(state, value) : null;
}

function columnOf(state: State, value: Evaluated): (ColumnBinding & { qualified: QualifiedName }) | null {
  if (value.kind !== "member") return null;
  const known = tableOf(state, value.of);
  if (known === null) return null;
  return { table: known.binding, property: value.name, column: known.binding.columns.get(value.name) ?? null, qualified: known.table.name };
}

/** A table that is declared twice under one name counts once. */
function changesOf(state: State, tables: Known[]): SchemaChange[] {
  const seen = new Set<string>();
  const lookups = {
    program: state.program,
    tableOf: (value: Evaluated) => tableOf(state, value)?.table.name.name ?? null,
    columnOf: (value: Evaluated) => {
      const found = columnOf(state, value);
      return found?.column == null ? null : { table: found.qualified, column: found.column };
    },
  };
  return tables.flatMap(({ table, binding }) => {
    if (seen.has(binding.table)) return [];
    seen.add(binding.table);
    return [tableChange(table, lookups)];
  });
}
