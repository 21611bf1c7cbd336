import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { implies } from "../src/catalog/predicate.ts";
import { typesOf } from "../src/catalog/predicate-types.ts";
import type { Predicate, Table } from "../src/model/catalog.ts";
import { canonicalPredicate } from "../src/read/sql/canonical.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { projectOf } from "./clients-project.ts";

/** `sql`: what a migration says, or what the library makes of its own spelling (Drizzle's `where()`, the `where:` of Prisma's @@unique). */
type Spelling = { sql: string; drizzle?: string; prisma?: string };
type Asked = Spelling & { group: number; predicate: Predicate };

const sql = (text: string): Spelling => ({ sql: text });
const drizzle = (text: string, made: string): Spelling => ({ drizzle: text, sql: made });
const prisma = (text: string, made: string): Spelling => ({ prisma: text, sql: made });

/** Each group is one condition to Postgres; no two groups are the same one. */
const groups: Spelling[][] = [
  [
    sql("deleted_at is null"), sql('"t"."deleted_at" IS NULL'), sql("not (deleted_at is not null)"), sql("deleted_at is not distinct from null"),
    drizzle("isNull(t.deletedAt)", '"deleted_at" is null'), drizzle("sql`${t.deletedAt} is null`", '"deleted_at" is null'), drizzle("not(isNotNull(t.deletedAt))", 'not ("deleted_at" is not null)'),
    prisma("{ deletedAt: null }", '"deleted_at" IS NULL'), prisma('raw("deleted_at IS NULL")', "deleted_at IS NULL"),
  ],
  [sql("deleted_at is not null"), drizzle("isNotNull(t.deletedAt)", '"deleted_at" is not null'), prisma("{ deletedAt: { not: null } }", '"deleted_at" IS NOT NULL')],
  [
    sql("active"), sql("active = true"), sql("true = active"), sql("active <> false"), sql("not (not active)"), sql("active = 't'"), sql("active in (true)"),
    drizzle("eq(t.active, true)", '"active" = true'), drizzle("sql`${t.active}`", '"active"'), drizzle("ne(t.active, false)", '"active" <> false'), prisma("{ active: true }", '"active" = true'),
  ],
  [sql("active is true"), sql("not (active is not true)"), drizzle("sql`${t.active} is true`", '"active" is true')],
  [sql("not active"), sql("active = false"), sql("active != true"), drizzle("not(t.active)", 'not "active"'), drizzle("eq(t.active, false)", '"active" = false'), prisma("{ active: false }", '"active" = false')],
  [sql("active is false"), sql("not (active is not false)")],
  [sql("active is not true")],
  [sql("active is not false")],
  [sql("active is not null")],
  [
    sql("status = 'pending'"), sql("((status)::text = 'pending'::text)"), sql("'pending' = status"), sql("status in ('pending')"), sql("not (status <> 'pending')"), sql("status::text = 'pending'"),
    drizzle('eq(t.status, "pending")', "\"status\" = 'pending'"), drizzle("sql`${t.status} = 'pending'`", "\"status\" = 'pending'"), drizzle('inArray(t.status, ["pending"])', "\"status\" in ('pending')"),
    prisma('{ status: "pending" }', "\"status\" = 'pending'"), prisma("raw(\"status = 'pending'\")", "status = 'pending'"),
  ],
  [
    sql("status in ('open', 'pending')"), sql("status = 'pending' or status = 'open'"), sql("status = any (array['pending', 'open'])"), sql("status = any ('{open,pending}')"),
    sql("((status)::text = ANY ((ARRAY['open'::character varying, 'pending'::character varying])::text[]))"),
    drizzle('inArray(t.status, ["open", "pending"])', "\"status\" in ('open', 'pending')"), drizzle('or(eq(t.status, "pending"), eq(t.status, "open"))', "(\"status\" = 'pending' or \"status\" = 'open')"),
  ],
  [sql("status in ('open', 'pending', 'done')")],
  [
    sql("status <> 'done'"), sql("status != 'done'"), sql("not (status = 'done')"), sql("((status)::text <> 'done'::text)"), sql("status not in ('done')"),
    drizzle('ne(t.status, "done")', "\"status\" <> 'done'"), prisma('{ status: { not: "done" } }', "\"status\" <> 'done'"),
  ],
  [sql("status not in ('done', 'failed')"), sql("status <> 'failed' and status <> 'done'"), sql("status <> all (array['done', 'failed'])"), drizzle('notInArray(t.status, ["failed", "done"])', "\"status\" not in ('failed', 'done')")],
  [sql("status is distinct from 'done'")],
  [sql("kind = 'a'"), sql("kind = 'a'::mood"), sql("(kind = 'a'::mood)"), drizzle('eq(t.kind, "a")', "\"kind\" = 'a'")],
  [sql("kind in ('a', 'b')"), sql("kind = any (array['a'::mood, 'b'::mood])"), drizzle('inArray(t.kind, ["b", "a"])', "\"kind\" in ('b', 'a')")],
  [
    sql("deleted_at is null and status = 'pending'"), sql("status = 'pending' AND (deleted_at IS NULL)"), sql("(((status)::text = 'pending'::text) AND (deleted_at IS NULL))"),
    drizzle('and(isNull(t.deletedAt), eq(t.status, "pending"))', "(\"deleted_at\" is null and \"status\" = 'pending')"), prisma('{ deletedAt: null, status: "pending" }', "\"deleted_at\" IS NULL AND \"status\" = 'pending'"),
  ],
  [sql("deleted_at is null or active"), drizzle("or(t.active, isNull(t.deletedAt))", '("active" or "deleted_at" is null)')],
  // One condition to the server, too, as long as both arms spell the shared part alike: that is left open.
  [sql("(deleted_at is null and active) or (deleted_at is null and n = 1)")],
  [sql("deleted_at is null and (n = 1 or active)")],
  [sql("n > 10"), sql("10 < n"), sql("n > '10'"), sql("not (n <= 10)"), drizzle("gt(t.n, 10)", '"n" > 10')],
  [sql("n >= 11")],
  [sql("n > 20")],
  [sql("n > 10.0"), sql("(n)::numeric > 10.0")],
  [sql("n between 1 and 5"), sql("n >= 1 and n <= 5"), drizzle("between(t.n, 1, 5)", '"n" between 1 and 5')],
  [sql("n = 3")],
  [sql("n <> 3")],
  [sql("n is not null")],
  [sql("price > 0"), sql("(price > (0)::numeric)"), sql("price > 0.0"), sql("price > '0'")],
  [sql("email is not null")],
  [sql("email <> ''"), sql("(email <> ''::text)")],
  [sql("lower(email) = 'x'"), sql("(lower(email) = 'x'::text)"), drizzle("sql`lower(${t.email}) = 'x'`", "lower(\"email\") = 'x'")],
  [sql("coalesce(email, '') = 'x'"), sql("(COALESCE(email, ''::text) = 'x'::text)")],
  [sql("email like 'a%'"), sql("(email ~~ 'a%'::text)"), drizzle('like(t.email, "a%")', "\"email\" like 'a%'")],
  [sql("email not like 'a%'"), sql("(email !~~ 'a%'::text)"), sql("not (email like 'a%')")],
  [sql("data ->> 'k' = 'v'"), sql("((data ->> 'k'::text) = 'v'::text)"), drizzle("sql`${t.data} ->> 'k' = 'v'`", "\"data\" ->> 'k' = 'v'")],
  [sql("data ->> 'k' is not null"), sql("((data ->> 'k'::text) IS NOT NULL)")],
  [sql("org = '00000000-0000-0000-0000-00000000000a'"), sql("(org = '00000000-0000-0000-0000-00000000000a'::uuid)"), sql("org = '00000000-0000-0000-0000-00000000000A'")],
  [sql("deleted_at > '2020-01-01 00:00:00+00'"), sql("deleted_at > '2020-01-01T00:00:00Z'"), sql("(deleted_at > '2020-01-01 00:00:00+00'::timestamp with time zone)")],
  [sql("deleted_at > '2021-01-01 00:00:00+00'")],
  [sql("n = m"), sql("m = n")],
  [sql("n < m"), sql("m > n"), sql("not (n >= m)")],
  [sql("n <= m")],
];

const columns = "email text, status varchar(20), kind mood, active boolean, deleted_at timestamptz, n integer, m integer, price numeric(10,2), data jsonb, org uuid";

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
  await server.exec(`
    set timezone = 'UTC'; create type mood as enum ('a', 'b', 'c'); create table t (${columns});
    create function ask(clause text) returns boolean language plpgsql as $$
    begin
      execute 'explain insert into t (email) values (null) on conflict (email) where ' || clause || ' do nothing';
      return true;
    exception when invalid_column_reference then return false;
    end $$`);
}, 60_000);

afterAll(async () => {
  await server.close();
});

const names = (spellings: { drizzle?: string; prisma?: string }[], of: "drizzle" | "prisma"): string[] => [...new Set(spellings.flatMap((one) => one[of] ?? []))];

/** The predicates that the schema readers make of these conditions. */
function readSchemas(all: Spelling[]): Map<string, Predicate> {
  const [built, raw] = [names(all, "drizzle"), names(all, "prisma")];
  const project = projectOf({
    "package.json": JSON.stringify({ name: "app", dependencies: { "drizzle-orm": "0.45.0", "@prisma/client": "7.4.0" }, devDependencies: { "drizzle-kit": "0.31.0", prisma: "7.4.0" } }),
    "drizzle.config.ts": `export default { schema: "./src/schema.ts", dialect: "postgresql", out: "./drizzle" };`,
    "src/schema.ts": `
      import { and, between, eq, gt, inArray, isNotNull, isNull, like, ne, not, notInArray, or, sql } from "drizzle-orm";
      import { boolean, integer, jsonb, pgEnum, pgTable, text, timestamp, uniqueIndex, varchar } from "drizzle-orm/pg-core";
      export const mood = pgEnum("mood", ["a", "b", "c"]);
      export const d = pgTable("d", { email: text("email"), status: varchar("status", { length: 20 }), kind: mood("kind"), active: boolean("active"), deletedAt: timestamp("deleted_at", { withTimezone: true }), n: integer("n"), data: jsonb("data") },
        (t) => [${built.map((text, i) => `uniqueIndex("d${i}").on(t.email).where(${text})`).join(", ")}]);`,
    "prisma/schema.prisma": `
      datasource db { provider = "postgresql" url = env("DATABASE_URL") }
      generator client { provider = "prisma-client" previewFeatures = ["partialIndexes"] output = "../generated" }
      model P {
        id Int @id
        email String?
        status String? @db.VarChar(20)
        active Boolean?
        deletedAt DateTime? @map("deleted_at") @db.Timestamptz
        ${raw.map((text, i) => `@@unique([email], map: "p${i}", where: ${text})`).join("\n        ")}
        @@map("p")
      }`,
  });
  const keys = project.databases.flatMap((database) => Object.values(database.schema?.tables ?? {}).flatMap((table) => table.keys));
  const where = (name: string): Predicate => keys.find((key) => key.name === name)?.where ?? { text: `no key ${name}`, columns: [], parameters: false };
  return new Map([...built.map((text, i): [string, Predicate] => [text, where(`d${i}`)]), ...raw.map((text, i): [string, Predicate] => [text, where(`p${i}`)])]);
}

/** Every spelling, and how Postgres prints each from its catalog. */
async function spellings(): Promise<Asked[]> {
  const all = groups.flatMap((group, number) => group.map((one) => ({ ...one, group: number })));
  const made = readSchemas(all);
  const asked: Asked[] = all.map((one) => ({ ...one, predicate: made.get(one.drizzle ?? one.prisma ?? "") ?? canonicalPredicate(one.sql) }));
  for (const one of all) {
    const printed = await printedBy(one.sql);
    if (!asked.some(({ sql: known }) => known === printed)) asked.push({ sql: printed, group: one.group, predicate: canonicalPredicate(printed) });
  }
  return asked;
}

async function printedBy(where: string): Promise<string> {
  await server.exec(`create unique index i on t (email) where ${where}`);
  const { rows } = await server.query<{ text: string }>("select pg_get_expr(indpred, indrelid) as text from pg_index where indexrelid = 'i'::regclass");
  await server.exec("drop index i");
  return rows[0]?.text ?? "";
}

test("each spelling proves what it proves to the server, and no other", async () => {
  const table: Pick<Table, "columns"> = {
    columns: columns.split(/, (?=[a-z])/).map((column) => {
      const [name = "", type = ""] = column.split(/ (.*)/);
      return { name, property: null, type, nullable: true, default: null, generated: false, at: null };
    }),
  };
  const asked = await spellings();
  const wrong: unknown[] = [];
  let open = 0;
  for (const index of asked) {
    await server.exec(`create unique index i on t (email) where ${index.sql}`);
    const { rows } = await server.query<{ yes: boolean }>("select ask(clause) as yes from unnest($1::text[]) with ordinality as c(clause, n) order by n", [asked.map((one) => one.sql)]);
    await server.exec("drop index i");
    for (const [i, clause] of asked.entries()) {
      const theirs = rows[i]?.yes === true ? "yes" : "no";
      // What a group claims to be one condition has to be one to the server, or this table is wrong.
      if (index.group === clause.group) expect([clause.sql, index.sql, theirs]).toEqual([clause.sql, index.sql, "yes"]);
      const ours = implies(clause.predicate, index.predicate, typesOf(table));
      if (ours === "unknown") open += 1;
      if (index.group === clause.group ? ours !== theirs : ours !== "unknown" && ours !== theirs) wrong.push({ index: index.drizzle ?? index.prisma ?? index.sql, clause: clause.drizzle ?? clause.prisma ?? clause.sql, ours, theirs });
    }
  }
  expect(wrong).toEqual([]);
  expect(asked.length).toBeGreaterThan(150);
  expect(open / asked.length ** 2).toBeLessThan(0.01);
}, 120_000);
