import type { SchemaChange } from "../model/schema-change.ts";
import { addForeignKey, addIndex, inheritKey } from "./fold-keys.ts";
import { keyColumns } from "./keys.ts";
import { putTable, resolve, resolveOrStub, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

/** ATTACH PARTITION: the partition gets every key, index and foreign key of its parent that it does not have, and NOT NULL of its primary key. */
export function attachPartition(session: Session, change: Change<"attach-partition">): void {
  const parent = resolveOrStub(session, change.table);
  const stub = resolveOrStub(session, change.partition);
  const primary = new Set(parent.keys.flatMap((key) => (key.kind === "primary" ? (keyColumns(key) ?? []) : [])));
  const columns = stub.columns.map((column) => (primary.has(column.name) ? { ...column, nullable: false } : column));
  let table = putTable(session, { ...stub, columns, parents: [parent.id] });
  for (const key of parent.keys) table = inheritKey(session, table, key, change.at);
  for (const index of parent.indexes) {
    const equal = table.indexes.some((own) => JSON.stringify([own.parts, own.where]) === JSON.stringify([index.parts, index.where]));
    if (!equal) table = addIndex(session, table, { ...index, include: index.include ?? [], name: null, at: change.at });
  }
  for (const foreignKey of parent.foreignKeys) {
    const equal = table.foreignKeys.some((own) => own.table === foreignKey.table && own.columns.join() === foreignKey.columns.join());
    const target = session.tables[foreignKey.table];
    if (!equal && target) table = addForeignKey(session, table, { ...foreignKey, table: { schema: target.schema, name: target.name }, at: change.at });
  }
}

/** DETACH PARTITION: its keys stay its own. */
export function detachPartition(session: Session, change: Change<"detach-partition">): void {
  const partition = resolve(session, change.partition);
  if (!partition) return;
  const { parents: _parents, ...rest } = partition;
  putTable(session, rest);
}
