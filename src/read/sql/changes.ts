import type { Node } from "libpg-query";
import type * as Tree from "libpg-query";
import type { QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import { readAlterTable, readRename } from "./alter.ts";
import { readColumn } from "./column.ts";
import { readIndex } from "./constraint.ts";
import { as, namesOf, qualifiedName, tableName } from "./nodes.ts";
import { spanOf, type Scope } from "./scope.ts";
import { readCreateTable, readTableAs, readView } from "./table.ts";

/** Each reader names the type of its own node; `readChanges` pairs them by the node's name. */
type Reader = (scope: Scope, content: never, node: Node) => SchemaChange[];

/** What a statement changes in the schema, in order; DO blocks are read elsewhere. */
export function readChanges(scope: Scope, node: Node): SchemaChange[] {
  const kind = Object.keys(node)[0] ?? "";
  const content = Object.values(node)[0] as never;
  return readers[kind]?.(scope, content, node) ?? [];
}

const readers: Record<string, Reader> = {
  CreateStmt: (scope, statement: Tree.CreateStmt) => [readCreateTable(scope, statement)],
  CreateForeignTableStmt: (scope, statement: Tree.CreateForeignTableStmt) => (statement.base ? [readCreateTable(scope, statement.base)] : []),
  CreateTableAsStmt: (scope, statement: Tree.CreateTableAsStmt) => [
    readTableAs(scope, statement.into, statement.query, {
      materialized: statement.objtype === "OBJECT_MATVIEW",
      ifNotExists: statement.if_not_exists ?? false,
    }),
  ],
  SelectStmt: (scope, statement: Tree.SelectStmt, node) =>
    statement.intoClause ? [readTableAs(scope, statement.intoClause, node, { materialized: false, ifNotExists: false })] : readSetConfig(scope, statement),
  ViewStmt: (scope, statement: Tree.ViewStmt) => [readView(scope, statement)],
  AlterTableStmt: (scope, statement: Tree.AlterTableStmt) => readAlterTable(scope, statement),
  RenameStmt: (scope, statement: Tree.RenameStmt) => readRename(scope, statement),
  AlterObjectSchemaStmt: (scope, statement: Tree.AlterObjectSchemaStmt) =>
    readSetSchema(scope, statement),
  IndexStmt: (scope, statement: Tree.IndexStmt) => [readCreateIndex(scope, statement)],
  DropStmt: (scope, statement: Tree.DropStmt) => readDrop(scope, statement),
  CreateSchemaStmt: (scope, statement: Tree.CreateSchemaStmt) => readCreateSchema(scope, statement),
  CompositeTypeStmt: (scope, statement: Tree.CompositeTypeStmt) => [{ ...readType(scope, tableName(statement.typevar), statement.coldeflist), composite: true }],
  CreateEnumStmt: (scope, statement: Tree.CreateEnumStmt) => [readType(scope, qualifiedName(statement.typeName))],
  CreateRangeStmt: (scope, statement: Tree.CreateRangeStmt) => [readType(scope, qualifiedName(statement.typeName))],
  CreateDomainStmt: (scope, statement: Tree.CreateDomainStmt) => [
    { ...readType(scope, qualifiedName(statement.domainname)), base: qualifiedName(statement.typeName?.names) },
  ],
  AlterEnumStmt: (scope, statement: Tree.AlterEnumStmt) => (statement.newVal && !statement.oldVal ? [{ kind: "add-enum-value", at: whole(scope), value: statement.newVal }] : []),
  VariableSetStmt: (scope, statement: Tree.VariableSetStmt) => readSearchPath(scope, statement),
};

function whole(scope: Scope): SchemaChange["at"] {
  return spanOf(scope, scope.start, scope.end);
}

function readCreateIndex(scope: Scope, statement: Tree.IndexStmt): SchemaChange {
  return {
    kind: "create-index",
    at: whole(scope),
    table: tableName(statement.relation),
    only: !statement.relation?.inh,
    unique: statement.unique ?? false,
    concurrently: statement.concurrent ?? false,
    ifNotExists: statement.if_not_exists ?? false,
    index: readIndex(scope, statement, whole(scope)),
    nullsNotDistinct: statement.nulls_not_distinct ?? false,
  };
}

function readDrop(scope: Scope, statement: Tree.DropStmt): SchemaChange[] {
  const at = whole(scope);
  const ifExists = statement.missing_ok ?? false;
  const cascade = statement.behavior === "DROP_CASCADE";
  const names = (statement.objects ?? []).map((object) =>
    qualifiedName(as(object, "List")?.items ?? as(object, "TypeName")?.names ?? as(object, "ObjectWithArgs")?.objname),
  );
  switch (statement.removeType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
      return [{ kind: "drop-table", at, tables: names, ifExists, cascade }];
    case "OBJECT_INDEX":
      return [{ kind: "drop-index", at, indexes: names, concurrently: statement.concurrent ?? false, ifExists }];
    case "OBJECT_SCHEMA":
      return [{ kind: "drop-schema", at, schemas: namesOf(statement.objects) }];
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return [{ kind: "drop-type", at, types: names }];
    case "OBJECT_FUNCTION":
    case "OBJECT_ROUTINE":
      return [{ kind: "drop-function", at, functions: names }];
    default:
      return [];
  }
}

/** CREATE SCHEMA s CREATE TABLE t (…): what stands inside belongs to s. */
function readCreateSchema(scope: Scope, statement: Tree.CreateSchemaStmt): SchemaChange[] {
  const inside = (statement.schemaElts ?? []).flatMap((node) => readChanges(scope, node));
  for (const change of inside) {
    if ("table" in change && change.table && change.table.schema === null) change.table = { ...change.table, schema: statement.schemaname ?? null };
  }
  return statement.schemaname ? [{ kind: "create-schema", at: whole(scope), schema: statement.schemaname }, ...inside] : inside;
}

function readSetSchema(scope: Scope, statement: Tree.AlterObjectSchemaStmt): SchemaChange[] {
  const at = whole(scope);
  const to = statement.newschema ?? "";
  if (/^OBJECT_(TABLE|VIEW|MATVIEW)$/.test(statement.objectType ?? "")) return [{ kind: "set-schema", at, table: tableName(statement.relation), to }];
  if (!/^OBJECT_(TYPE|DOMAIN)$/.test(statement.objectType ?? "")) return [];
  const type = qualifiedName(as(statement.object, "List")?.items);
  return [{ kind: "rename-type", at, type, to: { schema: to, name: type.name } }];
}

function readType(scope: Scope, type: QualifiedName, columns: Node[] = []): Extract<SchemaChange, { kind: "create-type" }> {
  return { kind: "create-type", at: whole(scope), type, base: null, composite: false, columns: columns.flatMap((node) => as(node, "ColumnDef") ?? []).map((column) => readColumn(scope, column).column) };
}

function readSearchPath(scope: Scope, statement: Tree.VariableSetStmt): SchemaChange[] {
  if (statement.name !== "search_path") return [];
  if (statement.kind !== "VAR_SET_VALUE") return [{ kind: "search-path", at: whole(scope), schemas: ["public"] }];
  const values = (statement.args ?? []).flatMap((arg) => as(arg, "A_Const")?.sval?.sval ?? []);
  return [{ kind: "search-path", at: whole(scope), schemas: splitPath(values.join(",")) }];
}

/** `SELECT pg_catalog.set_config('search_path', '', false)`, as dumps begin. */
function readSetConfig(scope: Scope, statement: Tree.SelectStmt): SchemaChange[] {
  const [target] = statement.targetList ?? [];
  const call = as(as(target, "ResTarget")?.val, "FuncCall");
  if (namesOf(call?.funcname).at(-1) !== "set_config") return [];
  const [name, value] = (call?.args ?? []).map((arg) => as(arg, "A_Const")?.sval);
  return name?.sval === "search_path" && value ? [{ kind: "search-path", at: whole(scope), schemas: splitPath(value.sval ?? "") }] : [];
}

function splitPath(text: string): string[] {
  const names = text.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return names.filter((name) => name !== "" && name !== "$user");
}
