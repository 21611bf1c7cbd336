import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import { hasQuery, predicateOf, readOrder } from "./dedup-parts.ts";
import { canonicalizeExpression } from "./expression.ts";
import { conjuncts, equalPairs } from "./match.ts";
import { as, columnOf, namesOf, walk } from "./nodes.ts";
import { columnPart, isRowIdentity, nameInFrom, type Duplicates, type Removal } from "./removal.ts";
import type { Scope } from "./scope.ts";

/** `DELETE FROM t a USING t b WHERE a.x = b.x AND a.id > b.id`, the same by UPDATE … FROM, and by EXISTS. */
export function readPaired(scope: Scope, removal: Removal): Duplicates | null {
  const other = nameInFrom(removal.from, removal.relation);
  const conditions = conjuncts(removal.where);
  if (other !== null && other !== removal.own) return readPair(scope, conditions, [], removal.own, other);
  for (const condition of conditions) {
    const link = as(condition, "SubLink");
    const inner = link?.subLinkType === "EXISTS_SUBLINK" ? as(link.subselect, "SelectStmt") : undefined;
    const name = nameInFrom(inner?.fromClause, removal.relation);
    if (!inner || name === null || name === removal.own) continue;
    return readPair(scope, conditions.filter((c) => c !== condition), conjuncts(inner.whereClause), removal.own, name);
  }
  return readKept(scope, removal, conditions);
}

/** `t.id > (SELECT min(id) FROM t b WHERE b.x = t.x)`, `<> (SELECT id … ORDER BY made LIMIT 1)`, the same by NOT IN: all but one row of a group. */
function readKept(scope: Scope, removal: Removal, conditions: Node[]): Duplicates | null {
  for (const condition of conditions) {
    const inner = keptQuery(condition);
    const name = nameInFrom(inner?.fromClause, removal.relation);
    const order = inner ? keptOrder(scope, inner) : null;
    if (!inner || name === null || name === removal.own || order === null) continue;
    return readPair(scope, conditions.filter((c) => c !== condition), conjuncts(inner.whereClause), removal.own, name, order);
  }
  return null;
}

function keptQuery(condition: Node): Tree.SelectStmt | undefined {
  const compared = as(condition, "A_Expr");
  const not = as(condition, "BoolExpr");
  const negated = not?.boolop === "NOT_EXPR" ? as(not.args?.[0], "SubLink") : undefined;
  const link = compared && /^(?:<>|>|<)$/.test(namesOf(compared.name).at(-1) ?? "") ? as(compared.rexpr, "SubLink") : negated;
  return link && link.subLinkType !== "EXISTS_SUBLINK" && columnOf(compared?.lexpr ?? link.testexpr) ? as(link.subselect, "SelectStmt") : undefined;
}

/** What the sub-query picks its one row by; null: it picks none, or one of each of several groups. */
function keptOrder(scope: Scope, query: Tree.SelectStmt): string[] | null {
  if (query.groupClause?.length) return null;
  const call = as(as(query.targetList?.[0], "ResTarget")?.val, "FuncCall");
  const name = namesOf(call?.funcname).at(-1);
  const [argument] = call?.args ?? [];
  if (argument && (name === "min" || name === "max")) return [canonicalizeExpression(scope, argument).text + (name === "max" ? " desc" : "")];
  return query.limitCount && query.sortClause ? readOrder(scope, query.sortClause) : null;
}

type Pair = Duplicates & { grouping: KeyPart[]; filters: Node[]; all: boolean };

/** `inner`: conditions of a sub-query, where a column without its table is the other's. */
function readPair(scope: Scope, outer: Node[], inner: Node[], own: string, other: string, kept: string[] = []): Duplicates | null {
  const pair: Pair = { grouping: [], where: null, nullsEqual: false, order: [...kept], ties: null, filters: [], all: false };
  for (const condition of [...outer, ...inner]) {
    const sides = new Set(tablesIn(condition));
    if (!(sides.has(own) && sides.has(other))) {
      pair.filters.push(condition);
    } else if (!addGrouping(scope, pair, condition, own, other) && !addOrder(pair, condition, own, other)) {
      return null;
    }
  }
  // Rows that are only looked up a second time (`prev.id = t.id`) are no duplicates.
  if (pair.order.length === 0 && !pair.all) return null;
  const { filters, all, ...duplicates } = pair;
  const last = pair.order.at(-1);
  return {
    ...duplicates,
    grouping: pair.grouping.length > 0 ? pair.grouping : null,
    where: predicateOf(scope, filters),
    ...(filters.some(hasQuery) ? {} : { among: predicateOf(scope, filters.filter((filter) => tablesIn(filter).includes(other) || (inner.includes(filter) && tablesIn(filter).length === 0))) }),
    // `a.id <> b.id` alone takes every duplicate, the last one too.
    ties: last !== undefined && isRowIdentity(last) ? false : all ? true : null,
  };
}

function tablesIn(condition: Node): string[] {
  const tables: string[] = [];
  walk(condition, (kind, content) => {
    const column = kind === "ColumnRef" ? columnOf({ ColumnRef: content }) : null;
    if (column?.table != null) tables.push(column.table);
    return kind !== "SubLink";
  });
  return tables;
}

/** The same expression of both sides, compared for equality. */
function addGrouping(scope: Scope, pair: Pair, condition: Node, own: string, other: string): boolean {
  const pairs = equalPairs(condition);
  if (!pairs) return false;
  const parts: KeyPart[] = [];
  for (const [left, right] of pairs) {
    const sides = [tablesIn(left), tablesIn(right)].map((tables) => new Set(tables));
    const [a, b] = [canonicalizeExpression(scope, left), canonicalizeExpression(scope, right)];
    const crossed = (sides[0]?.has(own) && sides[1]?.has(other)) || (sides[0]?.has(other) && sides[1]?.has(own));
    if (!crossed || a.text !== b.text) return false;
    const column = columnOf(as(left, "TypeCast")?.arg ?? left)?.column;
    parts.push(column !== undefined ? columnPart(column) : { kind: "expression", expression: a.text, columns: a.columns, collation: null, opclass: null });
  }
  pair.grouping.push(...parts);
  pair.nullsEqual ||= as(condition, "A_Expr")?.kind === "AEXPR_NOT_DISTINCT";
  return true;
}

/** `a.id > b.id`, `(a.at, a.id) > (b.at, b.id)`, `a.at > b.at OR (a.at = b.at AND a.id > b.id)`, `a.id <> b.id`. */
function addOrder(pair: Pair, condition: Node, own: string, other: string): boolean {
  let understood = false;
  walk(condition, (kind, content) => {
    if (kind !== "A_Expr") return;
    const e = as({ A_Expr: content }, "A_Expr");
    const op = namesOf(e?.name).at(-1) ?? "";
    if (!/^(?:<|>|<=|>=|<>)$/.test(op) || !e?.lexpr || !e.rexpr) return;
    const left = as(e.lexpr, "RowExpr")?.args ?? [e.lexpr];
    const right = as(e.rexpr, "RowExpr")?.args ?? [e.rexpr];
    const columns = left.map((node, i) => comparedColumn(node, right[i], own, other));
    if (columns.some((column) => column === null)) return;
    understood = true;
    if (op === "<>") pair.all = true;
    // The row that goes is on the own side: what is greater goes, so the smallest stays.
    const descending = op.startsWith(">") === (columnOf(left[0])?.table !== own);
    if (op !== "<>") pair.order.push(...columns.map((column) => (descending ? `${column} desc` : (column ?? ""))));
  });
  return understood;
}

function comparedColumn(left: Node | undefined, right: Node | undefined, own: string, other: string): string | null {
  const [a, b] = [columnOf(left), columnOf(right)];
  const crossed = (a?.table === own && b?.table === other) || (a?.table === other && b?.table === own);
  return a && b && crossed && a.column === b.column ? a.column : null;
}
