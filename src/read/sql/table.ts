import type * as Tree from "libpg-query";
import type { Column } from "../../model/catalog.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import { readColumn, type ReadColumn } from "./column.ts";
import { readCheck, readForeignKey, readKey } from "./constraint.ts";
import { as, namesOf, qualifiedName, tableName } from "./nodes.ts";
import { spanOf, type Scope } from "./scope.ts";
import { readShape } from "./shape.ts";

type CreateTable = Extract<SchemaChange, { kind: "create-table" }>;

/** Bits of CREATE TABLE … (LIKE t INCLUDING …), as the server's TableLikeOption has them. */
const likeConstraints = 1 << 2;
const likeDefaults = 1 << 3;
const likeGenerated = 1 << 4;
const likeIndexes = 1 << 6;

/** CREATE TABLE in all its forms; `at` is the whole statement. */
export function readCreateTable(scope: Scope, statement: Tree.CreateStmt): CreateTable {
  const made = emptyTable(scope, statement.relation, "table");
  made.ifNotExists = statement.if_not_exists ?? false;
  made.partitioned = statement.partspec !== undefined;
  if (statement.partspec) made.partitionKey = (statement.partspec.partParams ?? []).map((node) => as(node, "PartitionElem")?.name ?? null);
  const parents = (statement.inhRelations ?? []).flatMap((node) => as(node, "RangeVar") ?? []).map(tableName);
  if (statement.partbound) made.partitionOf = parents[0] ?? null;
  else made.inherits = parents;
  if (statement.ofTypename) made.ofType = qualifiedName(statement.ofTypename.names);
  for (const node of [...(statement.tableElts ?? []), ...(statement.constraints ?? [])]) readElement(scope, made, node);
  for (const key of made.keys) {
    if (key.kind !== "primary") continue;
    const columns = key.parts.flatMap((part) => (part.kind === "column" ? part.column : []));
    for (const column of made.columns) if (columns.includes(column.name)) column.nullable = false;
  }
  return made;
}

function readElement(scope: Scope, made: CreateTable, node: Tree.Node): void {
  const definition = as(node, "ColumnDef");
  if (definition) addColumn(made, readColumn(scope, definition));
  const like = as(node, "TableLikeClause");
  if (like) {
    const has = (bit: number): boolean => ((like.options ?? 0) & bit) !== 0;
    made.like.push({
      table: tableName(like.relation),
      indexes: has(likeIndexes),
      defaults: has(likeDefaults),
      constraints: has(likeConstraints),
      generated: has(likeGenerated),
      after: made.columns.length,
    });
  }
  const constraint = as(node, "Constraint");
  if (constraint) addConstraint(scope, made, constraint);
}

function addColumn(made: CreateTable, read: ReadColumn): void {
  made.columns.push(read.column);
  made.keys.push(...read.keys);
  made.foreignKeys.push(...read.foreignKeys);
  made.checks.push(...read.checks);
}

function addConstraint(scope: Scope, made: CreateTable, constraint: Tree.Constraint): void {
  switch (constraint.contype) {
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_EXCLUSION":
      made.keys.push(readKey(scope, constraint, null));
      break;
    case "CONSTR_FOREIGN":
      made.foreignKeys.push(readForeignKey(scope, constraint, null));
      break;
    case "CONSTR_CHECK":
      made.checks.push(readCheck(scope, constraint));
      break;
    case "CONSTR_NOTNULL": {
      const names = namesOf(constraint.keys);
      for (const column of made.columns) if (names.includes(column.name)) column.nullable = false;
      const local = constraint.is_no_inherit ? { local: true as const } : {};
      for (const column of names) (made.notNulls ??= []).push({ column, name: constraint.conname ?? null, ...local });
      break;
    }
    default:
  }
}

/** CREATE TABLE … AS, CREATE MATERIALIZED VIEW, SELECT … INTO: columns as far as the query names them. A table's may all be null. */
export function readTableAs(scope: Scope, into: Tree.IntoClause | undefined, query: Tree.Node | undefined, options: { materialized: boolean; ifNotExists: boolean }): CreateTable {
  const made = emptyTable(scope, into?.rel, options.materialized ? "materialized-view" : "table");
  made.ifNotExists = options.ifNotExists;
  nameColumns(made, into?.colNames, query);
  return made;
}

/** CREATE VIEW; OR REPLACE may only add columns. */
export function readView(scope: Scope, statement: Tree.ViewStmt): CreateTable {
  const made = emptyTable(scope, statement.view, "view");
  if (statement.replace) made.replace = true;
  nameColumns(made, statement.aliases, statement.query);
  return made;
}

function nameColumns(made: CreateTable, aliases: Tree.Node[] | undefined, query: Tree.Node | undefined): void {
  const names = (aliases ?? []).flatMap((alias) => as(alias, "String")?.sval ?? as(alias, "ColumnDef")?.colname ?? []);
  made.columns = names.map((name) => unknownColumn(name));
  const shape = readShape(query);
  if (shape) made.query = shape;
  else made.complete = false;
}

function unknownColumn(name: string): Column {
  return { name, property: null, type: null, nullable: null, default: null, generated: false, at: null };
}

function emptyTable(scope: Scope, relation: Tree.RangeVar | undefined, kind: CreateTable["tableKind"]): CreateTable {
  return {
    kind: "create-table",
    at: spanOf(scope, scope.start, scope.end),
    table: tableName(relation),
    ifNotExists: false,
    temporary: relation?.relpersistence === "t",
    tableKind: kind,
    partitioned: false,
    partitionOf: null,
    inherits: [],
    like: [],
    columns: [],
    keys: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    complete: true,
  };
}
