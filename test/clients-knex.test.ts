import knexOf, { type Knex } from "knex";
import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { builderProject, sentAs, sentBy } from "./clients-compiled.ts";
import { firstSite, guardsOf, pairs, sitesOf, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

const knex = knexOf({ client: "pg" });

type Snippet = (db: Knex) => Knex.QueryBuilder;

function compiled(snippet: Snippet): { sql: string; values: readonly unknown[] } {
  const { sql, bindings } = snippet(knex).toSQL().toNative();
  return { sql, values: bindings };
}

function project(code: string, more: Record<string, string> = {}) {
  return builderProject("knex", `import knexOf from "knex"; const knex = knexOf({ client: "pg" });\n${code}`, more);
}

describe("what is read is what Knex sends", () => {
  test.each<Snippet>([
    (db) => db("users").insert({ id: "a", email: "e" }),
    (db) => db("users").insert([{ id: "a", email: "e" }, { id: "b", email: "f" }]),
    (db) => db.insert({ id: "a" }).into("users"),
    (db) => db.from("users").insert({ id: "a" }),
    (db) => db.withSchema("auth").from("keys").insert({ id: "a" }),
    (db) => db("auth.keys").insert({ id: "a" }),
    (db) => db("users").insert({ id: "a" }).onConflict().ignore(),
    (db) => db("users").insert({ id: "a" }).onConflict("email").ignore(),
    (db) => db("users").insert({ id: "a", email: "e" }).onConflict(["org_id", "email"]).merge({ name: "n" }),
    (db) => db("users").insert({ id: "a", email: "e", name: "n" }).onConflict("email").merge(["name"]),
    (db) => db("users").insert({ id: "a", email: "e" }).onConflict("email").merge({ n: 3 }).where("users.n", "<", 5),
    (db) => db("users").insert({ id: "a", email: "e" }).onConflict("email").ignore().where("users.n", "<", 5),
    (db) => db("users").insert({ id: "a", email: "e" }).onConflict().merge({ n: 3 }),
    (db) => db("users").insert({ id: "a" }).onConflict(db.raw("(email) where deleted_at is null")).ignore(),
    (db) => db("users").insert({ id: "a" }).onConflict(db.raw("(email) where active = ?", [true])).ignore(),
    (db) => db("users").insert({ id: "a" }).onConflict(db.raw("on constraint users_pkey")).ignore(),
    (db) => db("users").insert({ id: "a" }).onConflict(db.raw("(lower(email))")).merge({ n: 1 }),
    (db) => db("users").where({ id: "a" }).update({ name: "n" }),
    (db) => db("users").where("id", "a").update("name", "n"),
    (db) => db("users").where("id", "a").increment("n", 1),
    (db) => db("users").where("org_id", "=", "o").andWhere({ email: "e" }).del(),
    (db) => db("users").select("*").where({ email: "e", org_id: "o" }),
    (db) => db("users as u").select("u.id").where("u.email", "e").whereNull("u.deleted_at"),
    (db) => db({ u: "users" }).select("u.id").where("u.email", "e"),
    (db) => db("users").whereIn("id", ["a"]).first("email"),
    (db) => db("users").where({ email: "e", deleted_at: null }).first(),
    (db) => db("users").where({ email: "e" }).where("n", ">", 1).first(),
    (db) => db("users").where({ email: "e" }).orWhere({ org_id: "o" }).first(),
  ])("%s", (snippet) => {
    expect(sentBy(project(`export const f = ${String(snippet).replace(/^\(db\) => db/, "() => knex").replaceAll("db.raw", "knex.raw")};`).sites[0])).toEqual(sentAs(compiled(snippet)));
  });

  test("merge() without a list sets all that is inserted", () => {
    const snippet: Snippet = (db) => db("users").insert({ id: "a", email: "e" }).onConflict("email").merge();
    expect(sentAs(compiled(snippet))?.sets).toEqual(["email", "id"]);
    expect(firstSite(project(`export const f = () => knex("users").insert({ id: "a", email: "e" }).onConflict("email").merge();`), "upsert").conflict?.sets).toBe("all");
  });
});

describe("tables", () => {
  test("transactions, helpers that return a builder, a class' own database", () => {
    const found = project(`
      export const f = (email: string) => knex.transaction(async (trx) => {
        const row = await trx("users").where({ email }).first();
        if (!row) await trx("users").insert({ id: "a", email });
        await knex("posts").insert({ id: "p" }).transacting(trx);
      });
      export class Users { constructor(private db: any) {} private rows() { return this.db("users"); } find(id: string) { return this.rows().where({ id }).first(); } }
    `);
    const [users, posts] = sitesOf(found, "insert");
    expect([users, posts].map((site) => [site?.table, guardsOf(site!)])).toEqual([["public.users", ["transaction 0", "lookup absent 0"]], ["public.posts", expect.arrayContaining(["transaction 0"])]]);
    expect(sitesOf(found, "lookup").map((site) => [site.table, site.lookup, pairs(site.match)])).toEqual([["public.users", "one", ["email=email"]], ["public.users", "one", ["id=id"]]]);
  });

  test("batchInsert", () => {
    const site = firstSite(project(`export const f = (rows: { id: string }[]) => knex.batchInsert("users", rows.map((row) => ({ id: row.id, email: "e" })));`), "insert");
    expect([site.table, site.rows, pairs(site.columns)]).toEqual(["public.users", "many", ["id=row.id", "email='e'"]]);
  });

  test("a name that is computed is seen, not resolved", () => {
    expect(project(`export const f = (t: string) => knex(t).where({ id: 1 }).first();`).sites.map((site) => [site.kind, site.table])).toEqual([["lookup", null]]);
  });

  test("other libraries' calls, and a query's own names, are none", () => {
    const other = `import _ from "lodash"; export const f = (m: Map<string, string>) => { _("users").first(); Array.from("users").map((x) => x); m.delete("users"); new Set("users").delete("users"); };`;
    expect(project(other).sites).toEqual([]);
    expect(project(`export const f = () => knex.with("recent", knex("posts").select("id")).from("recent").select("*");`).sites.map((site) => site.table)).toEqual(["public.posts"]);
  });

  test("without Knex in the project nothing is read", () => {
    expect(builderProject("pg", `export const f = (db: any) => db("users").where({ id: 1 }).first();`).sites).toEqual([]);
  });

  test("knexSnakeCaseMappers", () => {
    const more = { "src/db.ts": `import knexOf from "knex"; import { knexSnakeCaseMappers } from "objection"; export const db = knexOf({ client: "pg", ...knexSnakeCaseMappers() });` };
    const site = firstSite(project(`export const f = (orgId: string) => knex("users").insert({ id: "a", orgId }).onConflict(["orgId"]).merge(["orgId"]);`, more), "upsert");
    expect([pairs(site.columns), targetOf(site)]).toEqual([["id='a'", "org_id=orgId"], "org_id"]);
  });
});

describe("statements in pieces", () => {
  test("a condition chooses the conflict target", () => {
    const code = `export async function f(rows: any[], skip: boolean) { const q = knex("users").insert(rows); if (skip) { q.onConflict("email").ignore(); } else { q.onConflict(knex.raw("(org_id) where active")).ignore(); } return await q.returning("*"); }`;
    const found = project(code);
    const site = firstSite(found, "upsert");
    expect([found.sites.length, site.conflict?.target.by, site.conflict?.oneOf?.map((each) => (each.by === "columns" ? each.parts.length : 0))]).toEqual([1, "unknown", [1, 1]]);
    expect(found.counts.conflict).toEqual({ seen: 1, resolved: 1 });
  });

  test("one that is always added to changes itself", () => {
    const [site, ...others] = project(`export async function f(email: string, n?: number) { const q = knex("users").where({ email }); q.whereNull("deleted_at"); if (n) q.where({ n }); return q.first(); }`).sites;
    expect([pairs(site?.match ?? null), site?.matchRest, others]).toEqual([["email=email"], ["deleted_at is null", "…"], []]);
  });

  test("what becomes of the returned row", () => {
    const of = (rest: string) => firstSite(project(`export async function f() { const [row] = await knex("users").insert({ id: "a" }).onConflict("id").ignore().returning("id"); ${rest} }`), "upsert").returning;
    expect([of("return row.id;"), of("if (!row) return null; return row.id;")]).toEqual(["used-unchecked", "checked"]);
  });

  test("aggregates", () => {
    const of = (end: string) => firstSite(project(`export const f = () => knex("users")${end};`), "lookup").lookup;
    expect([of(`.count("*")`), of(`.max("n")`), of(`.select("*").limit(1)`), of(`.select("*")`)]).toEqual(["count", "max", "one", "many"]);
  });
});

describe("Objection", () => {
  const MODELS = `import { Model } from "objection"; class Base extends Model {} export class User extends Base { static get tableName() { return "users"; } } export class Post extends Model { static tableName = "posts"; }`;
  const of = (code: string) => builderProject("objection", `import { Post, User } from "./models"; ${code}`, { "src/models.ts": MODELS }).sites;

  test("models name their tables", () => {
    const [insert, one, id] = of(`export async function f(trx: any, email: string) { await User.query(trx).insert({ id: "a", email }).onConflict("email").merge(); await User.query().findOne({ email }); await Post.query().findById(email); }`);
    expect([insert?.table, pairs(insert?.columns ?? null), insert === undefined ? "" : targetOf(insert)]).toEqual(["public.users", ["id='a'", "email=email"], "email"]);
    expect([one, id].map((site) => [site?.table, site?.lookup, pairs(site?.match ?? null)])).toEqual([["public.users", "one", ["email=email"]], ["public.posts", "one", ["id=email"]]]);
  });

  test("a graph whose root has an id is there already", () => {
    const sites = of(`export async function f(id: string, email: string) { await User.query().upsertGraph({ id, email }); await User.query().upsertGraph({ email }); await User.query().upsertGraph({ id, email }, { insertMissing: true }); await User.query().upsertGraph({ id, email }, { noDelete: true }); }`);
    expect(sites.map((site) => site.kind)).toEqual(["update", "insert", "insert", "update"]);
  });

  test("patches compare, look-ups decide", () => {
    const [found, insert, patch] = of(`export async function f(email: string) { const user = await User.query().where("email", email).first(); if (!user) await User.query().insert({ id: "a", email }); else await User.query().patch({ name: "n" }).where({ id: user.id }); }`);
    expect([found?.lookup, insert && guardsOf(insert), pairs(patch?.columns ?? null)]).toEqual(["one", ["lookup absent 0"], ["name='n'"]]);
  });
});
