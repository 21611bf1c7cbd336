import type { Span } from "../../model/span.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asObject, asString } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { readColumnKeys, readTableMethod } from "./knex-keys.ts";
import { addRest, type KnexTable, type State } from "./knex-state.ts";
import { columnType, isColumnMethod } from "./knex-types.ts";
import { expressionText } from "./knex-values.ts";
import type { Reading } from "./library.ts";
import { sent, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, joined, literalOf, piece, quote } from "./sql-text.ts";

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
