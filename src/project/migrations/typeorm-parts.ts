import type { QualifiedName } from "../../model/schema-change.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, type EvaluatedObject } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import { flagIn, quote, rawPieces, stringIn, typeText } from "./sql-text.ts";

/** The options of `new Table({ … })`, `new TableColumn({ … })`, or plain ones; null: not known. */
export function optionsOf(value: Evaluated | undefined): EvaluatedObject | null {
  if (value === undefined) return null;
  if (value.kind === "object") return value;
  const link = callChain(value).links.at(-1);
  return link?.new === true ? asObject(link.args?.[0]) : null;
}

/** `"users"`, `"auth.users"`, a table object. */
export function tableOf(value: Evaluated | undefined): QualifiedName | null {
  const options = optionsOf(value);
  const written = asString(value) ?? stringIn(options ?? undefined, "name");
  if (written === null) return null;
  const parts = written.split(".");
  const name = parts.at(-1) ?? written;
  return { schema: stringIn(options ?? undefined, "schema") ?? (parts.length > 1 ? (parts.at(-2) ?? null) : null), name };
}

export function nameText({ schema, name }: QualifiedName): string {
  return `${schema === null ? "" : `${quote(schema)}.`}${quote(name)}`;
}

type MadeColumn = { name: string; sql: string; unique: boolean; primary: boolean; primaryName: string | null };

/** A column of a table, NOT NULL unless it says otherwise; null: its name is not known. */
export function columnText(reading: Reading, table: QualifiedName, value: Evaluated): MadeColumn | null {
  const options = optionsOf(value);
  const name = stringIn(options ?? undefined, "name");
  if (options === null || name === null) return null;
  const has = (option: string): boolean => flagIn(options, option) === true;
  const initial = options.entries.get("default");
  const hasDefault = initial !== undefined && initial.kind !== "undefined" && initial.kind !== "null";
  const strategy = stringIn(options, "generationStrategy");
  const text = [
    `${quote(name)} ${columnType(options, table, name)}`,
    has("isNullable") ? "" : " not null",
    hasDefault ? ` default ${defaultText(reading, initial)}` : has("isGenerated") && strategy === "uuid" ? " default uuid_generate_v4()" : "",
  ];
  return { name, sql: text.join(""), unique: has("isUnique"), primary: has("isPrimary"), primaryName: stringIn(options, "primaryKeyConstraintName") };
}

/** The text is SQL: `"'new'"`, `"now()"`. */
function defaultText(reading: Reading, value: Evaluated): string {
  if (value.kind === "number" || value.kind === "boolean") return String(value.value);
  return rawPieces(reading, value)?.map(({ text }) => text).join("") ?? UNKNOWN_VALUE;
}

function columnType(options: EvaluatedObject, table: QualifiedName, name: string): string {
  const type = stringIn(options, "type");
  if (type === null) return UNKNOWN_TYPE;
  const isCounted = flagIn(options, "isGenerated") === true && stringIn(options, "generationStrategy") !== "uuid";
  if (isCounted) {
    if (stringIn(options, "generationStrategy") === "identity") return `${type} generated ${stringIn(options, "generatedIdentity") ?? "BY DEFAULT"} as identity`;
    if (/^(?:integer|int4?)$/.test(type)) return "serial";
    if (/^(?:smallint|int2)$/.test(type)) return "smallserial";
    if (/^(?:bigint|int8)$/.test(type)) return "bigserial";
  }
  const array = flagIn(options, "isArray") === true ? "[]" : "";
  if (type === "enum" || type === "simple-enum") return `${quote(stringIn(options, "enumName") ?? `${table.name}_${name}_enum`)}${array}`;
  const length = stringIn(options, "length");
  const [precision, scale] = [numberIn(options, "precision"), numberIn(options, "scale")];
  const size = length !== null && length !== "" ? `(${length})` : precision === null ? "" : `(${precision}${scale === null ? "" : `, ${scale}`})`;
  return typeText(`${type}${size}${array}`);
}

function numberIn(options: EvaluatedObject, name: string): string | null {
  const value = options.entries.get(name);
  return value?.kind === "number" ? String(value.value) : null;
}
