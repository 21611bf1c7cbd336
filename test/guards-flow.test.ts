import { beforeAll, describe, expect, test } from "vitest";
import type { Site } from "../src/model/project.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, firstSite, guardsOf, pairs, prismaProject } from "./clients-project.ts";

beforeAll(loadSqlParser);

const FIND = `await db.select().from(users).where(and(eq(users.orgId, orgId), eq(users.email, email)))`;
const INSERT = `await db.insert(users).values({ id: "a", orgId, email })`;

const insertIn = (body: string, before = ""): Site => firstSite(drizzleProject(`${before}\nexport async function f(orgId: string, email: string) { ${body} }`), "insert");
const guards = (body: string, before = ""): string[] => guardsOf(insertIn(body, before));

describe("a look-up decides", () => {
  test.each([
    [`const [row] = ${FIND}; if (row) return row; ${INSERT};`, "absent"],
    [`const [row] = ${FIND}; if (!row) { ${INSERT}; }`, "absent"],
    [`const [row] = ${FIND}; if (row !== undefined) return row; ${INSERT};`, "absent"],
    [`const [row] = ${FIND}; return row ?? (${INSERT});`, "absent"],
    [`const [row] = ${FIND}; return row ? row : ${INSERT};`, "absent"],
    [`const row = (${FIND})[0]; if (row?.id) return row; ${INSERT};`, "absent"],
    [`const rows = ${FIND}; if (rows.length === 0) { ${INSERT}; }`, "absent"],
    [`const rows = ${FIND}; if (rows.length > 0) throw new Error(); ${INSERT};`, "absent"],
    [`const rows = ${FIND}; if (!rows.length) ${INSERT};`, "absent"],
    [`const rows = ${FIND}; if (!rows.some((row) => row.email === email)) ${INSERT};`, "absent"],
    [`const rows = ${FIND}; const found = rows.find((row) => row.email === email); if (found) return; ${INSERT};`, "absent"],
    [`const rows = ${FIND}; const known = new Set(rows.map((row) => row.email)); if (!known.has(email)) ${INSERT};`, "absent"],
    [`const n = await db.$count(users, eq(users.email, email)); if (n === 0) ${INSERT};`, "absent"],
    [`const [{ n }] = await db.select({ n: count() }).from(users).where(eq(users.email, email)); if (n > 0) return; ${INSERT};`, "absent"],
    [`const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (row && row.orgId === orgId) return row; ${INSERT};`, "absent"],
    [`const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (!row || row.deletedAt) { ${INSERT}; }`, "absent"],
    [`const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (row && orgId) return row; ${INSERT};`, "either"],
    [`const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (!row) return; ${INSERT};`, "present"],
    [`const rows = ${FIND}; if (rows) ${INSERT};`, "either"],
    [`let row; row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (!row) { ${INSERT}; }`, "absent"],
    [`const [row, other] = await Promise.all([db.query.users.findFirst({ where: eq(users.email, email) }), fetch("x")]); if (row) return other; ${INSERT};`, "absent"],
    [`const [changed] = await db.update(users).set({ active: true }).where(eq(users.email, email)).returning(); if (!changed) ${INSERT};`, "absent"],
  ])("%s: %s", (body, when) => {
    expect(guards(body)).toEqual([`lookup ${when} 0`]);
  });

  test.each([
    `const known = new Set((${FIND}).map((row) => row.email)); for (const email of mails.filter((each) => !known.has(each))) ${INSERT};`,
    `const rows = ${FIND}; const missing = mails.filter((each) => !rows.some((row) => row.email === each)); for (const [, email] of missing.entries()) ${INSERT};`,
    `const known = new Set((${FIND}).map((row) => row.email)); await Promise.all(mails.filter((each) => !known.has(each)).map(async (email) => { ${INSERT}; }));`,
    `const known = new Set((${FIND}).map((row) => row.email)); const missing = mails.filter((each) => !known.has(each)); await db.insert(users).values(missing.map((email) => ({ id: "a", orgId, email })));`,
  ])("%s asks of each row of the list", (body) => {
    const site = insertIn(`const email = "x@y.z", mails = email.split(","); { ${body} }`);
    const [guard] = site.guards;
    expect(guardsOf(site).filter((each) => each.startsWith("lookup absent"))).toHaveLength(1);
    expect(guard?.kind === "lookup" ? pairs(guard.match)?.at(-1) : null).toBe(pairs(site.columns)?.at(-1));
  });

  test("rows of a list that a helper filtered", () => {
    const helper = `async function missingOf(orgId: string, mails: string[]) { if (mails.length === 0) return []; const rows = await db.select().from(users).where(eq(users.orgId, orgId)); return mails.filter((each) => !rows.some((row) => row.email === each)); }`;
    const site = firstSite(drizzleProject(`${helper}\nexport async function f(orgId: string, mails: string[]) { for (const email of await missingOf(orgId, mails)) ${INSERT}; }`), "insert");
    const [guard] = site.guards;
    expect([guardsOf(site), guard?.kind === "lookup" ? pairs(guard.match) : null]).toEqual([["lookup absent 2"], ["org_id=orgId", "email=email"]]);
  });

  test("a condition on something else is no look-up", () => {
    expect(guards(`const rows = ${FIND}; if (orgId === "x") ${INSERT};`)).toEqual([]);
  });

  test("through a function that looks, its arguments followed", () => {
    const helper = `async function find(o: string, mail: string) { const [row] = await db.select().from(users).where(and(eq(users.orgId, o), eq(users.email, mail))).limit(1); return row; }`;
    const site = insertIn(`const known = await find(orgId, email.trim()); if (known) return known; ${INSERT};`, helper);
    expect(guardsOf(site)).toEqual(["lookup absent 1"]);
    const [guard] = site.guards;
    expect(guard?.kind === "lookup" ? pairs(guard.match) : null).toEqual(["org_id=orgId", "email=email.trim()"]);
  });

  test("through a function that answers yes or no", () => {
    const helper = `async function exists(mail: string) { const rows = await db.select().from(users).where(eq(users.email, mail)); return rows.length > 0; }`;
    expect(guards(`if (await exists(email)) return; ${INSERT};`, helper)).toEqual(["lookup absent 1"]);
  });

  test("through a function that makes something of the row", () => {
    const find = `const row = await db.query.users.findFirst({ where: eq(users.email, mail) });`;
    for (const answer of [`if (!row) return null; return { ...row, label: row.email };`, `return row ? toLabel(row) : null;`, `if (!row) { return undefined; } return new Label(row);`, `if (row) return true; return false;`]) {
      expect(guards(`const known = await find(email); if (known) return known; ${INSERT};`, `async function find(mail: string) { ${find} ${answer} }`), answer).toEqual(["lookup absent 1"]);
    }
  });

  test("a comparison that is kept in a local", () => {
    expect(guards(`const rows = ${FIND}; const taken = rows.length > 0; if (taken) return; ${INSERT};`)).toEqual(["lookup absent 0"]);
    expect(guards(`const row = orgId ? await db.query.users.findFirst({ where: eq(users.email, email) }) : null; if (row) return; ${INSERT};`)).toEqual(["lookup absent 0"]);
  });

  test("asked only where something is given", () => {
    expect(guards(`const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (email && row) return; ${INSERT};`)).toEqual(["lookup absent 0"]);
    expect(guards(`if (!orgId) { const row = await db.query.users.findFirst({ where: eq(users.email, email) }); if (row) return; } ${INSERT};`)).toEqual(["lookup absent 0"]);
  });

  test("a row that must have more in common is not the row that was looked up", () => {
    const last = `const last = await db.query.users.findFirst({ where: eq(users.orgId, orgId) });`;
    expect(insertIn(`${last} const same = last && last.email === email; if (same) return last; ${INSERT};`).guards).toMatchObject([{ kind: "lookup", when: "absent", narrowed: true }]);
    expect(insertIn(`${last} if (last && !last.active) return last; ${INSERT};`).guards[0]).not.toHaveProperty("narrowed");
  });

  test("from the caller, told in the inserting function's words", () => {
    const project = drizzleProject(`
      async function create(org: string, mail: string) { await db.insert(users).values({ id: "a", orgId: org, email: mail }); }
      export async function f(input: any) { const row = await db.query.users.findFirst({ where: and(eq(users.orgId, input.orgId), eq(users.email, input.email)) }); if (row) return row; await create(input.orgId, input.email); }
    `);
    const site = firstSite(project, "insert");
    expect(guardsOf(site)).toEqual(["lookup absent 1"]);
    const [guard] = site.guards;
    expect([pairs(site.columns), guard?.kind === "lookup" ? pairs(guard.match) : null]).toEqual([["id='a'", "org_id=org", "email=mail"], ["org_id=org", "email=mail"]]);
  });

  test("through methods of classes", () => {
    const code = `
      class Repo { async find(email: string) { return db.query.users.findFirst({ where: eq(users.email, email) }); } async create(email: string) { await db.insert(users).values({ id: "a", orgId: "o", email }); } }
      export class Service { constructor(private repo: Repo) {} async ensure(email: string) { const row = await this.repo.find(email); if (!row) await this.repo.create(email); } }`;
    expect(guardsOf(firstSite(drizzleProject(code), "insert"))).toEqual(["lookup absent 2"]);
  });
});

describe("several ways in", () => {
  const add = `async function add(orgId: string, email: string) { ${INSERT}; }`;
  const handled = `try { await add("o", "e"); } catch (e: any) { if (e.cause?.code !== "23505") throw e; }`;

  test("a handler stands on the ways that pass it", () => {
    const site = firstSite(drizzleProject(`${add} export async function a() { ${handled} } export async function b() { await add("o", "e"); }`), "insert");
    expect([site.ways, site.guards]).toMatchObject([2, [{ kind: "handler", calls: 1, ways: [0] }]]);
  });

  test("on all of them it says nothing of ways", () => {
    const site = firstSite(drizzleProject(`${add} export async function a() { ${handled} } async function c() { await add("o", "e"); } export async function b() { try { await c(); } catch {} }`), "insert");
    expect(site.guards.map((guard) => guard.ways)).toEqual([[0], [1]]);
    const one = firstSite(drizzleProject(`${add} async function c() { ${handled} } export const a = () => c(); export const b = () => c();`), "insert");
    expect([one.ways, one.guards.map((guard) => guard.ways)]).toEqual([2, [undefined]]);
  });
});

describe("around and before", () => {
  test("transactions, with their isolation", () => {
    const insert = (handle: string) => `await ${handle}.insert(users).values({ id: "a", orgId, email });`;
    expect(guards(`await db.transaction(async (tx) => { ${insert("tx")} });`)).toEqual(["transaction 0"]);
    expect(guards(`await db.transaction(async (tx) => { ${insert("tx")} }, { isolationLevel: "serializable" });`)).toEqual(["transaction serializable 0"]);
    expect(guards(`await db.transaction(async (tx) => { ${insert("db")} });`)).toEqual([]);
  });

  test("Prisma's levels and batches", () => {
    const level = prismaProject(`import { Prisma } from "@prisma/client"; export const f = () => prisma.$transaction(async (tx) => { await tx.org.create({ data: { name: "n" } }); }, { isolationLevel: Prisma.TransactionIsolationLevel.Serializable })`);
    expect(guardsOf(firstSite(level, "insert"))).toEqual(["transaction serializable 0"]);
    const batch = prismaProject(`export const f = () => prisma.$transaction([prisma.org.create({ data: { name: "n" } })])`);
    expect(guardsOf(firstSite(batch, "insert"))).toEqual(["transaction 0"]);
  });

  test("a transaction around the caller holds for the handle that was passed on", () => {
    const inner = `async function add(tx: any, orgId: string, email: string) { await tx.insert(users).values({ id: "a", orgId, email }); }`;
    const outer = `async function add(orgId: string, email: string) { ${INSERT}; }`;
    expect(guards(`await db.transaction(async (tx) => { await add(tx, orgId, email); });`, inner)).toEqual(["transaction 1"]);
    expect(guards(`await db.transaction(async () => { await add(orgId, email); });`, outer)).toEqual(["transaction 1"]);
    expect(guards(`await db.transaction(async (tx) => { await add(orgId, email); });`, outer)).toEqual([]);
  });

  test("advisory locks, row locks, helpers and wrappers", () => {
    const lock = "await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${email}))`);";
    const insert = `await tx.insert(users).values({ id: "a", orgId, email });`;
    expect(guards(`await db.transaction(async (tx) => { ${lock} ${insert} });`)).toEqual(["transaction 0", "lock advisory 0"]);
    expect(guards(`await db.transaction(async (tx) => { await tx.select().from(users).where(eq(users.id, orgId)).for("update"); ${insert} });`)).toEqual(["transaction 0", "lock row 0"]);
    expect(guards(`await db.transaction(async (tx) => { await lockEmail(tx, email); ${insert} });`, `async function lockEmail(tx: any, email: string) { ${lock} }`)).toEqual(["transaction 0", "lock advisory 0"]);
    expect(guards(`await withLock(email, async () => { ${INSERT}; });`, `import { withLock } from "some-lock";`)).toEqual(["lock other 0"]);
  });

  test("a lock ends with its transaction", () => {
    const lock = "await tx.execute(sql`select pg_advisory_xact_lock(1)`);";
    expect(guards(`await db.transaction(async (tx) => { ${lock} }); ${INSERT};`)).toEqual([]);
    expect(guards(`await other(); ${INSERT};`, `async function other() { await db.transaction(async (tx) => { ${lock} }); }`)).toEqual([]);
  });

  test("a lock in another branch is none", () => {
    expect(guards(`if (orgId) { await db.execute(sql\`select pg_advisory_lock(1)\`); } else { ${INSERT}; }`)).toEqual([]);
  });

  test("retries, by wrapper and by loop, make a transaction one that is retried", () => {
    const inTx = `await db.transaction(async (tx) => { await tx.insert(users).values({ id: "a", orgId, email }); });`;
    const wrapped = insertIn(`await withRetry(async () => { ${inTx} });`, `import { withRetry } from "some-retry";`);
    expect(wrapped.guards).toMatchObject([{ kind: "transaction", retries: true }, { kind: "retry" }]);
    const looped = insertIn(`for (let i = 0; i < 3; i++) { try { ${inTx} return; } catch (e) { console.log(e); } }`);
    expect(guardsOf(looped)).toEqual(["handler 0", "transaction 0", "retry 0"]);
  });

  test("earlier deletes of the table, and inserts that the row hangs from", () => {
    expect(guards(`await db.delete(users).where(eq(users.orgId, orgId)); ${INSERT};`)).toEqual(["delete 0"]);
    const project = drizzleProject(`export async function f() { const [user] = await db.insert(users).values({ id: "a", orgId: "o", email: "e" }).returning(); await db.insert(posts).values({ id: "p", userId: user.id }); }`);
    const post = project.sites.find((site) => site.table === "public.posts");
    expect([guardsOf(post!), post?.columns?.[1]?.value.origin]).toEqual([["insert 0"], "created"]);
  });

  test("callers in tests say nothing", () => {
    const project = drizzleProject(`export async function add(orgId: string, email: string) { ${INSERT}; }`, { "src/app.test.ts": `import { add } from "./app"; test("x", async () => { try { await add("a", "b"); } catch (e: any) { if (e.code === "23505") return; } });` });
    expect(firstSite(project, "insert").guards).toEqual([]);
  });

  test("recursion and deep call chains end", () => {
    const chain = Array.from({ length: 8 }, (_, i) => `async function f${String(i)}(): Promise<void> { await f${String(i + 1)}(); }`).join("\n");
    const project = drizzleProject(`${chain}\nasync function f8(): Promise<void> { await f0(); await db.insert(users).values({ id: "a", orgId: "o", email: "e" }); }`);
    expect(firstSite(project, "insert").guards).toEqual([]);
  });
});
