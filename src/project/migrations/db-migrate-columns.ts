import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import { flagIn, literalOf, quote, quoteList, stringIn } from "./sql-text.ts";

const TYPES: Record<string, string> = { string: "varchar", int: "integer", datetime: "timestamp", blob: "bytea", timetz: "time with time zone", timestamptz: "timestamp with time zone" };

/** A type's name as the Postgres driver sends it. */
export function mapType(type: string): string {
  return TYPES[type] ?? type;
}

/** A column's specification; a text alone is its type. */
export function specOf(value: Evaluated): Evaluated {
  return value.kind === "string" ? { kind: "object", at: value.at, entries: new Map([["type", value]]), complete: true } : value;
}

/** `alone`: a primary key of one column says so itself. */
export function columnText(name: string, spec: Evaluated, alone: boolean): string {
  const has = (option: string): boolean => flagIn(asObject(spec) ?? undefined, option) === true;
  const written = stringIn(spec, "type");
  const length = entryOf(spec, "length");
  const size = length?.kind === "number" || length?.kind === "string" ? `(${String(length.value)})` : "";
  const serial = has("primaryKey") && has("autoIncrement");
  const type = serial ? (written === "bigint" ? "bigserial" : "serial") : written === null ? UNKNOWN_TYPE : `${mapType(written)}${size}${has("timezone") ? " with time zone" : ""}`;
  const initial = entryOf(spec, "defaultValue");
  const text = [
    `${quote(name)} ${type}`,
    has("primaryKey") && alone ? " primary key" : "",
    has("notNull") ? " not null" : "",
    has("unique") ? " unique" : "",
    initial === undefined || initial.kind === "undefined" ? "" : ` default ${literalOf(initial) ?? UNKNOWN_VALUE}`,
  ];
  return text.join("");
}

/** `fields`: which of the table's columns hold which of the other's. */
export function foreignKeyText(table: string, target: Evaluated | undefined, name: Evaluated | undefined, fields: Evaluated | undefined, rules: Evaluated | undefined): string | null {
  const other = asString(target);
  const key = asString(name);
  const mapping = asObject(fields);
  if (other === null || key === null || mapping === null || !mapping.complete) return null;
  const referenced = [...mapping.entries.values()].map((value) => asStrings(value)?.[0] ?? null);
  const known = referenced.filter((column) => column !== null);
  if (known.length === 0 || known.length < referenced.length) return null;
  const onDelete = stringIn(rules, "onDelete");
  return `alter table ${quote(table)} add constraint ${quote(key)} foreign key (${quoteList([...mapping.entries.keys()])}) references ${quote(other)} (${quoteList(known)})${onDelete === null ? "" : ` on delete ${onDelete}`}`;
}
