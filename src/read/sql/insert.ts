import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { SqlAssignment, SqlConflict, SqlQuery, SqlValue, TargetOrder } from "../../model/statement.ts";
import type { Span } from "../../model/span.ts";
import { readAbsence } from "./absence.ts";
import { canonicalizePredicate, readKeyPart, readValue } from "./expression.ts";
import { as, tableName, walk } from "./nodes.ts";
import { clauseEnd, clauseSpan, closingParenthesis, spanOf, type Scope } from "./scope.ts";

export function readInsert(scope: Scope, statement: Tree.InsertStmt, at: Span): SqlQuery {
  const select = as(statement.selectStmt, "SelectStmt");
  const rows = select?.valuesLists?.map((row) => as(row, "List")?.items ?? []);
  return {
    kind: "insert",
    table: tableName(statement.relation),
    alias: statement.relation?.alias?.aliasname ?? null,
    at,
    writes: readWrites(scope, statement, select, rows),
    rows: countRows(select, rows),
    fromSelect: select !== undefined && rows === undefined,
    conflict: statement.onConflictClause ? readConflict(scope, statement.onConflictClause) : null,
    match: null,
    returning: returns(statement),
    limitOne: false,
    aggregate: null,
    notExists: select ? readAbsence(scope, select, statement) : null,
    forUpdate: false,
  };
}

/** RETURNING stands in a list of its own (PG 18: `returningClause`). */
export function returns(statement: { returningClause?: Tree.ReturningClause }): boolean {
  return (statement.returningClause?.exprs?.length ?? 0) > 0;
}

function readWrites(scope: Scope, statement: Tree.InsertStmt, select: Tree.SelectStmt | undefined, rows: Node[][] | undefined): SqlAssignment[] | null {
  if (!select) return [];
  const columns = (statement.cols ?? []).flatMap((col) => as(col, "ResTarget") ?? []);
  if (columns.length === 0) return null;
  const targets = rows ? null : selectedValues(select);
  const sample = rows?.slice(0, sampledRows);
  return columns.map((column, i) => ({
    column: column.name ?? "",
    value: sample ? sameValue(sample.map((row) => readValue(scope, row[i] ?? row[0]))) : targets?.[i] ? readValue(scope, targets[i]) : unknownValue,
    at: clauseSpan(scope, column.location),
  }));
}

/** Dumps and seeds insert thousands of rows in one statement: the first ones tell what kind of values they are. */
const sampledRows = 200;

const unknownValue: SqlValue = { text: "?", kind: "expression", name: null };

/** One value for a column of many rows: the common one, or only its kind. */
function sameValue(values: SqlValue[]): SqlValue {
  const [first] = values;
  if (!first) return unknownValue;
  if (values.every((value) => value.text === first.text)) return first;
  const kind = values.every((value) => value.kind === first.kind) ? first.kind : "expression";
  return { text: values.slice(0, 20).map((value) => value.text).join(" | "), kind, name: null };
}

/** Values of a SELECT's list; null where `*` or UNION hides them. */
function selectedValues(select: Tree.SelectStmt): Node[] | null {
  // EXCEPT only leaves rows out.
  if (select.op === "SETOP_EXCEPT" && select.larg) return selectedValues(select.larg);
  const values = (select.targetList ?? []).map((target) => as(target, "ResTarget")?.val);
  const known = values.flatMap((value) => (value && !isStar(value) ? [value] : []));
  return select.op === "SETOP_NONE" && known.length === values.length ? known : null;
}

function isStar(value: Node): boolean {
  return as(value, "ColumnRef")?.fields?.some((field) => "A_Star" in field) ?? false;
}

const setFunctions = /^(unnest|generate_series|jsonb?_array_elements(_text)?|jsonb?_to_recordset|jsonb?_populate_recordset|regexp_split_to_table|string_to_table|jsonb?_each(_text)?)$/;

function countRows(select: Tree.SelectStmt | undefined, rows: Node[][] | undefined): SqlQuery["rows"] {
  if (!select) return "one";
  if (rows) return rows.length === 1 ? "one" : "many";
  if (select.op !== "SETOP_NONE") return "many";
  if (isOne(select.limitCount)) return "one";
  let many = (select.fromClause?.length ?? 0) > 0;
  walk(select.targetList, (kind, content) => {
    const last = kind === "FuncCall" ? as((content["funcname"] as Node[] | undefined)?.at(-1), "String")?.sval : undefined;
    many ||= last !== undefined && setFunctions.test(last);
    return kind !== "SubLink";
  });
  return many ? "many" : "one";
}

export function isOne(limit: Node | undefined): boolean {
  return as(limit, "A_Const")?.ival?.ival === 1;
}

export function readConflict(scope: Scope, clause: Tree.OnConflictClause): SqlConflict {
  const { infer } = clause;
  const start = scope.offset(infer?.location ?? clause.location);
  const target = infer?.conname
    ? ({ by: "constraint", name: infer.conname } as const)
    : infer
      ? {
          by: "parts" as const,
          parts: (infer.indexElems ?? []).map((element) => readKeyPart(scope, element)),
          where: infer.whereClause ? canonicalizePredicate(scope, infer.whereClause) : null,
          ...readOrder(infer.indexElems),
        }
      : null;
  return {
    action: clause.action === "ONCONFLICT_UPDATE" ? "update" : "nothing",
    target,
    sets: readSets(scope, clause.targetList),
    setWhere: clause.whereClause !== undefined,
    at: conflictSpan(scope, start, infer !== undefined),
  };
}

/** The grammar takes an order there, the analysis of the statement does not: the first that is said is what it names. */
function readOrder(elements: Node[] | undefined): { order?: TargetOrder } {
  for (const node of elements ?? []) {
    const element = as(node, "IndexElem");
    if (element?.ordering && element.ordering !== "SORTBY_DEFAULT") return { order: "ASC/DESC" };
    if (element?.nulls_ordering && element.nulls_ordering !== "SORTBY_NULLS_DEFAULT") return { order: "NULLS FIRST/LAST" };
  }
  return {};
}

function conflictSpan(scope: Scope, start: number, targeted: boolean): Span {
  if (scope.source.text.charAt(start) === "(") return spanOf(scope, start, closingParenthesis(scope, start));
  return spanOf(scope, start, clauseEnd(scope, start, targeted ? ["do"] : ["update", "returning"]));
}

/** `SET a = 1, (b, c) = (2, 3)`: one assignment a column. */
export function readSets(scope: Scope, targets: Node[] | undefined): SqlAssignment[] {
  return (targets ?? []).flatMap((node) => {
    const target = as(node, "ResTarget");
    if (!target?.name) return [];
    const at = clauseSpan(scope, target.location, ["where", "from", "returning"]);
    return [{ column: target.name, value: assignedValue(scope, target.val), at }];
  });
}

function assignedValue(scope: Scope, value: Node | undefined): SqlValue {
  const part = as(value, "MultiAssignRef");
  if (!part) return value ? readValue(scope, value) : unknownValue;
  const row = as(part.source, "RowExpr")?.args;
  const item = row?.[(part.colno ?? 1) - 1];
  return item ? readValue(scope, item) : unknownValue;
}
