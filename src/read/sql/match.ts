import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { SqlAssignment, SqlMatch } from "../../model/statement.ts";
import { canonicalizePredicate, readValue } from "./expression.ts";
import { as, columnOf, firstLocation, namesOf, walk } from "./nodes.ts";
import { clauseSpan, type Scope } from "./scope.ts";

/** Words that end a condition. */
const stops = ["and", "or", "order", "group", "limit", "returning", "on", "for", "having", "union", "offset", "where", "when", "then", "do"];

/** Names under which a statement's own table is spoken of; null: any name is its own. */
export type OwnNames = ReadonlySet<string> | null;

/** The names of a table in a statement: the alias hides the table's own. */
export function ownNames(range: Tree.RangeVar | undefined): OwnNames {
  const name = range?.alias?.aliasname ?? range?.relname;
  return name === undefined ? null : new Set([name]);
}

/** Reads a WHERE: equalities on the own table's columns, and the canonical text of all else. */
export function readMatch(scope: Scope, where: Node | undefined, own: OwnNames): SqlMatch {
  const match: SqlMatch = { columns: [], rest: [] };
  for (const conjunct of conjuncts(where)) {
    const equalities = readEqualities(scope, conjunct, own);
    if (equalities) match.columns.push(...equalities);
    else match.rest.push(canonicalizePredicate(scope, conjunct).text);
  }
  return match;
}

/** The parts of `a AND (b AND c)`. */
export function conjuncts(where: Node | undefined): Node[] {
  if (!where) return [];
  const both = as(where, "BoolExpr");
  return both?.boolop === "AND_EXPR" ? (both.args ?? []).flatMap(conjuncts) : [where];
}

/** `col = value`, `(a, b) = (1, 2)`, `col IS NOT DISTINCT FROM value`, `col IN (value)`; null: it is something else. */
export function readEqualities(scope: Scope, node: Node, own: OwnNames): SqlAssignment[] | null {
  const pairs = equalPairs(node);
  if (!pairs) return null;
  const read: SqlAssignment[] = [];
  for (const [left, right] of pairs) {
    const straight = ownColumn(scope, left, own);
    const turned = straight === null ? ownColumn(scope, right, own) : null;
    const column = straight ?? turned;
    const value = straight === null ? left : right;
    if (column === null || readsOwnColumn(scope, value, own)) return null;
    read.push({ column, value: readValue(scope, value), at: clauseSpan(scope, firstLocation(node), stops) });
  }
  return read;
}

/** Pairs that a comparison demands to be equal. */
export function equalPairs(node: Node): [Node, Node][] | null {
  const e = as(node, "A_Expr");
  if (!e?.lexpr || !e.rexpr || namesOf(e.name).at(-1) !== "=") return null;
  if (e.kind === "AEXPR_IN") {
    const items = as(e.rexpr, "List")?.items ?? [];
    const [only] = items;
    return items.length === 1 && only ? [[e.lexpr, only]] : null;
  }
  if (e.kind !== "AEXPR_OP" && e.kind !== "AEXPR_NOT_DISTINCT") return null;
  const left = as(e.lexpr, "RowExpr")?.args;
  const right = as(e.rexpr, "RowExpr")?.args;
  if (!left || !right) return [[e.lexpr, e.rexpr]];
  return left.length === right.length ? left.flatMap((l, i): [Node, Node][] => (right[i] ? [[l, right[i]]] : [])) : null;
}

/** The column of the own table that the node is, a cast around it not counted. */
export function ownColumn(scope: Scope, node: Node | undefined, own: OwnNames): string | null {
  const cast = as(node, "TypeCast");
  const column = columnOf(cast?.arg ?? node);
  if (!column) return null;
  if (column.table === null) return scope.source.variables.has(column.column) ? null : column.column;
  return own === null || own.has(column.table) ? column.column : null;
}

function readsOwnColumn(scope: Scope, node: Node, own: OwnNames): boolean {
  let found = false;
  walk(node, (kind, content) => {
    // A sub-query's unqualified names are its own; `sqlc.arg(x)` names a parameter.
    if (kind === "SubLink" || (kind === "FuncCall" && namesOf(content["funcname"] as Node[] | undefined)[0] === "sqlc")) return false;
    if (kind === "ColumnRef") found ||= ownColumn(scope, { ColumnRef: content }, own) !== null;
    return !found;
  });
  return found;
}
