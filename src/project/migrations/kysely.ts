import { callChain, type ChainLink } from "../chains.ts";
import { asString, asStrings, returnOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { indexText } from "./kysely-index.ts";
import { sqlPieces, tableText } from "./kysely-sql.ts";
import { alterTable, createTable } from "./kysely-table.ts";
import type { MigrationLibrary, Reading } from "./library.ts";
import { sendRowWrite } from "./row-writes.ts";
import { sent } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { onlyWrites, piece, quote, quoteText } from "./sql-text.ts";

/** Kysely: `db.schema.…execute()` and `sql`…`.execute(db)` (reference §8.1), as its query compiler for PostgreSQL writes them. */
export const kysely: MigrationLibrary = {
  handles: (at) => [handleOf("db", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const raw = rawStatement(root, links);
    if (raw !== null) return sendRaw(reading, raw, links);
    const name = handleName(root);
    const [first, ...rest] = links;
    if ((name !== "db" && name !== "trx") || first === undefined) return false;
    if (first.name === "transaction") return readTransaction(reading, rest);
    // A builder that is only put together is executed elsewhere.
    if (first.name === "schema") return links.some((link) => link.name === "execute") ? readSchema(reading, rest, name === "trx") : true;
    if (first.name === "executeQuery") return sendRaw(reading, first.args?.[0], links);
    if (first.name === "deleteFrom" || first.name === "updateTable") readQuery(reading, links, name === "trx");
    return first.name !== "connection";
  },
};

/** The value that `.execute(db)` runs: a template tagged `sql`, or `sql.raw("…")`. */
function rawStatement(root: Evaluated, links: ChainLink[]): Evaluated | null {
  const end = links.findIndex((link) => link.name === "execute");
  const on = end < 0 ? undefined : links[end]?.args?.[0];
  if (on === undefined || !["db", "trx"].includes(handleName(on) ?? "")) return null;
  if (root.kind === "template") return root;
  const raw = links[0];
  return root.kind === "external" && raw?.name === "raw" ? { kind: "call", at: raw.at, callee: { kind: "member", at: raw.at, of: root, name: "raw" }, args: raw.args ?? [], complete: raw.complete, new: false } : null;
}

function sendRaw(reading: Reading, value: Evaluated | undefined, links: ChainLink[]): boolean {
  const transaction = links.some((link) => link.args?.some((argument) => handleName(argument) === "trx"));
  const at = reading.home(value?.at ?? reading.fact.at);
  const sql = sqlPieces(reading, value);
  if (sql === null && onlyWrites(value)) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, sql, { transaction }));
  return true;
}

function readQuery(reading: Reading, links: ChainLink[], transaction: boolean): void {
  const [first] = links;
  const set = links.find((link) => link.name === "set")?.args?.[0];
  if (first === undefined || !links.some((link) => link.name.startsWith("execute"))) return;
  sendRowWrite(reading, reading.home(first.at), asString(first.args?.[0]), first.name === "deleteFrom" ? "delete" : "update", set, transaction);
}

function readTransaction(reading: Reading, links: ChainLink[]): boolean {
  const body = links.flatMap((link) => (link.name === "execute" ? (link.args ?? []) : [])).find((argument) => argument.kind === "function");
  if (body?.kind === "function") reading.follow(body, [handleOf("trx", body.at)]);
  return true;
}

function readSchema(reading: Reading, links: ChainLink[], transaction: boolean): boolean {
  const schema = asString(links.find((link) => link.name === "withSchema")?.args?.[0]);
  const [head, ...rest] = expandCalls(reading, links.filter((link) => link.name !== "withSchema" && link.name !== "execute" && link.args !== null));
  if (head === undefined) return true;
  const at = reading.home(links.findLast((link) => link.name === "execute")?.at ?? head.at);
  const run = (sql: Piece[] | null, complete = true): void => reading.send(sent(at, sql, { transaction, complete, table: tableOf(head, schema) }));
  if (head.name === "createTable") createTable(reading, schema, head, rest, at, run);
  else if (head.name === "alterTable") alterTable(reading, schema, head, rest, at, run);
  else if (head.name === "createIndex") run(indexText(reading, schema, head, rest, at));
  else {
    const text = smallStatement(schema, head, rest);
    // Views and functions keep nothing unique.
    if (text !== undefined) run(text === null ? null : [piece(at, text)]);
  }
  return true;
}

function tableOf(head: ChainLink, schema: string | null): { schema: string | null; name: string } | null {
  const name = /Table$/.test(head.name) ? asString(head.args?.[0]) : null;
  return name === null ? null : { schema, name };
}

/** `$call(addColumns)` goes on with the links that the function adds. */
function expandCalls(reading: Reading, links: ChainLink[]): ChainLink[] {
  return links.flatMap((link) => {
    const [given] = link.args ?? [];
    if (link.name !== "$call" || given === undefined) return [link];
    const returned = returnOf(reading.program, given, [handleOf("builder", link.at)]);
    const chain = returned === null ? null : callChain(returned);
    return chain !== null && handleName(chain.root) === "builder" ? chain.links : [{ ...link, name: "unknown" }];
  });
}

/** undefined: it changes no table; null: it could not be read. */
function smallStatement(schema: string | null, head: ChainLink, rest: ChainLink[]): string | null | undefined {
  const first = asString(head.args?.[0]);
  const has = (name: string): boolean => rest.some((link) => link.name === name);
  const ifExists = has("ifExists") ? "if exists " : "";
  const cascade = has("cascade") ? " cascade" : "";
  const name = first === null ? null : tableText(schema, first);
  const make = (text: (name: string) => string): string | null => (name === null ? null : text(name));
  switch (head.name) {
    case "dropTable":
      return make((table) => `drop table ${ifExists}${table}${cascade}`);
    case "dropIndex":
      return make((index) => `drop index ${ifExists}${index}${cascade}`);
    case "dropView":
      return make((view) => `drop ${has("materialized") ? "materialized " : ""}view ${ifExists}${view}${cascade}`);
    case "dropType":
      return make((type) => `drop type ${ifExists}${type}`);
    case "createSchema":
      return first === null ? null : `create schema ${has("ifNotExists") ? "if not exists " : ""}${quote(first)}`;
    case "dropSchema":
      return first === null ? null : `drop schema ${ifExists}${quote(first)}${cascade}`;
    case "createType": {
      const values = asStrings(rest.find((link) => link.name === "asEnum")?.args?.[0]);
      return values === null ? null : make((type) => `create type ${type} as enum (${values.map(quoteText).join(", ")})`);
    }
    case "refreshMaterializedView":
      return make((view) => `refresh materialized view ${has("concurrently") ? "concurrently " : ""}${view}`);
    default:
      return undefined;
  }
}
