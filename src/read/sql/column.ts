import type * as Tree from "libpg-query";
import type { Column } from "../../model/catalog.ts";
import type { NewCheck, NewForeignKey, NewKey } from "../../model/schema-change.ts";
import { readCheck, readForeignKey, readKey } from "./constraint.ts";
import { readDefault } from "./defaults.ts";
import { canonicalizeExpression } from "./expression.ts";
import { as, lastName, typeText } from "./nodes.ts";
import { clauseSpan, type Scope } from "./scope.ts";

export type ReadColumn = { column: Column; keys: NewKey[]; foreignKeys: NewForeignKey[]; checks: NewCheck[] };

/** A column of CREATE TABLE or ADD COLUMN with the constraints that stand behind it. */
export function readColumn(scope: Scope, definition: Tree.ColumnDef): ReadColumn {
  const name = definition.colname ?? "";
  const type = typeText(definition.typeName);
  const serial = type !== null && /^(big|small)?serial[248]?$/.test(type);
  const column: Column = {
    name,
    property: null,
    type,
    ...readCollation(definition),
    nullable: definition.is_not_null || serial ? false : true,
    default: serial ? { by: "database", fresh: true } : definition.raw_default ? readDefault(definition.raw_default) : null,
    generated: false,
    at: clauseSpan(scope, definition.location),
  };
  const read: ReadColumn = { column, keys: [], foreignKeys: [], checks: [] };
  const constraints = (definition.constraints ?? []).flatMap((node) => as(node, "Constraint") ?? []);
  let last: NewKey | undefined;
  for (const constraint of constraints) {
    applyConstraint(scope, read, constraint);
    // Behind a column, DEFERRABLE is a node of its own that speaks of the constraint before it.
    const attribute = /^CONSTR_ATTR_(.*)/.exec(constraint.contype ?? "")?.[1];
    if (attribute === undefined) last = /^CONSTR_(PRIMARY|UNIQUE)$/.test(constraint.contype ?? "") ? read.keys.at(-1) : undefined;
    else if (last && (attribute === "DEFERRABLE" || attribute === "DEFERRED")) last.deferrable = true;
  }
  return read;
}

/** `COLLATE "C"` behind a column's type. */
export function readCollation(definition: Tree.ColumnDef | undefined): { collation?: string } {
  const collation = lastName(definition?.collClause?.collname);
  return collation === null ? {} : { collation };
}

function applyConstraint(scope: Scope, read: ReadColumn, constraint: Tree.Constraint): void {
  const { column } = read;
  switch (constraint.contype) {
    case "CONSTR_NOTNULL":
      column.nullable = false;
      if (constraint.conname) column.notNull = { name: constraint.conname, ...(constraint.is_no_inherit ? { local: true } : {}) };
      break;
    case "CONSTR_DEFAULT":
      column.default = readDefault(constraint.raw_expr);
      break;
    case "CONSTR_IDENTITY":
      column.default = { by: "database", fresh: true };
      column.nullable = false;
      break;
    case "CONSTR_GENERATED":
      column.generated = true;
      column.from = constraint.raw_expr ? canonicalizeExpression(scope, constraint.raw_expr) : { text: "", columns: [] };
      break;
    case "CONSTR_PRIMARY":
      column.nullable = false;
      read.keys.push(readKey(scope, constraint, column.name, column.at ?? undefined));
      break;
    case "CONSTR_UNIQUE":
      read.keys.push(readKey(scope, constraint, column.name, column.at ?? undefined));
      break;
    case "CONSTR_FOREIGN":
      read.foreignKeys.push({ ...readForeignKey(scope, constraint, column.name), ...(column.at ? { at: column.at } : {}) });
      break;
    case "CONSTR_CHECK":
      read.checks.push(readCheck(scope, constraint));
      break;
    default:
  }
}
