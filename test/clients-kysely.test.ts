import { type Compilable, DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { builderProject, sentAs, sentBy } from "./clients-compiled.ts";
import { firstSite, guardsOf, pairs, sitesOf, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

const kysely = new Kysely<Tables>({ dialect: { createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createIntrospector: (own) => new PostgresIntrospector(own), createQueryCompiler: () => new PostgresQueryCompiler() } });

type Tables = Record<string, Record<string, unknown>>;
type Snippet = (db: Kysely<Tables>, tag: typeof sql) => Compilable;

function compiled(snippet: Snippet): { sql: string; values: readonly unknown[] } {
  const { sql: text, parameters } = snippet(kysely, sql).compile();
  return { sql: text, values: parameters };
}

function project(code: string, more: Record<string, string> = {}) {
  return builderProject("kysely", `import { Kysely, sql } from "kysely"; const db = new Kysely<any>({} as any);\n${code}`, more);
}

describe("what is read is what Kysely sends", () => {
  test.each<Snippet>([
    (db) => db.insertInto("users").values({ id: "a", email: "e" }),
    (db) => db.insertInto("users").values([{ id: "a", email: "e" }, { id: "b", email: "f" }]),
    (db) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.doNothing()),
    (db) => db.insertInto("users").values({ id: "a", email: "e" }).onConflict((oc) => oc.column("email").doUpdateSet({ name: "n" })),
    (db) => db.insertInto("users").values({ id: "a", email: "e" }).onConflict((oc) => oc.column("email").column("org_id").doNothing()),
    (db) => db.insertInto("users").values({ id: "a", email: "e" }).onConflict((oc) => oc.columns(["org_id", "email"]).doUpdateSet((eb) => ({ name: eb.ref("excluded.name"), n: 1 }))),
    (db) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.constraint("users_pkey").doNothing()),
    (db, sql) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.expression(sql`lower(email)`).doNothing()),
    (db) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.column("email").where("active", "=", true).where("deleted_at", "is", null).doUpdateSet({ n: 1 })),
    (db) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.column("email").where("deleted_at", "is", null).doUpdateSet({ n: 1 }).where("users.n", ">", 3)),
    (db) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.column("email").where("active", "is", true).doNothing()),
    (db, sql) => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.column("email").where(sql<boolean>`deleted_at is null`).doNothing()),
    (db) => db.insertInto("users").columns(["id", "email"]).expression((eb) => eb.selectFrom("posts").select(["id", "slug"])),
    (db) => db.insertInto("auth.keys").values({ id: "a" }),
    (db) => db.withSchema("auth").insertInto("keys").values({ id: "a" }),
    (db) => db.updateTable("users").set({ name: "n" }).where("id", "=", "a"),
    (db) => db.deleteFrom("users").where("org_id", "=", "o").where("email", "in", ["e"]),
    (db) => db.selectFrom("users").selectAll().where("email", "=", "e").where("org_id", "=", "o"),
    (db) => db.selectFrom("users as u").select("u.id").where("u.email", "=", "e").where("u.deleted_at", "is", null),
    (db) => db.selectFrom("users").selectAll().where((eb) => eb("email", "=", "e")),
    (db) => db.selectFrom("users").selectAll().where(({ eb, and }) => and([eb("email", "=", "e"), eb("org_id", "=", "o")])),
    (db) => db.selectFrom("users").selectAll().where((eb) => eb.and({ email: "e", org_id: "o" })),
    (db) => db.selectFrom("users").selectAll().where((eb) => eb.or([eb("email", "=", "e"), eb("org_id", "=", "o")])),
    (db) => db.selectFrom("users").selectAll().where((eb) => eb("email", "=", "e").and("org_id", "=", "o")),
  ])("%s", (snippet) => {
    expect(sentBy(project(`export const f = ${String(snippet)};`).sites[0])).toEqual(sentAs(compiled(snippet)));
  });
});

describe("names", () => {
  const plugin = (options = "") => ({ "src/db.ts": `import { CamelCasePlugin, Kysely } from "kysely"; export const make = () => ({ plugins: [new CamelCasePlugin(${options})] });` });

  test("CamelCasePlugin's tables, columns, targets", () => {
    const code = `export const f = (orgId: string) => db.insertInto("users").values({ id: "a", orgId }).onConflict((oc) => oc.columns(["orgId"]).where("deletedAt", "is", null).doUpdateSet({ orgId }))`;
    const site = firstSite(project(code, plugin()), "upsert");
    expect([pairs(site.columns), targetOf(site), pairs(site.conflict?.sets as typeof site.columns)]).toEqual([["id='a'", "org_id=orgId"], "org_id where deleted_at is null", ["org_id=orgId"]]);
    expect(firstSite(project(code), "upsert").columns?.[1]?.column).toBe("orgId");
  });

  test("its options, as the plug-in itself turns them", async () => {
    const { snakeCase } = await import("../src/project/clients/builder-naming.ts");
    const { createSnakeCaseMapper } = (await import("../node_modules/kysely/dist/esm/plugin/camel-case/camel-case.js" as string)) as { createSnakeCaseMapper(options: object): (name: string) => string };
    for (const underscoreBeforeDigits of [false, true]) {
      for (const underscoreBetweenUppercaseLetters of [false, true]) {
        for (const upperCase of [false, true]) {
          const options = { upperCase, underscoreBeforeDigits, underscoreBetweenUppercaseLetters };
          const names = ["orgId", "userID", "oauth2Token", "address1", "HTTPServer", "fooBAR12Baz", "a", "été", "plain_name"];
          expect(names.map((name) => snakeCase(name, options))).toEqual(names.map(createSnakeCaseMapper(options)));
        }
      }
    }
  });

  test("a name that is computed is seen, not resolved; a query's own names are no tables", () => {
    const computed = project(`export const f = (t: string) => db.selectFrom(db.dynamic.table(t).as("t")).selectAll().execute();`);
    expect(computed.sites.map((site) => [site.kind, site.table])).toEqual([["lookup", null]]);
    const own = project(`export const f = () => db.with("recent", (qb) => qb.selectFrom("posts").select("id")).selectFrom("recent").where((eb) => eb.exists(eb.selectFrom("recent").select("id"))).selectAll().execute();`);
    expect(own.sites.map((site) => site.table)).toEqual(["public.posts"]);
  });
});

describe("statements in pieces", () => {
  test("a variable that conditions add to", () => {
    const project_ = project(`export async function f(email: string, org?: string) { let q = db.selectFrom("users").selectAll().where("email", "=", email); if (org) q = q.where("org_id", "=", org); return q.executeTakeFirst(); }`);
    expect(project_.sites.map((site) => [site.lookup, pairs(site.match), site.matchRest])).toEqual([["one", ["email=email"], ["…"]]]);
  });

  test("one that is always added to", () => {
    const [site, ...others] = project(`export async function f(email: string, org: string) { let q = db.selectFrom("users").selectAll(); q = q.where("email", "=", email); q = q.where("org_id", "=", org); return await q.executeTakeFirst(); }`).sites;
    expect([pairs(site?.match ?? null), site?.matchRest, others]).toEqual([["email=email", "org_id=org"], [], []]);
  });

  test("$if narrows", () => {
    const site = firstSite(project(`export const f = (on: boolean) => db.selectFrom("users").selectAll().where("id", "=", "a").$if(on, (qb) => qb.where("n", "=", 1)).executeTakeFirst();`), "lookup");
    expect([pairs(site.match), site.matchRest]).toEqual([["id='a'"], ["$if"]]);
  });

  test("rows that were awaited are no statement", () => {
    const { sites } = project(`export async function f() { const rows = await db.selectFrom("users").selectAll().execute(); return rows.then(() => rows.values()); }`);
    expect(sites.map((site) => site.kind)).toEqual(["lookup"]);
  });

  test("a transaction is one, a lock of another row locks", () => {
    const code = `export const f = (id: string, slug: string) => db.transaction().execute(async (trx) => {
      await trx.selectFrom("posts").selectAll().where("slug", "=", slug).forUpdate().executeTakeFirstOrThrow();
      const row = await trx.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) await trx.insertInto("users").values({ id }).execute();
    });`;
    const found = project(code);
    expect(guardsOf(firstSite(found, "insert"))).toEqual(expect.arrayContaining(["transaction 0", "lookup absent 0", "lock row 0"]));
  });

  test("what becomes of the returned row", () => {
    const of = (end: string) => firstSite(project(`export async function f() { const row = await db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.doNothing()).returning("id")${end}`), "upsert").returning;
    expect(of(`.executeTakeFirst(); return row.id; }`)).toBe("used-unchecked");
    expect(of(`.executeTakeFirst(); if (!row) return null; return row.id; }`)).toBe("checked");
    expect(of(`.executeTakeFirstOrThrow(); return 1; }`)).toBe("used-unchecked");
  });

  test("a join narrows, by what it compares of the other table too", () => {
    const site = firstSite(project(`export const f = () => db.selectFrom("users").innerJoin("posts", "posts.user_id", "users.id").selectAll().where("posts.slug", "=", "s").where("users.email", "=", "e").execute();`), "lookup");
    expect([pairs(site.match), site.matchRest]).toEqual([["email='e'"], ["innerJoin", "posts.slug = 's'"]]);
  });

  test("aggregates", () => {
    const of = (select: string) => firstSite(project(`export const f = () => db.selectFrom("users").select(${select}).executeTakeFirst();`), "lookup").lookup;
    expect([of(`(eb) => eb.fn.countAll().as("n")`), of(`db.fn.max("n").as("n")`), of(`sql\`count(*)\`.as("n")`), of(`"id"`)]).toEqual(["count", "max", "count", "one"]);
  });

  test("a helper that is handed the database", () => {
    const found = project(`function dbOrTx(own: any, trx?: any) { if (trx) return trx; return own; }\nexport class Repo { constructor(private readonly db: any) {} async find(id: string, trx?: any) { const use = dbOrTx(this.db, trx); return use.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst(); } }`);
    expect(sitesOf(found, "lookup").map((site) => [site.table, pairs(site.match)])).toEqual([["public.users", ["id=id"]]]);
  });
});
