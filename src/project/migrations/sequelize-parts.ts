import type { QualifiedName } from "../../model/schema-change.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import { flagIn, literalOf, quote, quoteText, rawPieces, stringIn } from "./sql-text.ts";

/** `"users"`, `"auth.users"` (a string's dots part schema and table), `{ tableName, schema }`. */
export function tableOf(value: Evaluated | undefined): QualifiedName | null {
  const written = asString(value);
  if (written !== null) {
    const parts = written.split(".");
    return { schema: parts.length > 1 ? (parts[0] ?? null) : null, name: parts.slice(parts.length > 1 ? 1 : 0).join(".") };
  }
  const name = stringIn(value, "tableName") ?? stringIn(value, "name");
  return name === null ? null : { schema: stringIn(value, "schema"), name };
}

export function nameText({ schema, name }: QualifiedName): string {
  return `${schema === null ? "" : `${quote(schema)}.`}${quote(name)}`;
}

/** As the library `inflection` does it: every capital is a word. */
export function underscore(name: string): string {
  return name.replace(/([A-Z])/g, "_$1").replace(/^_/, "").toLowerCase();
}

const PLAIN: Record<string, string> = {
  TEXT: "text", CITEXT: "citext", BOOLEAN: "boolean", DATEONLY: "date", TIME: "time", UUID: "uuid", UUIDV4: "uuid", JSON: "json", JSONB: "jsonb",
  BLOB: "bytea", INET: "inet", CIDR: "cidr", MACADDR: "macaddr", HSTORE: "hstore", TSVECTOR: "tsvector", REAL: "real", DOUBLE: "double precision",
  FLOAT: "double precision", INTEGER: "integer", BIGINT: "bigint", SMALLINT: "smallint", TINYINT: "smallint", MEDIUMINT: "integer", DATE: "timestamptz", NOW: "timestamptz",
  GEOMETRY: "geometry", GEOGRAPHY: "geography",
};

/** `Sequelize.STRING(64)`, `DataTypes.ARRAY(DataTypes.TEXT)`, or text. */
function typeText(value: Evaluated | undefined, table: string, column: string): string {
  if (value === undefined) return UNKNOWN_TYPE;
  const written = asString(value);
  if (written !== null) return /^\w[\w ]*(?:\([\d, ]+\))?(?:\[\])?$/.test(written) ? written : UNKNOWN_TYPE;
  const link = callChain(value).links.filter(({ name }) => name !== "DataTypes" && name !== "BINARY" && name !== "UNSIGNED" && name !== "Sequelize").at(-1);
  const [first, second] = link?.args ?? [];
  const length = first?.kind === "number" ? String(first.value) : null;
  switch (link?.name) {
    case "STRING":
      return `varchar(${length ?? "255"})`;
    case "CHAR":
      return `char(${length ?? "255"})`;
    case "DECIMAL":
    case "NUMERIC":
      return length === null ? "decimal" : `decimal(${length}${second?.kind === "number" ? `, ${String(second.value)}` : ""})`;
    case "ARRAY":
      return `${typeText(first, table, column)}[]`;
    case "ENUM":
      return quote(`enum_${table}_${column}`);
    default:
      return link !== undefined && Object.hasOwn(PLAIN, link.name) ? (PLAIN[link.name] ?? UNKNOWN_TYPE) : UNKNOWN_TYPE;
  }
}

/** `Sequelize.literal("now()")`, `Sequelize.fn("now")`, a value. */
function defaultText(reading: Reading, value: Evaluated): string | null {
  const link = callChain(value).links.findLast(({ name }) => ["literal", "fn", "NOW", "UUIDV4", "UUIDV1"].includes(name));
  if (link?.name === "literal") return rawPieces(reading, link.args?.[0])?.map(({ text }) => text).join("") ?? UNKNOWN_VALUE;
  if (link?.name === "fn") return link.args?.length === 1 && asString(link.args[0]) !== null ? `${asString(link.args[0]) ?? ""}()` : UNKNOWN_VALUE;
  if (link?.name === "NOW") return "now()";
  // These are made by models, not by the database.
  if (link !== undefined) return null;
  return literalOf(value) ?? UNKNOWN_VALUE;
}

type Attribute = { name: string; sql: string; primary: boolean };

/** One column; `primary`: it says that it is (a part of) the primary key. */
export function attributeText(reading: Reading, table: QualifiedName, key: string, value: Evaluated, { references }: { references: boolean }): Attribute {
  const options = asObject(value);
  const isOptions = options?.entries.has("type") === true;
  const name = (isOptions ? stringIn(value, "field") : null) ?? key;
  const type = typeText(isOptions ? options.entries.get("type") : value, table.name, name);
  if (!isOptions) return { name, sql: `${quote(name)} ${type}`, primary: false };
  const flag = (option: string): boolean => flagIn(value, option) === true;
  const isSerial = flag("autoIncrement");
  const serial = { integer: "serial", bigint: "bigserial", smallint: "smallserial" }[type] ?? "serial";
  const initial = options.entries.get("defaultValue");
  const fallback = initial === undefined || initial.kind === "undefined" || isSerial ? null : defaultText(reading, initial);
  const allowNull = options.entries.get("allowNull");
  const text = [
    `${quote(name)} ${isSerial ? (flag("autoIncrementIdentity") ? `${type} generated by default as identity` : serial) : type}`,
    allowNull?.kind === "boolean" && !allowNull.value && !isSerial ? " not null" : "",
    fallback === null ? "" : ` default ${fallback}`,
    flag("unique") ? " unique" : "",
    references ? referencesText(value, table.schema) : "",
  ];
  return { name, sql: text.join(""), primary: flag("primaryKey") };
}

/** A table without a schema is in that of the table that refers to it. */
function referencesText(value: Evaluated, schema: string | null): string {
  const references = entryOf(value, "references");
  const target = tableOf(entryOf(references, "model") ?? entryOf(references, "table")) ?? tableOf(references);
  if (target === null) return "";
  const onDelete = stringIn(value, "onDelete");
  const action = onDelete !== null && /^(?:cascade|restrict|no action|set null|set default)$/i.test(onDelete) ? ` on delete ${onDelete}` : "";
  return ` references ${nameText({ schema: target.schema ?? schema, name: target.name })} (${quote(stringIn(references, "key") ?? stringIn(references, "field") ?? "id")})${action}`;
}

/** changeColumn: nullability and default are set either way; UNIQUE and REFERENCES are added. null: its options are not known. */
export function changeClauses(reading: Reading, table: QualifiedName, column: string, value: Evaluated): string[] | null {
  const { sql, name } = attributeText(reading, table, column, value, { references: true });
  const definition = sql.slice(quote(name).length + 1);
  const type = / (?:not null|default|unique|references|generated)\b/.exec(definition);
  const typed = type === null ? definition : definition.slice(0, type.index);
  const initial = / default (.*?)(?= unique$| unique references| references |$)/.exec(definition)?.[1];
  const target = / references .*/.exec(definition)?.[0];
  const clauses = [definition.includes(" not null") ? "set not null" : target === undefined ? "drop not null" : null, initial !== undefined ? `set default ${initial}` : target === undefined ? "drop default" : null]
    .flatMap((clause) => (clause === null ? [] : [`alter column ${quote(name)} ${clause}`]));
  if (/ unique(?: references|$)/.test(definition)) clauses.push(`add unique (${quote(name)})`);
  return [...clauses, target === undefined ? `alter column ${quote(name)} type ${typed}` : `add foreign key (${quote(name)})${target}`];
}

/** Fields of an index: names, `{ name, order, operator, collate }`, `Sequelize.fn("lower", Sequelize.col("email"))`, `Sequelize.literal("…")`. */
export function fieldsOf(reading: Reading, value: Evaluated | undefined): { names: string[]; sql: string } | null {
  if (value?.kind !== "array" || !value.complete || value.items.length === 0) return null;
  const fields = value.items.map((item) => fieldOf(reading, item));
  const known = fields.filter((field) => field !== null);
  return known.length < fields.length ? null : { names: known.map(({ name }) => name), sql: known.map(({ sql }) => sql).join(", ") };
}

function fieldOf(reading: Reading, value: Evaluated): { name: string; sql: string } | null {
  const name = asString(value) ?? stringIn(value, "name") ?? stringIn(value, "attribute");
  if (name !== null) {
    const [operator, order, collate] = [stringIn(value, "operator"), stringIn(value, "order"), stringIn(value, "collate")];
    return { name, sql: `${quote(name)}${collate === null ? "" : ` collate ${quote(collate)}`}${operator === null ? "" : ` ${operator}`}${order === null ? "" : ` ${order}`}` };
  }
  const sql = functionText(reading, value);
  return sql === null ? null : { name: sql, sql };
}

function functionText(reading: Reading, value: Evaluated): string | null {
  const link = callChain(value).links.at(-1);
  const [first, ...rest] = link?.args ?? [];
  const name = asString(first);
  if (link?.name === "col") return name === null ? null : quote(name);
  if (link?.name === "literal") {
    const text = rawPieces(reading, first)?.map((each) => each.text).join("");
    return text === undefined ? null : /^\w+\(.*\)$|^"?\w+"?$/.test(text) ? text : `(${text})`;
  }
  if (link?.name !== "fn" || name === null) return null;
  const args = rest.map((argument) => functionText(reading, argument) ?? literalOf(argument));
  return args.includes(null) ? null : `${name}(${args.join(", ")})`;
}

/** `{ deleted_at: null, state: "open", n: { [Op.ne]: null } }` as an index' predicate; null: not known. */
export function whereText(value: Evaluated): string | null {
  const object = asObject(value);
  if (object === null || !object.complete || object.entries.size === 0) return null;
  const parts = [...object.entries].map(([name, item]) => {
    if (item.kind === "null") return `${quote(name)} is null`;
    const list = asStrings(item);
    if (item.kind === "array") return list === null ? null : `${quote(name)} in (${list.map(quoteText).join(", ")})`;
    const literal = item.kind === "object" ? null : literalOf(item);
    return literal === null ? null : `${quote(name)} = ${literal}`;
  });
  return parts.includes(null) ? null : parts.join(" and ");
}
