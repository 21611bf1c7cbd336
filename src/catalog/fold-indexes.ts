import type { Index, Table, UniqueKey } from "../model/catalog.ts";
import type { QualifiedName, SchemaChange } from "../model/schema-change.ts";
import { relationExists } from "./default-names.ts";
import { addIndex, addKey, removeKey } from "./fold-keys.ts";
import { renameTable } from "./fold-tables.ts";
import { cutName } from "./names.ts";
import { childrenOf, putTable, refuse, resolve, resolveExactly, resolveOrStub, temporarySchema, type Session } from "./session.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

/**
 * IF NOT EXISTS skips when any relation of that name exists, whatever it is (reference §2.8). ON ONLY a partitioned table builds no
 * partition's index: until all partitions have theirs attached, it is not valid.
 */
export function createIndex(session: Session, change: Change<"create-index">): void {
  const { index } = change;
  const table = resolveOrStub(session, change.table);
  if (change.ifNotExists && index.name !== null && relationExists(session, table.schema, cutName(index.name))) return;
  const alone = change.only && table.partitioned;
  const options = { below: !alone, valid: alone && childrenOf(session, table.id).length > 0 ? false : null };
  if (change.unique) {
    const { name, parts, where, include, at } = index;
    const included = include.length > 0 ? { include } : {};
    addKey(session, table, { name, kind: "index", parts, where, nullsNotDistinct: change.nullsNotDistinct, deferrable: false, at, ...included }, options);
  } else addIndex(session, table, index, options);
}

/** The table that owns an index: by schema, else by search path, else the only one. */
function ownerOf(session: Session, index: QualifiedName, exactly = false): Table | null {
  const name = cutName(index.name);
  const owners = Object.values(session.tables).filter((table) => [...table.keys, ...table.indexes].some((one) => one.name === name));
  if (index.schema !== null) return owners.find((table) => table.schema === index.schema) ?? null;
  for (const schema of [temporarySchema, ...session.searchPath]) {
    const owner = owners.find((table) => table.schema === schema);
    if (owner) return owner;
  }
  return owners.length === 1 && !exactly && !session.pathSaid ? (owners[0] ?? null) : null;
}

export function dropIndex(session: Session, change: Change<"drop-index">): void {
  for (const index of change.indexes) {
    const table = ownerOf(session, index, change.ifExists);
    if (table) removeIndex(session, table, cutName(index.name));
  }
}

/** What backs a constraint cannot be dropped so (2BP01), but in MySQL, which has only indexes; nor what is part of a parent's index. */
function removeIndex(session: Session, table: Table, name: string): void {
  const key = table.keys.find((one) => one.name === name);
  const index = table.indexes.find((one) => one.name === name);
  if (key?.partOf ?? index?.partOf) return refuse(session, "2BP01");
  if (index) return removePlainIndex(session, table, index);
  if (key && (key.kind === "index" || session.dialect === "mysql")) removeKey(session, table, key);
  else refuse(session, "2BP01");
}

function removePlainIndex(session: Session, table: Table, index: Index): void {
  putTable(session, { ...table, indexes: table.indexes.filter((one) => one !== index) });
  for (const child of index.name === null ? [] : childrenOf(session, table.id)) {
    const part = child.indexes.find((one) => one.partOf === index.name);
    if (part) removePlainIndex(session, child, part);
  }
}

/**
 * ALTER INDEX takes a table's name too, ALTER TABLE an index's: what has the name first in the search path is meant, else the only one anywhere. A
 * constraint's index gives its new name to the constraint.
 */
export function renameRelation(session: Session, change: Change<"rename-index" | "rename-table">): void {
  const name = change.kind === "rename-index" ? change.index : change.table;
  const schemas = name.schema === null ? [temporarySchema, ...session.searchPath] : [name.schema];
  for (const one of [...schemas.map((schema) => ({ ...name, schema })), name]) {
    const [table, owner] = [one === name ? resolve(session, one) : resolveExactly(session, one), ownerOf(session, one)];
    if (table && !(owner && one === name && change.kind === "rename-index")) return renameTable(session, table, change.to);
    if (owner) return renameIndex(session, owner, cutName(name.name), cutName(change.to));
  }
}

function renameIndex(session: Session, table: Table, from: string, to: string): void {
  if (relationExists(session, table.schema, to)) refuse(session, "42P07");
  else renameKey(session, table, from, to);
}

/** Names a key or an index anew; foreign keys go on to stand on it, and parts of it to be its parts. */
export function renameKey(session: Session, table: Table, from: string, to: string): void {
  const renamed = <T extends UniqueKey | Index>(one: T): T => (one.name === from ? { ...one, name: to } : one);
  putTable(session, { ...table, keys: table.keys.map(renamed), indexes: table.indexes.map(renamed) });
  for (const child of childrenOf(session, table.id)) {
    const followed = <T extends UniqueKey | Index>(one: T): T => (one.partOf === from ? { ...one, partOf: to } : one);
    putTable(session, { ...child, keys: child.keys.map(followed), indexes: child.indexes.map(followed) });
  }
  for (const other of Object.values(session.tables)) {
    if (!other.foreignKeys.some((one) => one.table === table.id && one.key === from)) continue;
    putTable(session, { ...other, foreignKeys: other.foreignKeys.map((one) => (one.table === table.id && one.key === from ? { ...one, key: to } : one)) });
  }
}

/** ALTER INDEX … ATTACH PARTITION. */
export function attachIndex(session: Session, change: Change<"attach-index">): void {
  const [parent, child] = [ownerOf(session, change.index), ownerOf(session, change.partition)];
  if (!parent || !child) return;
  const [name, partOf] = [cutName(change.partition.name), cutName(change.index.name)];
  const attached = <T extends UniqueKey | Index>(one: T): T => (one.name === name ? { ...one, partOf } : one);
  putTable(session, { ...child, keys: child.keys.map(attached), indexes: child.indexes.map(attached) });
  validate(session, parent.id, partOf);
}

/** An index of a partitioned table is valid once every partition has a valid one (`validatePartitionedIndex` in tablecmds.c). */
function validate(session: Session, id: string, name: string): void {
  const table = session.tables[id];
  const index = [...(table?.keys ?? []), ...(table?.indexes ?? [])].find((one) => one.name === name);
  if (!table || !index || index.valid !== false) return;
  const whole = childrenOf(session, id).every((child) => [...child.keys, ...child.indexes].some((one) => one.partOf === name && one.valid !== false));
  if (!whole) return;
  putTable(session, {
    ...table,
    keys: table.keys.map((key) => (key.name === name ? { ...key, valid: null } : key)),
    indexes: table.indexes.map(({ valid, ...one }) => (one.name === name || valid === undefined ? one : { ...one, valid })),
  });
  for (const parent of index.partOf === undefined ? [] : (table.parents ?? [])) validate(session, parent, index.partOf ?? "");
}
