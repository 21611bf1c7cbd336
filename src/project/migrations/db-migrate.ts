import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import type { ChainLink } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { columnText, foreignKeyText, mapType, specOf } from "./db-migrate-columns.ts";
import type { MigrationLibrary, Reading } from "./library.ts";
import { sent, UNKNOWN_TYPE, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, joined, literalOf, onlyWrites, piece, quote, quoteList, rawPieces } from "./sql-text.ts";

/** db-migrate with its Postgres driver: `db.runSql(…)`, `db.createTable(…)`, with a callback, a promise, or bound for `async.series`. */
export const dbMigrate: MigrationLibrary = {
  handles: (at) => [handleOf("db", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const [first, second] = links;
    if (handleName(root) !== "db" || first === undefined) return false;
    const isBound = first.args === null && second?.name === "bind";
    const args = isBound ? (second.args ?? []).slice(1) : (first.args ?? []);
    if (first.args !== null || isBound) readOperation(reading, first.name, args);
    for (const argument of [...args, ...answers(links)]) if (argument.kind === "function") reading.follow(argument, []);
    return true;
  },
};

function answers(links: ChainLink[]): Evaluated[] {
  return links.slice(1).flatMap((link) => (link.name === "then" || link.name === "finally" ? (link.args ?? []).slice(0, 1) : []));
}

type Operation = (context: { reading: Reading; at: Span; table: string; args: Evaluated[] }) => Piece[][] | null;

function readOperation(reading: Reading, method: string, args: Evaluated[]): void {
  const at = reading.home(reading.fact.at);
  if (method === "runSql" || method === "all") return sendRaw(reading, args[0], at);
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) return;
  const table = asString(args[0]);
  const queries = table === null ? null : operation({ reading, at, table, args });
  if (queries === null) return reading.send(sent(at, null, { table: table === null ? null : { schema: null, name: table } }));
  for (const sql of queries) reading.send(sent(at, sql, { table: { schema: null, name: table ?? "" } }));
}

function sendRaw(reading: Reading, text: Evaluated | undefined, at: Span): void {
  const sql = rawPieces(reading, text);
  if (sql === null && (text === undefined || onlyWrites(text))) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, sql));
}

const OPERATIONS: Record<string, Operation> = {
  createTable: ({ reading, at, table, args }) => createTable(reading, at, table, args[1]),
  dropTable: ({ at, table, args }) => one(at, `drop table ${flagIn(asObject(args[1]) ?? undefined, "ifExists") === true ? "if exists " : ""}${quote(table)}`),
  renameTable: ({ at, table, args }) => named(args[1], (to) => one(at, `alter table ${quote(table)} rename to ${quote(to)}`)),
  addColumn: ({ reading, at, table, args }) => addColumn(reading, at, table, args),
  removeColumn: ({ at, table, args }) => named(args[1], (column) => one(at, `alter table ${quote(table)} drop column ${quote(column)}`)),
  renameColumn: ({ at, table, args }) => named(args[1], (from) => named(args[2], (to) => one(at, `alter table ${quote(table)} rename column ${quote(from)} to ${quote(to)}`))),
  changeColumn: ({ at, table, args }) => named(args[1], (column) => changeColumn(at, table, column, args[2])),
  addIndex: ({ at, table, args }) => named(args[1], (name) => addIndex(at, table, name, args)),
  // With the table before it, or alone.
  removeIndex: ({ at, table, args }) => one(at, `drop index ${quote(asString(args[1]) ?? table)}`),
  addForeignKey: ({ at, table, args }) => {
    const text = foreignKeyText(table, args[1], args[2], args[3], args[4]);
    return text === null ? null : one(at, text);
  },
  removeForeignKey: ({ at, table, args }) => named(args[1], (name) => one(at, `alter table ${quote(table)} drop constraint ${quote(name)}`)),
};

function one(at: Span, text: string): Piece[][] {
  return [[piece(at, text)]];
}

function named(value: Evaluated | undefined, make: (name: string) => Piece[][] | null): Piece[][] | null {
  const name = asString(value);
  return name === null ? null : make(name);
}

/** The columns, or `{ columns, ifNotExists }`. Several that are primary keys make one key; foreign keys follow as statements of their own. */
function createTable(reading: Reading, at: Span, table: string, given: Evaluated | undefined): Piece[][] | null {
  const columns = asObject(entryOf(given, "columns") ?? given);
  if (columns === null || !columns.complete) return null;
  const specs = [...columns.entries].map(([name, value]) => ({ name, at: reading.home(value.at), spec: specOf(value) }));
  const primary = specs.filter(({ spec }) => flagIn(spec, "primaryKey") === true).map(({ name }) => name);
  const clauses = specs.map((column) => [piece(column.at, columnText(column.name, column.spec, primary.length === 1))]);
  const key = primary.length > 1 ? [[piece(at, `primary key (${quoteList(primary)})`)]] : [];
  const head = `create table ${flagIn(given, "ifNotExists") === true ? "if not exists " : ""}${quote(table)} (`;
  const foreign = specs.flatMap(({ name, spec }) => foreignKeyOf(at, table, name, spec));
  return [[piece(at, head), ...joined(at, [...clauses, ...key]), piece(at, ")")], ...foreign];
}

function addColumn(reading: Reading, at: Span, table: string, [, given, value]: Evaluated[]): Piece[][] | null {
  const column = asString(given);
  if (column === null || value === undefined) return null;
  const spec = specOf(value);
  return [[piece(at, `alter table ${quote(table)} add column `), piece(reading.home(value.at), columnText(column, spec, false))], ...foreignKeyOf(at, table, column, spec)];
}

/** `foreignKey: { name, table, mapping, rules }` of a column. */
function foreignKeyOf(at: Span, table: string, column: string, spec: Evaluated): Piece[][] {
  const key = asObject(entryOf(spec, "foreignKey"));
  const mapping = key?.entries.get("mapping");
  const target = asString(mapping);
  const fields: Evaluated | undefined = target === null || mapping === undefined ? mapping : { kind: "object", at: mapping.at, entries: new Map([[column, mapping]]), complete: true };
  const text = key === null ? null : foreignKeyText(table, key.entries.get("table"), key.entries.get("name"), fields, key.entries.get("rules"));
  return text === null ? [] : one(at, text);
}

/** Each of its parts is a statement, and what it does not name is taken away: NOT NULL and the default. */
function changeColumn(at: Span, table: string, column: string, value: Evaluated | undefined): Piece[][] | null {
  const spec = value === undefined ? null : asObject(specOf(value));
  if (spec === null || !spec.complete) return null;
  const start = `alter table ${quote(table)}`;
  const key = quote(`${table}_${column}_key`);
  const unique = spec.entries.get("unique");
  const initial = spec.entries.get("defaultValue");
  const type = spec.entries.get("type");
  const own = asString(type);
  const texts = [`${start} alter column ${quote(column)} ${flagIn(spec, "notNull") === true ? "set" : "drop"} not null`];
  if (unique?.kind === "boolean") texts.push(unique.value ? `${start} add constraint ${key} unique (${quote(column)})` : `${start} drop constraint ${key}`);
  texts.push(`${start} alter column ${quote(column)} ${initial === undefined ? "drop default" : `set default ${literalOf(initial) ?? UNKNOWN_VALUE}`}`);
  if (type !== undefined) texts.push(`${start} alter column ${quote(column)} type ${own === null ? UNKNOWN_TYPE : mapType(own)}`);
  return texts.map((text) => [piece(at, text)]);
}

function addIndex(at: Span, table: string, name: string, args: Evaluated[]): Piece[][] | null {
  const columns = asStrings(args[2]);
  const [, , , unique] = args;
  if (columns === null || (unique !== undefined && unique.kind !== "boolean" && unique.kind !== "function" && unique.kind !== "undefined" && unique.kind !== "parameter")) return null;
  return one(at, `create ${unique?.kind === "boolean" && unique.value ? "unique " : ""}index ${quote(name)} on ${quote(table)} (${quoteList(columns)})`);
}
