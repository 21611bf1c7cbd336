import type { Database, Value } from "../../model/project.ts";
import type { Table } from "../../model/catalog.ts";
import type { QualifiedName } from "../../model/schema-change.ts";
import type { SqlAssignment, SqlQuery, SqlValue, Statement } from "../../model/statement.ts";
import { dirname, isInside } from "../paths.ts";
import type { Evaluated } from "../program.ts";
import type { Draft, DraftConflict, DraftWritten, Effect, Linked, Reading } from "./adapter.ts";
import { UNKNOWN_NAME } from "./sql-template.ts";

/** Where statements come from. `values`: what parameters stand for; `partial`: parts of the text are not known. */
export type SqlOrigin = {
  path: string;
  call: number | null;
  client: "raw-sql" | "sqlc";
  receiver: Draft["receiver"];
  values: Map<string, Evaluated>;
  partial: boolean;
  /** Something unknown stands between ON CONFLICT and DO. */
  partialTarget?: boolean;
  /** Each statement writes a list of rows; null: one row or a list. */
  many: boolean | null;
  prepared: boolean;
  /** The database that it runs on, where that is known. */
  database: Database | null;
};

/** The queries of SQL statements as drafts, their locks and transaction commands as effects. */
export function draftStatements(linked: Linked, statements: Statement[], origin: SqlOrigin): Reading {
  const reading: Reading = { drafts: [], effects: [] };
  for (const statement of statements) {
    reading.effects.push(...effectsOf(linked, statement, origin), ...maintenanceOf(linked, statement, origin));
    for (const query of statement.queries) reading.drafts.push(...draftQuery(linked, statement, query, origin));
  }
  return reading;
}

function effectsOf(linked: Linked, statement: Statement, origin: SqlOrigin): Effect[] {
  const place = { path: origin.path, call: origin.call };
  const effects: Effect[] = [];
  const { lock } = statement;
  const locked = lock?.table == null ? null : findTable(linked, origin, lock.table);
  if (lock !== null) effects.push({ ...place, kind: "lock", how: lock.kind, at: lock.at, ...(locked === null ? {} : { table: locked.table.id }) });
  if (statement.transaction === "begin") effects.push({ ...place, kind: "begin", isolation: statement.isolation, at: statement.at });
  else if (statement.isolation !== null) effects.push({ ...place, kind: "begin", isolation: statement.isolation, at: statement.at });
  if (statement.transaction === "commit" || statement.transaction === "rollback") effects.push({ ...place, kind: "end", at: statement.at });
  return effects;
}

function maintenanceOf(linked: Linked, { at, refresh, dedup }: Statement, origin: SqlOrigin): Effect[] {
  const place = { path: origin.path, call: origin.call, at };
  const view = refresh?.concurrently === true ? findTable(linked, origin, refresh.view) : null;
  const repaired = dedup === null ? null : findTable(linked, origin, dedup.table);
  return [
    ...(view === null ? [] : [{ ...place, kind: "refresh" as const, database: view.database.id, table: view.table.id }]),
    ...(dedup === null || repaired === null ? [] : [{ ...place, kind: "dedup" as const, database: repaired.database.id, table: repaired.table.id, dedup }]),
  ];
}

function draftQuery(linked: Linked, statement: Statement, query: SqlQuery, origin: SqlOrigin): Draft[] {
  if (query.kind === "merge" || query.table === null) return [];
  // A schema that is not known is any: `${schema}."jobs"`.
  const named = query.table.schema === UNKNOWN_NAME ? { schema: null, name: query.table.name } : query.table;
  const found = named.name === UNKNOWN_NAME ? null : findTable(linked, origin, named);
  if (found === null && isSystemCatalog(query.table)) return [];
  // The rows of a CTE go to the rest of the statement.
  const answers = query.returning && query === statement.queries.at(-1);
  const draft: Draft = {
    kind: query.kind === "select" ? "lookup" : query.kind === "insert" && query.conflict !== null ? "upsert" : query.kind,
    client: origin.client, operation: operationOf(query, statement), database: found?.database.id ?? null, table: found?.table.id ?? null, at: query.at,
    rows: origin.many === null ? "unknown" : origin.many ? "many" : query.rows, columns: query.writes === null ? null : query.writes.map((each) => written(each, origin)),
    columnsComplete: query.writes !== null && !origin.partial, match: query.match === null ? null : query.match.columns.map((each) => written(each, origin)),
    matchRest: [...(query.match?.rest ?? []), ...(origin.partial ? ["…"] : [])], lookup: null, conflict: conflictOf(query, origin),
    returning: answers ? "unknown" : "none", call: origin.call, receiver: origin.receiver,
    why: found === null ? (query.table.name === UNKNOWN_NAME ? "computed table" : `no table ${query.table.name}`) : null,
  };
  if (draft.kind === "lookup") draft.lookup = query.aggregate ?? (query.limitOne ? "one" : "many");
  if (origin.client === "sqlc" && answers) draft.returning = statement.command === "one" ? "used-unchecked" : statement.command === "many" ? "unknown" : "none";
  if (origin.client === "sqlc" && draft.lookup === "many" && statement.command === "one") draft.lookup = "one";
  return query.notExists === null ? [draft] : [notExistsOf(draft, query, origin), draft];
}

/** `pg_indexes`, `information_schema.columns`: what Postgres tells of itself. */
function isSystemCatalog({ schema, name }: QualifiedName): boolean {
  return schema === "pg_catalog" || schema === "information_schema" || (schema === null && name.startsWith("pg_"));
}

/** The look-up inside `INSERT … SELECT … WHERE NOT EXISTS (…)`. */
function notExistsOf(draft: Draft, query: SqlQuery, origin: SqlOrigin): Draft {
  return {
    ...draft, kind: "lookup", lookup: "exists", operation: "NOT EXISTS", columns: null, columnsComplete: false, conflict: null, returning: "none",
    match: query.notExists === null ? null : query.notExists.columns.map((each) => written(each, origin)), matchRest: query.notExists?.rest ?? [], decides: true,
  };
}

function operationOf(query: SqlQuery, statement: Statement): string {
  const verb = { insert: "INSERT INTO", update: "UPDATE", delete: "DELETE FROM", select: "SELECT FROM", merge: "MERGE INTO" }[query.kind];
  return statement.name === null ? `${verb} ${query.table?.name ?? ""}` : statement.name;
}

function written(assignment: SqlAssignment, origin: SqlOrigin): DraftWritten {
  const source = assignment.value.name === null ? null : (origin.values.get(assignment.value.name) ?? null);
  return { column: assignment.column, at: assignment.at, source: assignment.value.kind === "parameter" ? source : null, value: valueOf(assignment.value) };
}

const ORIGINS: Record<SqlValue["kind"], Value["origin"]> = {
  parameter: "parameter", literal: "literal", null: "null", default: "default", excluded: "excluded", column: "query", expression: "computed", fresh: "generated",
};

function valueOf(value: SqlValue): Value {
  const nullable = value.kind === "null" ? true : value.kind === "literal" || value.kind === "fresh" ? false : null;
  return { text: value.text, origin: ORIGINS[value.kind], nullable };
}

function conflictOf(query: SqlQuery, origin: SqlOrigin): DraftConflict | null {
  const { conflict } = query;
  if (conflict === null) return null;
  const target: DraftConflict["target"] =
    conflict.target === null ? { by: "none" } : conflict.target.by === "constraint" ? { by: "constraint", name: conflict.target.name } : { ...conflict.target, by: "columns", selector: null };
  const isKnown = !JSON.stringify(target).includes(UNKNOWN_NAME) && !(origin.partialTarget === true && target.by === "none");
  return {
    action: conflict.action, target: isKnown ? target : { by: "unknown" }, prepared: origin.prepared && target.by === "columns" && target.where?.parameters === true,
    sets: conflict.sets.map((each) => written(each, origin)), setWhere: conflict.setWhere, native: "yes", reasons: [], at: conflict.at,
  };
}

/** The table that a name means: in the file's own database, else in the only one that has it, or in that of the folder that the file stands in. */
export function findTable(linked: Linked, origin: Pick<SqlOrigin, "path" | "database">, name: QualifiedName): { database: Database; table: Table } | null {
  const near = origin.database ?? linked.databaseForFile(origin.path);
  const all = near === null ? linked.databases : [near, ...(origin.database === null ? linked.databases.filter((each) => each !== near) : [])];
  const found = all.flatMap((database) => {
    const table = tableNamed(database, name);
    return table === null ? [] : [{ database, table }];
  });
  const [first] = found;
  if (first === undefined) return null;
  return found.length === 1 || first.database === near ? first : ofFolder(origin.path, found);
}

/** Modules that each bring migrations: the nearest folder around the file that has some decides. null: none has, or the databases are elsewhere. */
function ofFolder<Found extends { database: Database }>(path: string, found: Found[]): Found | null {
  const folderOf = ({ database }: Found): string => dirname(database.id);
  const around = found.filter((each) => folderOf(each) !== "" && isInside(path, folderOf(each))).sort((a, b) => folderOf(b).length - folderOf(a).length);
  const [nearest, next] = around;
  return nearest !== undefined && (next === undefined || folderOf(next) !== folderOf(nearest)) ? nearest : null;
}

function tableNamed(database: Database, name: QualifiedName): Table | null {
  const { tables } = database.catalog;
  for (const id of name.schema === null ? [`public.${name.name}`] : [`${name.schema}.${name.name}`]) if (Object.hasOwn(tables, id)) return tables[id] ?? null;
  const others = name.schema === null ? Object.values(tables).filter((table) => table.name === name.name) : [];
  return others.length === 1 ? (others[0] ?? null) : null;
}

