import type { Catalog, Dialect } from "../model/catalog.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import { isMade, stepBlock, undo } from "./fold-blocks.ts";
import { addColumn, alterColumn, dropColumn, renameColumn, setGenerated, setNullable, setType } from "./fold-columns.ts";
import { addCheck, addConstraint, dropConstraint, renameConstraint } from "./fold-constraints.ts";
import { createTable } from "./fold-create.ts";
import { attachIndex, createIndex, dropIndex, renameRelation } from "./fold-indexes.ts";
import { addForeignKey, hasConstraint, hasIndex } from "./fold-keys.ts";
import { attachPartition, detachPartition, inherit, noInherit } from "./fold-partitions.ts";
import { dropTables, moveTable } from "./fold-tables.ts";
import { createSchema, createType, dropFunctions, dropSchemas, dropTypes, renameSchema, renameType } from "./fold-types.ts";
import { cutName } from "./names.ts";
import { dropTemporary, openSession, putTable, resolve, resolveOrStub, restore, snapshot, type Session } from "./session.ts";

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
  if (change.kind === "block") return stepBlock(session, change);
  if (!isMade(session)) return;
  if (change.conditional === "anywhere" && isNameKnown(session, change)) return;
  session.refused = null;
  const before = change.conditional ? snapshot(session) : null;
  make(session, change);
  if (session.refused === null) return;
  // Behind a condition it would not have been tried, but on a table that was made elsewhere.
  if (before && session.refused !== "42P01") restore(session, before);
  else if (!before) undo(session, session.refused);
}

/** Has anything this name, in whatever schema? */
function isNameKnown(session: Session, change: SchemaChange): boolean {
  const name = change.kind === "add-key" ? change.key.name : change.kind === "create-index" ? change.index.name : change.kind === "add-foreign-key" ? change.foreignKey.name : change.kind === "add-check" ? change.check.name : null;
  if (name === null) return false;
  const cut = cutName(name);
  return Object.values(session.tables).some((table) => (change.kind === "create-index" ? hasIndex(table, cut) || table.name === cut : hasConstraint(table, cut)));
}

type Kind = Exclude<SchemaChange["kind"], "block">;
type Makers = { [K in Kind]: (session: Session, change: Extract<SchemaChange, { kind: K }>) => void };

const makers: Makers = {
  "create-table": createTable,
  "drop-table": dropTables,
  "rename-table": renameRelation,
  "set-schema": setSchema,
  "attach-partition": attachPartition,
  "detach-partition": detachPartition,
  inherit,
  "no-inherit": noInherit,
  "add-column": addColumn,
  "drop-column": dropColumn,
  "rename-column": renameColumn,
  "set-nullable": setNullable,
  "set-generated": setGenerated,
  "set-type": setType,
  "set-default": setDefault,
  "add-key": addConstraint,
  "add-foreign-key": (session, change) => void addForeignKey(session, resolveOrStub(session, change.table), change.foreignKey),
  "add-check": addCheck,
  "drop-constraint": dropConstraint,
  "rename-constraint": renameConstraint,
  "create-index": createIndex,
  "drop-index": dropIndex,
  "rename-index": renameRelation,
  "attach-index": attachIndex,
  "create-schema": createSchema,
  "drop-schema": dropSchemas,
  "rename-schema": renameSchema,
  "create-type": createType,
  "drop-type": dropTypes,
  "rename-type": renameType,
  "drop-function": dropFunctions,
  "search-path": (session, change) => {
    session.searchPath = change.schemas.filter((schema) => schema !== "" && schema !== "$user" && schema !== "pg_catalog");
    session.pathSaid = true;
  },
  "add-enum-value": () => {},
  opaque: doubt,
};

function make(session: Session, change: Exclude<SchemaChange, { kind: "block" }>): void {
  // The table above gives each kind its own function.
  (makers[change.kind] as (session: Session, change: SchemaChange) => void)(session, change);
}

function setSchema(session: Session, change: Extract<SchemaChange, { kind: "set-schema" }>): void {
  const table = resolve(session, change.table);
  if (table) moveTable(session, table, { schema: cutName(change.to), name: table.name });
}

function setDefault(session: Session, change: Extract<SchemaChange, { kind: "set-default" }>): void {
  const table = resolve(session, change.table);
  if (table) alterColumn(session, table, change.column, (column) => ({ ...column, default: change.default }));
}

/** What was done to the table is not known. */
function doubt(session: Session, change: Extract<SchemaChange, { kind: "opaque" }>): void {
  if (change.table === null) return;
  const touched = change.mentioned ? resolve(session, change.table) : resolveOrStub(session, change.table);
  if (touched) putTable(session, { ...touched, complete: false });
}
