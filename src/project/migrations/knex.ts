import type { Span } from "../../model/span.ts";
import { callChain, type ChainLink } from "../chains.ts";
import { asString, entryOf, evaluateExport } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { sendTable } from "./knex-table.ts";
import { rawText } from "./knex-values.ts";
import type { MigrationLibrary, Reading } from "./library.ts";
import { sendRowWrite } from "./row-writes.ts";
import { sent } from "./sent.ts";
import { onlyWrites, piece, quote } from "./sql-text.ts";

/** Knex: `knex.schema.…` and `knex.raw(…)` (reference §9.1). Names and the order of statements as its compiler for PostgreSQL makes them. */
export const knex: MigrationLibrary = {
  handles: (at) => [handleOf("knex", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const name = handleName(root);
    const [first, ...rest] = links;
    if ((name !== "knex" && name !== "trx") || first === undefined) return false;
    const isOpen = name === "trx";
    if (first.name === "schema") return readSchema(reading, rest, isOpen);
    if (first.name === "raw") return readRaw(reading, first, rest, isOpen);
    if (first.name === "transaction") return readTransaction(reading, first, rest);
    readQuery(reading, links, isOpen);
    return true;
  },
  optsOut(program, { path }) {
    const config = entryOf(evaluateExport(program, path, "config"), "transaction") ?? entryOf(entryOf(evaluateExport(program, path, "default"), "config"), "transaction");
    return config?.kind === "boolean" && !config.value;
  },
};

/** `knex("t").where(…).del()`, `knex.from("t").update({ … })`; what is only read is left out. */
function readQuery(reading: Reading, links: ChainLink[], transaction: boolean): void {
  const from = links.find((link) => link.name === "" || link.name === "from" || link.name === "table" || link.name === "into");
  const write = links.find((link) => ["del", "delete", "update", "truncate"].includes(link.name));
  if (write === undefined) return;
  const action = write.name === "update" || write.name === "truncate" ? write.name : "delete";
  sendRowWrite(reading, reading.home(write.at), asString(from?.args?.[0]), action, write.args?.[0], transaction);
}

function readTransaction(reading: Reading, link: ChainLink, rest: ChainLink[]): boolean {
  const body = link.args?.find((argument) => argument.kind === "function");
  if (body?.kind === "function") reading.follow(body, [handleOf("trx", link.at)]);
  followAnswers(reading, rest);
  return true;
}

/** `.then(() => …)`; what `.catch` does is not the plan. */
function followAnswers(reading: Reading, links: ChainLink[]): void {
  for (const link of links) {
    if (link.name !== "then" && link.name !== "finally") continue;
    for (const argument of link.args ?? []) if (argument.kind === "function") reading.follow(argument, []);
  }
}

function readRaw(reading: Reading, link: ChainLink, rest: ChainLink[], transaction: boolean): boolean {
  // A text that is only put together here is sent elsewhere.
  const { awaited, use } = reading.fact;
  if (awaited || use.kind !== "bound") sendRaw(reading, link, transaction);
  followAnswers(reading, rest);
  return true;
}

function sendRaw(reading: Reading, link: ChainLink, transaction: boolean): void {
  const [text, bindings] = link.args ?? [];
  const at = reading.home(link.at);
  const sql = rawText(reading, text, bindings);
  if (sql !== null) reading.send(sent(at, sql, { transaction }));
  else if (onlyWrites(text)) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, null, { transaction }));
}

type Builder = { reading: Reading; schema: string | null; transaction: boolean };

/** The schema builder goes from one statement to the next. */
function readSchema(reading: Reading, links: ChainLink[], transaction: boolean): boolean {
  const builder: Builder = { reading, schema: null, transaction };
  for (const link of links) {
    if (link.args === null) continue;
    if (link.name === "withSchema") builder.schema = asString(link.args[0]);
    else if (link.name === "raw") sendRaw(reading, link, transaction);
    else if (link.name === "then" || link.name === "finally") followAnswers(reading, [link]);
    else readSchemaLink(builder, link, link.args);
  }
  return true;
}

function readSchemaLink(builder: Builder, link: ChainLink, args: Evaluated[]): void {
  const at = builder.reading.home(link.at);
  const [first, second] = args.map((argument) => asString(argument));
  const { transaction } = builder;
  const run = (text: string | null): void => builder.reading.send(sent(at, text === null ? null : [piece(at, text)], { transaction }));
  const table = (name: string | null | undefined): string | null => (name == null ? null : tableText(builder, name));
  const named = (name: string | null | undefined, make: (table: string) => string): void => {
    const text = table(name);
    run(text === null ? null : make(text));
  };
  switch (link.name) {
    case "createTable":
    case "createTableIfNotExists":
    case "createTableLike":
    case "alterTable":
    case "table":
      return sendBuilt(builder, link, args, at);
    case "dropTable":
      return named(first, (text) => `drop table ${text}`);
    case "dropTableIfExists":
      return named(first, (text) => `drop table if exists ${text}`);
    case "renameTable":
      return named(first, (text) => `alter table ${text} rename to ${second == null ? "" : quote(second)}`);
    case "createSchema":
    case "createSchemaIfNotExists":
      return run(first == null ? null : `create schema ${link.name === "createSchema" ? "" : "if not exists "}${quote(first)}`);
    case "dropSchema":
    case "dropSchemaIfExists":
      return run(first == null ? null : `drop schema ${link.name === "dropSchema" ? "" : "if exists "}${quote(first)}`);
    case "dropView":
    case "dropViewIfExists":
      return named(first, (text) => `drop view ${link.name === "dropView" ? "" : "if exists "}${text}`);
    default:
  }
}

function sendBuilt(builder: Builder, link: ChainLink, args: Evaluated[], at: Span): void {
  const name = asString(args[0]);
  const body = args.findLast((argument) => argument.kind === "function");
  const like = link.name === "createTableLike" ? asString(args[1]) : null;
  if (name === null || (body?.kind !== "function" && like === null)) return builder.reading.send(sent(at, null, { transaction: builder.transaction }));
  sendTable(builder.reading, {
    at,
    method: link.name === "alterTable" || link.name === "table" ? "alter" : link.name === "createTableIfNotExists" ? "create-if-not-exists" : "create",
    schema: builder.schema,
    name,
    text: tableText(builder, name),
    like: like === null ? null : tableText(builder, like),
    body: body?.kind === "function" ? body : null,
    transaction: builder.transaction,
  });
}

/** `auth.users` names its schema, as withSchema does. */
function tableText({ schema }: Builder, name: string): string {
  return (schema === null ? name : `${schema}.${name}`).split(".").map(quote).join(".");
}
