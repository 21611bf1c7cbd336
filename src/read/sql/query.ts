import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { SqlQuery } from "../../model/statement.ts";
import type { Span } from "../../model/span.ts";
import { isOne, readInsert, readSets, returns } from "./insert.ts";
import { ownNames, readMatch } from "./match.ts";
import { as, namesOf, tableName, walk } from "./nodes.ts";
import { closingParenthesis, spanOf, type Scope } from "./scope.ts";
import { readValue } from "./expression.ts";

/** Queries of a statement, those of its CTEs and of sub-queries in FROM first, itself last. */
export function readQueries(scope: Scope, node: Node): SqlQuery[] {
  return readNested(scope, node, new Set(), spanOf(scope, scope.start, scope.end));
}

function readNested(scope: Scope, node: Node, ctes: ReadonlySet<string>, at: Span): SqlQuery[] {
  const insert = as(node, "InsertStmt");
  const update = as(node, "UpdateStmt");
  const remove = as(node, "DeleteStmt");
  const select = as(node, "SelectStmt");
  const merge = as(node, "MergeStmt");
  const names = new Set(ctes);
  const inside = readCtes(scope, (insert ?? update ?? remove ?? select ?? merge)?.withClause, names);
  if (insert) {
    const source = as(insert.selectStmt, "SelectStmt");
    return [...inside, ...readCtes(scope, source?.withClause, names), readInsert(scope, insert, at)];
  }
  if (update) return [...inside, readUpdate(scope, update, at)];
  if (remove) return [...inside, readDelete(scope, remove, at)];
  if (merge) return [...inside, readMerge(scope, merge, at)];
  if (select) return [...inside, ...readSelects(scope, select, names, at)];
  const truncate = as(node, "TruncateStmt");
  if (truncate) return readTruncate(truncate, at);
  return readWrapped(scope, node, ctes, at);
}

/** EXPLAIN, PREPARE, DECLARE CURSOR, COPY (query): the query inside. Not what defines a table or view. */
function readWrapped(scope: Scope, node: Node, ctes: ReadonlySet<string>, at: Span): SqlQuery[] {
  const inner = as(node, "PrepareStmt")?.query ?? as(node, "DeclareCursorStmt")?.query ?? as(node, "CopyStmt")?.query;
  return inner ? readNested(scope, inner, ctes, at) : [];
}

function readCtes(scope: Scope, clause: Tree.WithClause | undefined, names: Set<string>): SqlQuery[] {
  return (clause?.ctes ?? []).flatMap((node) => {
    const cte = as(node, "CommonTableExpr");
    if (!cte?.ctequery) return [];
    if (clause?.recursive && cte.ctename) names.add(cte.ctename);
    const start = scope.offset(cte.location);
    const found = readNested(scope, cte.ctequery, names, spanOf(scope, start, closingParenthesis(scope, start)));
    if (cte.ctename) names.add(cte.ctename);
    return found;
  });
}

const blank = { writes: null, fromSelect: false, conflict: null, limitOne: false, aggregate: null, notExists: null, forUpdate: false } as const;

function readUpdate(scope: Scope, statement: Tree.UpdateStmt, at: Span): SqlQuery {
  return {
    ...blank,
    kind: "update",
    table: tableName(statement.relation),
    alias: statement.relation?.alias?.aliasname ?? null,
    at,
    writes: readSets(scope, statement.targetList),
    rows: "unknown",
    match: readMatch(scope, statement.whereClause, ownNames(statement.relation)),
    returning: returns(statement),
  };
}

function readDelete(scope: Scope, statement: Tree.DeleteStmt, at: Span): SqlQuery {
  return {
    ...blank,
    kind: "delete",
    table: tableName(statement.relation),
    alias: statement.relation?.alias?.aliasname ?? null,
    at,
    rows: "unknown",
    match: readMatch(scope, statement.whereClause, ownNames(statement.relation)),
    returning: returns(statement),
  };
}

/** TRUNCATE: a DELETE of every row. */
function readTruncate(statement: Tree.TruncateStmt, at: Span): SqlQuery[] {
  return (statement.relations ?? []).flatMap((node) => {
    const relation = as(node, "RangeVar");
    if (!relation) return [];
    return [{ ...blank, kind: "delete", table: tableName(relation), alias: null, at, rows: "unknown", match: { columns: [], rest: [] }, returning: false }];
  });
}

/** WHEN NOT MATCHED THEN INSERT is an insert that no conflict clause guards. */
function readMerge(scope: Scope, statement: Tree.MergeStmt, at: Span): SqlQuery {
  const clauses = (statement.mergeWhenClauses ?? []).flatMap((node) => as(node, "MergeWhenClause") ?? []);
  const insert = clauses.find((clause) => clause.commandType === "CMD_INSERT");
  const columns = (insert?.targetList ?? []).flatMap((node) => as(node, "ResTarget") ?? []);
  return {
    ...blank,
    kind: "merge",
    table: tableName(statement.relation),
    alias: statement.relation?.alias?.aliasname ?? null,
    at,
    writes: columns.length === 0 ? null : columns.map((column, i) => ({ column: column.name ?? "", value: readValue(scope, insert?.values?.[i]), at })),
    rows: "unknown",
    fromSelect: true,
    match: readMatch(scope, statement.joinCondition, ownNames(statement.relation)),
    returning: returns(statement),
  };
}

function readSelects(scope: Scope, select: Tree.SelectStmt, ctes: ReadonlySet<string>, at: Span): SqlQuery[] {
  if (select.valuesLists) return [];
  const arms = [select.larg, select.rarg].flatMap((arm) => (arm ? readNested(scope, { SelectStmt: arm }, ctes, at) : []));
  if (arms.length > 0 || select.op !== "SETOP_NONE") return arms;
  const below = (select.fromClause ?? []).flatMap((node) => fromSubqueries(scope, node, ctes));
  if (!select.fromClause) return readAsked(scope, select, ctes, at);
  const range = select.fromClause.length === 1 ? as(select.fromClause[0], "RangeVar") : undefined;
  const plain = range && !(range.schemaname === undefined && ctes.has(range.relname ?? "")) ? range : undefined;
  const limitOne = isOne(select.limitCount);
  const aggregate = readAggregate(select);
  return [
    ...below,
    {
      ...blank,
      kind: "select",
      table: plain ? tableName(plain) : null,
      alias: plain?.alias?.aliasname ?? null,
      at,
      rows: limitOne || aggregate ? "one" : "unknown",
      match: plain ? readMatch(scope, select.whereClause, ownNames(plain)) : null,
      returning: false,
      limitOne,
      aggregate,
      forUpdate: locksRows(select),
    },
  ];
}

/** FOR UPDATE and FOR NO KEY UPDATE; SHARE locks let others in. */
function locksRows(select: Tree.SelectStmt): boolean {
  return (select.lockingClause ?? []).some((node) => /^LCS_FOR(?:NOKEY)?UPDATE$/.test(as(node, "LockingClause")?.strength ?? ""));
}

function fromSubqueries(scope: Scope, node: Node, ctes: ReadonlySet<string>): SqlQuery[] {
  const join = as(node, "JoinExpr");
  if (join) return [join.larg, join.rarg].flatMap((arm) => (arm ? fromSubqueries(scope, arm, ctes) : []));
  const inner = as(node, "RangeSubselect")?.subquery;
  return inner ? readNested(scope, inner, ctes, spanOf(scope, scope.start, scope.end)) : [];
}

/** `SELECT EXISTS (SELECT …)`, `SELECT (SELECT count(*) …)`: the inner query, asked for its existence. */
function readAsked(scope: Scope, select: Tree.SelectStmt, ctes: ReadonlySet<string>, at: Span): SqlQuery[] {
  const asked: SqlQuery[] = [];
  walk([select.targetList, select.whereClause], (kind, content) => {
    if (kind !== "SubLink") return;
    const link = content as Tree.SubLink;
    const found = link.subselect ? readNested(scope, link.subselect, ctes, at) : [];
    const last = found.at(-1);
    if (last && link.subLinkType === "EXISTS_SUBLINK") last.aggregate ??= "exists";
    asked.push(...found);
    return false;
  });
  return asked;
}

/** One row that only says how many there are, or the greatest of them. */
function readAggregate(select: Tree.SelectStmt): SqlQuery["aggregate"] {
  if (select.groupClause || select.targetList?.length !== 1) return null;
  let aggregate: SqlQuery["aggregate"] = null;
  walk(select.targetList, (kind, content) => {
    if (kind === "SubLink" || (kind === "FuncCall" && "over" in content)) return false;
    if (kind === "FuncCall") {
      const name = namesOf(content["funcname"] as Node[] | undefined).at(-1);
      if (name === "count") aggregate ??= "count";
      if (name === "max" || name === "min") aggregate ??= "max";
    }
    return;
  });
  return aggregate;
}
