import type { Table, UniqueKey } from "../model/catalog.ts";
import type { QualifiedName, SchemaChange } from "../model/schema-change.ts";
import { relationExists } from "./default-names.ts";
import { removeCheck } from "./fold-checks.ts";
import { removeColumn, typed } from "./fold-columns.ts";
import { dropTable } from "./fold-drops.ts";
import { removeKey } from "./fold-keys.ts";
import { moveTable } from "./fold-tables.ts";
import { cutName } from "./names.ts";
import { creationSchema, putTable, refuse, resolveType, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

type Change<Kind extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: Kind }>;

export function createType(session: Session, change: Change<"create-type">): void {
  const [schema, name] = [change.type.schema ?? creationSchema(session), cutName(change.type.name)];
  const id = `${schema}.${name}`;
  // Each table has a type of its name, for its rows.
  if (session.types[id] ?? session.tables[id]) return refuse(session, "42710");
  if (change.composite && relationExists(session, schema, name)) return refuse(session, "42P07");
  const base = change.base ? (resolveType(session, change.base)?.id ?? null) : null;
  session.types = { ...session.types, [id]: { id, base, composite: change.composite, columns: change.columns.map((column) => typed(session, column)) } };
}

/** With CASCADE (else it is refused) go domains over the type, columns of it, tables made OF it, and what is computed with it. */
export function dropTypes(session: Session, change: Change<"drop-type">): void {
  for (const name of change.types) {
    const type = resolveType(session, name);
    if (type) dropType(session, type.id);
  }
}

function dropType(session: Session, id: string): void {
  const { [id]: dropped, ...types } = session.types;
  if (!dropped) return;
  session.types = Object.fromEntries(Object.entries(types).map(([key, type]) => [key, { ...type, columns: type.columns.filter((column) => column.userType !== id) }]));
  for (const type of Object.values(types)) if (type.base === id) dropType(session, type.id);
  for (const table of Object.values(session.tables)) {
    if (table.ofType === id) dropTable(session, table);
    for (const column of table.columns) removeIfThere(session, table.id, column.userType === id ? column.name : null);
  }
  dropComputed(session, new RegExp(`::(?:${nameIn(id)})(?![\\w"])`));
}

function removeIfThere(session: Session, id: string, column: string | null): void {
  const table = session.tables[id];
  if (table && column !== null && columnOf(table, column)) removeColumn(session, table, column);
}

/** A type's or function's name as canonical text may show it: with its schema or without. */
function nameIn(id: string): string {
  const dot = id.indexOf(".");
  const piece = (name: string): string => `"?${name.replace(/[^\w]/g, "\\$&")}"?`;
  return `(?:${piece(id.slice(0, dot))}\\.)?${piece(id.slice(dot + 1))}`;
}

export function renameType(session: Session, change: Change<"rename-type">): void {
  const type = resolveType(session, change.type);
  if (!type) return;
  const dot = type.id.indexOf(".");
  const schema = change.to.schema ?? type.id.slice(0, dot);
  const id = `${schema}.${cutName(change.to.name)}`;
  if (session.types[id]) return refuse(session, "42710");
  moveType(session, type.id, id);
}

function moveType(session: Session, from: string, to: string): void {
  const follow = <T extends { userType?: string }>(column: T): T => (column.userType === from ? { ...column, userType: to } : column);
  const moved = Object.values(session.types).map((type) => ({
    id: type.id === from ? to : type.id,
    base: type.base === from ? to : type.base,
    composite: type.composite,
    columns: type.columns.map(follow),
  }));
  session.types = Object.fromEntries(moved.map((type) => [type.id, type]));
  for (const table of Object.values(session.tables)) {
    if (table.ofType !== from && !table.columns.some((column) => column.userType === from)) continue;
    putTable(session, { ...table, columns: table.columns.map(follow), ...(table.ofType === from ? { ofType: to } : {}) });
  }
}

/** Keys, CHECK constraints and generated columns that call the function go with it. */
export function dropFunctions(session: Session, change: Change<"drop-function">): void {
  for (const name of change.functions) dropComputed(session, new RegExp(`(?<![\\w".])${functionName(name)}\\(`));
}

function functionName({ schema, name }: QualifiedName): string {
  return nameIn(`${schema ?? "public"}.${name}`);
}

function dropComputed(session: Session, pattern: RegExp): void {
  for (const { id } of Object.values(session.tables)) dropComputedOf(session, id, pattern);
}

function dropComputedOf(session: Session, id: string, pattern: RegExp): void {
  const uses = ({ parts, where }: Pick<UniqueKey, "parts" | "where">): boolean =>
    parts.some((part) => part.kind === "expression" && pattern.test(part.expression)) || (where !== null && pattern.test(where.text));
  const table = (): Table | undefined => session.tables[id];
  for (const key of table()?.keys ?? []) if (uses(key)) removeKey(session, table()!, key);
  const indexes = table()?.indexes ?? [];
  if (indexes.some(uses)) putTable(session, { ...table()!, indexes: indexes.filter((index) => !uses(index)) });
  for (const check of table()?.checks ?? []) if (pattern.test(check.text)) removeCheck(session, table()!, check, true);
  for (const column of table()?.columns ?? []) if (column.from && pattern.test(column.from.text)) removeIfThere(session, id, column.name);
}

export function createSchema(session: Session, change: Change<"create-schema">): void {
  session.gone = session.gone.filter((schema) => schema !== cutName(change.schema));
}

/** With CASCADE (else the schema is empty) everything in it goes, and what depends on that. */
export function dropSchemas(session: Session, change: Change<"drop-schema">): void {
  for (const name of change.schemas) {
    const schema = cutName(name);
    for (const table of Object.values(session.tables)) if (table.schema === schema) dropTable(session, table);
    for (const id of Object.keys(session.types)) if (id.startsWith(`${schema}.`)) dropType(session, id);
    dropComputed(session, new RegExp(`(?<![\\w"])${schema.replace(/[^\w]/g, "\\$&")}"?\\.`));
    if (!session.gone.includes(schema)) session.gone = [...session.gone, schema];
  }
}

export function renameSchema(session: Session, change: Change<"rename-schema">): void {
  const [from, to] = [cutName(change.schema), cutName(change.to)];
  for (const table of Object.values(session.tables)) if (table.schema === from) moveTable(session, session.tables[table.id] ?? table, { schema: to, name: table.name });
  for (const id of Object.keys(session.types)) if (id.startsWith(`${from}.`)) moveType(session, id, `${to}${id.slice(from.length)}`);
  session.gone = [...session.gone.filter((schema) => schema !== to), from];
}
