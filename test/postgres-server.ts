import type { PGlite } from "@electric-sql/pglite";
import type { Catalog, Table } from "../src/model/catalog.ts";

/** A table as both sides of the comparison describe it: only what a real server can tell as well. */
export type Described = {
  columns: Record<string, "null" | "not null">;
  keys: string[];
  indexes: string[];
  foreignKeys: string[];
};

/** An empty database. */
export async function emptyDatabase(server: PGlite): Promise<void> {
  const schemas = await server.query<{ nspname: string }>(
    "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  for (const { nspname } of schemas.rows) await server.exec(`drop schema "${nspname}" cascade`);
  await server.exec("discard all");
  await server.exec("create schema public");
}

/** Runs statements one by one, each on its own; gives the SQLSTATEs of those that were refused. */
export async function runAll(server: PGlite, statements: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const statement of statements) {
    try {
      await server.exec(statement);
    } catch (error) {
      refused.push((error as { code?: string }).code ?? String(error));
    }
  }
  return refused;
}

const tablesQuery = `
  select c.oid, n.nspname || '.' || c.relname as id from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'v') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

const columnsQuery = "select attrelid as oid, attname, attnotnull from pg_attribute where attnum > 0 and not attisdropped order by attnum";

const indexesQuery = `
  select i.indrelid as oid, c.relname as name, i.indisunique as uniq, con.contype, con.condeferrable,
    i.indpred is not null as partial, i.indnullsnotdistinct as nnd,
    (select array_agg(coalesce(a.attname, 'expression') order by k.n) from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0 where k.n <= i.indnkeyatts) as cols
  from pg_index i join pg_class c on c.oid = i.indexrelid
  left join pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')`;

const foreignQuery = `
  select con.conrelid as oid, con.conname, fn.nspname || '.' || f.relname as target,
    (select array_agg(a.attname order by k.n) from unnest(con.conkey) with ordinality k(attnum, n) join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.attnum) as cols
  from pg_constraint con join pg_class f on f.oid = con.confrelid join pg_namespace fn on fn.oid = f.relnamespace where con.contype = 'f'`;

type IndexRow = { oid: number; name: string; uniq: boolean; contype: "p" | "u" | "x" | null; condeferrable: boolean | null; partial: boolean; nnd: boolean; cols: string[] };

/** What the server's own catalog says. */
export async function introspect(server: PGlite): Promise<Record<string, Described>> {
  const tables = (await server.query<{ oid: number; id: string }>(tablesQuery)).rows;
  const described = new Map(tables.map(({ oid, id }) => [oid, { id, columns: {}, keys: [], indexes: [], foreignKeys: [] } as Described & { id: string }]));
  for (const row of (await server.query<{ oid: number; attname: string; attnotnull: boolean }>(columnsQuery)).rows) {
    const table = described.get(row.oid);
    if (table) table.columns[row.attname] = row.attnotnull ? "not null" : "null";
  }
  for (const row of (await server.query<IndexRow>(indexesQuery)).rows) {
    const kind = row.contype === null ? "index" : ({ p: "primary", u: "constraint", x: "exclusion" } as const)[row.contype];
    const key = row.uniq || kind === "exclusion";
    const line = key ? printKey(row.name, kind, row.cols, row.partial, row.nnd, row.condeferrable === true) : printIndex(row.name, row.cols, row.partial);
    described.get(row.oid)?.[key ? "keys" : "indexes"].push(line);
  }
  for (const row of (await server.query<{ oid: number; conname: string; target: string; cols: string[] }>(foreignQuery)).rows) {
    described.get(row.oid)?.foreignKeys.push(`${row.conname} (${row.cols.join(", ")}) to ${row.target}`);
  }
  return Object.fromEntries([...described.values()].map(({ id, ...table }) => [id, sorted(table)]));
}

/** The same of a catalog that was worked out from text. */
export function describeCatalog(catalog: Catalog): Record<string, Described> {
  const tables = Object.values(catalog.tables).filter((table) => !table.temporary);
  return Object.fromEntries(tables.map((table) => [table.id, describeTable(table)]));
}

function describeTable(table: Table): Described {
  const names = (parts: Table["keys"][number]["parts"]): string[] => parts.map((part) => (part.kind === "column" ? part.column : "expression"));
  return sorted({
    columns: Object.fromEntries(table.columns.map((column) => [column.name, column.nullable === false ? "not null" : "null"])),
    keys: table.keys.map((key) => printKey(key.name, key.kind, names(key.parts), key.where !== null, key.nullsNotDistinct, key.deferrable)),
    indexes: table.indexes.map((index) => printIndex(index.name, names(index.parts), index.where !== null)),
    foreignKeys: table.foreignKeys.map((foreignKey) => `${foreignKey.name} (${foreignKey.columns.join(", ")}) to ${foreignKey.table}`),
  });
}

function printKey(name: string | null, kind: string, columns: string[], partial: boolean, nullsNotDistinct: boolean, deferrable: boolean): string {
  const marks = [partial ? " partial" : "", nullsNotDistinct ? " nulls-not-distinct" : "", deferrable ? " deferrable" : ""];
  return `${name} ${kind} (${columns.join(", ")})${marks.join("")}`;
}

function printIndex(name: string | null, columns: string[], partial: boolean): string {
  return `${name} (${columns.join(", ")})${partial ? " partial" : ""}`;
}

function sorted(table: Described): Described {
  return {
    columns: Object.fromEntries(Object.entries(table.columns).sort(([a], [b]) => (a < b ? -1 : 1))),
    keys: table.keys.sort(),
    indexes: table.indexes.sort(),
    foreignKeys: table.foreignKeys.sort(),
  };
}
