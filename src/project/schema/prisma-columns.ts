import type { Column, ColumnDefault, Dialect } from "../../model/catalog.ts";
import type { PrismaField, PrismaModel } from "../../model/prisma.ts";

/** PostgreSQL's types of Prisma's scalars (reference: Prisma schema, "Native type mapping"). */
const POSTGRES: Record<string, string> = {
  String: "text",
  Int: "integer",
  BigInt: "bigint",
  Float: "double precision",
  Decimal: "numeric(65,30)",
  Boolean: "boolean",
  DateTime: "timestamp(3)",
  Json: "jsonb",
  Bytes: "bytea",
};

/** Native types whose names are more than a matter of case; as Postgres spells them. */
const NATIVE: Record<string, string> = { doubleprecision: "double precision", decimal: "numeric" };

/**
 * Fields that are columns: scalars, enums (`enums`: names of all files) and unsupported types. A type that is none of them is a model's,
 * even if its block could not be read.
 */
export function columnFields(model: PrismaModel, enums: ReadonlySet<string>): PrismaField[] {
  return model.fields.filter(({ type }) => Object.hasOwn(POSTGRES, type) || enums.has(type) || type.startsWith("Unsupported("));
}

/** Can code name this field? @ignore and Unsupported("…") are in the database only. */
export function isClientField(field: PrismaField): boolean {
  return !field.ignored && !field.type.startsWith("Unsupported(");
}

export function columnOf(field: PrismaField, model: PrismaModel, dialect: Dialect): Column {
  const inId = model.keys.some((key) => key.kind === "id" && key.fields.some((part) => part.name === field.name));
  return {
    name: field.map ?? field.name,
    property: isClientField(field) ? field.name : null,
    type: columnType(field, dialect),
    // A list is never null in the client, but Prisma Migrate writes its column without NOT NULL.
    nullable: !inId && (field.nullable || field.list),
    default: defaultOf(field),
    generated: false,
    at: field.at,
  };
}

function columnType(field: PrismaField, dialect: Dialect): string | null {
  const unsupported = /^Unsupported\("(.*)"\)$/.exec(field.type)?.[1];
  const scalar = dialect === "postgres" ? POSTGRES[field.type] : undefined;
  const base = unsupported ?? nativeType(field.nativeType) ?? scalar ?? (dialect === "postgres" ? field.type : null);
  return base === null ? null : `${base}${field.list ? "[]" : ""}`;
}

function nativeType(written: string | null): string | null {
  if (written === null) return null;
  const lower = written.toLowerCase().replace(/,\s+/g, ",");
  return lower.replace(/^[a-z]+/, (name) => NATIVE[name] ?? name);
}

const CLIENT_DEFAULTS = /^(uuid|cuid|nanoid|ulid)\(/;
const FRESH_DATABASE = /^(autoincrement|now|auto|sequence)\(/;
const FRESH_SQL = /\b(gen_random_uuid|uuid_generate_v\w+|uuidv[47]|nextval|now|clock_timestamp|gen_ulid|generate_ulid|nanoid|cuid)\b/i;

function defaultOf(field: PrismaField): ColumnDefault | null {
  const written = field.default;
  if (written === null) return field.updatedAt ? { by: "client", fresh: true } : null;
  if (CLIENT_DEFAULTS.test(written)) return { by: "client", fresh: true };
  const fresh = FRESH_DATABASE.test(written) || (written.startsWith("dbgenerated(") && FRESH_SQL.test(written));
  return { by: "database", fresh };
}
