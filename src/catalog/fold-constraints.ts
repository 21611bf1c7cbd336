import type { Table } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { addCheckTo, removeCheck } from "./fold-checks.ts";
import { renameKey } from "./fold-indexes.ts";
import { addKey, hasConstraint, isTaken, removeForeignKey, removeKey } from "./fold-keys.ts";
import { allowNull, dropNotNull, givenByParents, putColumn, requireValue } from "./fold-nulls.ts";
import { keyColumns } from "./keys.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, refuse, refuseMissing, resolve, resolveOrStub, spans, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function addConstraint(session: Session, change: Change<"add-key">): void {
  const table = resolveOrStub(session, change.table);
  if (change.usingIndex !== null) return adoptIndex(session, table, change, cutName(change.usingIndex));
  const { key } = change;
  if ((key.period ?? key.kind) === "primary" && table.keys.some((other) => (other.period ?? other.kind) === "primary")) return refuseSecond(session, table, change);
  if (key.name !== null && !isTaken(session, table, cutName(key.name)) && hasConstraint(table, cutName(key.name))) return refuse(session, "42710");
  const below = change.only !== true;
  addKey(session, table, key, { below, valid: table.partitioned && !below && childrenOf(session, table.id).length > 0 ? false : null });
}

/** A second primary key: either this was refused (42P16), or what dropped the first was not read. */
function refuseSecond(session: Session, table: Table, change: Change<"add-key">): void {
  refuse(session, "42P16");
  const there = table.keys.find((other) => (other.period ?? other.kind) === "primary");
  const same = JSON.stringify(there?.parts) === JSON.stringify(change.key.parts);
  if (!same) putTable(session, { ...table, complete: false });
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
  if (index.kind !== "index" || index.where !== null || columns === null) return refuse(session, "42809");
  const { kind, deferrable, at } = change.key;
  const { declared, built } = spans(session, at);
  let changed = table;
  if (kind === "primary") for (const column of columns) changed = requireValue(session, changed, column);
  const adopted = { ...index, kind, deferrable, declared: [...index.declared, ...declared], built: [...index.built, ...built] };
  changed = putTable(session, { ...changed, keys: changed.keys.map((key) => (key === index ? adopted : key)) });
  renameKey(session, changed, indexName, change.key.name === null ? indexName : cutName(change.key.name));
}

export function addCheck(session: Session, change: Change<"add-check">): void {
  addCheckTo(session, resolveOrStub(session, change.table), change.check);
}

/** DROP CONSTRAINT; refused (42704) for what is only an index, and for what a parent has. */
export function dropConstraint(session: Session, change: Change<"drop-constraint">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const name = cutName(change.name);
  const key = table.keys.find((one) => one.name === name && one.kind !== "index");
  const foreignKey = table.foreignKeys.find((one) => one.name === name);
  const check = table.checks.find((one) => one.name === name);
  const column = table.columns.find((one) => one.notNull?.name === name);
  if (key?.partOf ?? foreignKey?.partOf ?? check?.inherited) return refuse(session, "42P16");
  if (key) removeKey(session, table, key);
  else if (foreignKey) removeForeignKey(session, table.id, foreignKey);
  else if (check) removeCheck(session, table, check, change.only !== true);
  else if (!column) refuseMissing(session, table, change.ifExists, "42704");
  else {
    const primary = table.keys.some((one) => (one.period ?? one.kind) === "primary" && keyColumns(one)?.includes(column.name) === true);
    if (primary || givenByParents(session, table, column.name)) dropNotNull(session, table, column.name, primary);
    else allowNull(session, table, column.name);
  }
}

export function renameConstraint(session: Session, change: Change<"rename-constraint">): void {
  const table = resolve(session, change.table);
  if (!table) return;
  const [from, to] = [cutName(change.name), cutName(change.to)];
  const key = table.keys.find((one) => one.name === from && one.kind !== "index");
  if (hasConstraint(table, to) || (key && isTaken(session, table, to))) return refuse(session, "42710");
  if (key) return renameKey(session, table, from, to);
  if (table.foreignKeys.some((one) => one.name === from)) return renameForeignKey(session, table, from, to);
  if (!hasConstraint(table, from)) return refuseMissing(session, table, false, "42704");
  renameBelow(session, table, from, to);
}

function renameForeignKey(session: Session, table: Table, from: string, to: string): void {
  putTable(session, { ...table, foreignKeys: table.foreignKeys.map((one) => (one.name === from ? { ...one, name: to } : one)) });
  for (const child of childrenOf(session, table.id)) {
    putTable(session, { ...child, foreignKeys: child.foreignKeys.map((one) => (one.partOf === from ? { ...one, partOf: to } : one)) });
  }
}

/** CHECK and NOT NULL have one name in a table and all that inherit them. */
function renameBelow(session: Session, table: Table, from: string, to: string): void {
  let changed = putTable(session, { ...table, checks: table.checks.map((check) => (check.name === from ? { ...check, name: to } : check)) });
  const column = changed.columns.find((one) => one.notNull?.name === from);
  if (column) changed = putColumn(session, changed, column.name, (one) => (one.notNull ? { ...one, notNull: { ...one.notNull, name: to } } : one));
  for (const child of childrenOf(session, changed.id)) renameBelow(session, child, from, to);
}
