import type * as Tree from "libpg-query";
import type { QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { readCollation, readColumn } from "./column.ts";
import { readCheck, readForeignKey, readKey } from "./constraint.ts";
import { readDefault } from "./defaults.ts";
import { canonicalizeExpression } from "./expression.ts";
import { as, firstLocation, namesOf, qualifiedName, tableName, typeText } from "./nodes.ts";
import { codeTokens, clauseEnd, spanOf, type Scope } from "./scope.ts";

/**
 * The order in which Postgres runs the commands of one ALTER TABLE, whatever order they stand in (AlterTablePass in
 * src/backend/commands/tablecmds.c). What is not named here comes last.
 */
const passes: Tree.AlterTableType[][] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull", "AT_DropExpression"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
  ["AT_SetExpression"],
  ["AT_AddConstraint", "AT_SetNotNull"],
  ["AT_ColumnDefault", "AT_AddIdentity", "AT_DropIdentity"],
];

/** Of the constraints that are added, indexes come before foreign keys, and NOT NULL and CHECK before both. */
function passOf(command: Tree.AlterTableCmd): number {
  const pass = passes.findIndex((subtypes) => command.subtype !== undefined && subtypes.includes(command.subtype));
  const constraint = command.subtype === "AT_AddConstraint" ? as(command.def, "Constraint")?.contype : undefined;
  const late = constraint === "CONSTR_FOREIGN" ? 0.7 : /^CONSTR_(PRIMARY|UNIQUE|EXCLUSION)$/.test(constraint ?? "") ? 0.5 : 0;
  return pass < 0 ? passes.length : pass + late;
}

/** ALTER TABLE: one change a command, each with its own place, in the order in which they are made. */
export function readAlterTable(scope: Scope, statement: Tree.AlterTableStmt): SchemaChange[] {
  const table = tableName(statement.relation);
  const commands = (statement.cmds ?? []).flatMap((node) => as(node, "AlterTableCmd") ?? []);
  if (statement.objtype === "OBJECT_INDEX") return commands.flatMap((command) => readIndexCommand(scope, table, command));
  if (statement.objtype === "OBJECT_SEQUENCE" || statement.objtype === "OBJECT_TYPE") return [];
  const places = commandPlaces(scope, statement.relation);
  const read = commands.map((command, i) => ({ command, changes: readCommand(scope, table, command, places[i] ?? spanOf(scope, scope.start, scope.end)) }));
  const changes = read.sort((a, b) => passOf(a.command) - passOf(b.command)).flatMap((one) => one.changes);
  return statement.relation?.inh ? changes : changes.map((change) => ({ ...change, only: true }));
}

function readIndexCommand(scope: Scope, index: QualifiedName, command: Tree.AlterTableCmd): SchemaChange[] {
  const attached = command.subtype === "AT_AttachPartition" ? as(command.def, "PartitionCmd")?.name : undefined;
  return attached ? [{ kind: "attach-index", at: spanOf(scope, scope.start, scope.end), index, partition: tableName(attached) }] : [];
}

/** Where each command stands: the text behind the table's name, cut at its commas. */
function commandPlaces(scope: Scope, relation: Tree.RangeVar | undefined): Span[] {
  let start = scope.offset(relation?.location);
  const verb = /^(add|alter|drop|rename|attach|detach|set|reset|enable|disable|validate|owner|inherit|no|force|replica|cluster|of|not)$/i;
  for (const { word, at } of codeTokens(scope, start)) {
    if (at > start && verb.test(word)) {
      start = at;
      break;
    }
  }
  const places: Span[] = [];
  while (start < scope.end) {
    const end = clauseEnd(scope, start, []);
    places.push(spanOf(scope, start, end));
    const comma = scope.source.text.indexOf(",", end);
    if (comma < 0 || comma >= scope.end) break;
    start = comma + 1 + (/^\s*/.exec(scope.source.text.slice(comma + 1))?.[0].length ?? 0);
  }
  return places;
}

function readCommand(scope: Scope, table: QualifiedName, command: Tree.AlterTableCmd, at: Span): SchemaChange[] {
  const column = command.name ?? "";
  const ifExists = command.missing_ok ?? false;
  switch (command.subtype) {
    case "AT_AddColumn":
      return addColumn(scope, table, command, at);
    case "AT_DropColumn":
      return [{ kind: "drop-column", at, table, column, ifExists }];
    case "AT_ColumnDefault":
      return [{ kind: "set-default", at, table, column, default: command.def ? readDefault(command.def) : null }];
    case "AT_DropNotNull":
    case "AT_SetNotNull":
      return [{ kind: "set-nullable", at, table, column, nullable: command.subtype === "AT_DropNotNull" }];
    case "AT_AddIdentity":
      return [
        { kind: "set-default", at, table, column, default: { by: "database", fresh: true } },
        { kind: "set-nullable", at, table, column, nullable: false },
      ];
    case "AT_SetExpression":
      return [{ kind: "set-generated", at, table, column, from: command.def ? canonicalizeExpression(scope, command.def) : { text: "", columns: [] } }];
    case "AT_DropExpression":
      return [{ kind: "set-generated", at, table, column, from: null }];
    case "AT_AddInherit":
    case "AT_DropInherit":
      return [{ kind: command.subtype === "AT_AddInherit" ? "inherit" : "no-inherit", at, table, parent: tableName(as(command.def, "RangeVar")) }];
    case "AT_DropIdentity":
      return [{ kind: "set-default", at, table, column, default: null }];
    case "AT_AlterColumnType":
      return [{ kind: "set-type", at, table, column, type: typeText(as(command.def, "ColumnDef")?.typeName) ?? "", ...readCollation(as(command.def, "ColumnDef")) }];
    case "AT_AddConstraint":
      return addConstraint(scope, table, as(command.def, "Constraint"), at);
    case "AT_DropConstraint":
      return [{ kind: "drop-constraint", at, table, name: column, ifExists }];
    case "AT_AttachPartition":
    case "AT_DetachPartition": {
      const partition = tableName(as(command.def, "PartitionCmd")?.name);
      return [{ kind: command.subtype === "AT_AttachPartition" ? "attach-partition" : "detach-partition", at, table, partition }];
    }
    default:
      return [];
  }
}

function addColumn(scope: Scope, table: QualifiedName, command: Tree.AlterTableCmd, at: Span): SchemaChange[] {
  const definition = as(command.def, "ColumnDef");
  if (!definition) return [];
  const { column, keys, foreignKeys, checks } = readColumn(scope, definition);
  return [{ kind: "add-column", at, table, column, ifNotExists: command.missing_ok ?? false, keys, foreignKeys, ...(checks.length > 0 ? { checks } : {}) }];
}

function addConstraint(scope: Scope, table: QualifiedName, constraint: Tree.Constraint | undefined, at: Span): SchemaChange[] {
  switch (constraint?.contype) {
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_EXCLUSION":
      return [{ kind: "add-key", at, table, key: readKey(scope, constraint, null, at), usingIndex: constraint.indexname ?? null }];
    case "CONSTR_FOREIGN":
      return [{ kind: "add-foreign-key", at, table, foreignKey: { ...readForeignKey(scope, constraint, null), at } }];
    case "CONSTR_CHECK":
      return [{ kind: "add-check", at, table, check: readCheck(scope, constraint) }];
    case "CONSTR_NOTNULL":
      return namesOf(constraint.keys).map((column): SchemaChange => ({
        kind: "set-nullable", at, table, column, nullable: false,
        ...(constraint.conname ? { name: constraint.conname } : {}), ...(constraint.is_no_inherit ? { local: true } : {}),
      }));
    default:
      return [];
  }
}

/** ALTER … RENAME of tables, views, columns, constraints and indexes. */
export function readRename(scope: Scope, statement: Tree.RenameStmt): SchemaChange[] {
  const at = spanOf(scope, scope.start, scope.end);
  const table = tableName(statement.relation);
  const to = statement.newname ?? "";
  const ifExists = statement.missing_ok ?? false;
  const only = statement.relation && !statement.relation.inh ? { only: true as const } : {};
  switch (statement.renameType) {
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
      return [{ kind: "rename-table", at, table, to, ifExists }];
    case "OBJECT_COLUMN":
      return [{ kind: "rename-column", at, table, column: statement.subname ?? "", to, ...only }];
    case "OBJECT_TABCONSTRAINT":
      return [{ kind: "rename-constraint", at, table, name: statement.subname ?? "", to }];
    case "OBJECT_INDEX":
      return [{ kind: "rename-index", at, index: table, to, ifExists }];
    case "OBJECT_SCHEMA":
      return [{ kind: "rename-schema", at, schema: statement.subname ?? "", to }];
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const type = qualifiedName(as(statement.object, "List")?.items);
      return [{ kind: "rename-type", at, type, to: { schema: null, name: to } }];
    }
    default:
      return [];
  }
}

/** The place of any node that has locations of its own. */
export function nodeStart(scope: Scope, node: unknown): number {
  const location = firstLocation(node);
  return location === null ? scope.start : scope.offset(location);
}
