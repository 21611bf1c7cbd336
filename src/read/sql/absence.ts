import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { SqlAssignment, SqlMatch } from "../../model/statement.ts";
import { quoteIdentifier } from "./canonical-text.ts";
import { readValue } from "./expression.ts";
import { conjuncts, ownNames, readMatch, type OwnNames } from "./match.ts";
import { as, columnOf, firstLocation, nameOf } from "./nodes.ts";
import { outputName } from "./output-name.ts";
import { clauseSpan, type Scope } from "./scope.ts";

/** The statement's CTEs by name. */
type Ctes = ReadonlyMap<string, Node>;
type Search = { scope: Scope; table: string; ctes: Ctes };

/** A source of rows that are the table's own: itself, or a CTE that reads it. `match`: which of them; `columnOf`: the table's name of a column, null: it is none. */
type OwnRows = { match: SqlMatch; columnOf: (name: string) => string | null };

/** CTEs refer to each other; further down nobody looks. */
const DEEPEST = 4;

/**
 * What `INSERT … SELECT` asks of its own table, so that only rows which it lacks are inserted: NOT EXISTS, NOT IN, EXCEPT, a left join whose other side
 * IS NULL, in the query itself or in the CTE that it reads; or the UPDATE of the same rows in a CTE. null: it asks nothing.
 */
export function readAbsence(scope: Scope, select: Tree.SelectStmt, { relation, withClause }: Tree.InsertStmt): SqlMatch | null {
  const all = [...(withClause?.ctes ?? []), ...(select.withClause?.ctes ?? [])].flatMap((node) => as(node, "CommonTableExpr") ?? []);
  const ctes = new Map(all.flatMap((cte) => (cte.ctename && cte.ctequery ? [[cte.ctename, cte.ctequery] as const] : [])));
  return relation?.relname === undefined ? null : absenceIn({ scope, table: relation.relname, ctes }, select, 0);
}

function absenceIn(search: Search, select: Tree.SelectStmt, depth: number): SqlMatch | null {
  if (depth > DEEPEST) return null;
  if (select.op === "SETOP_EXCEPT") return exceptOf(search, select);
  for (const conjunct of conjuncts(select.whereClause)) {
    const found = notIn(search, conjunct) ?? leftOut(search, select, conjunct);
    if (found) return found;
  }
  // The rows come out of a CTE or a sub-query that leaves out what is there.
  const [from, ...others] = select.fromClause ?? [];
  if (!from || others.length > 0) return null;
  const range = as(from, "RangeVar");
  const inner = as(range ? cteOf(search, range) : as(from, "RangeSubselect")?.subquery, "SelectStmt");
  const found = inner ? absenceIn(search, inner, depth + 1) : null;
  return inner && found ? asOutput(search, inner, found) : null;
}

function cteOf({ ctes }: Search, range: Tree.RangeVar | undefined): Node | undefined {
  return range?.schemaname === undefined ? ctes.get(range?.relname ?? "") : undefined;
}

/** NOT EXISTS (SELECT … FROM t WHERE …), x NOT IN (SELECT … FROM t). */
function notIn(search: Search, conjunct: Node): SqlMatch | null {
  const not = as(conjunct, "BoolExpr");
  const link = not?.boolop === "NOT_EXPR" ? as(not.args?.[0], "SubLink") : undefined;
  const inner = as(link?.subselect, "SelectStmt");
  if (!link || !inner || inner.fromClause?.length !== 1) return null;
  const range = as(inner.fromClause[0], "RangeVar");
  const own = range ? ownRows(search, range) : null;
  if (!range || !own) return null;
  const match = within(search.scope, own, inner.whereClause, ownNames(range));
  if (link.subLinkType === "EXISTS_SUBLINK") return match;
  if (link.subLinkType !== "ANY_SUBLINK" || !link.testexpr) return null;
  const values = as(link.testexpr, "RowExpr")?.args ?? [link.testexpr];
  return paired(search.scope, own, inner, values, match);
}

/** SELECT … EXCEPT SELECT … FROM t. */
function exceptOf(search: Search, { larg, rarg }: Tree.SelectStmt): SqlMatch | null {
  const range = rarg?.fromClause?.length === 1 ? as(rarg.fromClause[0], "RangeVar") : undefined;
  const own = range ? ownRows(search, range) : null;
  if (!larg || !rarg || !range || !own) return null;
  const values = (larg.targetList ?? []).flatMap((node) => as(node, "ResTarget")?.val ?? []);
  return paired(search.scope, own, rarg, values, within(search.scope, own, rarg.whereClause, ownNames(range)));
}

/** FROM x LEFT JOIN t ON … WHERE t.id IS NULL. */
function leftOut(search: Search, select: Tree.SelectStmt, conjunct: Node): SqlMatch | null {
  const test = as(conjunct, "NullTest");
  const side = test?.nulltesttype === "IS_NULL" ? columnOf(test.arg)?.table : null;
  if (side == null) return null;
  for (const join of (select.fromClause ?? []).flatMap(joinsOf)) {
    const range = as(join.rarg, "RangeVar");
    if (join.jointype !== "JOIN_LEFT" || !range || (range.alias?.aliasname ?? range.relname) !== side) continue;
    const own = ownRows(search, range);
    if (!own) return null;
    const using = (join.usingClause ?? []).flatMap((node) => nameOf(node) ?? []).map((name): SqlAssignment => ({ column: own.columnOf(name) ?? name, value: { text: quoteIdentifier(name), kind: "column", name: null }, at: clauseSpan(search.scope, firstLocation(join.rarg)) }));
    const match = within(search.scope, own, join.quals, ownNames(range));
    return { columns: [...match.columns, ...using], rest: match.rest };
  }
  return null;
}

function joinsOf(node: Node): Tree.JoinExpr[] {
  const join = as(node, "JoinExpr");
  return join ? [join, ...[join.larg, join.rarg].flatMap((side) => (side ? joinsOf(side) : []))] : [];
}

/** The table's rows, those that a CTE reads of it, or those that one updates. */
function ownRows(search: Search, range: Tree.RangeVar): OwnRows | null {
  const { scope, table } = search;
  const cte = cteOf(search, range);
  if (!cte) return range.relname === table ? { match: { columns: [], rest: [] }, columnOf: (name) => name } : null;
  const update = as(cte, "UpdateStmt");
  if (update) return update.relation?.relname === table ? { match: readMatch(scope, update.whereClause, ownNames(update.relation)), columnOf: outputColumns(update.returningClause?.exprs) } : null;
  const select = as(cte, "SelectStmt");
  const source = select?.fromClause?.length === 1 && !select.groupClause && !select.limitCount ? as(select.fromClause[0], "RangeVar") : undefined;
  if (!select || !source || source.relname !== table || cteOf(search, source)) return null;
  return { match: readMatch(scope, select.whereClause, ownNames(source)), columnOf: outputColumns(select.targetList) };
}

function outputColumns(targets: Node[] | undefined): OwnRows["columnOf"] {
  const all = (targets ?? []).flatMap((node) => as(node, "ResTarget") ?? []);
  const isWhole = all.some(({ val }) => as(val, "ColumnRef")?.fields?.some((field) => "A_Star" in field));
  const names = new Map(all.map((target) => [target.name ?? outputName(target.val), columnOf(target.val)?.column ?? null]));
  return (name) => names.get(name) ?? (isWhole ? name : null);
}

/** What a condition asks of these rows, added to what they are. */
function within(scope: Scope, own: OwnRows, where: Node | undefined, names: OwnNames): SqlMatch {
  const match = readMatch(scope, where, names);
  const known = match.columns.flatMap((item) => {
    const column = own.columnOf(item.column);
    return column === null ? [] : [{ ...item, column }];
  });
  const lost = known.length < match.columns.length ? ["…"] : [];
  return { columns: [...own.match.columns, ...known], rest: [...own.match.rest, ...match.rest, ...lost] };
}

/** Columns of a sub-query's list compared with values, one by one. */
function paired(scope: Scope, own: OwnRows, inner: Tree.SelectStmt, values: Node[], match: SqlMatch): SqlMatch | null {
  const names = (inner.targetList ?? []).map((node) => columnOf(as(node, "ResTarget")?.val)?.column);
  if (names.length !== values.length) return null;
  const columns = values.flatMap((value, index): SqlAssignment[] => {
    const name = names[index];
    const column = name === undefined ? null : own.columnOf(name);
    return column === null ? [] : [{ column, value: readValue(scope, value), at: clauseSpan(scope, firstLocation(value)) }];
  });
  return columns.length < values.length ? null : { columns: [...match.columns, ...columns], rest: match.rest };
}

/** The same with the names under which the query hands its values on. */
function asOutput({ scope }: Search, select: Tree.SelectStmt, match: SqlMatch): SqlMatch {
  const list = (select.op === "SETOP_EXCEPT" ? select.larg : select)?.targetList ?? [];
  const names = new Map(list.flatMap((node) => as(node, "ResTarget") ?? []).map((target) => [readValue(scope, target.val).text, quoteIdentifier(target.name ?? outputName(target.val))]));
  const columns = match.columns.map((item) => {
    const name = item.value.kind === "parameter" ? undefined : names.get(item.value.text);
    return name === undefined ? item : { ...item, value: { text: name, kind: "column" as const, name: null } };
  });
  return { columns, rest: match.rest };
}
