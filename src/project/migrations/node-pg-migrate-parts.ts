import type { QualifiedName } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import { handleName } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, literalOf, piece, quote, quoteList, stringIn } from "./sql-text.ts";

/** A name is a string (dots belong to it) or `{ schema, name }`. */
export function nameOf(value: Evaluated | undefined): QualifiedName | null {
  const name = asString(value) ?? stringIn(value, "name");
  return name === null ? null : { schema: stringIn(value, "schema"), name };
}

export function nameText(value: Evaluated | undefined): string | null {
  const name = nameOf(value);
  return name === null ? null : `${name.schema === null ? "" : `${quote(name.schema)}.`}${quote(name.name)}`;
}

/** `pgm.func("now()")`, `PgLiteral.create("now()")`, `new PgLiteral("now()")`. */
export function rawOf(value: Evaluated): string | null {
  const { root, links } = callChain(value);
  const [link] = links;
  const isRaw = (handleName(root) === "pgm" && link?.name === "func") || link?.name === "create" || link?.new === true;
  return isRaw ? asString(link?.args?.[0]) : null;
}

const TYPES: Record<string, string> = { int: "integer", string: "text", float: "real", double: "double precision", datetime: "timestamp", bool: "boolean" };

/** `{ name: "type" | { type, notNull, unique, … } }`; null: the columns are not known. `primary`: those that say they are. */
export function columnClauses(reading: Reading, table: string, columns: Evaluated | undefined): { clauses: Piece[][]; primary: string[] } | null {
  const object = asObject(columns);
  if (object === null || !object.complete) return null;
  const primary = [...object.entries].filter(([, value]) => asString(value) === "id" || stringIn(value, "type") === "id" || flagIn(asObject(value) ?? undefined, "primaryKey") === true).map(([name]) => name);
  const clauses = [...object.entries].map(([name, value]) => [piece(reading.home(value.at), columnText(table, name, value, primary.length === 1 && primary[0] === name))]);
  return { clauses, primary };
}

function columnText(table: string, name: string, value: Evaluated, isPrimary: boolean): string {
  const written = asString(value) ?? stringIn(value, "type");
  const type = written === null ? UNKNOWN_TYPE : written === "id" ? "serial" : (TYPES[written] ?? written);
  const has = (option: string): boolean => flagIn(asObject(value) ?? undefined, option) === true;
  const initial = entryOf(value, "default");
  const sequence = stringIn(entryOf(value, "sequenceGenerated"), "precedence");
  const expression = stringIn(value, "expressionGenerated");
  const text = [
    `${quote(name)} ${type}${has("array") ? " array" : ""}`,
    initial === undefined || initial.kind === "undefined" ? "" : ` default ${rawOf(initial) ?? literalOf(initial) ?? UNKNOWN_VALUE}`,
    has("unique") ? " unique" : "",
    isPrimary ? " primary key" : "",
    has("notNull") ? " not null" : "",
    referencesOf(value, stringIn(value, "referencesConstraintName") ?? (stringIn(value, "referencesConstraintComment") === null ? null : `${table}_fk_${name}`)),
    entryOf(value, "references") !== undefined || has("unique") || isPrimary ? deferrableText(value) : "",
    sequence === null ? "" : ` generated ${sequence} as identity`,
    expression === null ? "" : ` generated always as (${expression}) stored`,
  ];
  return text.join("");
}

function referencesOf(value: Evaluated, name: string | null): string {
  const target = entryOf(value, "references");
  if (target === undefined || target.kind === "undefined") return "";
  const text = referencesText(target, value);
  return text === null ? "" : ` ${name === null ? "" : `constraint ${quote(name)} `}${text}`;
}

/** A name, or text that already is SQL: `"users"(id)`. */
function referencesText(target: Evaluated, options: Evaluated): string | null {
  const written = asString(target);
  const table = written !== null && (written.startsWith('"') || written.endsWith(")")) ? written : nameText(target);
  const onDelete = stringIn(options, "onDelete");
  return table === null ? null : `references ${table}${onDelete === null ? "" : ` on delete ${onDelete}`}`;
}

function deferrableText(options: Evaluated): string {
  return flagIn(asObject(options) ?? undefined, "deferrable") === true ? ` deferrable initially ${flagIn(options, "deferred") === true ? "deferred" : "immediate"}` : "";
}

/** Keys of a table, with the names that the library gives: `{table}_uniq_{columns}`, `{table}_pkey`, `{table}_fk_{columns}`. null: not known. */
export function constraintClauses(at: Span, table: string, options: Evaluated | undefined, given: string): Piece[][] | null {
  const object = asObject(options);
  if (object === null || !object.complete) return null;
  const clauses: string[] = [];
  const named = (otherwise: string): string => `constraint ${quote(given || otherwise)} `;
  const unique = object.entries.get("unique");
  const sets = unique === undefined ? [] : uniqueSets(unique);
  const primary = object.entries.get("primaryKey");
  const primaryColumns = primary === undefined ? [] : asStrings(primary);
  if (sets === null || primaryColumns === null) return null;
  for (const columns of sets) clauses.push(`${named(`${table}_uniq_${columns.join("_")}`)}unique (${quoteList(columns)})`);
  if (primaryColumns.length > 0) clauses.push(`${named(`${table}_pkey`)}primary key (${quoteList(primaryColumns)})`);
  const check = asString(object.entries.get("check"));
  if (check !== null) clauses.push(`${named(`${table}_chck`)}check (${check})`);
  const exclude = asString(object.entries.get("exclude"));
  if (exclude !== null) clauses.push(`${named(`${table}_excl`)}exclude ${exclude}`);
  const foreign = object.entries.get("foreignKeys");
  for (const key of foreign?.kind === "array" ? foreign.items : foreign === undefined ? [] : [foreign]) {
    const columns = asStrings(entryOf(key, "columns"));
    const target = entryOf(key, "references");
    const text = target === undefined ? null : referencesText(target, key);
    if (columns !== null && text !== null) clauses.push(`constraint ${quote(stringIn(key, "referencesConstraintName") ?? (given || `${table}_fk_${columns.join("_")}`))} foreign key (${quoteList(columns)}) ${text}`);
  }
  return clauses.map((clause) => [piece(at, `${clause}${/ check \(/.test(clause) ? "" : deferrableText(object)}`)]);
}

/** `"a"`, `["a", "b"]` (one key), `[["a"], ["b", "c"]]` (two). */
function uniqueSets(value: Evaluated): string[][] | null {
  if (value.kind !== "array" || !value.items.some((item) => item.kind === "array")) {
    const one = asStrings(value);
    return one === null ? null : [one];
  }
  const sets = value.items.map((item) => asStrings(item));
  const known = sets.filter((set) => set !== null);
  return value.complete && known.length === sets.length ? known : null;
}
