import type { Column, ColumnDefault } from "../../model/catalog.ts";
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
export type DrizzleColumns = { columns: DrizzleColumn[]; complete: boolean };

/** Values that differ with each row, as SQL writes them. */
const FRESH_SQL = /\b(gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|gen_ulid|generate_ulid|ulid|nanoid|cuid|nextval|now|clock_timestamp|current_timestamp|random)\b/i;

/** The columns of a table: an object of builders, spreads and helpers, or a callback that returns one. */
export function readColumns(program: Program, value: Evaluated | null, casing: Casing): DrizzleColumns {
  const object = value?.kind === "function" ? returnOf(program, value) : value;
  if (object?.kind !== "object") return { columns: [], complete: false };
  const columns: DrizzleColumn[] = [];
  let complete = object.complete;
  for (const [property, item] of object.entries) {
    const column = readColumn(program, property, item, casing);
    if (column === null) complete = false;
    else {
      columns.push(column.column);
      if (!column.known) complete = false;
    }
  }
  return { columns, complete };
}

/** `known: false`: made by a helper that could not be read, so its name and keys may differ. */
function readColumn(program: Program, property: string, value: Evaluated, casing: Casing): { column: DrizzleColumn; known: boolean } | null {
  const [single, ...others] = possibilities(value);
  if (single === undefined || others.length > 0 || single.kind === "undefined") return null;
  const chain = wholeChain(program, single);
  const { builder, methods, type, known } = readBuilder(program, chain.root, chain.links);
  const name = builder === null ? null : nameArgument(builder);
  const converted = columnName(property, casing);
  // A helper that could not be read may take the name or anything else; only its repetition of the property is a name for sure.
  const trusted = name === null || known || name === property || name === converted || name === columnName(property, "snake_case");
  const dbName = name !== null && trusted ? name : converted;
  const has = (...names: string[]): boolean => methods.some((link) => names.includes(link.name));
  const identity = has("generatedAlwaysAsIdentity", "generatedByDefaultAsIdentity");
  const notNull = has("notNull", "primaryKey") || identity || isSerial(type);
  const column: Column = {
    name: dbName,
    property,
    type,
    nullable: notNull ? false : known ? true : null,
    default: readDefault(program, methods, identity || isSerial(type)),
    generated: has("generatedAlwaysAs"),
    at: single.at,
  };
  return { column: { property, column, explicitName: name !== null && trusted ? name : null, links: methods, at: single.at }, known: known && builder !== null };
}

type Builder = { builder: ChainLink | null; methods: ChainLink[]; type: string | null; known: boolean };

/** Which link of the chain is the builder's call: the first, but for `customType` and enums, whose first call makes the builder. */
function readBuilder(program: Program, root: Evaluated, links: ChainLink[]): Builder {
  const [first, second] = links;
  if (isDrizzle(root) && (root.name === "customType" || root.name.endsWith("Enum")) && first?.name === "") {
    const isCall = second?.name === "" && second.args !== null;
    return { builder: isCall ? second : null, methods: links.slice(2), type: madeType(program, root.name, first), known: true };
  }
  // `(t) => ({ id: t.uuid() })` and `t.uuid()` of a namespace: the builder is the first named call.
  const isNamed = root.kind === "parameter" || (first?.name !== "" && first?.args != null);
  if (first?.args == null) return { builder: null, methods: links, type: null, known: false };
  const name = isNamed ? first.name : root.kind === "external" ? root.name : "";
  // What another package exports as a column type takes the name first, as drizzle's own do.
  const known = root.kind === "parameter" || root.kind === "external";
  const second_ = first.name === "" && second?.name === "" ? second : null;
  if (second_ !== null) return { builder: second_, methods: links.slice(2), type: null, known };
  return { builder: first, methods: links.slice(1), type: columnType(name, first, links), known };
}

function madeType(program: Program, maker: string, call: ChainLink): string | null {
  if (maker !== "customType") return asString(call.args?.[0]);
  const dataType = entryOf(call.args?.[0], "dataType");
  const returned = dataType === undefined ? null : returnOf(program, dataType);
  return asString(returned)?.toLowerCase() ?? null;
}

/** `text("full_name")`; null: none is given (`text({ enum })`, `text()`). */
function nameArgument(builder: ChainLink): string | null {
  return asString(builder.args?.[0]);
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
