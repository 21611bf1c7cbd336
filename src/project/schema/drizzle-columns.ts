import type { Column, ColumnDefault, Dialect } from "../../model/catalog.ts";
import type { Span } from "../../model/span.ts";
import { returnOf } from "../evaluate.ts";
import { asString, entryOf, possibilities } from "../evaluated.ts";
import { linkOf, type ChainLink } from "../chains.ts";
import type { Evaluated, Program } from "../program.ts";
import { isDrizzle, wholeChain } from "./drizzle-factory.ts";
import { columnName, type Casing } from "./drizzle-names.ts";
import { columnType, isSerial } from "./drizzle-types.ts";

/** A column as a builder chain declares it; `links` are the chain's methods, for its keys and references. */
export type DrizzleColumn = { property: string; column: Column; explicitName: string | null; links: ChainLink[]; at: Span };
export type ColumnNaming = { casing: Casing; dialect: Dialect };
export type DrizzleColumns = { columns: DrizzleColumn[]; complete: boolean };

/** Values that differ with each row, as SQL writes them. */
const FRESH_SQL = /\b(gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|gen_ulid|generate_ulid|ulid|nanoid|cuid|nextval|now|clock_timestamp|current_timestamp|random)\b/i;

/** The columns of a table: an object of builders, spreads and helpers, or a callback that returns one. */
export function readColumns(program: Program, value: Evaluated | null, naming: ColumnNaming): DrizzleColumns {
  const object = value?.kind === "function" ? returnOf(program, value) : value;
  if (object?.kind !== "object") return { columns: [], complete: false };
  const columns: DrizzleColumn[] = [];
  let complete = object.complete;
  for (const [property, item] of object.entries) {
    const column = readColumn(program, property, item, naming);
    if (column === null) complete = false;
    else {
      columns.push(column.column);
      if (!column.known) complete = false;
    }
  }
  return { columns, complete };
}

type ReadColumn = { column: DrizzleColumn; known: boolean };

/** A helper may make one of several columns; what they share is known. null: not a column, or not surely one. */
function readColumn(program: Program, property: string, value: Evaluated, naming: ColumnNaming): ReadColumn | null {
  const [first, ...others] = possibilities(value).map((item) => readOne(program, property, item, naming));
  if (first == null) return null;
  for (const other of others) {
    if (other?.column.column.name !== first.column.column.name) return null;
    if (signature(other.column) !== signature(first.column)) first.known = false;
    const { column } = first.column;
    if (other.column.column.nullable !== column.nullable) column.nullable = null;
    if (other.column.column.default === null) column.default = null;
  }
  return first;
}

/** What a column says of keys. */
function signature(column: DrizzleColumn): string {
  return column.links.flatMap((link) => (link.name === "unique" || link.name === "primaryKey" ? [link.name, asString(link.args?.[0])] : [])).join(" ");
}

/** `known: false`: made by a helper that could not be read, so its name and keys may differ. */
function readOne(program: Program, property: string, value: Evaluated, { casing, dialect }: ColumnNaming): ReadColumn | null {
  if (value.kind === "undefined") return null;
  const chain = wholeChain(program, value);
  const { builder, methods, type, known } = readBuilder(program, chain.root, chain.links);
  const given = builder === null ? null : asString(builder.args?.[0]);
  const converted = columnName(property, casing);
  // A helper that could not be read may take the name or anything else; only its repetition of the property is a name for sure.
  const trusted = known || given === property || given === converted || given === columnName(property, "snake_case");
  const explicitName = trusted ? given : null;
  const has = (...names: string[]): boolean => methods.some((link) => names.includes(link.name));
  const identity = has("generatedAlwaysAsIdentity", "generatedByDefaultAsIdentity");
  // SQLite gives an INTEGER PRIMARY KEY the next row's number.
  const numbered = identity || isSerial(type) || has("autoincrement") || (dialect === "sqlite" && type === "integer" && has("primaryKey"));
  const notNull = has("notNull", "primaryKey") || identity || isSerial(type);
  const column: Column = {
    name: explicitName ?? converted,
    property,
    type,
    nullable: notNull ? false : known ? true : null,
    default: readDefault(program, methods, numbered),
    generated: has("generatedAlwaysAs"),
    at: value.at,
  };
  return { column: { property, column, explicitName, links: methods, at: value.at }, known: known && builder !== null };
}

type Builder = { builder: ChainLink | null; methods: ChainLink[]; type: string | null; known: boolean };

/** Calls that make a builder rather than being one: `customType({…})("name")`, `pgEnum("state", […])("name")`. */
const MAKERS = /^(?:customType|(?:pg|cockroach)Enum)$/;

/** Which link of the chain is the builder's call. */
function readBuilder(program: Program, root: Evaluated, links: ChainLink[]): Builder {
  const [first, second] = links;
  if (isDrizzle(root) && root.name.endsWith("Schema") && second?.name === "enum") {
    return madeBuilder(links.slice(2), asString(second.args?.[0]));
  }
  if (isDrizzle(root) && MAKERS.test(root.name) && first?.name === "") return madeBuilder(links.slice(1), madeType(program, root.name, first));
  if (first?.args == null) return { builder: null, methods: links, type: null, known: false };
  // What another package exports as a column type takes the name first, as drizzle's own do.
  const known = root.kind === "parameter" || root.kind === "external";
  if (first.name === "" && second?.name === "") return { builder: second, methods: links.slice(2), type: null, known };
  // `(t) => ({ id: t.uuid() })`: the builder is named by the link.
  const name = first.name !== "" ? first.name : root.kind === "external" ? root.name : "";
  return { builder: first, methods: links.slice(1), type: columnType(name, first, links), known };
}

function madeBuilder(links: ChainLink[], type: string | null): Builder {
  const [call] = links;
  const isCall = call?.name === "" && call.args !== null;
  return { builder: isCall ? call : null, methods: links.slice(1), type, known: true };
}

function madeType(program: Program, maker: string, call: ChainLink): string | null {
  if (maker !== "customType") return asString(call.args?.[0]);
  const dataType = entryOf(call.args?.[0], "dataType");
  const returned = dataType === undefined ? null : returnOf(program, dataType);
  return asString(returned)?.toLowerCase() ?? null;
}

function readDefault(program: Program, methods: ChainLink[], isGenerated: boolean): ColumnDefault | null {
  if (isGenerated) return { by: "database", fresh: true };
  for (const link of methods) {
    if (link.name === "defaultRandom" || link.name === "defaultNow") return { by: "database", fresh: true };
    if (link.name === "default") return { by: "database", fresh: isFreshSql(link.args?.[0]) };
  }
  const client = methods.find((link) => /^\$(default|defaultFn|onUpdate|onUpdateFn)$/.test(link.name));
  return client === undefined ? null : { by: "client", fresh: isFreshFunction(program, client.args?.[0]) };
}

function isFreshSql(value: Evaluated | undefined): boolean {
  if (value?.kind === "template") return FRESH_SQL.test(value.quasis.join(" "));
  return value?.kind === "call" && value.args[0]?.kind === "string" && FRESH_SQL.test(value.args[0].value);
}

/** `() => createId()`, `createId`: another value each time; a literal is not. */
function isFreshFunction(program: Program, value: Evaluated | undefined): boolean {
  if (value === undefined) return false;
  if (value.kind === "external" || value.kind === "member") return true;
  if (value.kind !== "function") return false;
  const returned = returnOf(program, value);
  return returned === null || returned.kind === "call" || returned.kind === "template" || returned.kind === "unknown" || returned.kind === "member";
}

/** Name of a column's own `.unique()`, its options; null: the column has none. */
export function uniqueLink(column: DrizzleColumn): ChainLink | null {
  return linkOf({ links: column.links }, "unique");
}
