import { asObject, asString, asStrings } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { flagIn, quote, quoteText, stringIn, typeText } from "./sql-text.ts";

/** Types of Knex' builder as its compiler for PostgreSQL writes them; those with arguments below. */
const PLAIN: Record<string, string> = {
  integer: "integer", int: "integer", tinyint: "smallint", smallint: "smallint", mediumint: "integer", bigint: "bigint", biginteger: "bigint", text: "text",
  tinytext: "text", mediumtext: "text", longtext: "text", float: "real", real: "real", double: "double precision", boolean: "boolean", bool: "boolean",
  date: "date", time: "time", json: "json", jsonb: "jsonb", binary: "bytea", varbinary: "bytea", blob: "bytea", tinyblob: "bytea", mediumblob: "bytea", longblob: "bytea",
  point: "point", geometry: "geometry", geography: "geography", year: "integer", set: "text", serial: "serial",
};
const WITH_ARGUMENTS = new Set(["increments", "bigincrements", "string", "varchar", "char", "decimal", "bit", "datetime", "timestamp", "uuid", "enum", "enu", "specifictype"]);

export function isColumnMethod(name: string): boolean {
  const lower = name.toLowerCase();
  return Object.hasOwn(PLAIN, lower) || WITH_ARGUMENTS.has(lower);
}

type Around = { column: string; schema: string | null; table: string; hasPrimary: boolean };

/** `before`: a type that is created first. */
export function columnType(method: string, args: Evaluated[], around: Around): { type: string; before: string | null } {
  const lower = method.toLowerCase();
  if (lower === "enum" || lower === "enu") return enumType(args[1], args[2], around);
  return { type: PLAIN[lower] ?? typeWith(lower, args, around), before: null };
}

function typeWith(method: string, args: Evaluated[], { hasPrimary }: Around): string {
  const [, first, second] = args;
  const number = (value: Evaluated | undefined, otherwise: number): number => (value?.kind === "number" ? value.value : otherwise);
  const primary = hasPrimary ? "" : " primary key";
  switch (method) {
    case "increments":
    case "bigincrements":
      return `${method === "increments" ? "serial" : "bigserial"}${flagIn(first, "primaryKey") === false && asObject(first)?.entries.has("primaryKey") === true ? "" : primary}`;
    case "uuid":
      return `uuid${flagIn(first, "primaryKey") === true ? primary : ""}`;
    case "string":
    case "varchar":
    case "char":
      return `${method === "char" ? "char" : "varchar"}(${String(number(first, 255))})`;
    case "decimal":
      return first?.kind === "null" ? "decimal" : `decimal(${String(number(first, 8))}, ${String(number(second, 2))})`;
    case "bit":
      return first?.kind === "number" ? `bit(${String(first.value)})` : "bit";
    case "specifictype":
      return typeText(asString(first));
    default: {
      const isPlain = first?.kind === "boolean" ? first.value : asObject(first)?.entries.has("useTz") === true && flagIn(first, "useTz") === false;
      const precision = asObject(first)?.entries.get("precision") ?? second;
      return `${isPlain ? "timestamp" : "timestamptz"}${precision?.kind === "number" ? `(${String(precision.value)})` : ""}`;
    }
  }
}

/** A check on a text column; with `useNative` a type. */
function enumType(allowed: Evaluated | undefined, options: Evaluated | undefined, { column, schema }: Around): { type: string; before: string | null } {
  const values = asStrings(allowed)?.map(quoteText).join(", ") ?? null;
  const name = stringIn(options, "enumName");
  if (flagIn(options, "useNative") === true && name !== null) {
    const within = stringIn(options, "schemaName") ?? schema;
    const type = `${within === null ? "" : `${quote(within)}.`}${quote(name)}`;
    return { type, before: flagIn(options, "existingType") === true || values === null ? null : `create type ${type} as enum (${values})` };
  }
  return { type: values === null || values === "" ? "text" : `text check (${column} in (${values}))`, before: null };
}
