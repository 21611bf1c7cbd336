import type { QualifiedName } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { callChain } from "../chains.ts";
import { asObject, asString, asStrings, entryOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated, Program } from "../program.ts";
import type { MigrationLibrary, Reading, UpFunction } from "./library.ts";
import { sent } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { flagIn, joined, onlyWrites, piece, quote, quoteList, rawPieces, stringIn } from "./sql-text.ts";
import { columnText, nameText, optionsOf, tableOf } from "./typeorm-parts.ts";
import { defaultName } from "../schema/typeorm-names.ts";

/** TypeORM: raw SQL and the query runner's methods (reference §10.3), names as its default naming strategy gives them. */
export const typeorm: MigrationLibrary = {
  handles: (at) => [handleOf("queryRunner", at)],
  read(call, reading) {
    const { root, links } = callChain(call);
    const [first, ...rest] = links;
    if (handleName(root) !== "queryRunner" || first === undefined) return false;
    // `queryRunner.manager.query(…)`, `queryRunner.connection.query(…)`.
    const link = first.args === null ? rest.find((each) => each.name === "query") : first;
    if (link?.args == null) return true;
    const at = reading.home(call.at);
    if (link.name === "query") sendRaw(reading, link.args[0], at);
    else readMethod(reading, link.name, link.args, at);
    return true;
  },
  optsOut: hasNoTransaction,
};

/** `transaction = false` of the class. */
function hasNoTransaction(program: Program, { path, className }: UpFunction): boolean {
  const members = className === null ? [] : (program.facts(path)?.code?.declarations[className]?.class?.members ?? []);
  const value = members.find((member) => member.name === "transaction")?.value;
  return value?.kind === "boolean" && !value.value;
}

function sendRaw(reading: Reading, text: Evaluated | undefined, at: Span): void {
  const sql = rawPieces(reading, text);
  if (sql === null && onlyWrites(text)) reading.unread(at, "The SQL of this statement could not be read");
  else reading.send(sent(at, sql));
}

type Method = (context: { reading: Reading; at: Span; name: QualifiedName; args: Evaluated[] }) => (Piece[] | null)[];

function readMethod(reading: Reading, method: string, args: Evaluated[], at: Span): void {
  // The author leaves the runner's transaction, or comes back.
  if (method === "commitTransaction" || method === "startTransaction") return reading.send(sent(at, [piece(at, method === "startTransaction" ? "begin" : "commit")]));
  const make = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (make === undefined) return;
  const name = tableOf(args[0]);
  if (name === null) return reading.send(sent(at, null));
  for (const sql of make({ reading, at, name, args })) reading.send(sent(at, sql, { table: name, complete: method !== "createTable" || optionsOf(args[0])?.complete === true }));
}

const METHODS: Record<string, Method> = {
  createTable: ({ reading, at, name, args }) => createTable(reading, at, name, args),
  dropTable: ({ at, name, args }) => [[piece(at, `drop table ${args[1]?.kind === "boolean" && args[1].value ? "if exists " : ""}${nameText(name)}`)]],
  renameTable: ({ at, name, args }) => [text(at, asString(args[1]), (to) => `alter table ${nameText(name)} rename to ${quote(to.split(".").at(-1) ?? to)}`)],
  addColumn: ({ reading, at, name, args }) => addColumn(reading, at, name, args[1]),
  addColumns: ({ reading, at, name, args }) => each(args[1], (column) => addColumn(reading, at, name, column)),
  dropColumn: ({ at, name, args }) => [dropColumn(at, name, args[1])],
  dropColumns: ({ at, name, args }) => each(args[1], (column) => [dropColumn(at, name, column)]),
  renameColumn: ({ at, name, args }) => {
    const to = asString(args[2]) ?? stringIn(optionsOf(args[2]) ?? undefined, "name");
    return [text(at, asString(args[1]), (from) => (to === null ? null : `alter table ${nameText(name)} rename column ${quote(from)} to ${quote(to)}`))];
  },
  // What was there before decides what is done.
  changeColumn: () => [null],
  createIndex: ({ reading, at, name, args }) => [createIndex(reading, at, name, args[1])],
  createIndices: ({ reading, at, name, args }) => each(args[1], (index) => [createIndex(reading, at, name, index)]),
  dropIndex: ({ at, name, args }) => [named(at, args[1], (index) => `drop index ${name.schema === null ? "" : `${quote(name.schema)}.`}${quote(index)}`)],
  createUniqueConstraint: ({ at, name, args }) => [addUnique(at, name, args[1])],
  createUniqueConstraints: ({ at, name, args }) => each(args[1], (unique) => [addUnique(at, name, unique)]),
  dropUniqueConstraint: ({ at, name, args }) => [dropConstraint(at, name, args[1])],
  createPrimaryKey: ({ at, name, args }) => {
    const columns = asStrings(args[1]);
    const own = asString(args[2]);
    return [columns === null ? null : [piece(at, `alter table ${nameText(name)} add constraint ${quote(own ?? defaultName("PK", name.name, columns))} primary key (${quoteList(columns)})`)]];
  },
  dropPrimaryKey: ({ at, name, args }) => [text(at, asString(args[1]), (own) => `alter table ${nameText(name)} drop constraint ${quote(own)}`)],
  createForeignKey: ({ at, name, args }) => [addForeign(at, name, args[1])],
  createForeignKeys: ({ at, name, args }) => each(args[1], (key) => [addForeign(at, name, key)]),
  dropForeignKey: ({ at, name, args }) => [dropConstraint(at, name, args[1])],
  createSchema: ({ at, name, args }) => [[piece(at, `create schema ${args[1]?.kind === "boolean" && args[1].value ? "if not exists " : ""}${quote(name.name)}`)]],
  dropSchema: ({ at, name, args }) => [[piece(at, `drop schema ${args[1]?.kind === "boolean" && args[1].value ? "if exists " : ""}${quote(name.name)}`)]],
};

function text(at: Span, name: string | null, make: (name: string) => string | null): Piece[] | null {
  const sql = name === null ? null : make(name);
  return sql === null ? null : [piece(at, sql)];
}

/** An index or a constraint is given by name, or as it was made. */
function named(at: Span, value: Evaluated | undefined, make: (name: string) => string): Piece[] | null {
  return text(at, asString(value) ?? stringIn(optionsOf(value) ?? undefined, "name"), make);
}

function each(list: Evaluated | undefined, make: (item: Evaluated) => (Piece[] | null)[]): (Piece[] | null)[] {
  return list?.kind === "array" && list.complete ? list.items.flatMap(make) : [null];
}

function dropConstraint(at: Span, name: QualifiedName, value: Evaluated | undefined): Piece[] | null {
  return named(at, value, (own) => `alter table ${nameText(name)} drop constraint ${quote(own)}`);
}

function dropColumn(at: Span, name: QualifiedName, value: Evaluated | undefined): Piece[] | null {
  return named(at, value, (column) => `alter table ${nameText(name)} drop column ${quote(column)}`);
}

/** Columns, then unique constraints, foreign keys, and the primary key; indexes are statements of their own. */
function createTable(reading: Reading, at: Span, name: QualifiedName, [table, ifNotExists]: Evaluated[]): (Piece[] | null)[] {
  const options = optionsOf(table);
  const columns = entryOf(options, "columns");
  if (columns?.kind !== "array") return [null];
  const made = columns.items.map((column) => columnText(reading, name, column));
  const known = made.filter((column) => column !== null);
  if (!columns.complete || known.length < made.length) return [null];
  const list = (key: string): Evaluated[] => listIn(options ?? undefined, key);
  const uniques = list("uniques");
  const clauses: (string | null)[] = known.map((column) => column.sql);
  const single = new Set(uniques.flatMap((unique) => columnsOf(unique, "columnNames")?.join() ?? []));
  for (const unique of uniques) clauses.push(uniqueClause(name, unique));
  for (const column of known) if (column.unique && !single.has(column.name)) clauses.push(`constraint ${quote(defaultName("UQ", name.name, [column.name]))} unique (${quote(column.name)})`);
  for (const key of list("foreignKeys")) clauses.push(foreignClause(name, key));
  const primary = known.filter((column) => column.primary);
  if (primary.length > 0) {
    const names = primary.map((column) => column.name);
    clauses.push(`constraint ${quote(primary[0]?.primaryName ?? defaultName("PK", name.name, names))} primary key (${quoteList(names)})`);
  }
  const start = `create table ${ifNotExists?.kind === "boolean" && ifNotExists.value ? "if not exists " : ""}${nameText(name)} (`;
  const whole = clauses.includes(null) ? null : [piece(at, start), ...joined(at, clauses.map((clause) => [piece(at, clause ?? "")])), piece(at, ")")];
  return [whole, ...list("indices").map((index) => createIndex(reading, at, name, index))];
}

function listIn(options: Evaluated | undefined, key: string): Evaluated[] {
  const value = entryOf(options, key);
  return value?.kind === "array" ? value.items : [];
}

function addColumn(reading: Reading, at: Span, name: QualifiedName, value: Evaluated | undefined): (Piece[] | null)[] {
  const column = value === undefined ? null : columnText(reading, name, value);
  if (column === null) return [null];
  const add = (clause: string): Piece[] => [piece(at, `alter table ${nameText(name)} add ${clause}`)];
  return [
    add(`column ${column.sql}`),
    ...(column.primary ? [add(`constraint ${quote(column.primaryName ?? defaultName("PK", name.name, [column.name]))} primary key (${quote(column.name)})`)] : []),
    ...(column.unique ? [add(`constraint ${quote(defaultName("UQ", name.name, [column.name]))} unique (${quote(column.name)})`)] : []),
  ];
}

function columnsOf(value: Evaluated | undefined, key: string): string[] | null {
  return asStrings(entryOf(optionsOf(value) ?? undefined, key));
}

function addUnique(at: Span, name: QualifiedName, value: Evaluated | undefined): Piece[] | null {
  const clause = uniqueClause(name, value);
  return clause === null ? null : [piece(at, `alter table ${nameText(name)} add ${clause}`)];
}

function uniqueClause(name: QualifiedName, value: Evaluated | undefined): string | null {
  const options = optionsOf(value);
  const columns = columnsOf(value, "columnNames");
  if (options === null || columns === null) return null;
  const deferrable = stringIn(options, "deferrable");
  return `constraint ${quote(stringIn(options, "name") ?? defaultName("UQ", name.name, columns))} unique (${quoteList(columns)})${deferrable === null ? "" : ` deferrable ${deferrable}`}`;
}

function addForeign(at: Span, name: QualifiedName, value: Evaluated | undefined): Piece[] | null {
  const clause = foreignClause(name, value);
  return clause === null ? null : [piece(at, `alter table ${nameText(name)} add ${clause}`)];
}

function foreignClause(name: QualifiedName, value: Evaluated | undefined): string | null {
  const options = optionsOf(value);
  const [columns, targets] = [columnsOf(value, "columnNames"), columnsOf(value, "referencedColumnNames")];
  const target = tableOf(entryOf(options ?? undefined, "referencedTableName"));
  if (options === null || columns === null || targets === null || target === null) return null;
  const onDelete = stringIn(options, "onDelete");
  const schema = stringIn(options, "referencedSchema") ?? target.schema;
  return `constraint ${quote(stringIn(options, "name") ?? defaultName("FK", name.name, columns))} foreign key (${quoteList(columns)}) references ${nameText({ schema, name: target.name })} (${quoteList(targets)})${onDelete === null ? "" : ` on delete ${onDelete}`}`;
}

function createIndex(reading: Reading, at: Span, name: QualifiedName, value: Evaluated | undefined): Piece[] | null {
  const options = optionsOf(value);
  const columns = columnsOf(value, "columnNames");
  const where = asObject(options)?.entries.get("where");
  const condition = where === undefined || where.kind === "undefined" || where.kind === "null" ? [] : rawPieces(reading, where);
  const unique = flagIn(options ?? undefined, "isUnique");
  if (options === null || columns === null || condition === null || unique === null) return null;
  const text = condition.map((part) => part.text).join("");
  const index = stringIn(options, "name") ?? defaultName("IDX", name.name, columns, text === "" ? null : text);
  const type = stringIn(options, "type");
  const head = `create ${unique ? "unique " : ""}index ${flagIn(options, "isConcurrent") === true ? "concurrently " : ""}${quote(index)} on ${nameText(name)}${type === null ? "" : ` using ${type}`} (${quoteList(columns)})`;
  return [piece(at, head), ...(condition.length === 0 ? [] : [piece(at, " where "), ...condition])];
}
