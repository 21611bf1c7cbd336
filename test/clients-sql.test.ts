import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, firstSite, pairs, prismaProject, projectOf, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

describe("tagged templates", () => {
  test("Drizzle's holes are tables, columns and values", () => {
    const code = `export const f = (id: string, email: string) => db.execute(sql\`insert into \${users} (id, org_id, email) values (\${id}, 'o', \${email}) on conflict (email) where deleted_at is null do update set org_id = excluded.org_id\`)`;
    const site = firstSite(drizzleProject(code), "upsert");
    expect([site.table, site.client, pairs(site.columns), targetOf(site)]).toEqual(["public.users", "raw-sql", ["id=id", "org_id='o'", "email=email"], "email where deleted_at is null"]);
  });

  test("spans point into the code", () => {
    const code = `export const f = (id: string) => db.execute(sql\`select * from users where id = \${id} and email = 'x' limit 1\`)`;
    const project = drizzleProject(code);
    const site = firstSite(project, "lookup");
    const text = `import { and, count, eq, gt, inArray, isNull, max, or, sql } from "drizzle-orm";\nimport { db } from "./db";\nimport { posts, users } from "./schema";\n${code}`;
    expect([text.slice(site.at.start, site.at.start + 19), pairs(site.match), site.lookup]).toEqual(["select * from users", ["id=id", "email='x'"], "one"]);
  });

  test("Prisma's raw queries and their fragments", () => {
    const code = `import { Prisma } from "@prisma/client"; export const f = (email: string) => prisma.$executeRaw\`INSERT INTO "members" ("id", "email") VALUES (\${email}, \${email}) \${Prisma.sql\`ON CONFLICT ("email") DO NOTHING\`}\``;
    const site = firstSite(prismaProject(code), "upsert");
    expect([site.table, targetOf(site), site.conflict?.action]).toEqual(["public.members", "email", "nothing"]);
  });

  test("postgres.js' row helper lists the columns", () => {
    const site = firstSite(sqlProject(`import postgres from "postgres"; const sql = postgres(); export const f = (a: string) => sql\`insert into accounts \${sql({ id: a, email: "e" })} on conflict (id) do nothing\``), "upsert");
    expect([pairs(site.columns), targetOf(site)]).toEqual([["id=a", "email='e'"], "id"]);
  });

  test("postgres.js prepares its templates, unless its options say otherwise or are not known", () => {
    const prepared = (options: string, run = "sql") =>
      firstSite(sqlProject(`import postgres from "postgres"; const sql = postgres(${options}); export const f = (given: any, a: string) => ${run}\`insert into accounts (id) values (\${a}) on conflict (id) where n = \${a} do nothing\``), "upsert").conflict?.prepared;
    expect(["", "process.env.DATABASE_URL!", "{ max: 1 }", "url, { prepare: true }"].map((options) => prepared(options))).toEqual([true, true, true, true]);
    expect(["{ prepare: false }", "url, { ...more }", "url, options", "config", "'postgres://x?prepare=false'"].map((options) => prepared(options))).toEqual([false, false, false, false, false]);
    expect(prepared("", "given")).toBe(false);
  });

  test("a schema that is not known is any", () => {
    const site = firstSite(prismaProject(`export const f = (s: string, id: string) => prisma.$executeRaw\`INSERT INTO \${s}."members" ("id", "email") VALUES (\${id}, 'e') ON CONFLICT ("email") DO NOTHING\``), "upsert");
    expect([site.table, targetOf(site)]).toEqual(["public.members", "email"]);
  });

  test("an unknown part elsewhere leaves a clause without target what it is; one in its place does not", () => {
    const code = (where: string, target: string) => `export const f = (p: any, id: string) => prisma.$executeRaw\`INSERT INTO "members" ("id", "email") SELECT \${id}, 'e' FROM "x" y \${${where}} ON CONFLICT \${${target}} DO NOTHING\``;
    const targets = [code("p.on", "Prisma.empty"), code("Prisma.empty", "p.target")].map((each) => firstSite(prismaProject(`import { Prisma } from "@prisma/client"; ${each}`), "upsert").conflict?.target.by);
    expect(targets).toEqual(["none", "unknown"]);
  });

  test("an unknown table is seen but not resolved", () => {
    const project = prismaProject(`export const f = (t: any) => prisma.$executeRaw\`INSERT INTO \${t} (a) VALUES (1) ON CONFLICT (a) DO NOTHING\``);
    expect(project.sites.map((site) => [site.kind, site.table])).toEqual([["upsert", null]]);
    expect(project.counts.conflict).toEqual({ seen: 1, resolved: 0 });
  });
});

function sqlProject(code: string) {
  return projectOf({
    "package.json": JSON.stringify({ dependencies: { pg: "8.11.0", postgres: "3.4.0" }, devDependencies: { supabase: "2.45.5" } }),
    "supabase/config.toml": "",
    "supabase/migrations/20240101000000_a.sql": "create table accounts (id text primary key, email text, n int); create unique index on accounts (email);",
    "src/app.ts": code,
  });
}

describe("strings", () => {
  test("query(text, values): parameters are the values", () => {
    const site = firstSite(sqlProject(`import { Pool } from "pg"; const pool = new Pool(); export const f = (id: string, email: string) => pool.query("INSERT INTO accounts (id, email) VALUES ($1, $2) ON CONFLICT (email) DO UPDATE SET n = accounts.n + 1 RETURNING id", [id, email])`), "upsert");
    expect([site.table, pairs(site.columns), targetOf(site)]).toEqual(["public.accounts", ["id=id", "email=email"], "email"]);
  });

  test("query({ text, values, name }) is prepared by name", () => {
    const site = firstSite(sqlProject(`export const f = (pool: any, email: string) => pool.query({ name: "q", text: "INSERT INTO accounts (id, email) VALUES ('a', $1) ON CONFLICT (email) WHERE n = $2 DO NOTHING", values: [email, 1] })`), "upsert");
    expect([targetOf(site), site.conflict?.prepared]).toEqual(["email where n = $2", true]);
  });

  test("a text from a constant is followed", () => {
    const site = firstSite(sqlProject(`const FIND = "SELECT id FROM accounts WHERE email = $1"; export const f = (pool: any, email: string) => pool.query(FIND, [email])`), "lookup");
    expect([site.table, pairs(site.match)]).toEqual(["public.accounts", ["email=email"]]);
  });

  test("strings that are no SQL, and SQL about other people's tables, are no sites", () => {
    expect(sqlProject(`export const f = (x: any) => { x.query("hello"); x.query("select 1 from elsewhere"); }`).sites).toEqual([]);
  });

  test("INSERT … WHERE NOT EXISTS looks first", () => {
    const project = sqlProject(`export const f = (pool: any, e: string) => pool.query("INSERT INTO accounts (id, email) SELECT 'a', $1 WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE email = $1)", [e])`);
    expect(project.sites.map((site) => [site.kind, site.lookup])).toEqual([["lookup", "exists"], ["insert", null]]);
    expect(project.sites[1]?.guards).toMatchObject([{ kind: "lookup", site: 0, when: "absent", calls: 0 }]);
  });
});

describe("supabase-js", () => {
  const of = (call: string) => sqlProject(`import { createClient } from "@supabase/supabase-js"; const supabase = createClient("", ""); export async function f(email: string) { const { data, error } = await supabase.from("accounts").${call}; return data ?? error; }`).sites[0];

  test("insert, upsert and their targets", () => {
    expect(of(`insert({ id: "a", email })`)).toMatchObject({ kind: "insert", table: "public.accounts", rows: "one", conflict: null });
    expect(targetOf(of(`upsert({ id: "a", email })`)!)).toBe("primary");
    const site = of(`upsert([{ id: "a", email }], { onConflict: "id, email", ignoreDuplicates: true })`)!;
    expect([targetOf(site), site.conflict?.action, site.rows]).toEqual(["id, email", "nothing", "one"]);
    expect(of(`upsert({ id: "a", email }, { onConflict: "email" })`)?.conflict?.sets).toBe("all");
  });

  test("filters are equalities, the rest narrows", () => {
    const site = of(`select("id").eq("email", email).is("n", null).gt("n", 1).maybeSingle()`)!;
    expect([pairs(site.match), site.matchRest.length, site.lookup]).toEqual([["email=email"], 2, "one"]);
    expect(of(`select("id", { count: "exact", head: true }).match({ email })`)).toMatchObject({ lookup: "count" });
  });

  test("storage and other builders are none", () => {
    expect(sqlProject(`export const f = (supabase: any, knex: any) => { supabase.storage.from("accounts").update("p", 1); knex.select().from("accounts").delete(); }`).sites).toEqual([]);
  });
});

describe("query files", () => {
  test("sqlc's :one takes the returned row for granted", () => {
    const project = projectOf({
      "sqlc.yaml": "version: '2'\nsql:\n  - engine: postgresql\n    schema: schema.sql\n    queries: queries.sql\n",
      "schema.sql": "create table orgs (id text primary key, slug text unique);",
      "queries.sql": "-- name: AddOrg :one\ninsert into orgs (id, slug) values (@id, @slug) on conflict (id) do nothing returning *;\n\n-- name: LockSlug :exec\nselect pg_advisory_xact_lock(hashtext(@slug));\n",
    });
    const site = firstSite(project, "upsert");
    expect([site.client, site.operation, site.table, site.returning, targetOf(site)]).toEqual(["sqlc", "AddOrg", "public.orgs", "used-unchecked", "id"]);
    expect(site.guards).toMatchObject([{ kind: "lock", how: "advisory" }]);
  });

  test("a migration's own inserts are incidental", () => {
    const project = projectOf({
      "package.json": "{}", "supabase/config.toml": "",
      "supabase/migrations/20240101000000_a.sql": "create table plans (id text primary key); insert into plans (id) values ('free');",
    });
    expect(project.sites.map((site) => [site.kind, site.entry, site.incidental, site.table])).toEqual([["insert", "migration", true, "public.plans"]]);
  });
});
