import type { Span } from "../../model/span.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asObject, asString } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { columnType, isColumnMethod } from "./knex-types.ts";
import { columnsOf, expressionText, namesOf, predicateText, rawText } from "./knex-values.ts";
import type { Reading } from "./library.ts";
import { sent, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, joined, literalOf, piece, quote, quoteList, stringIn } from "./sql-text.ts";
import type { FunctionValue } from "./walk.ts";

export type KnexTable = {
  at: Span;
  method: "create" | "create-if-not-exists" | "alter";
  schema: string | null;
  name: string;
  /** Quoted, with its schema. */
  text: string;
  like: string | null;
  body: FunctionValue | null;
  transaction: boolean;
};

type State = KnexTable & {
  reading: Reading;
  columns: Piece[][];
  /** `create type` of native enums, before the table. */
  types: Piece[][];
  /** ALTER TABLE and CREATE INDEX behind the columns, in the order in which the builder was asked. null: not known. */
  rest: { at: Span; sql: Piece[] | null; conditional: boolean }[];
  /** The call that is read stands behind a condition. */
  conditional: boolean;
  /** Stands in CREATE TABLE itself. */
  primary: Piece[] | null;
  checks: Piece[][];
  hasPrimary: boolean;
  complete: boolean;
};

/** CREATE or ALTER TABLE with all that its callback asks for, as Knex' compiler orders it: columns first, then keys, indexes and the rest. */
export function sendTable(reading: Reading, table: KnexTable): void {
  const state: State = { ...table, reading, columns: [], types: [], rest: [], primary: null, checks: [], hasPrimary: false, complete: true, conditional: false };
  if (table.body !== null) {
    // A serial column is a primary key only where the table is given no other.
    reading.follow(table.body, [handleOf("table", table.at)], (call) => {
      state.hasPrimary ||= tableLink(call)?.name === "primary";
      return true;
    });
    reading.follow(table.body, [handleOf("table", table.at)], (call, step) => readTableCall(state, call, step.conditional));
  }
  const { at, transaction } = table;
  const run = (place: Span, sql: Piece[] | null, complete = true, conditional = false): void =>
    reading.send(sent(place, sql, { transaction, complete, conditional, table: { schema: table.schema, name: table.name } }));
  for (const type of state.types) run(at, type);
  if (table.method !== "alter") run(at, createText(state), state.complete);
  else if (state.columns.length > 0) run(at, [piece(at, `alter table ${table.text} `), ...joined(at, state.columns.map((column) => [piece(at, "add column "), ...column]))]);
  for (const { at: place, sql, conditional } of state.rest) run(place, sql, true, conditional);
  if (table.method === "alter" && !state.complete) run(at, null);
}

function createText(state: State): Piece[] {
  const { at, text, like } = state;
  const parts = [...(like === null ? [] : [[piece(at, `like ${like} including all`)]]), ...state.columns, ...(state.primary === null ? [] : [state.primary]), ...state.checks];
  return [piece(at, `create table ${state.method === "create" ? "" : "if not exists "}${text} (`), ...joined(at, parts), piece(at, ")")];
}

/** The link right behind `table`; `this.string(…)` is the older form of it. */
function tableLink(call: Evaluated): ChainLink | null {
  const { root, links } = callChain(call);
  const isTable = handleName(root) === "table" || (root.kind === "unknown" && root.text === "this");
  return isTable ? (links[0] ?? null) : null;
}

function readTableCall(state: State, call: Evaluated, conditional: boolean): boolean {
  const first = tableLink(call);
  if (first === null) return false;
  if (first.args === null) return true;
  const { links } = callChain(call);
  const at = state.reading.home(call.at);
  state.conditional = conditional;
  if (first.name === "timestamps") readTimestamps(state, first.args, at);
  else if (isColumnMethod(first.name)) readColumn(state, first, links.slice(1), at);
  else readTableMethod(state, first, links.slice(1), at);
  return true;
}

function readTimestamps(state: State, args: Evaluated[], at: Span): void {
  const [first, second, third] = args;
  const options = asObject(first);
  const flag = (value: Evaluated | undefined, name: string): boolean => (options === null ? value?.kind === "boolean" && value.value : flagIn(first, name) === true);
  const isDefault = flag(second, "defaultToNow");
  const names = flag(third, "useCamelCase") ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"];
  for (const name of names) addColumn(state, `${quote(name)} timestamptz${isDefault ? " not null default CURRENT_TIMESTAMP" : ""}`, at);
}

/** Behind a condition a table may have it or not; a change is one of its own. */
function addColumn(state: State, text: string, at: Span): void {
  if (state.conditional && state.method === "alter") return addRest(state, at, `alter table ${state.text} add column ${text}`);
  if (state.conditional) state.complete = false;
  state.columns.push([piece(at, text)]);
}

/** null: it is not known what is asked for. */
function addRest(state: State, at: Span, sql: string | null): void {
  state.rest.push({ at, sql: sql === null ? null : [piece(at, sql)], conditional: state.conditional });
}

function readColumn(state: State, first: ChainLink, links: ChainLink[], at: Span): void {
  const args = first.args ?? [];
  const name = asString(args[0]) ?? (/^(?:big)?increments$/i.test(first.name) && args[0] === undefined ? "id" : null);
  if (name === null) {
    state.complete = false;
    return state.reading.unread(at, `The name of a column of ${state.name} is computed`);
  }
  const { type, before } = columnType(first.name, args, { column: quote(name), schema: state.schema, table: state.name, hasPrimary: state.hasPrimary });
  if (before !== null) state.types.push([piece(at, before)]);
  const modified = modify(state, links);
  if (links.some((link) => link.name === "alter")) alterColumn(state, name, type, modified, links, at);
  else addColumn(state, `${quote(name)} ${type}${modified.nullable === false ? " not null" : ""}${modified.default === null ? "" : ` default ${modified.default}`}`, at);
  readColumnKeys(state, name, links, at);
}

type Modified = { nullable: boolean | null; default: string | null };

function modify(state: State, links: ChainLink[]): Modified {
  const out: Modified = { nullable: null, default: null };
  for (const { name: method, args } of links) {
    const [value] = args ?? [];
    if (method === "notNullable" || method === "notNull") out.nullable = false;
    else if (method === "nullable") out.nullable = !(value?.kind === "boolean" && !value.value);
    else if (method === "defaultTo") out.default = value === undefined ? null : (expressionText(state.reading, value) ?? literalOf(value) ?? UNKNOWN_VALUE);
  }
  return out;
}

/** `alter()`: type, nullability and default are set anew. */
function alterColumn(state: State, name: string, type: string, { nullable, default: value }: Modified, links: ChainLink[], at: Span): void {
  const options = links.find((link) => link.name === "alter")?.args?.[0];
  const change = (clause: string): void => addRest(state, at, `alter table ${state.text} alter column ${quote(name)} ${clause}`);
  const wants = (option: string): boolean => asObject(options)?.entries.get(option)?.kind !== "boolean" || flagIn(options, option) === true;
  change("drop default");
  if (wants("alterNullable")) change("drop not null");
  if (wants("alterType")) change(`type ${type.replace(/\s+(?:primary key|check)\b.*/, "")}`);
  if (value !== null) change(`set default ${value}`);
  if (wants("alterNullable") && nullable === false) change("set not null");
}

/** `.unique()`, `.index()`, `.primary()`, `.references(…)` behind a column are the table's methods for that one column. */
function readColumnKeys(state: State, column: string, links: ChainLink[], at: Span): void {
  const own: Evaluated = { kind: "string", at, value: column };
  for (const [index, link] of links.entries()) {
    if (link.args === null) continue;
    const place = state.reading.home(link.at);
    if (link.name === "unique" || link.name === "index" || link.name === "primary") readTableMethod(state, { ...link, args: [own, ...link.args] }, [], place);
    else if (link.name === "references") readForeign(state, [column], null, links.slice(index), place);
  }
}

function readTableMethod(state: State, link: ChainLink, after: ChainLink[], at: Span): void {
  const args = link.args ?? [];
  const { text, reading } = state;
  const columns = columnsOf(reading, args[0]);
  const options = args[1];
  const given = asString(options) ?? stringIn(options, "indexName") ?? stringIn(options, "constraintName") ?? stringIn(options, "name");
  const isNamed = options === undefined || options.kind === "undefined" || options.kind === "object" || given !== null;
  const run = (sql: string | null): void => addRest(state, at, sql);
  const name = (kind: string): string => names(given ?? defaultName(state.name, columns?.names ?? [], kind));
  const known = (make: () => string | null): void => run(columns === null || !isNamed ? null : make());
  const ifExists = link.name.endsWith("IfExists") ? "if exists " : "";
  switch (link.name) {
    case "unique":
      return known(() => uniqueText(state, columns?.text ?? "", name("unique"), options));
    case "index":
      return known(() => indexText(state, columns?.text ?? "", name("index"), args[2]));
    case "primary":
      return readPrimary(state, columns?.text ?? null, isNamed ? names(given ?? `${state.name}_pkey`) : null, options, at);
    case "foreign":
      return readForeign(state, namesOf(args[0]), given, after, at);
    case "dropUnique":
    case "dropUniqueIfExists":
      return known(() => `alter table ${text} drop constraint ${ifExists}${name("unique")}`);
    case "dropForeign":
    case "dropForeignIfExists":
      return known(() => `alter table ${text} drop constraint ${ifExists}${name("foreign")}`);
    case "dropIndex":
      // The columns are not needed where there is a name.
      return run(columns === null && given === null ? null : `drop index ${state.schema === null ? "" : `${quote(state.schema)}.`}${name("index")}`);
    case "dropPrimary":
    case "dropPrimaryIfExists":
      return run(`alter table ${text} drop constraint ${ifExists}${names(asString(args[0]) ?? `${state.name}_pkey`)}`);
    case "dropColumn":
    case "dropColumns": {
      const dropped = args.flatMap((argument) => namesOf(argument) ?? []);
      return run(dropped.length === 0 ? null : `alter table ${text} ${dropped.map((column) => `drop column ${quote(column)}`).join(", ")}`);
    }
    case "dropTimestamps":
      return run(`alter table ${text} ${(args[0]?.kind === "boolean" && args[0].value ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"]).map((column) => `drop column ${quote(column)}`).join(", ")}`);
    case "renameColumn": {
      const [from, to] = [asString(args[0]), asString(args[1])];
      return run(from === null || to === null ? null : `alter table ${text} rename ${quote(from)} to ${quote(to)}`);
    }
    case "setNullable":
    case "dropNullable":
      return known(() => `alter table ${text} alter column ${columns?.text ?? ""} ${link.name === "setNullable" ? "drop" : "set"} not null`);
    case "check":
      return readCheck(state, args, at);
    case "inherits":
      state.complete = false;
      return;
    default:
  }
}

function readCheck(state: State, args: Evaluated[], at: Span): void {
  const predicate = rawText(state.reading, args[0], args[1]);
  const name = asString(args[2]);
  // Without a name it is only a condition on rows.
  if (predicate === null || name === null) return;
  const clause = [piece(at, `constraint ${name} check (`), ...predicate, piece(at, ")")];
  if (state.method === "alter") state.rest.push({ at, sql: [piece(at, `alter table ${state.text} add `), ...clause], conditional: state.conditional });
  else state.checks.push(clause);
}

function names(name: string): string {
  return name.split(".").map(quote).join(".");
}

/** `{table}_{columns}_{kind}`, lower case; dots and dashes of the table become underscores. */
function defaultName(table: string, columns: string[], kind: string): string {
  return `${table.replace(/\.|-/g, "_")}_${columns.join("_")}_${kind}`.toLowerCase();
}

function predicateOf(state: State, options: Evaluated | undefined): { text: string } | null {
  const predicate = asObject(options)?.entries.get("predicate");
  if (predicate === undefined || predicate.kind === "undefined") return { text: "" };
  const text = predicateText(state.reading, predicate);
  return text === null ? null : { text: ` where ${text}` };
}

/** A constraint; with a predicate or `useConstraint: false` an index. null: not known. */
function uniqueText(state: State, columns: string, name: string, options: Evaluated | undefined): string | null {
  const predicate = predicateOf(state, options);
  if (predicate === null) return null;
  const deferrable = stringIn(options, "deferrable");
  const asked = asObject(options)?.entries.get("useConstraint");
  const isConstraint = asked?.kind === "boolean" ? asked.value : deferrable !== null || predicate.text === "";
  if (!isConstraint) return `create unique index ${name} on ${state.text} (${columns})${predicate.text}`;
  return `alter table ${state.text} add constraint ${name} unique (${columns})${deferrable === null || deferrable === "not deferrable" ? "" : ` deferrable initially ${deferrable}`}`;
}

function indexText(state: State, columns: string, name: string, options: Evaluated | undefined): string | null {
  const predicate = predicateOf(state, options);
  const method = asString(options) ?? stringIn(options, "storageEngineIndexType");
  const isUnique = stringIn(options, "indexType")?.toLowerCase() === "unique";
  if (predicate === null) return null;
  return `create ${isUnique ? "unique " : ""}index ${name} on ${state.text}${method === null ? "" : ` using ${method}`} (${columns})${predicate.text}`;
}

function readPrimary(state: State, columns: string | null, name: string | null, options: Evaluated | undefined, at: Span): void {
  if (columns === null || name === null) return addRest(state, at, null);
  const deferrable = stringIn(options, "deferrable");
  const clause = `constraint ${name} primary key (${columns})${deferrable === null ? "" : ` deferrable initially ${deferrable}`}`;
  if (state.method === "alter") addRest(state, at, `alter table ${state.text} add ${clause}`);
  else state.primary ??= [piece(at, clause)];
}

/** `.references("id").inTable("orgs")` or `.references("orgs.id")`, with what follows. */
function readForeign(state: State, columns: string[] | null, given: string | null, links: ChainLink[], at: Span): void {
  const argument = (...methods: string[]): string | null => asString(links.find((link) => methods.includes(link.name))?.args?.[0]);
  const references = links.find((link) => link.name === "references")?.args?.[0];
  const single = asString(references)?.split(".");
  const table = argument("inTable", "on") ?? (single?.length === 2 ? single[0] : null) ?? null;
  const targets = single === undefined ? namesOf(references) : [single.at(-1) ?? ""];
  // Without a table Knex makes no foreign key.
  if (references !== undefined && table === null && !links.some((link) => link.name === "inTable" || link.name === "on")) return;
  if (columns === null || table === null || targets === null) return;
  const name = argument("withKeyName") ?? given ?? defaultName(state.name, columns, "foreign");
  const [onDelete, deferrable] = [argument("onDelete"), argument("deferrable")];
  const action = onDelete !== null && /^(?:cascade|restrict|no action|set null|set default)$/i.test(onDelete) ? ` on delete ${onDelete}` : "";
  const sql = `alter table ${state.text} add constraint ${names(name)} foreign key (${quoteList(columns)}) references ${names(table)} (${quoteList(targets)})${action}${deferrable === null ? "" : ` deferrable initially ${deferrable}`}`;
  addRest(state, at, sql);
}
