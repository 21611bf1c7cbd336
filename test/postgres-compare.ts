import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import { samePredicate } from "../src/catalog/predicate.ts";
import type { TypeOf } from "../src/catalog/predicate-types.ts";
import type { Catalog, Table, UniqueKey } from "../src/model/catalog.ts";
import { canonicalExpression, canonicalPredicate } from "../src/read/sql/canonical.ts";
import { readSqlFile } from "../src/read/sql/file.ts";
import { formatSchemaJson } from "../src/report/schema.ts";
import { makeSources } from "../src/report/sources.ts";
import type { ServerIndex, ServerTable } from "./postgres-server.ts";

/** `uniqlint schema --format json`, as other programs read it. */
type SchemaJson = {
  tables: {
    schema: string;
    name: string;
    columns: { name: string; nullable: boolean | null; generated: boolean }[];
    keys: { name: string; kind: UniqueKey["kind"]; columns: string[]; expressions: string[]; where: string | null; nullsNotDistinct: boolean; deferrable: boolean }[];
    indexes: { name: string; columns: string[]; where: string | null }[];
    foreignKeys: { columns: string[]; table: string; references: string[]; onDelete: string }[];
  }[];
};

type Index = SchemaJson["tables"][number]["indexes"][number] & { valid: boolean; include: string[] };
type Key = SchemaJson["tables"][number]["keys"][number] & { valid: boolean; include: string[] };
type ForeignKey = SchemaJson["tables"][number]["foreignKeys"][number] & { name: string | null };
/** What both sides can tell of a table: what the JSON says, and names of foreign keys, INCLUDE and validity out of the catalog. */
export type Described = { complete: boolean; columns: Record<string, string>; keys: Record<string, Key>; indexes: Record<string, Index>; foreignKeys: Record<string, ForeignKey> };
export type DescribedTables = Record<string, Described>;

/** Replays files of SQL, each a session of its own. */
export function replayFiles(files: readonly (readonly string[])[]): Catalog {
  let catalog = emptyCatalog("postgres");
  for (const [i, statements] of files.entries()) {
    const facts = readSqlFile({ path: `${i}.sql`, text: statements.map((statement) => `${statement};\n`).join("") });
    if (facts.unread.length > 0) throw new Error(facts.unread.map(({ message }) => message).join("\n"));
    catalog = fold(catalog, facts.sql?.statements.flatMap((statement) => statement.changes) ?? [], "built");
  }
  return catalog;
}

export function printCatalog(catalog: Catalog): string {
  return formatSchemaJson([{ id: "test", catalog }], makeSources(() => null));
}

/** The catalog through the JSON that the command line prints. */
export function describeCatalog(catalog: Catalog): DescribedTables {
  const json = JSON.parse(printCatalog(catalog)) as SchemaJson;
  return Object.fromEntries(
    json.tables.map((table) => {
      const id = `${table.schema}.${table.name}`;
      const known = catalog.tables[id];
      if (!known) throw new Error(`no table ${id}`);
      return [id, describeTable(table, known)];
    }),
  );
}

function describeTable(table: SchemaJson["tables"][number], known: Table): Described {
  const view = known.kind !== "table";
  return {
    complete: known.complete,
    columns: Object.fromEntries(table.columns.map((column) => [column.name, describeColumn(view ? null : column.nullable === false, column.generated)])),
    keys: byName(table.keys.map(({ name, kind, columns, expressions, where, nullsNotDistinct, deferrable }, i) => {
      const { valid, include = [] } = known.keys[i]!;
      return { name, kind, columns, expressions, where, nullsNotDistinct, deferrable, valid: valid !== false, include };
    })),
    indexes: byName(table.indexes.map((index, i) => ({ ...index, valid: known.indexes[i]!.valid !== false, include: known.indexes[i]!.include ?? [] }))),
    foreignKeys: byName(table.foreignKeys.map((foreignKey, i) => ({ name: known.foreignKeys[i]!.name, ...foreignKey }))),
  };
}

function describeColumn(notNull: boolean | null, generated: boolean): string {
  return [notNull === null ? "of a view" : notNull ? "not null" : "null", ...(generated ? ["generated"] : [])].join(", ");
}

function byName<T extends { name: string | null }>(items: readonly T[]): Record<string, T> {
  const sorted = [...items].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  return Object.fromEntries(sorted.map((item, i) => [item.name ?? `unnamed ${i}`, item]));
}

const actions = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" } as const;

/**
 * The server's tables in the same form. Its predicates and expressions are replaced by ours where they mean the same: each must imply the
 * other, in the eyes of the catalog's own prover.
 */
export function describeServer(tables: readonly ServerTable[], ours: DescribedTables): DescribedTables {
  const described = tables.map((table): [string, Described] => {
    const id = `${table.schema}.${table.name}`;
    const view = table.kind === "v" || table.kind === "m";
    const indexes = (table.indexes ?? []).map((index) => withoutCasts(index, (table.columns ?? []).flatMap((column) => column.domainCast ?? [])));
    const keys = indexes.filter((index) => index.unique || index.contype !== null);
    const plain = indexes.filter((index) => !index.unique && index.contype === null);
    const other = ours[id];
    const typeOf: TypeOf = (name) => (table.columns ?? []).find((column) => column.name === name)?.type ?? null;
    const columns = (table.columns ?? []).map((column) => [column.name, describeColumn(view ? null : column.notNull, column.generated)]);
    return [
      id,
      {
        complete: true,
        columns: Object.fromEntries(columns) as Record<string, string>,
        keys: byName(keys.map((index) => describeKey(index, other?.keys[index.name], typeOf))),
        indexes: byName(plain.map((index) => describeIndex(index, other?.indexes[index.name], typeOf))),
        foreignKeys: byName((table.foreignKeys ?? []).map((foreignKey) => ({ ...foreignKey, onDelete: actions[foreignKey.onDelete] }))),
      },
    ];
  });
  return Object.fromEntries(described.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Nobody has written these: the server reads a column of a domain so. */
function withoutCasts(index: ServerIndex, casts: readonly string[]): ServerIndex {
  const strip = (text: string): string => casts.reduce((left, cast) => left.replaceAll(cast, cast.slice(0, cast.lastIndexOf("::"))), text);
  return { ...index, where: index.where === null ? null : strip(index.where), parts: index.parts.map((part) => ({ ...part, expression: strip(part.expression) })) };
}

const kinds = { p: "primary", u: "constraint", x: "exclusion" } as const;

function describeKey(index: ServerIndex, ours: Key | undefined, typeOf: TypeOf): Key {
  const { name, valid, nullsNotDistinct, deferrable } = index;
  const expressions = index.parts.flatMap((part) => (part.column === null ? [part.expression] : []));
  return {
    name,
    kind: index.contype === null ? "index" : index.period ? "exclusion" : kinds[index.contype],
    columns: index.parts.flatMap((part) => part.column ?? []),
    expressions: expressions.map((expression, i) => sameExpression(expression, ours?.expressions[i])),
    where: sameCondition(index.where, ours?.where ?? null, typeOf),
    nullsNotDistinct,
    deferrable,
    valid,
    include: index.include ?? [],
  };
}

function describeIndex({ name, valid, include, parts, where }: ServerIndex, ours: Index | undefined, typeOf: TypeOf): Index {
  return {
    name,
    valid,
    include: include ?? [],
    columns: parts.map(({ column, expression }, i) => column ?? sameExpression(expression, ours?.columns[i])),
    where: sameCondition(where, ours?.where ?? null, typeOf),
  };
}

function sameCondition(server: string | null, ours: string | null, typeOf: TypeOf): string | null {
  if (server === null || ours === null) return server;
  return samePredicate(canonicalPredicate(server), canonicalPredicate(ours), typeOf) ? ours : server;
}

function sameExpression(server: string, ours: string | undefined): string {
  return ours !== undefined && canonicalExpression(server).text === ours ? ours : server;
}
