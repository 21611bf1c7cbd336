import type { Span } from "../../model/span.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asString, asStrings, returnOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { nameText, sqlPieces, sqlText, tableText } from "./kysely-sql.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { joined, literalOf, piece, quote, quoteList, typeText } from "./sql-text.ts";

type Run = (sql: Piece[] | null, complete?: boolean) => void;
/** null: it could not be read. */
type Clause = Piece[] | null;

export function createTable(reading: Reading, schema: string | null, head: ChainLink, links: ChainLink[], at: Span, run: Run): void {
  const name = asString(head.args?.[0]);
  const has = (method: string): boolean => links.some((link) => link.name === method);
  if (name === null) return run(null);
  const columns = links.filter((link) => link.name === "addColumn").map((link) => columnClause(reading, schema, link));
  const constraints = links.filter((link) => CONSTRAINTS.has(link.name)).map((link) => constraintClause(reading, schema, link, []));
  const known = [...columns, ...constraints].filter((clause) => clause !== null);
  const text = `create ${has("temporary") ? "temporary " : ""}table ${has("ifNotExists") ? "if not exists " : ""}${tableText(schema, name)}`;
  // What a query or a modifier adds is not followed.
  const end = links.filter((link) => link.name === "modifyEnd").flatMap((link) => sqlPieces(reading, link.args?.[0]) ?? []);
  const isComplete = known.length === columns.length + constraints.length && !has("as") && !has("unknown");
  run([piece(at, `${text} (`), ...joined(at, known), piece(at, ") "), ...end], isComplete);
}

const CONSTRAINTS = new Set(["addUniqueConstraint", "addPrimaryKeyConstraint", "addForeignKeyConstraint", "addCheckConstraint"]);

/** All column changes are one statement; a constraint is one of its own. */
export function alterTable(reading: Reading, schema: string | null, head: ChainLink, links: ChainLink[], at: Span, run: Run): void {
  const name = asString(head.args?.[0]);
  const clauses = links.flatMap((link, index) => alterClause(reading, schema, link, links.slice(index + 1)));
  const known = clauses.filter((clause) => clause !== null);
  if (name === null || (known.length === 0 && clauses.length > 0)) return run(null);
  if (known.length > 0) run([piece(at, `alter table ${tableText(schema, name)} `), ...joined(at, known)]);
  if (known.length < clauses.length) run(null);
}

/** None: the link belongs to the one before it. */
function alterClause(reading: Reading, schema: string | null, link: ChainLink, after: ChainLink[]): Clause[] {
  const at = reading.home(link.at);
  const args = link.args ?? [];
  const [first, second] = args.map((argument) => asString(argument));
  const make = (text: string, ...needed: (string | null | undefined)[]): Clause[] => [needed.some((each) => each == null) ? null : [piece(at, text)]];
  const has = (method: string): boolean => after.some((each) => each.name === method);
  switch (link.name) {
    case "addColumn": {
      const column = columnClause(reading, schema, link);
      return [column === null ? null : [piece(at, "add column "), ...column]];
    }
    case "modifyColumn":
      return [null];
    case "alterColumn":
      return [alterColumn(reading, first ?? null, args[1], at)];
    case "dropColumn":
      return make(`drop column ${quote(first ?? "")}`, first);
    case "renameColumn":
      return make(`rename column ${quote(first ?? "")} to ${quote(second ?? "")}`, first, second);
    case "renameTo":
      return make(`rename to ${quote(first ?? "")}`, first);
    case "setSchema":
      return make(`set schema ${quote(first ?? "")}`, first);
    case "dropConstraint":
      return make(`drop constraint ${has("ifExists") ? "if exists " : ""}${quote(first ?? "")}${has("cascade") ? " cascade" : ""}`, first);
    case "renameConstraint":
      return make(`rename constraint ${quote(first ?? "")} to ${quote(second ?? "")}`, first, second);
    case "unknown":
      return [null];
    default: {
      if (!CONSTRAINTS.has(link.name)) return [];
      const clause = constraintClause(reading, schema, link, after);
      return [clause === null ? null : [piece(at, "add "), ...clause]];
    }
  }
}

function alterColumn(reading: Reading, column: string | null, build: Evaluated | undefined, at: Span): Clause {
  const link = build === undefined ? undefined : chainOf(reading, build)?.[0];
  if (column === null || link === undefined) return null;
  const [value] = link.args ?? [];
  const change = { setNotNull: "set not null", dropNotNull: "drop not null", dropDefault: "drop default" }[link.name];
  if (change !== undefined) return [piece(at, `alter column ${quote(column)} ${change}`)];
  if (link.name === "setDefault") return [piece(at, `alter column ${quote(column)} set default ${valueText(reading, value)}`)];
  return link.name === "setDataType" ? [piece(at, `alter column ${quote(column)} type ${dataType(reading, value)}`)] : null;
}

/** The links that a callback adds to the builder it is given; null: it does something else. */
function chainOf(reading: Reading, build: Evaluated): ChainLink[] | null {
  const returned = returnOf(reading.program, build, [handleOf("builder", build.at)]);
  const chain = returned === null ? null : callChain(returned);
  return chain !== null && handleName(chain.root) === "builder" ? chain.links : null;
}

function dataType(reading: Reading, value: Evaluated | undefined): string {
  return typeText(asString(value) ?? sqlText(reading, value));
}

function valueText(reading: Reading, value: Evaluated | undefined): string {
  return literalOf(value) ?? sqlText(reading, value) ?? UNKNOWN_VALUE;
}

/** null: its name is not known. */
function columnClause(reading: Reading, schema: string | null, link: ChainLink): Clause {
  const [given, type, build] = link.args ?? [];
  const name = asString(given);
  const at = reading.home(link.at);
  if (name === null) return null;
  const links = build === undefined ? [] : chainOf(reading, build);
  if (links === null) reading.unread(at, `How the column ${name} is made could not be read`);
  const has = (method: string): boolean => links?.some((each) => each.name === method) ?? false;
  const argument = (method: string): Evaluated | undefined => links?.find((each) => each.name === method)?.args?.[0];
  const generated = argument("generatedAlwaysAs");
  const text = [
    `${has("ifNotExists") ? "if not exists " : ""}${quote(name)} ${dataType(reading, type)}`,
    generated === undefined ? "" : ` generated always as (${sqlText(reading, generated) ?? UNKNOWN_VALUE}) stored`,
    has("generatedAlwaysAsIdentity") ? " generated always as identity" : has("generatedByDefaultAsIdentity") ? " generated by default as identity" : "",
    has("defaultTo") ? ` default ${valueText(reading, argument("defaultTo"))}` : "",
    has("notNull") ? " not null" : "",
    has("unique") ? ` unique${has("nullsNotDistinct") ? " nulls not distinct" : ""}` : "",
    has("primaryKey") ? " primary key" : "",
    referencesText(schema, asString(argument("references")), asString(argument("onDelete"))),
  ];
  return [piece(at, text.join(""))];
}

/** `users.id`, `auth.users.id`. */
function referencesText(schema: string | null, target: string | null, onDelete: string | null): string {
  const parts = target?.split(".") ?? [];
  const column = parts.pop();
  if (column === undefined || parts.length === 0) return "";
  return ` references ${tableText(schema, parts.join("."))} (${quote(column)})${action(onDelete)}`;
}

function action(onDelete: string | null): string {
  return onDelete !== null && /^(?:cascade|restrict|no action|set null|set default)$/i.test(onDelete) ? ` on delete ${onDelete}` : "";
}

/** Options stand in a callback, or behind the call in ALTER TABLE. */
function constraintClause(reading: Reading, schema: string | null, { name: method, args, at: place }: ChainLink, after: ChainLink[]): Clause {
  const at = reading.home(place);
  const [given, second, third, fourth] = args ?? [];
  const name = asString(given);
  const build = args?.findLast((argument) => argument.kind === "function");
  const options = build === undefined ? after : chainOf(reading, build);
  if (name === null || options === null) return null;
  const has = (option: string): boolean => options.some((each) => each.name === option);
  const deferrable = `${has("deferrable") ? " deferrable" : ""}${has("initiallyDeferred") ? " initially deferred" : ""}`;
  const constraint = `constraint ${quote(name)} `;
  if (method === "addCheckConstraint") {
    const sql = sqlPieces(reading, second);
    return sql === null ? null : [piece(at, `${constraint}check (`), ...sql, piece(at, ")")];
  }
  const columns = columnList(reading, second);
  if (columns === null) return null;
  if (method === "addUniqueConstraint") return [piece(at, `${constraint}unique${has("nullsNotDistinct") ? " nulls not distinct" : ""} (${columns})${deferrable}`)];
  if (method === "addPrimaryKeyConstraint") return [piece(at, `${constraint}primary key (${columns})${deferrable}`)];
  const [table, targets] = [asString(third), asStrings(fourth)];
  const onDelete = asString(options.find((each) => each.name === "onDelete")?.args?.[0]);
  if (table === null || targets === null) return null;
  return [piece(at, `${constraint}foreign key (${columns}) references ${tableText(schema, table)} (${quoteList(targets)})${action(onDelete)}${deferrable}`)];
}

function columnList(reading: Reading, value: Evaluated | undefined): string | null {
  if (value?.kind !== "array" || !value.complete || value.items.length === 0) return null;
  const names = value.items.map((item) => (asString(item) === null ? sqlText(reading, item) : nameText(asString(item) ?? "")));
  return names.includes(null) ? null : names.join(", ");
}
