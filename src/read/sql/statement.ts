import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { SqlQuery, Statement } from "../../model/statement.ts";
import { readChanges } from "./changes.ts";
import { readDedup } from "./dedup.ts";
import { as, namesOf, tableName, walk } from "./nodes.ts";
import { readQueries } from "./query.ts";
import { spanOf, type Scope } from "./scope.ts";

/** What a statement says by itself; comments, names and chunks are the file's to add. */
export function readStatement(scope: Scope, node: Node): Statement {
  rememberTable(scope, node);
  const queries = readQueries(scope, node);
  return {
    at: spanOf(scope, scope.start, scope.end),
    changes: readChanges(scope, node),
    ...readTransaction(node),
    queries,
    refresh: readRefresh(node),
    dedup: readDedup(scope, node),
    lock: readLock(scope, node, queries),
    refusesTransaction: refusesTransaction(node),
    nested: false,
    name: null,
    command: null,
    comments: [],
    chunk: 0,
  };
}

/** CREATE TABLE … AS SELECT: a list of rows that a later statement may work through. */
function rememberTable(scope: Scope, node: Node): void {
  const made = as(node, "CreateTableAsStmt");
  const name = made?.into?.rel?.relname;
  if (name && made.query) scope.source.temporary?.set(name, made.query);
}

const transactions: Record<string, Statement["transaction"]> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "commit",
  TRANS_STMT_ROLLBACK: "rollback",
  TRANS_STMT_SAVEPOINT: "savepoint",
};

function readTransaction(node: Node): Pick<Statement, "transaction" | "isolation"> {
  const control = as(node, "TransactionStmt");
  const setting = as(node, "VariableSetStmt");
  const options = control?.options ?? (/^(?:SESSION CHARACTERISTICS|TRANSACTION)$/.test(setting?.name ?? "") ? setting?.args : undefined);
  const level = (options ?? []).flatMap((option) => {
    const element = as(option, "DefElem");
    return element?.defname === "transaction_isolation" ? (as(element.arg, "A_Const")?.sval?.sval ?? []) : [];
  });
  return { transaction: transactions[control?.kind ?? ""] ?? null, isolation: level[0]?.toLowerCase() ?? null };
}

function readRefresh(node: Node): Statement["refresh"] {
  const refresh = as(node, "RefreshMatViewStmt");
  return refresh ? { view: tableName(refresh.relation), concurrently: refresh.concurrent ?? false } : null;
}

function readLock(scope: Scope, node: Node, queries: SqlQuery[]): Statement["lock"] {
  const at = spanOf(scope, scope.start, scope.end);
  const [locked] = as(node, "LockStmt")?.relations ?? [];
  if (locked) return { kind: "table", table: tableName(as(locked, "RangeVar")), at };
  if (/advisory/i.test(scope.source.text.slice(scope.start, scope.end)) && callsAdvisoryLock(node)) return { kind: "advisory", table: null, at };
  const row = queries.find((query) => query.forUpdate);
  return row && !skipsLocked(node) ? { kind: "row", table: row.table, at: row.at } : null;
}

/** SKIP LOCKED gives every caller other rows: nobody waits. */
function skipsLocked(node: Node): boolean {
  let found = false;
  walk(node, (kind, content) => {
    if (kind === "LockingClause") found ||= content["waitPolicy"] === "LockWaitSkip";
  });
  return found;
}

function callsAdvisoryLock(node: Node): boolean {
  // A function that is only defined takes no lock.
  if ("CreateFunctionStmt" in node) return false;
  let found = false;
  walk(node, (kind, content) => {
    if (kind === "FuncCall") found ||= /^pg_(try_)?advisory_(xact_)?lock/.test(namesOf(content["funcname"] as Node[] | undefined).at(-1) ?? "");
  });
  return found;
}

/** Commands that Postgres refuses inside a transaction block (25001). */
function refusesTransaction(node: Node): boolean {
  const index = as(node, "IndexStmt")?.concurrent ?? as(node, "DropStmt")?.concurrent;
  if (index) return true;
  const reindex = as(node, "ReindexStmt");
  if (reindex) return /SYSTEM|DATABASE|SCHEMA/.test(reindex.kind ?? "") || hasOption(reindex.params, "concurrently");
  const vacuum = as(node, "VacuumStmt");
  if (vacuum) return vacuum.is_vacuumcmd ?? false;
  const commands = as(node, "AlterTableStmt")?.cmds ?? [];
  if (commands.some((command) => as(as(command, "AlterTableCmd")?.def, "PartitionCmd")?.concurrent)) return true;
  return ["CreatedbStmt", "DropdbStmt", "AlterSystemStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt"].some((kind) => kind in node);
}

function hasOption(options: Tree.Node[] | undefined, name: string): boolean {
  return (options ?? []).some((option) => as(option, "DefElem")?.defname === name);
}
