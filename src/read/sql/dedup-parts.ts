import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import { canonicalizeExpression, canonicalizePredicate } from "./expression.ts";
import { conjuncts, equalPairs } from "./match.ts";
import { as, columnOf, namesOf, walk } from "./nodes.ts";
import { columnPart, functionName, type Duplicates, type Removal } from "./removal.ts";
import type { Scope } from "./scope.ts";

/** `n > 1`, `n >= 2`, `n <> 1`. */
export function comparesCount(e: Tree.A_Expr, isCount: (node: Node) => boolean): boolean {
  const op = namesOf(e.name).at(-1);
  const one = as(e.rexpr, "A_Const")?.ival?.ival;
  return e.lexpr !== undefined && isCount(e.lexpr) && (((op === ">" || op === "<>") && one === 1) || (op === ">=" && one === 2));
}

export function countsRepeated(having: Node | undefined): boolean {
  let found = false;
  walk(having, (kind, content) => {
    if (kind === "A_Expr") found ||= comparesCount(content, (node) => functionName(node) === "count");
  });
  return found;
}

export function contains(tree: unknown, query: Tree.SelectStmt): boolean {
  let found = false;
  walk(tree, (_kind, content) => {
    found ||= content === (query as unknown);
    return !found;
  });
  return found;
}

/** Conditions of the query that finds the duplicates, and those that the statement itself adds. */
export function filterOf(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates["where"] {
  const inside = conjuncts(query.whereClause).filter((condition) => !picksRepeatedGroups(removal, condition));
  return predicateOf(scope, [...inside, ...ownConditions(scope, removal, query)]);
}

/** `(a, b) IN (SELECT a, b … HAVING count(*) > 1)`: groups of one row have no duplicates, so it filters nothing. */
function picksRepeatedGroups(removal: Removal, condition: Node): boolean {
  const tested = as(condition, "SubLink")?.testexpr;
  const columns = (as(tested, "RowExpr")?.args ?? (tested ? [tested] : [])).map((node) => columnOf(node)?.column);
  return (
    columns.length > 0 &&
    removal.queries.some((query) => {
      const grouped = (query.groupClause ?? []).map((node) => columnOf(node)?.column);
      return countsRepeated(query.havingClause) && grouped.length === columns.length && grouped.every((column) => columns.includes(column));
    })
  );
}

export function outerFilter(scope: Scope, removal: Removal, query: Tree.SelectStmt): Duplicates["where"] {
  return predicateOf(scope, ownConditions(scope, removal, query));
}

/** What a query chooses the rows from that stay; nothing where more than its own WHERE may decide. */
export function chosenAmong(scope: Scope, query: Tree.SelectStmt): Pick<Duplicates, "among"> {
  const conditions = conjuncts(query.whereClause);
  const plain = query.fromClause?.length === 1 && as(query.fromClause[0], "RangeVar") !== undefined && !query.havingClause;
  return plain && !conditions.some(hasQuery) ? { among: predicateOf(scope, conditions) } : {};
}

export function hasQuery(condition: Node): boolean {
  let found = false;
  walk(condition, (kind) => {
    found ||= kind === "SubLink";
  });
  return found;
}

/** The statement's conditions that only speak of its own rows: no join with the duplicates, no sub-query. */
function ownConditions(scope: Scope, removal: Removal, query: Tree.SelectStmt): Node[] {
  return conjuncts(removal.where).filter((condition) => {
    let own = !contains(condition, query);
    walk(condition, (kind, content) => {
      if (kind === "SubLink") own = false;
      if (kind !== "ColumnRef") return;
      const column = columnOf({ ColumnRef: content });
      if (column?.table != null ? column.table !== removal.own : removal.from.length > 0 || scope.source.variables.has(column?.column ?? "")) own = false;
    });
    return own && !equalPairs(condition)?.some(([left, right]) => columnOf(left) && columnOf(right));
  });
}

export function predicateOf(scope: Scope, conditions: Node[]): Duplicates["where"] {
  return conditions.length === 0 ? null : canonicalizePredicate(scope, { BoolExpr: { boolop: "AND_EXPR", args: conditions } });
}

export function readParts(scope: Scope, nodes: Node[]): KeyPart[] {
  return nodes.map((node) => {
    const column = columnOf(node)?.column;
    if (column !== undefined) return columnPart(column);
    const { text, columns } = canonicalizeExpression(scope, node);
    return { kind: "expression", expression: text, columns, collation: null, opclass: null };
  });
}

export function partText(part: KeyPart): string {
  return part.kind === "column" ? part.column : part.expression;
}

/** `created_at desc`; ascending is not said. */
export function readOrder(scope: Scope, clause: Node[] | undefined): string[] {
  return (clause ?? []).flatMap((node) => {
    const sort = as(node, "SortBy");
    if (!sort?.node) return [];
    return canonicalizeExpression(scope, sort.node).text + (sort.sortby_dir === "SORTBY_DESC" ? " desc" : "");
  });
}
