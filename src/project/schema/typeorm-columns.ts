import type { ColumnDefault } from "../../model/catalog.ts";
import { returnOf } from "../evaluate.ts";
import { asString, entryOf, truthOf } from "../evaluated.ts";
import type { EvaluatedObject } from "../evaluated.ts";
import type { Evaluated, Program } from "../program.ts";
import { givenOf, type ColumnDraft } from "./typeorm-draft.ts";

/** Values that differ with each row, as SQL writes them. */
const FRESH_SQL = /\b(gen_random_uuid|uuid_generate_v\w*|uuidv[47]|nextval|now|clock_timestamp|current_timestamp|localtimestamp|statement_timestamp|random|nanoid|cuid)\b/i;

/** Postgres' names of the types that TypeORM's driver writes otherwise (its `normalizeType`). */
const TYPES: Record<string, string> = {
  int: "integer", int4: "integer", int2: "smallint", int8: "bigint", float4: "real", float8: "double precision", float: "double precision", decimal: "numeric", bool: "boolean",
  varchar: "character varying", char: "character", timestamp: "timestamp without time zone", timestamptz: "timestamp with time zone", time: "time without time zone",
  timetz: "time with time zone", "simple-array": "text", "simple-json": "text", "simple-enum": "enum", varbit: "bit varying", string: "character varying",
};
/** By the type of the property, where the decorator says nothing. */
const INFERRED: Record<string, string> = { string: "character varying", number: "integer", boolean: "boolean", Date: "timestamp without time zone", Buffer: "bytea" };

/** What a decorator is besides a column: what it makes of it. */
export type ColumnMode = "regular" | "createDate" | "updateDate" | "deleteDate" | "version" | "treeLevel";

/** The options of a column, as far as they are an object that is known. */
export type ColumnSource = { property: string; mode: ColumnMode; type: Evaluated | null; options: EvaluatedObject | null; strategy: string | null; primary: boolean; typeText: string | null; at: ColumnDraft["at"] };

/** A column as its options declare it; `prefixes` are added by whoever embeds it. */
export function columnDraft(program: Program, source: ColumnSource): ColumnDraft {
  const { options, property, mode, at } = source;
  const primary = source.primary || isTrue(options, "primary");
  const strategy = source.strategy ?? strategyIn(options);
  const type = typeOf(source, strategy);
  return {
    property, prefixes: [], at, primary,
    given: givenOf(entryOf(options, "name")),
    type,
    primaryName: asString(entryOf(options, "primaryKeyConstraintName")),
    nullable: primary ? false : nullableOf(options, mode),
    default: defaultOf(program, options, strategy, mode),
    generated: entryOf(options, "asExpression") !== undefined,
  };
}

/** Is an option true? What is not known is not. */
export function isTrue(options: EvaluatedObject | null, name: string): boolean {
  const value = entryOf(options, name);
  return value !== undefined && truthOf(value) === true;
}

function nullableOf(options: EvaluatedObject | null, mode: ColumnMode): boolean | null {
  const value = entryOf(options, "nullable");
  if (value === undefined || value.kind === "undefined") return options?.complete === false ? null : mode === "deleteDate" || entryOf(options, "default")?.kind === "null";
  return truthOf(value);
}

/** `generated: true | "uuid"` of an EntitySchema's column, or of @Column's options. */
function strategyIn(options: EvaluatedObject | null): string | null {
  const value = entryOf(options, "generated");
  return value?.kind === "string" ? value.value : isTrue(options, "generated") ? "increment" : null;
}

function defaultOf(program: Program, options: EvaluatedObject | null, strategy: string | null, mode: ColumnMode): ColumnDefault | null {
  if (strategy !== null || mode === "createDate" || mode === "updateDate") return { by: "database", fresh: true };
  if (mode === "version") return { by: "client", fresh: false };
  const value = entryOf(options, "default");
  if (value === undefined || value.kind === "undefined" || value.kind === "null") return null;
  if (value.kind === "function") {
    const text = asString(returnOf(program, value));
    return { by: "database", fresh: text === null || FRESH_SQL.test(text) };
  }
  if (value.kind === "string") return { by: "database", fresh: false, literal: `'${value.value.replaceAll("'", "''")}'` };
  if (value.kind === "number" || value.kind === "boolean") return { by: "database", fresh: false, literal: String(value.value) };
  return { by: "database", fresh: false };
}

function typeOf({ type, options, mode, typeText }: ColumnSource, strategy: string | null): string | null {
  const said = type !== null && type.kind !== "undefined" ? type : (entryOf(options, "type") ?? null);
  const isArray = isTrue(options, "array") ? "[]" : "";
  const base = said === null ? impliedType(options, mode, typeText, strategy) : saidType(said);
  if (base === null) return null;
  if (base === "enum") return null;
  return `${base}${sizeOf(base, options)}${isArray}`;
}

function impliedType(options: EvaluatedObject | null, mode: ColumnMode, typeText: string | null, strategy: string | null): string | null {
  if (options?.complete === false) return null;
  if (strategy === "uuid") return "uuid";
  if (strategy !== null || mode === "version" || mode === "treeLevel") return "integer";
  if (mode !== "regular") return "timestamp without time zone";
  const bare = typeText?.replace(/\s*\|\s*(?:null|undefined)\b/g, "").trim() ?? "";
  // With `| null` reflection says Object, which is refused: what runs has a type.
  return Object.hasOwn(INFERRED, bare) ? (INFERRED[bare] ?? null) : null;
}

function saidType(value: Evaluated): string | null {
  if (value.kind === "external" && value.package === "") return { String: "character varying", Number: "integer", Boolean: "boolean", Date: "timestamp without time zone", Buffer: "bytea" }[value.name] ?? null;
  const name = asString(value)?.toLowerCase() ?? null;
  return name === null ? null : Object.hasOwn(TYPES, name) ? (TYPES[name] ?? name) : name;
}

function sizeOf(base: string, options: EvaluatedObject | null): string {
  if (!/^(?:character|bit|numeric)/.test(base)) return "";
  const [length, precision, scale] = ["length", "precision", "scale"].map((name) => numberOf(entryOf(options, name)));
  if (base !== "numeric") return length == null ? "" : `(${length})`;
  return precision == null ? "" : `(${precision}${scale == null ? "" : `,${scale}`})`;
}

function numberOf(value: Evaluated | undefined): string | null {
  if (value?.kind === "number") return String(value.value);
  return value?.kind === "string" && /^\d+$/.test(value.value) ? value.value : null;
}
