import type { Table } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { alterColumn } from "./fold-columns.ts";
import { addKey, isTaken, removeKey } from "./fold-keys.ts";
import { keyColumns } from "./keys.ts";
import { cutName, objectName } from "./names.ts";
import { childrenOf, putTable, resolve, resolveOrStub, spans, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function addConstraint(session: Session, change: Change<"add-key">): void {
  const table = resolveOrStub(session, change.table);
  if (change.usingIndex === null) addKey(session, table, change.key);
  else adoptIndex(session, table, change, cutName(change.usingIndex));
}

/**
 * ADD CONSTRAINT … USING INDEX: the index becomes the constraint's and takes its name. Refused (42809) for partial and expression indexes. An
 * index that is not known was built elsewhere.
 */
function adoptIndex(session: Session, table: Table, change: Change<"add-key">, indexName: string): void {
  const index = table.keys.find((key) => key.name === indexName);
  if (!index) {
    putTable(session, { ...table, complete: false });
    return;
  }
  const columns = keyColumns(index);
  if (index.kind !== "index" || index.where !== null || columns === null) return;
  const { kind, deferrable, at } = change.key;
  const name = change.key.name === null ? indexName : cutName(change.key.name);
  const { declared, built } = spans(session, at);
  const adopted = { ...index, kind, deferrable, name, declared: [...index.declared, ...declared], built: [...index.built, ...built] };
  putTable(session, {
    ...table,
    columns: kind === "primary" ? table.columns.map((column) => (columns.includes(column.name) ? { ...column, nullable: false } : column)) : table.columns,
    keys: table.keys.map((key) => (key === index ? adopted : key)),
  });
}

export function addCheck(session: Session, change: Change<"add-check">): void {
  const table = resolveOrStub(session, change.table);
  if (change.name !== null) putTable(session, { ...table, checks: [...table.checks, cutName(change.name)] });
}

/** DROP CONSTRAINT; refused (42704) for what is only an index. */
export function dropConstraint(session: Session, change: Change<"drop-constraint">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const name = cutName(change.name);
  const key = table.keys.find((one) => one.name === name && one.kind !== "index");
  if (key) removeKey(session, table, key);
  else if (table.foreignKeys.some((one) => one.name === name)) removeForeignKey(session, table, name);
  else if (table.checks.includes(name)) putTable(session, { ...table, checks: table.checks.filter((check) => check !== name) });
  else dropNotNull(session, table, name);
}

/** Those of partitions go by the same name. */
function removeForeignKey(session: Session, table: Table, name: string): void {
  putTable(session, { ...table, foreignKeys: table.foreignKeys.filter((one) => one.name !== name) });
  if (table.partitioned) for (const child of childrenOf(session, table.id)) removeForeignKey(session, child, name);
}

/** Postgres 18 keeps NOT NULL as a constraint `table_column_not_null`. */
function dropNotNull(session: Session, table: Table, name: string): void {
  const column = table.columns.find((one) => objectName(table.name, one.name, "not_null") === name);
  if (column) alterColumn(session, table, column.name, (one) => ({ ...one, nullable: true }));
}

export function renameConstraint(session: Session, change: Change<"rename-constraint">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const [from, to] = [cutName(change.name), cutName(change.to)];
  const key = table.keys.find((one) => one.name === from && one.kind !== "index");
  if (key && isTaken(session, table, to)) return;
  putTable(session, {
    ...table,
    keys: table.keys.map((one) => (one === key ? { ...one, name: to } : one)),
    foreignKeys: table.foreignKeys.map((one) => (one.name === from ? { ...one, name: to } : one)),
    checks: table.checks.map((check) => (check === from ? to : check)),
  });
}
