import type * as Tree from "libpg-query";
import type { ForeignKey, KeyPart } from "../../model/catalog.ts";
import type { NewCheck, NewForeignKey, NewIndex, NewKey } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { canonicalizeExpression, canonicalizePredicate, readKeyPart } from "./expression.ts";
import { namesOf, tableName } from "./nodes.ts";
import { clauseSpan, type Scope } from "./scope.ts";

const actions: Record<string, ForeignKey["onDelete"]> = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" };

/** PRIMARY KEY, UNIQUE or EXCLUDE. `column`: the one that it stands behind; null: a table constraint. */
export function readKey(scope: Scope, constraint: Tree.Constraint, column: string | null, at?: Span): NewKey {
  const columns = column === null ? namesOf(constraint.keys) : [column];
  const exclusion = constraint.contype === "CONSTR_EXCLUSION";
  const said = constraint.contype === "CONSTR_PRIMARY" ? "primary" : "constraint";
  return {
    name: constraint.conname ?? null,
    // WITHOUT OVERLAPS: rows may share the columns before the range, so it is no unique key on them.
    kind: exclusion || constraint.without_overlaps ? "exclusion" : said,
    ...(constraint.without_overlaps ? { period: said } : {}),
    parts: exclusion ? exclusionParts(scope, constraint) : columns.map(columnPart),
    where: constraint.where_clause ? canonicalizePredicate(scope, constraint.where_clause) : null,
    nullsNotDistinct: constraint.nulls_not_distinct ?? false,
    deferrable: constraint.deferrable ?? false,
    ...(constraint.including?.length ? { include: namesOf(constraint.including) } : {}),
    at: at ?? constraintSpan(scope, constraint),
  };
}

function exclusionParts(scope: Scope, constraint: Tree.Constraint): KeyPart[] {
  return (constraint.exclusions ?? []).flatMap((pair) => {
    const [element] = "List" in pair ? (pair.List.items ?? []) : [];
    return element ? [readKeyPart(scope, element)] : [];
  });
}

function columnPart(column: string): KeyPart {
  return { kind: "column", column, collation: null, opclass: null };
}

/** `columns`: those it reads, of which its default name is made. */
export function readCheck(scope: Scope, constraint: Tree.Constraint): NewCheck {
  const { text, columns } = constraint.raw_expr ? canonicalizeExpression(scope, constraint.raw_expr) : { text: "", columns: [] };
  return { name: constraint.conname ?? null, columns, text, ...(constraint.is_no_inherit ? { local: true } : {}) };
}

export function readForeignKey(scope: Scope, constraint: Tree.Constraint, column: string | null): NewForeignKey {
  return {
    name: constraint.conname ?? null,
    columns: column === null ? namesOf(constraint.fk_attrs) : [column],
    references: namesOf(constraint.pk_attrs),
    onDelete: actions[constraint.fk_del_action ?? "a"] ?? "no action",
    table: tableName(constraint.pktable),
    at: constraintSpan(scope, constraint),
  };
}

/** A column's constraint ends where its next one starts; a table's at the comma. */
export function constraintSpan(scope: Scope, constraint: Tree.Constraint): Span {
  return clauseSpan(scope, constraint.location);
}

export function readIndex(scope: Scope, statement: Tree.IndexStmt, at: Span): NewIndex {
  return {
    name: statement.idxname ?? null,
    parts: (statement.indexParams ?? []).map((part) => readKeyPart(scope, part)),
    where: statement.whereClause ? canonicalizePredicate(scope, statement.whereClause) : null,
    method: (statement.accessMethod ?? "btree").toLowerCase(),
    include: (statement.indexIncludingParams ?? []).flatMap((part) => ("IndexElem" in part ? (part.IndexElem.name ?? []) : [])),
    at,
  };
}
