import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, firstSite, pairs, sitesOf, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

const insertOf = (code: string) => firstSite(drizzleProject(code), "insert");
const upsertOf = (code: string) => firstSite(drizzleProject(code), "upsert");
const lookupOf = (code: string) => firstSite(drizzleProject(code), "lookup");

describe("writes", () => {
  test("an insert names its table by its argument, whatever it is called on", () => {
    const code = `export async function add(ctx: any, input: any) { await ctx.db.insert(users).values({ id: input.id, orgId: input.orgId, email: input.email }); }`;
    const site = insertOf(code);
    expect([site.table, site.client, site.rows, site.columnsComplete]).toEqual(["public.users", "drizzle", "one", true]);
    expect(pairs(site.columns)).toEqual(["id=input.id", "org_id=input.orgId", "email=input.email"]);
  });

  test("an undefined value is the default, so it is not written", () => {
    expect(pairs(insertOf(`db.insert(posts).values({ id: "a", slug: undefined })`).columns)).toEqual(["id='a'"]);
  });

  test("a spread of an unknown value leaves the columns open", () => {
    const site = insertOf(`export const f = (rest: any) => db.insert(posts).values({ ...rest, id: "a" })`);
    expect([pairs(site.columns), site.columnsComplete]).toEqual([["id='a'"], false]);
  });

  test("an object built before is followed, but may have been added to", () => {
    const site = insertOf(`export async function f(slug: string) { const row = { id: "a", slug }; await db.insert(posts).values(row); }`);
    expect([pairs(site.columns), site.columnsComplete]).toEqual([["id='a'", "slug=slug"], false]);
  });

  test("mapped rows are many rows of one shape", () => {
    const site = insertOf(`export const f = (rows: any[]) => db.insert(posts).values(rows.map((row) => ({ id: row.id, slug: row.slug })))`);
    expect([site.rows, pairs(site.columns), site.columnsComplete]).toEqual(["many", ["id=row.id", "slug=row.slug"], true]);
  });

  test("a list that is filled elsewhere is not known", () => {
    const site = insertOf(`export async function f() { const rows = []; await db.insert(posts).values(rows); }`);
    expect([site.rows, site.columns]).toEqual(["many", null]);
  });

  test("insert of something that is no table is none", () => {
    expect(drizzleProject(`export const f = (store: any) => store.insert(cache).values({ id: 1 })`).sites).toEqual([]);
  });
});

describe("conflict clauses", () => {
  const insert = `db.insert(users).values({ id: "a", orgId: "o", email: "e" })`;

  test("targets are columns of the table, in any number", () => {
    expect(targetOf(upsertOf(`${insert}.onConflictDoNothing()`))).toBe("none");
    expect(targetOf(upsertOf(`${insert}.onConflictDoNothing({ target: users.email })`))).toBe("email");
    expect(targetOf(upsertOf(`${insert}.onConflictDoUpdate({ target: [users.orgId, users.email], set: { email: "x" } })`))).toBe("org_id, email");
  });

  test("targetWhere is the index predicate, where and setWhere filter the update", () => {
    const predicate = upsertOf(`${insert}.onConflictDoUpdate({ target: users.email, targetWhere: isNull(users.deletedAt), set: { orgId: "x" } })`);
    expect([targetOf(predicate), predicate.conflict?.setWhere]).toEqual(["email where deleted_at is null", false]);
    const filtered = upsertOf(`${insert}.onConflictDoUpdate({ target: users.email, where: isNull(users.deletedAt), set: { orgId: "x" } })`);
    expect([targetOf(filtered), filtered.conflict?.setWhere]).toEqual(["email", true]);
  });

  test("where of DO NOTHING is the predicate, but without a target it is dropped", () => {
    expect(targetOf(upsertOf(`${insert}.onConflictDoNothing({ target: users.email, where: sql\`\${users.deletedAt} is null\` })`))).toBe("email where deleted_at is null");
    expect(targetOf(upsertOf(`${insert}.onConflictDoNothing({ where: isNull(users.deletedAt) })`))).toBe("none");
  });

  test("a compared value is a bind parameter", () => {
    const site = upsertOf(`${insert}.onConflictDoUpdate({ target: users.email, targetWhere: eq(users.active, true), set: { orgId: "x" } })`);
    expect(site.conflict?.target).toMatchObject({ by: "columns", where: { parameters: true, columns: ["active"] } });
  });

  test("set names its columns; excluded values are known as such", () => {
    const site = upsertOf(`${insert}.onConflictDoUpdate({ target: users.email, set: { orgId: sql\`excluded.org_id\`, active: true } })`);
    const sets = site.conflict?.sets;
    expect(Array.isArray(sets) ? sets.map((each) => [each.column, each.value.origin]) : sets).toEqual([["org_id", "excluded"], ["active", "literal"]]);
  });

  test("a target from a constant folds, one from a parameter is unknown", () => {
    expect(targetOf(upsertOf(`const key = [users.orgId, users.email]; export const f = () => ${insert}.onConflictDoNothing({ target: key })`))).toBe("org_id, email");
    expect(targetOf(upsertOf(`export const f = (target: any) => ${insert}.onConflictDoNothing({ target })`))).toBe("unknown");
  });

  test("a statement that is gone on with later is one site", () => {
    const sites = drizzleProject(`export async function f() { const query = ${insert}; await query.onConflictDoNothing({ target: users.email }); }`).sites;
    expect(sites.map((site) => [site.kind, targetOf(site)])).toEqual([["upsert", "email"]]);
  });
});

describe("returned rows", () => {
  const of = (rest: string) => upsertOf(`export async function f() { ${rest} }`).returning;
  const insert = `await db.insert(users).values({ id: "a", orgId: "o", email: "e" }).onConflictDoNothing().returning()`;

  test("tells a row that is used unchecked from one that is looked at first", () => {
    expect(of(`const [row] = ${insert}; return row.id;`)).toBe("used-unchecked");
    expect(of(`const [row] = ${insert}; if (!row) return null; return row.id;`)).toBe("checked");
    expect(of(`const [row] = ${insert}; return row;`)).toBe("passed-on");
    expect(of(`${insert};`)).toBe("none");
  });
});

describe("look-ups", () => {
  test("equalities within and() match, all else narrows", () => {
    const site = lookupOf(`export const f = (orgId: string, email: string) => db.select().from(users).where(and(eq(users.orgId, orgId), eq(users.email, email), isNull(users.deletedAt))).limit(1)`);
    expect([pairs(site.match), site.matchRest, site.lookup]).toEqual([["org_id=orgId", "email=email"], ["deleted_at is null"], "one"]);
  });

  test("inArray of one element is an equality, of more it is not", () => {
    expect(pairs(lookupOf(`export const f = (id: string) => db.select().from(users).where(inArray(users.id, [id]))`).match)).toEqual(["id=id"]);
    const many = lookupOf(`export const f = (ids: string[]) => db.select().from(users).where(inArray(users.id, ids))`);
    expect([many.match, many.matchRest.length]).toEqual([[], 1]);
  });

  test("a join's condition is no equality with a value", () => {
    const site = lookupOf(`export const f = (id: string) => db.select().from(users).innerJoin(posts, eq(posts.userId, users.id)).where(and(eq(users.id, posts.userId), eq(users.id, id)))`);
    expect([pairs(site.match), site.matchRest.length]).toEqual([["id=id"], 2]);
  });

  test("conditions that were collected in a list may be more than the list shows", () => {
    const site = lookupOf(`export function f(id: string, more: boolean) { const all = [eq(users.id, id)]; if (more) all.push(gt(users.email, "a")); return db.select().from(users).where(and(...all)); }`);
    expect([pairs(site.match), site.matchRest]).toEqual([["id=id"], ["…"]]);
  });

  test("says what is asked", () => {
    expect(lookupOf(`export const f = () => db.select({ n: count() }).from(users)`).lookup).toBe("count");
    expect(lookupOf(`export const f = () => db.select({ n: sql<number>\`count(*)\`.mapWith(Number) }).from(users)`).lookup).toBe("count");
    expect(lookupOf(`export const f = () => db.select({ n: max(posts.n) }).from(posts)`).lookup).toBe("max");
    expect(lookupOf(`export const f = () => db.$count(users, eq(users.orgId, "o"))`).lookup).toBe("count");
    expect(lookupOf(`export const f = () => db.select().from(users)`).lookup).toBe("many");
    expect(lookupOf(`export async function f() { const [row] = await db.select().from(users); return row; }`).lookup).toBe("one");
    expect(lookupOf(`export async function f() { return (await db.select().from(users))[0]; }`).lookup).toBe("one");
  });

  test("reads relational queries, their where as a value, a callback and an object", () => {
    for (const where of ["eq(users.email, email)", "(t, { eq }) => eq(t.email, email)", "{ email }", "{ email: { eq: email } }"]) {
      const site = lookupOf(`export const f = (email: string) => db.query.users.findFirst({ where: ${where} })`);
      expect([site.table, site.lookup, pairs(site.match)]).toEqual(["public.users", "one", ["email=email"]]);
    }
  });

  test("updates and deletes have a where too", () => {
    const project = drizzleProject(`export async function f(id: string) { await db.update(users).set({ email: "x" }).where(eq(users.id, id)); await db.delete(users).where(eq(users.id, id)); }`);
    expect(sitesOf(project, "update").map((site) => [pairs(site.columns), pairs(site.match)])).toEqual([[["email='x'"], ["id=id"]]]);
    expect(sitesOf(project, "delete").map((site) => pairs(site.match))).toEqual([["id=id"]]);
  });
});
