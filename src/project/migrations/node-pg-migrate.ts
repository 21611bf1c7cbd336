import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import type { MigrationLibrary, Reading } from "./library.ts";
import { columnClauses, constraintClauses, nameOf, nameText, rawOf } from "./node-pg-migrate-parts.ts";
import { sent, UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, joined, literalOf, onlyWrites, piece, quote, quoteList, quoteText, rawPieces, stringIn } from "./sql-text.ts";

/** node-pg-migrate: `pgm.createTable(…)` and the like (reference §13), as its operations write them. */
export const nodePgMigrate: MigrationLibrary = {
  handles: (at) => [handleOf("pgm", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const [first, second] = links;
    if (handleName(root) !== "pgm" || first === undefined) return false;
    const at = reading.home(call.at);
    if (first.name === "noTransaction") reading.optOut();
    else if (first.name === "db") sendRaw(reading, second?.args?.[0], undefined, at);
    else if (first.name === "sql") sendRaw(reading, first.args?.[0], first.args?.[1], at);
    else if (first.args !== null) readOperation(reading, first.name, first.args, at);
    return true;
  },
};

function sendRaw(reading: Reading, text: Evaluated | undefined, values: Evaluated | undefined, at: Span): void {
  const pieces = rawPieces(reading, text);
  const sql = pieces === null ? null : fillIn(pieces, asObject(values));
  if (sql === null && (text === undefined || onlyWrites(text))) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, sql));
}

/** `{name}` stands for a name or a value. */
function fillIn(pieces: Piece[], values: Extract<Evaluated, { kind: "object" }> | null): Piece[] {
  if (values === null) return pieces;
  return pieces.map((each) => {
    const text = each.text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values.entries.get(name);
      return value === undefined ? whole : (nameText(value) ?? rawOf(value) ?? literalOf(value) ?? whole);
    });
    return text === each.text ? each : { ...each, text, exact: false };
  });
}

type Operation = (context: { reading: Reading; at: Span; table: string; name: string; args: Evaluated[] }) => Piece[] | null;

function readOperation(reading: Reading, method: string, args: Evaluated[], at: Span): void {
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) return;
  const table = nameText(args[0]);
  const name = nameOf(args[0]);
  const sql = table === null || name === null ? null : operation({ reading, at, table, name: name.name, args });
  if (sql?.length === 0) return;
  reading.send(sent(at, sql, { table: name }));
}

const OPERATIONS: Record<string, Operation> = {
  createTable: ({ reading, at, table, name, args }) => createTable(reading, at, table, name, args),
  dropTable: ({ at, table, args }) => [piece(at, `drop table ${ifExists(args[1])}${table}${cascade(args[1])}`)],
  renameTable: ({ at, table, args }) => text(at, nameOf(args[1])?.name, (to) => `alter table ${table} rename to ${quote(to)}`),
  addColumns: ({ reading, at, table, name, args }) => addColumns(reading, at, table, name, args),
  addColumn: ({ reading, at, table, name, args }) => addColumns(reading, at, table, name, args),
  dropColumns: ({ at, table, args }) => dropColumns(at, table, args),
  dropColumn: ({ at, table, args }) => dropColumns(at, table, args),
  renameColumn: ({ at, table, args }) => text(at, asString(args[1]), (from) => (asString(args[2]) === null ? null : `alter table ${table} rename ${quote(from)} to ${quote(asString(args[2]) ?? "")}`)),
  alterColumn: ({ at, table, args }) => alterColumn(at, table, args),
  addConstraint: ({ reading, at, table, name, args }) => addConstraint(reading, at, table, name, args),
  createConstraint: ({ reading, at, table, name, args }) => addConstraint(reading, at, table, name, args),
  dropConstraint: ({ at, table, args }) =>
    text(at, asString(args[1]), (name) => `alter table ${flagIn(args[2], "ifTableExists") === true ? "if exists " : ""}${table} drop constraint ${ifExists(args[2])}${quote(name)}${cascade(args[2])}`),
  renameConstraint: ({ at, table, args }) => text(at, asString(args[1]), (from) => (asString(args[2]) === null ? null : `alter table ${table} rename constraint ${quote(from)} to ${quote(asString(args[2]) ?? "")}`)),
  createIndex: ({ reading, at, table, name, args }) => createIndex(reading, at, table, name, args),
  addIndex: ({ reading, at, table, name, args }) => createIndex(reading, at, table, name, args),
  dropIndex: ({ at, name, args }) => dropIndex(at, name, args),
  renameIndex: ({ at, table, args }) => text(at, nameOf(args[1])?.name, (to) => `alter index ${table} rename to ${quote(to)}`),
  createSchema: ({ at, table, args }) => [piece(at, `create schema ${flagIn(args[1], "ifNotExists") === true ? "if not exists " : ""}${table}`)],
  dropSchema: ({ at, table, args }) => [piece(at, `drop schema ${ifExists(args[1])}${table}${cascade(args[1])}`)],
  renameSchema: ({ at, table, args }) => text(at, asString(args[1]), (to) => `alter schema ${table} rename to ${quote(to)}`),
  createType: ({ at, table, args }) => {
    const values = asStrings(args[1]);
    // A composite type has columns of its own.
    return values === null ? [] : [piece(at, `create type ${table} as enum (${values.map(quoteText).join(", ")})`)];
  },
  addType: (context) => OPERATIONS["createType"]?.(context) ?? null,
  dropType: ({ at, table, args }) => [piece(at, `drop type ${ifExists(args[1])}${table}${cascade(args[1])}`)],
  dropView: ({ at, table, args }) => [piece(at, `drop view ${ifExists(args[1])}${table}${cascade(args[1])}`)],
  refreshMaterializedView: ({ at, table, args }) => [piece(at, `refresh materialized view ${flagIn(args[1], "concurrently") === true ? "concurrently " : ""}${table}`)],
};

function text(at: Span, name: string | null | undefined, make: (name: string) => string | null): Piece[] | null {
  const sql = name == null ? null : make(name);
  return sql === null ? null : [piece(at, sql)];
}

function ifExists(options: Evaluated | undefined): string {
  return flagIn(options, "ifExists") === true ? "if exists " : "";
}

function cascade(options: Evaluated | undefined): string {
  return flagIn(options, "cascade") === true ? " cascade" : "";
}

function createTable(reading: Reading, at: Span, table: string, name: string, [, columns, options]: Evaluated[]): Piece[] | null {
  const read = columnClauses(reading, name, columns);
  const constraints = entryOf(options, "constraints");
  const keys = constraints === undefined ? [] : constraintClauses(at, name, constraints, "");
  if (read === null || keys === null) return null;
  // Several columns that are primary keys make one key.
  const primary = read.primary.length > 1 ? [[piece(at, `constraint ${quote(`${name}_pkey`)} primary key (${quoteList(read.primary)})`)]] : [];
  const partition = asObject(entryOf(options, "partition"));
  const partitionBy = asStrings(partition?.entries.get("columns"));
  const end = partition === null ? ")" : `) partition by ${stringIn(partition, "strategy") ?? "range"} (${partitionBy === null ? "id" : quoteList(partitionBy)})`;
  const kind = `${flagIn(options, "temporary") === true ? "temporary " : ""}table ${flagIn(options, "ifNotExists") === true ? "if not exists " : ""}`;
  const like = nameText(entryOf(options, "like"));
  const parts = [...read.clauses, ...primary, ...keys, ...(like === null ? [] : [[piece(at, `like ${like}`)]])];
  return [piece(at, `create ${kind}${table} (`), ...joined(at, parts), piece(at, end)];
}

function addColumns(reading: Reading, at: Span, table: string, name: string, [, columns, options]: Evaluated[]): Piece[] | null {
  const read = columnClauses(reading, name, columns);
  const start = `add column ${flagIn(options, "ifNotExists") === true ? "if not exists " : ""}`;
  return read === null ? null : [piece(at, `alter table ${table} `), ...joined(at, read.clauses.map((clause) => [piece(at, start), ...clause]))];
}

function dropColumns(at: Span, table: string, [, columns, options]: Evaluated[]): Piece[] | null {
  const object = asObject(columns);
  const names = object === null ? asStrings(columns) : object.complete ? [...object.entries.keys()] : null;
  return names === null ? null : [piece(at, `alter table ${table} ${names.map((name) => `drop column ${ifExists(options)}${quote(name)}${cascade(options)}`).join(", ")}`)];
}

function alterColumn(at: Span, table: string, [, given, options]: Evaluated[]): Piece[] | null {
  const name = asString(given);
  const object = asObject(options);
  if (name === null || object === null) return null;
  const actions: string[] = [];
  const value = object.entries.get("default");
  if (value?.kind === "null") actions.push("drop default");
  else if (value !== undefined && value.kind !== "undefined") actions.push(`set default ${rawOf(value) ?? literalOf(value) ?? UNKNOWN_VALUE}`);
  const type = asString(object.entries.get("type"));
  if (type !== null) actions.push(`type ${type}`);
  const notNull = object.entries.get("notNull");
  if (notNull?.kind === "boolean") actions.push(notNull.value ? "set not null" : "drop not null");
  else if (flagIn(options, "allowNull") === true) actions.push("drop not null");
  return actions.length === 0 ? [] : [piece(at, `alter table ${table} ${actions.map((action) => `alter column ${quote(name)} ${action}`).join(", ")}`)];
}

function addConstraint(reading: Reading, at: Span, table: string, name: string, [, given, options]: Evaluated[]): Piece[] | null {
  const constraint = asString(given);
  if (options?.kind === "string" || options?.kind === "template") {
    const sql = rawPieces(reading, options);
    return sql === null ? null : [piece(at, `alter table ${table} add ${constraint === null ? "" : `constraint ${quote(constraint)} `}`), ...sql];
  }
  const clauses = constraintClauses(at, name, options, constraint ?? "");
  if (clauses === null) return null;
  return clauses.length === 0 ? [] : [piece(at, `alter table ${table} `), ...joined(at, clauses.map((clause) => [piece(at, "add "), ...clause]))];
}

/** A column, an expression, or `{ name, opclass, sort }`. */
function indexColumn(value: Evaluated): { name: string; sql: string } | null {
  const name = asString(value) ?? stringIn(value, "name") ?? rawOf(value);
  if (name === null) return null;
  const sql = !/[^\w".]/.test(name) ? quote(name) : /\)$/.test(name) ? name : `(${name})`;
  const operators = stringIn(value, "opclass");
  return { name, sql: `${sql}${operators === null ? "" : ` ${quote(operators)}`}${stringIn(value, "sort") === null ? "" : ` ${stringIn(value, "sort") ?? ""}`}` };
}

function indexColumns(value: Evaluated | undefined): { names: string[]; sql: string } | null {
  const list = value?.kind === "array" ? (value.complete ? value.items : null) : value === undefined ? null : [value];
  const columns = list?.map(indexColumn) ?? [];
  const known = columns.filter((column) => column !== null);
  return known.length === 0 || known.length < columns.length ? null : { names: known.map((column) => column.name), sql: known.map((column) => column.sql).join(", ") };
}

/** `{table}_{columns}[_unique]_index`. */
function indexName(table: string, columns: string[], options: Evaluated | undefined): string {
  return stringIn(options, "name") ?? `${table}_${columns.join("_")}${flagIn(options, "unique") === true ? "_unique" : ""}_index`;
}

function createIndex(reading: Reading, at: Span, table: string, name: string, [, given, options]: Evaluated[]): Piece[] | null {
  const columns = indexColumns(given);
  const where = entryOf(options, "where");
  const condition = where === undefined || where.kind === "undefined" ? [] : rawPieces(reading, where);
  const flag = (option: string, text: string): string => (flagIn(options, option) === true ? text : "");
  const unique = flagIn(options, "unique");
  if (columns === null || condition === null || unique === null) return null;
  const include = asStrings(entryOf(options, "include"));
  const nulls = stringIn(options, "nulls");
  const method = stringIn(options, "method");
  const head = `create ${flag("unique", "unique ")}index ${flag("concurrently", "concurrently ")}${flag("ifNotExists", "if not exists ")}${quote(indexName(name, columns.names, options))} on ${table}`;
  const body = `${method === null ? "" : ` using ${method}`} (${columns.sql})${include === null ? "" : ` include (${quoteList(include)})`}${nulls === null ? "" : ` nulls ${nulls}`}`;
  return [piece(at, head + body), ...(condition.length === 0 ? [] : [piece(at, " where "), ...condition])];
}

function dropIndex(at: Span, table: string, [of, given, options]: Evaluated[]): Piece[] | null {
  const columns = indexColumns(given);
  if (columns === null && stringIn(options, "name") === null) return null;
  const schema = nameOf(of)?.schema ?? null;
  const concurrently = flagIn(options, "concurrently") === true ? "concurrently " : "";
  const name = `${schema === null ? "" : `${quote(schema)}.`}${quote(indexName(table, columns?.names ?? [], options))}`;
  return [piece(at, `drop index ${concurrently}${ifExists(options)}${name}${cascade(options)}`)];
}
