import { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import { readSqlFile } from "../src/read/sql/file.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { describeCatalog, emptyDatabase, introspect, runAll } from "./postgres-server.ts";

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

const table = fc.constantFrom("t", "u", "v");
const column = fc.constantFrom("id", "a", "b", "c");
const columns = fc.uniqueArray(column, { minLength: 1, maxLength: 2 }).map((names) => names.join(", "));
/** Names that statements share, so that they meet: also those that Postgres makes. */
const name = fc.constantFrom("k1", "k2", "t_pkey", "t_a_key", "t_a_idx", "u_a_key", "u_a_idx", "t_a_b_key", "u_id_fkey", "t");
const predicate = fc.constantFrom("", "", " where a is not null", " where b > 1 and c is null");
const options = fc.constantFrom("", "", " deferrable");

/** Statements that a server accepts or refuses; a refused one must change nothing on our side either. */
const statement = fc.oneof(
  fc.tuple(table, column, columns, options).map(([t, a, cs, o]) => `create table ${t} (id int, a int unique, b int, c int, unique (${cs})${o}, primary key (${a}))`),
  fc.tuple(table, table).map(([t, u]) => `create table if not exists ${t} (like ${u} including indexes)`),
  fc.tuple(table, table).map(([t, u]) => `create table ${t} (id int primary key, a int, b int, c int, unique (a, b), foreign key (a) references ${u})`),
  fc.tuple(table, name, columns, options).map(([t, n, cs, o]) => `alter table ${t} add constraint ${n} unique (${cs})${o}`),
  fc.tuple(table, columns).map(([t, cs]) => `alter table ${t} add unique nulls not distinct (${cs})`),
  fc.tuple(table, columns).map(([t, cs]) => `alter table ${t} add primary key (${cs})`),
  fc.tuple(table, name, name).map(([t, n, i]) => `alter table ${t} add constraint ${n} unique using index ${i}`),
  fc.tuple(table, name).map(([t, i]) => `alter table ${t} add primary key using index ${i}`),
  fc.tuple(table, name, columns, predicate).map(([t, n, cs, p]) => `create unique index ${n} on ${t} (${cs})${p}`),
  fc.tuple(table, name, columns, predicate).map(([t, n, cs, p]) => `create unique index if not exists ${n} on ${t} (${cs})${p}`),
  fc.tuple(table, columns, predicate).map(([t, cs, p]) => `create unique index on ${t} (${cs})${p}`),
  fc.tuple(table, columns, column).map(([t, cs, i]) => `create unique index on ${t} (${cs}) include (${i})`),
  fc.tuple(table, column, column).map(([t, a, b]) => `create unique index on ${t} ((${a} + 1), ${b})`),
  fc.tuple(table, columns).map(([t, cs]) => `create index on ${t} (${cs})`),
  fc.tuple(table, column, table, column).map(([t, a, u, b]) => `alter table ${t} add foreign key (${a}) references ${u} (${b})`),
  fc.tuple(table, column).map(([t, a]) => `alter table ${t} drop column ${a} cascade`),
  fc.tuple(table, column).map(([t, a]) => `alter table ${t} drop column ${a}`),
  fc.tuple(table, column).map(([t, a]) => `alter table ${t} add column if not exists ${a} int unique`),
  fc.tuple(table, column, table).map(([t, a, u]) => `alter table ${t} add column ${a} int not null references ${u}`),
  fc.tuple(table, column, column).map(([t, a, b]) => `alter table ${t} rename column ${a} to ${b}`),
  fc.tuple(table, column).map(([t, a]) => `alter table ${t} alter column ${a} drop not null`),
  fc.tuple(table, column).map(([t, a]) => `alter table ${t} alter column ${a} set not null`),
  fc.tuple(table, name).map(([t, n]) => `alter table ${t} drop constraint ${n}`),
  fc.tuple(table, name).map(([t, n]) => `alter table ${t} drop constraint if exists ${n} cascade`),
  fc.tuple(table, name, name).map(([t, n, m]) => `alter table ${t} rename constraint ${n} to ${m}`),
  fc.tuple(name, name).map(([n, m]) => `alter index ${n} rename to ${m}`),
  fc.tuple(table, table).map(([t, u]) => `alter table ${t} rename to ${u}`),
  name.map((n) => `drop index if exists ${n}`),
  table.map((t) => `drop table ${t} cascade`),
);

const history = fc.array(statement, { minLength: 4, maxLength: 12 }).map((rest) => [
  "create table t (id int primary key, a int unique, b int, c int)",
  "create table u (id int primary key, a int, b int, c int, unique (a, b))",
  ...rest,
]);

/** Runs the history; a refused statement is left out of what we read, so that only accepted ones are compared. */
async function accepted(statements: readonly string[]): Promise<string[]> {
  const kept: string[] = [];
  for (const one of statements) if ((await runAll(server, [one])).length === 0) kept.push(one);
  return kept;
}

it("replays random histories as a server does", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (statements) => {
      await emptyDatabase(server);
      const kept = await accepted(statements);
      const facts = readSqlFile({ path: "history.sql", text: kept.map((one) => `${one};\n`).join("") });
      const catalog = fold(emptyCatalog("postgres"), facts.sql?.statements.flatMap((one) => one.changes) ?? [], "built");
      expect({ kept, tables: describeCatalog(catalog) }).toEqual({ kept, tables: await introspect(server) });
    }),
    { seed: 20_261_121, numRuns: 60 },
  );
}, 60_000);
