import type { Table } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { asOwn, checkGiven } from "./fold-checks.ts";
import { inheritForeignKey, inheritIndex, inheritKey } from "./fold-keys.ts";
import { givenByParents, requireValue } from "./fold-nulls.ts";
import { putTable, resolve, resolveOrStub, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

/** ATTACH PARTITION: the partition gets every key, index and foreign key of its parent that it does not have; what they share is no longer its own. */
export function attachPartition(session: Session, change: Change<"attach-partition">): void {
  const parent = resolveOrStub(session, change.table);
  let table = putTable(session, { ...resolveOrStub(session, change.partition), parents: [parent.id] });
  for (const { name, notNull } of parent.columns) if (notNull && !notNull.local) table = requireValue(session, table, name);
  table = putTable(session, shared(table, parent));
  for (const key of parent.keys) table = inheritKey(session, table, key, change.at, true);
  for (const index of parent.indexes) table = inheritIndex(session, table, index, change.at);
  for (const foreignKey of parent.foreignKeys) table = inheritForeignKey(session, table, foreignKey, change.at);
}

function shared(table: Table, parent: Table): Table {
  return {
    ...table,
    columns: table.columns.map((column) => {
      const above = columnOf(parent, column.name);
      if (!above) return column;
      const notNull = column.notNull && above.notNull && !above.notNull.local ? { notNull: { ...column.notNull, inherited: true as const } } : {};
      return { ...column, inherited: true, ...notNull };
    }),
    checks: table.checks.map((check) => (parent.checks.some((one) => one.name === check.name && !one.local) ? { ...check, inherited: true } : check)),
  };
}

/** DETACH PARTITION: its keys stay its own. */
export function detachPartition(session: Session, change: Change<"detach-partition">): void {
  const [partition, parent] = [resolve(session, change.partition), resolve(session, change.table)];
  if (partition && parent) leave(session, partition, parent.id);
}

/** INHERIT: the heir has all columns and constraints already (else it is refused), and they stay its own. */
export function inherit(session: Session, change: Change<"inherit">): void {
  const [table, parent] = [resolveOrStub(session, change.table), resolveOrStub(session, change.parent)];
  if (!table.parents?.includes(parent.id)) putTable(session, { ...table, parents: [...(table.parents ?? []), parent.id] });
}

export function noInherit(session: Session, change: Change<"no-inherit">): void {
  const [table, parent] = [resolve(session, change.table), resolve(session, change.parent)];
  if (table && parent) leave(session, table, parent.id);
}

/** Without this parent: what no other gives is the table's own. */
function leave(session: Session, table: Table, id: string): void {
  const parents = (table.parents ?? []).filter((parent) => parent !== id);
  const { parents: _parents, ...rest } = table;
  const alone = putTable(session, parents.length > 0 ? { ...rest, parents } : rest);
  const free = <T extends { partOf?: string }>({ partOf: _partOf, ...one }: T): Omit<T, "partOf"> => one;
  putTable(session, {
    ...alone,
    columns: alone.columns.map((column) => {
      const given = parents.some((parent) => session.tables[parent] && columnOf(session.tables[parent], column.name));
      const own = given ? column : asOwn(column);
      return own.notNull && !givenByParents(session, alone, column.name) ? { ...own, notNull: asOwn(own.notNull) } : own;
    }),
    checks: alone.checks.map((check) => (checkGiven(session, alone, check.name) ? check : asOwn(check))),
    keys: alone.keys.map(free),
    indexes: alone.indexes.map(free),
    foreignKeys: alone.foreignKeys.map(free),
  });
}
