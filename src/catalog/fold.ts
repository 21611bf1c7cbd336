import type { Catalog, Dialect } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { addColumn, alterColumn, dropColumn, renameColumn, setNullable } from "./fold-columns.ts";
import { addCheck, addConstraint, dropConstraint, renameConstraint } from "./fold-constraints.ts";
import { createTable } from "./fold-create.ts";
import { createIndex, dropIndex, renameIndex } from "./fold-indexes.ts";
import { addForeignKey } from "./fold-keys.ts";
import { attachPartition, detachPartition } from "./fold-partitions.ts";
import { dropTables, moveTable, renameTable } from "./fold-tables.ts";
import { dropTemporary, openSession, putTable, resolve, resolveOrStub, snapshot, type Session } from "./session.ts";

export function emptyCatalog(dialect: Dialect): Catalog {
  return { dialect, tables: {} };
}

/**
 * Replays the changes of one session (a migration, the files of an ORM schema) as Postgres would, and gives a new catalog; the given one
 * stays as it is. `origin`: whether spans are declarations or builds. What a real server would refuse changes nothing.
 */
export function fold(catalog: Catalog, changes: readonly SchemaChange[], origin: "declared" | "built"): Catalog {
  if (changes.length === 0) return catalog;
  const session = openSession(catalog, origin);
  for (const change of changes) applyChange(session, change);
  dropTemporary(session);
  return snapshot(session);
}

/** One change within a session, whose search path and temporary tables last. */
export function applyChange(session: Session, change: SchemaChange): void {
  switch (change.kind) {
    case "create-table":
      return createTable(session, change);
    case "drop-table":
      return dropTables(session, change);
    case "attach-partition":
      return attachPartition(session, change);
    case "detach-partition":
      return detachPartition(session, change);
    case "add-column":
      return addColumn(session, change);
    case "drop-column":
      return dropColumn(session, change);
    case "rename-column":
      return renameColumn(session, change);
    case "set-nullable":
      return setNullable(session, change);
    case "add-key":
      return addConstraint(session, change);
    case "add-check":
      return addCheck(session, change);
    case "drop-constraint":
      return dropConstraint(session, change);
    case "rename-constraint":
      return renameConstraint(session, change);
    case "create-index":
      return createIndex(session, change);
    case "drop-index":
      return dropIndex(session, change);
    case "rename-index":
      return renameIndex(session, change);
    case "search-path":
      session.searchPath = change.schemas.filter((schema) => schema !== "" && schema !== "$user" && schema !== "pg_catalog");
      return;
    default:
      return applySmallChange(session, change);
  }
}

type SmallChange = Extract<SchemaChange, { kind: "rename-table" | "set-schema" | "set-type" | "set-default" | "add-foreign-key" | "add-enum-value" | "opaque" }>;

function applySmallChange(session: Session, change: SmallChange): void {
  if (change.kind === "add-enum-value" || change.table === null) return;
  if (change.kind === "add-foreign-key") {
    addForeignKey(session, resolveOrStub(session, change.table), change.foreignKey);
    return;
  }
  if (change.kind === "opaque") {
    const touched = change.mentioned ? resolve(session, change.table) : resolveOrStub(session, change.table);
    if (touched) putTable(session, { ...touched, complete: false });
    return;
  }
  const table = resolve(session, change.table);
  // ALTER TABLE takes an index's name too.
  if (!table && change.kind === "rename-table") return renameIndex(session, { ...change, kind: "rename-index", index: change.table });
  if (!table) return;
  if (change.kind === "rename-table") renameTable(session, table, change.to);
  else if (change.kind === "set-schema") moveTable(session, table, { schema: change.to, name: table.name });
  else if (change.kind === "set-type") alterColumn(session, table, change.column, (column) => ({ ...column, type: change.type }));
  else alterColumn(session, table, change.column, (column) => ({ ...column, default: change.default }));
}
