import type { Table } from "../model/catalog.ts";
import type { QualifiedName, SchemaChange } from "../model/schema-change.ts";
import { relationExists } from "./default-names.ts";
import { addIndex, addKey, removeKey } from "./fold-keys.ts";
import { renameTable } from "./fold-tables.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, resolve, resolveOrStub, temporarySchema, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

/** IF NOT EXISTS skips when any relation of that name exists, whatever it is (reference §2.8). */
export function createIndex(session: Session, change: Change<"create-index">): void {
  const { index } = change;
  const table = resolveOrStub(session, change.table);
  if (change.ifNotExists && index.name !== null && relationExists(session, table.schema, cutName(index.name))) return;
  // ON ONLY a partitioned table builds no partition's index; theirs are attached one by one, which is not followed.
  const target = change.only && table.partitioned ? putTable(session, { ...table, partitioned: false }) : table;
  if (change.unique) {
    const { name, parts, where, include, at } = index;
    const included = include.length > 0 ? { include } : {};
    addKey(session, target, { name, kind: "index", parts, where, nullsNotDistinct: change.nullsNotDistinct, deferrable: false, at, ...included });
  } else addIndex(session, target, index);
  const built = session.tables[table.id];
  if (target !== table && built) putTable(session, { ...built, partitioned: true });
}

/** The table that owns an index: by schema, else by search path, else the only one. */
function ownerOf(session: Session, index: QualifiedName): Table | null {
  const name = cutName(index.name);
  const owners = Object.values(session.tables).filter((table) => [...table.keys, ...table.indexes].some((one) => one.name === name));
  if (index.schema !== null) return owners.find((table) => table.schema === index.schema) ?? null;
  for (const schema of [temporarySchema, ...session.searchPath]) {
    const owner = owners.find((table) => table.schema === schema);
    if (owner) return owner;
  }
  return owners.length === 1 ? (owners[0] ?? null) : null;
}

export function dropIndex(session: Session, change: Change<"drop-index">): void {
  for (const index of change.indexes) {
    const table = ownerOf(session, index);
    if (table) removeIndex(session, table, cutName(index.name));
  }
}

/** What backs a constraint cannot be dropped so (2BP01), but in MySQL, which has only indexes. */
function removeIndex(session: Session, table: Table, name: string): void {
  const key = table.keys.find((one) => one.name === name);
  if (key) {
    if (key.kind === "index" || session.dialect === "mysql") removeKey(session, table, key);
    return;
  }
  const index = table.indexes.find((one) => one.name === name);
  if (!index) return;
  putTable(session, { ...table, indexes: table.indexes.filter((one) => one !== index) });
  if (!table.partitioned) return;
  for (const child of childrenOf(session, table.id)) {
    const same = child.indexes.find((one) => JSON.stringify([one.parts, one.where]) === JSON.stringify([index.parts, index.where]));
    if (same?.name) removeIndex(session, child, same.name);
  }
}

/** A constraint's index gives its new name to the constraint. ALTER INDEX takes a table's name too. */
export function renameIndex(session: Session, change: Change<"rename-index">): void {
  const [from, to] = [cutName(change.index.name), cutName(change.to)];
  const table = ownerOf(session, change.index);
  if (!table) {
    const named = resolve(session, change.index);
    if (named) renameTable(session, named, change.to);
    return;
  }
  if (relationExists(session, table.schema, to)) return;
  putTable(session, {
    ...table,
    keys: table.keys.map((key) => (key.name === from ? { ...key, name: to } : key)),
    indexes: table.indexes.map((index) => (index.name === from ? { ...index, name: to } : index)),
  });
}
