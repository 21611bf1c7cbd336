import type { Table } from "../model/catalog.ts";
import type { NewCheck, NewForeignKey, NewIndex, NewKey } from "../model/schema-change.ts";
import { partNames } from "./expression-name.ts";
import { freeName, joinColumns, objectName } from "./names.ts";
import { isNameTaken, type Session } from "./session.ts";

/** The name that Postgres gives to a key that has none (reference §2.7); null in dialects with other names. */
export function defaultKeyName(session: Session, table: Table, key: NewKey): string | null {
  if (session.dialect !== "postgres") return null;
  const label = { primary: "pkey", constraint: "key", index: "idx", exclusion: "excl" }[key.period ?? key.kind];
  const columns = label === "pkey" ? null : joinColumns(key.labels ?? partNames(key.parts, key.include ?? []));
  return freeName(table.name, columns, label, (name) => relationExists(session, table.schema, name) || (key.kind !== "index" && constraintExists(session, table.schema, name)));
}

export function defaultIndexName(session: Session, table: Table, index: NewIndex): string | null {
  if (session.dialect !== "postgres") return null;
  return freeName(table.name, joinColumns(index.labels ?? partNames(index.parts, index.include)), "idx", (name) => relationExists(session, table.schema, name));
}

export function defaultForeignKeyName(session: Session, table: Table, foreignKey: NewForeignKey): string | null {
  if (session.dialect !== "postgres") return null;
  return freeName(table.name, joinColumns(foreignKey.columns), "fkey", (name) => constraintExists(session, table.schema, name));
}

/** A partition's foreign key goes by its parent's name, with a number where that is taken. */
export function defaultPartName(session: Session, partition: Table, name: string): string {
  let free = name;
  for (let pass = 1; constraintExists(session, partition.schema, free); pass += 1) free = objectName(name, null, String(pass));
  return free;
}

/** The column is part of the name only where it is the only one (reference §2.7). */
export function defaultCheckName(session: Session, table: Table, check: NewCheck): string {
  const [column = null, ...more] = check.columns;
  return freeName(table.name, more.length > 0 ? null : column, "check", (name) => constraintExists(session, table.schema, name));
}

export function defaultNotNullName(session: Session, table: Table, column: string): string {
  return freeName(table.name, column, "not_null", (name) => constraintExists(session, table.schema, name));
}

/** Is there a table, view, index or composite type of this name? They share one namespace per schema. */
export function relationExists(session: Session, schema: string, name: string): boolean {
  const id = `${schema}.${name}`;
  return session.tables[id] !== undefined || isNameTaken(session, "indexes", schema, name) || session.types[id]?.composite === true;
}

function constraintExists(session: Session, schema: string, name: string): boolean {
  return isNameTaken(session, "constraints", schema, name);
}
