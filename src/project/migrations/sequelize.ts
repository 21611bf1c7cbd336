import type { QualifiedName } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import type { MigrationLibrary, Reading } from "./library.ts";
import { sendRowWrite } from "./row-writes.ts";
import { sent, UNKNOWN_VALUE } from "./sent.ts";
import { attributeText, changeClauses, fieldsOf, nameText, tableOf, whereText } from "./sequelize-parts.ts";
import { underscore } from "../schema/sequelize-names.ts";
import { flagIn, joined, onlyWrites, piece, quote, quoteList, rawPieces, stringIn } from "./sql-text.ts";
import type { Piece } from "./sent.ts";
import type { FunctionValue } from "./walk.ts";

/** Sequelize's query interface (reference §11.1), by umzug too, which hands it over as `context`. Each call is a statement, unless the author opens a transaction. */
export const sequelize: MigrationLibrary = {
  handles: (at) => [handleOf("queryInterface", at), handleOf("sequelize", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const name = handleName(root);
    if (name !== "queryInterface" && name !== "sequelize") return false;
    const own = links.filter((link) => !(link.args === null && (link.name === "context" || link.name === "sequelize" || link.name === "queryInterface")));
    const [first] = own;
    if (first?.args == null) return first !== undefined;
    if (first.name === "transaction") return readTransaction(reading, first.args);
    if (first.name === "query") return sendRaw(reading, first.args);
    if (first.name === "getQueryInterface") return own.length === 1;
    readOperation(reading, first.name, first.args);
    return true;
  },
};

/** What is in it says so itself: `{ transaction }` among its options. */
function readTransaction(reading: Reading, args: Evaluated[]): boolean {
  const body = args.find((argument): argument is FunctionValue => argument.kind === "function");
  if (body !== undefined) reading.follow(body, [handleOf("transaction", body.at)]);
  return true;
}

function isInTransaction(args: Evaluated[]): boolean {
  return args.some((argument) => {
    const given = entryOf(argument, "transaction");
    return given !== undefined && given.kind !== "undefined" && given.kind !== "null";
  });
}

function sendRaw(reading: Reading, args: Evaluated[]): boolean {
  const [text] = args;
  const at = reading.home(reading.fact.at);
  const sql = rawPieces(reading, text);
  if (sql === null && onlyWrites(text)) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, sql, { transaction: isInTransaction(args) }));
  return true;
}

type Operation = (context: { reading: Reading; at: Span; table: string; name: QualifiedName; args: Evaluated[] }) => Piece[] | null;

function readOperation(reading: Reading, method: string, args: Evaluated[]): void {
  const at = reading.home(reading.fact.at);
  if (method === "bulkDelete" || method === "bulkUpdate") {
    const table = tableOf(args[0]);
    const name = table === null ? null : table.schema === null ? table.name : `${table.schema}.${table.name}`;
    return sendRowWrite(reading, at, name, method === "bulkDelete" ? "delete" : "update", args[1], isInTransaction(args.slice(1)));
  }
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) return;
  const name = tableOf(args[0]);
  const sql = name === null ? null : operation({ reading, at, table: nameText(name), name, args });
  if (sql?.length === 0) return;
  const complete = method !== "createTable" || asObject(args[1])?.complete === true;
  reading.send(sent(at, sql, { table: name, complete, transaction: isInTransaction(args.slice(1)) }));
}

const OPERATIONS: Record<string, Operation> = {
  createTable: ({ reading, at, table, name, args }) => createTable(reading, at, table, name, args),
  dropTable: ({ at, table }) => [piece(at, `drop table if exists ${table} cascade`)],
  renameTable: ({ at, table, args }) => text(at, tableOf(args[1])?.name ?? null, (to) => `alter table ${table} rename to ${quote(to)}`),
  addColumn: ({ reading, at, table, name, args }) => addColumn(reading, at, table, name, args),
  removeColumn: ({ at, table, args }) => text(at, asString(args[1]), (column) => `alter table ${table} drop column ${quote(column)}`),
  renameColumn: ({ at, table, args }) => text(at, asString(args[1]), (from) => (asString(args[2]) === null ? null : `alter table ${table} rename column ${quote(from)} to ${quote(asString(args[2]) ?? "")}`)),
  changeColumn: ({ reading, at, table, name, args }) => {
    const column = asString(args[1]);
    const clauses = column === null || args[2] === undefined ? null : changeClauses(reading, name, column, args[2]);
    return clauses === null ? null : [piece(at, `alter table ${table} ${clauses.join(", ")}`)];
  },
  addIndex: ({ reading, at, table, name, args }) => addIndex(reading, at, table, name, args),
  removeIndex: ({ at, name, args }) => {
    const index = asString(args[1]) ?? underscoredName(name, asStrings(args[1]));
    return text(at, index, (own) => `drop index ${flagIn(args[2], "concurrently") === true ? "concurrently " : ""}if exists ${own.split(".").map(quote).join(".")}`);
  },
  addConstraint: ({ at, table, name, args }) => addConstraint(at, table, name, args),
  removeConstraint: ({ at, table, args }) => text(at, asString(args[1]), (constraint) => `alter table ${table} drop constraint ${quote(constraint)}`),
  createSchema: ({ at, name }) => [piece(at, `create schema ${quote(name.name)}`)],
  dropSchema: ({ at, name }) => [piece(at, `drop schema if exists ${quote(name.name)} cascade`)],
  dropAllTables: () => null,
};

function text(at: Span, name: string | null, make: (name: string) => string | null): Piece[] | null {
  const sql = name === null ? null : make(name);
  return sql === null ? null : [piece(at, sql)];
}

function underscoredName(table: QualifiedName, fields: string[] | null): string | null {
  return fields === null ? null : underscore(`${table.name}_${fields.join("_")}`);
}

/** IF NOT EXISTS always; primary keys in a clause of their own. */
function createTable(reading: Reading, at: Span, table: string, name: QualifiedName, [, attributes, options]: Evaluated[]): Piece[] | null {
  const object = asObject(attributes);
  if (object === null) return null;
  const columns = [...object.entries].map(([key, value]) => {
    const read = attributeText(reading, name, key, value, { references: true });
    return { ...read, at: reading.home(value.at) };
  });
  const primary = columns.filter((column) => column.primary).map((column) => column.name);
  const unique = asObject(entryOf(options, "uniqueKeys"));
  const keys = [...(unique?.entries.values() ?? [])].flatMap((key) => {
    const fields = asStrings(entryOf(key, "fields"));
    return fields === null ? [] : [[piece(reading.home(key.at), `unique (${quoteList(fields)})`)]];
  });
  const schema = stringIn(options, "schema");
  const own = name.schema === null && schema !== null ? nameText({ schema, name: name.name }) : table;
  const clauses = [...columns.map((column) => [piece(column.at, column.sql)]), ...keys, ...(primary.length === 0 ? [] : [[piece(at, `primary key (${quoteList(primary)})`)]])];
  return [piece(at, `create table if not exists ${own} (`), ...joined(at, clauses), piece(at, ")")];
}

/** `primaryKey` is left out by Sequelize here. */
function addColumn(reading: Reading, at: Span, table: string, name: QualifiedName, [, column, attribute]: Evaluated[]): Piece[] | null {
  const key = asString(column);
  if (key === null || attribute === undefined) return null;
  const { sql } = attributeText(reading, name, key, attribute, { references: true });
  return [piece(at, `alter table ${table} add column `), piece(reading.home(attribute.at), sql)];
}

/** Default name: `underscore({table}_{fields})`, without an ending. */
function addIndex(reading: Reading, at: Span, table: string, name: QualifiedName, args: Evaluated[]): Piece[] | null {
  const options = args[1]?.kind === "array" ? args[2] : args[1];
  const fields = fieldsOf(reading, args[1]?.kind === "array" ? args[1] : entryOf(options, "fields"));
  const where = entryOf(options, "where");
  const type = stringIn(options, "type")?.toUpperCase();
  const unique = type === "UNIQUE" ? true : flagIn(options, "unique");
  const said = where === undefined || where.kind === "undefined" ? "" : whereText(where);
  // Which rows a plain index holds decides nothing.
  const condition = said ?? (unique === false ? UNKNOWN_VALUE : null);
  const given = stringIn(options, "name") ?? stringIn(options, "indexName");
  const prefix = (name.schema === null ? name.name : `${name.schema}.${name.name}`).replace(/\./g, "_");
  if (fields === null || condition === null || unique === null) return null;
  const index = given ?? underscore(`${prefix}_${fields.names.join("_")}`);
  const using = stringIn(options, "using");
  return [
    piece(
      at,
      `create ${unique ? "unique " : ""}index ${flagIn(options, "concurrently") === true ? "concurrently " : ""}${quote(index)} on ${table}${using === null ? "" : ` using ${using}`} (${fields.sql})${condition === "" ? "" : ` where ${condition}`}`,
    ),
  ];
}

/** Default names: `{table}_{fields}_uk`, `_pk`, `{table}_{fields}_{other}_fk`. */
function addConstraint(at: Span, table: string, name: QualifiedName, args: Evaluated[]): Piece[] | null {
  // v5 gave the fields as a list of its own.
  const options = args[1]?.kind === "array" ? args[2] : args[1];
  const fields = args[1]?.kind === "array" ? asStrings(args[1]) : fieldNames(entryOf(options, "fields"));
  const type = stringIn(options, "type")?.toLowerCase() ?? null;
  const given = stringIn(options, "name");
  if (type === "check") return given === null ? [] : [piece(at, `alter table ${table} add constraint ${quote(given)} check (${UNKNOWN_VALUE})`)];
  if (fields === null || type === null) return null;
  const named = (ending: string): string => `constraint ${quote(given ?? `${name.name}_${fields.join("_")}_${ending}`)}`;
  const deferrable = entryOf(options, "deferrable");
  const later = deferrable === undefined || deferrable.kind === "undefined" ? "" : " deferrable";
  if (type === "unique") return [piece(at, `alter table ${table} add ${named("uk")} unique (${quoteList(fields)})${later}`)];
  if (type === "primary key") return [piece(at, `alter table ${table} add ${named("pk")} primary key (${quoteList(fields)})${later}`)];
  if (type !== "foreign key") return [];
  const references = entryOf(options, "references");
  const target = tableOf(entryOf(references, "table"));
  const targets = asStrings(entryOf(references, "field") ?? entryOf(references, "fields"));
  const onDelete = stringIn(options, "onDelete");
  if (target === null || targets === null) return null;
  return [piece(at, `alter table ${table} add ${named(`${target.name}_fk`)} foreign key (${quoteList(fields)}) references ${nameText(target)} (${quoteList(targets)})${onDelete === null ? "" : ` on delete ${onDelete}`}${later}`)];
}

function fieldNames(value: Evaluated | undefined): string[] | null {
  if (value?.kind !== "array" || !value.complete) return asStrings(value);
  const names = value.items.map((item) => asString(item) ?? stringIn(item, "name") ?? stringIn(item, "attribute"));
  const known = names.filter((name) => name !== null);
  return known.length === names.length ? known : null;
}
