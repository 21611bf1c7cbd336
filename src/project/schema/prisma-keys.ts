import type { Dialect, KeyPart, Predicate } from "../../model/catalog.ts";
import type { PrismaKey, PrismaModel } from "../../model/prisma.ts";
import type { NewIndex, NewKey } from "../../model/schema-change.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { columnNameOf, defaultName, tableNameOf } from "./prisma-names.ts";

/** @id, @@id → the primary key; @unique, @@unique → a unique *index*: Prisma never makes a UNIQUE constraint on PostgreSQL. */
export function keysOf(model: PrismaModel, dialect: Dialect): NewKey[] {
  return model.keys.flatMap((key) => {
    if (key.kind === "index") return [];
    return [
      {
        name: key.map ?? defaultKeyName(key, model, dialect),
        kind: key.kind === "id" ? ("primary" as const) : ("index" as const),
        parts: partsOf(key, model),
        where: whereOf(key, model),
        nullsNotDistinct: false,
        deferrable: false,
        at: key.at,
      },
    ];
  });
}

export function indexesOf(model: PrismaModel, dialect: Dialect): NewIndex[] {
  return model.keys.flatMap((key) => {
    if (key.kind !== "index") return [];
    return [
      {
        // Unlike that of @@unique, the `name:` of @@index is the database's name.
        name: key.map ?? key.name ?? defaultKeyName(key, model, dialect),
        parts: partsOf(key, model),
        where: whereOf(key, model),
        method: (key.method ?? "btree").toLowerCase(),
        include: [],
        at: key.at,
      },
    ];
  });
}

function defaultKeyName(key: PrismaKey, model: PrismaModel, dialect: Dialect): string | null {
  if (key.kind === "id") {
    if (dialect === "mysql") return "PRIMARY";
    return dialect === "sqlite" ? null : defaultName(dialect, tableNameOf(model), [], "_pkey");
  }
  const columns = key.fields.map((field) => columnNameOf(model, field.name));
  return defaultName(dialect, tableNameOf(model), columns, key.kind === "unique" ? "_key" : "_idx");
}

function partsOf(key: PrismaKey, model: PrismaModel): KeyPart[] {
  return key.fields.map((field) => ({
    kind: "column",
    column: columnNameOf(model, field.name),
    collation: null,
    opclass: field.ops === null ? null : opclassOf(field.ops),
  }));
}

/** `raw("gin_trgm_ops")` is the operator class itself, `JsonbPathOps` Prisma's name for jsonb_path_ops. */
function opclassOf(ops: string): string {
  return /^[A-Z]/.test(ops) ? ops.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase() : ops;
}

function whereOf(key: PrismaKey, model: PrismaModel): Predicate | null {
  if (key.where === null) return null;
  return canonicalPredicate(key.where.startsWith("{") ? objectToSql(key.where, model) : key.where);
}

const ENTRY = /(\w+)\s*:\s*(?:\{\s*not\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,{}]+)\s*\}|("(?:[^"\\]|\\.)*"|[^\s,{}]+))/g;

/** `{ active: true, deletedAt: null, kind: { not: "x" } }` as Prisma Migrate writes it: field names become columns, entries are joined by AND. */
function objectToSql(literal: string, model: PrismaModel): string {
  const entries = literal.slice(1, -1);
  // Something that is not understood must not be left out: kept as it is, the predicate equals only itself.
  if (entries.replace(ENTRY, "").replaceAll(",", "").trim() !== "") return literal;
  const conditions = [...entries.matchAll(ENTRY)].map((entry) => {
    const column = `"${columnNameOf(model, entry[1] ?? "").replaceAll('"', '""')}"`;
    const negated = entry[2] !== undefined;
    const value = entry[2] ?? entry[3] ?? "";
    if (value === "null") return `${column} IS ${negated ? "NOT " : ""}NULL`;
    return `${column} ${negated ? "<>" : "="} ${sqlLiteral(value)}`;
  });
  return conditions.join(" AND ");
}

function sqlLiteral(value: string): string {
  if (value.startsWith('"')) return `'${value.slice(1, -1).replace(/\\(.)/g, "$1").replaceAll("'", "''")}'`;
  return /^(true|false|-?[\d.]+)$/.test(value) ? value : `'${value}'`;
}
