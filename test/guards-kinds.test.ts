import { beforeAll, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import { check } from "../src/lint/check.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { projectOf } from "./clients-project.ts";

/**
 * What stands around a write, kind by kind, and which rules of *recommended* still speak. The writes are two: an insert into a table with a key, which a
 * second request repeats, and a look-up before an insert into a table without one.
 */

beforeAll(loadSqlParser);

const BASE = {
  "package.json": JSON.stringify({ name: "app", dependencies: { "drizzle-orm": "0.45.0", pg: "8.11.0" }, devDependencies: { "drizzle-kit": "0.31.0" } }),
  "drizzle.config.ts": `export default { schema: "./src/schema.ts", dialect: "postgresql", out: "./drizzle" };`,
  "src/schema.ts": `import { pgTable, text, uuid } from "drizzle-orm/pg-core"; export const posts = pgTable("posts", { id: uuid("id").primaryKey().defaultRandom(), slug: text("slug").notNull().unique(), title: text("title") }); export const notes = pgTable("notes", { id: uuid("id").primaryKey().defaultRandom(), slug: text("slug").notNull() });`,
  "src/db.ts": `import { drizzle } from "drizzle-orm/node-postgres"; export const db = drizzle(process.env.DATABASE_URL!);`,
  "src/unique.ts": `export function isUnique(e: any) { return (e.cause ?? e).code === "23505"; }`,
};
const HEAD = `import { eq } from "drizzle-orm"; import { db } from "./db"; import { posts, notes } from "./schema"; import { isUnique } from "./unique";\n`;
const INSERT = `db.insert(posts).values({ slug: req.body.slug, title: "x" })`;
const route = (body: string, pre = "") => HEAD + pre + `\nimport express from "express"; const app = express();\napp.post("/posts", async (req: any, res: any) => { ${body} });`;
const LOOKED_UP = `const [n] = await db.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await db.insert(notes).values({ slug: req.body.slug });`;

/** Name, `src/app.ts`, other files, rules that speak. */
type Case = [string, string, Record<string, string>, string[]];

const cases: Case[] = [
  ["control insert", route(`await ${INSERT}; res.json({});`), {}, ["require-conflict-handling"]],
  ["control check", route(LOOKED_UP), {}, ["no-check-then-insert"]],
  ["try", route(`try { await ${INSERT}; } catch (e) { if (isUnique(e)) { res.status(409).end(); return; } throw e; }`), {}, []],
  [".catch", route(`await ${INSERT}.catch((e: any) => { if (!isUnique(e)) throw e; });`), {}, []],
  ["tuple tryCatch unresolved", route(`const [err, row] = await tryCatch(${INSERT}); if (err && isUnique(err)) return res.status(409).end();`, `import { tryCatch } from "@lib/x";`), {}, []],
  ["tuple tryCatch own", route(`const [err, row] = await tryCatch(${INSERT}); if (err && isUnique(err)) return res.status(409).end();`, `import { tryCatch } from "./try";`), { "src/try.ts": `export async function tryCatch<T>(p: Promise<T>): Promise<[Error | null, T | null]> { try { return [null, await p]; } catch (e) { return [e as Error, null]; } }` }, []],
  ["tuple to() own then", route(`const { data, error } = await attempt(${INSERT}); if (error) return res.status(409).end();`, `import { attempt } from "./try";`), { "src/try.ts": `export const attempt = <T>(p: Promise<T>) => p.then((data) => ({ data, error: null })).catch((error) => ({ data: null, error }));` }, []],
  ["neverthrow fromPromise", route(`const r = await ResultAsync.fromPromise(${INSERT}, (e) => mapDb(e)); if (r.isErr()) return res.status(409).end();`, `import { ResultAsync } from "neverthrow";`), {}, []],
  ["neverthrow fromThrowable", route(`const r = await save(req); if (r.isErr()) return res.status(409).end();`, `import { ResultAsync } from "neverthrow"; const save = ResultAsync.fromThrowable(async (req: any) => ${INSERT}, (e) => e);`), {}, []],
  ["Effect.tryPromise", route(`await Effect.runPromise(save(req.body.slug).pipe(Effect.catchTag("Duplicate", () => Effect.void)));`, `import { Effect } from "effect"; const save = (slug: string) => Effect.tryPromise({ try: () => db.insert(posts).values({ slug, title: "" }), catch: (e) => isUnique(e) ? new Duplicate() : new DbError(e) });`), {}, []],
  ["express error mw", route(`await ${INSERT}; res.json({});`) + `\napp.use((err: any, req: any, res: any, next: any) => { if (isUnique(err)) return res.status(409).end(); res.status(500).end(); });`, {}, []],
  ["express error mw, no unique", route(`await ${INSERT}; res.json({});`) + `\napp.use((err: any, req: any, res: any, next: any) => { res.status(500).end(); });`, {}, ["require-conflict-handling"]],
  ["fastify", HEAD + `import Fastify from "fastify"; const fastify = Fastify(); fastify.post("/p", async (req: any) => { await ${INSERT}; }); fastify.setErrorHandler((error, request, reply) => { if (error.cause?.code === "23505") return reply.code(409).send(); reply.send(error); });`, {}, []],
  ["hono", HEAD + `import { Hono } from "hono"; const app = new Hono(); app.post("/p", async (c) => { const b = await c.req.json(); await db.insert(posts).values({ slug: b.slug }); return c.text(""); }); app.onError((err, c) => { if (isUnique(err)) return c.text("", 409); return c.text("", 500); });`, {}, []],
  ["nest filter", HEAD + `@Controller() export class P { @Post() async create(@Body() body: any) { await db.insert(posts).values({ slug: body.slug }); } }`, { "src/filter.ts": `import { Catch } from "@nestjs/common"; @Catch() export class F { catch(exception: any, host: any) { switch (exception.cause?.code) { case "23505": { host.switchToHttp().getResponse().status(409).end(); break; } default: throw exception; } } }` }, []],
  ["HOF wrapper", HEAD + `import { withErrors } from "./wrap"; export const POST = withErrors(async (req: Request) => { const b = await req.json(); await db.insert(posts).values({ slug: b.slug }); return Response.json({}); });`, { "src/wrap.ts": `import { isUnique } from "./unique"; export function withErrors(handler: any) { return async (req: Request) => { try { return await handler(req); } catch (e) { if (isUnique(e)) return new Response("", { status: 409 }); throw e; } }; }` }, []],
  ["HOF by name", HEAD + `import { withErrors } from "./wrap"; async function create(req: Request) { const b = await req.json(); await db.insert(posts).values({ slug: b.slug }); return Response.json({}); } export const POST = withErrors(create);`, { "src/wrap.ts": `import { isUnique } from "./unique"; export function withErrors(handler: any) { return async (req: Request) => { try { return await handler(req); } catch (e) { if (isUnique(e)) return new Response("", { status: 409 }); throw e; } }; }` }, []],
  ["3 up", route(`try { await a(req.body.slug); } catch (e) { if (isUnique(e)) return res.status(409).end(); throw e; }`, `async function a(s: string) { await b(s); } async function b(s: string) { await c(s); } async function c(s: string) { await db.insert(posts).values({ slug: s }); }`), {}, []],
  ["pRetry heals check", route(`await pRetry(async () => { const [n] = await db.select().from(posts).where(eq(posts.slug, req.body.slug)).limit(1); if (!n) await db.insert(posts).values({ slug: req.body.slug }); });`, `import pRetry from "p-retry";`), {}, []],
  ["own loop heals check", route(`for (let i = 0; i < 3; i++) { try { const [n] = await db.select().from(posts).where(eq(posts.slug, req.body.slug)).limit(1); if (!n) await db.insert(posts).values({ slug: req.body.slug }); break; } catch (e) { if (!isUnique(e)) throw e; } }`), {}, []],
  ["async-retry", route(`await retry(async (bail) => { const [n] = await db.select().from(posts).where(eq(posts.slug, req.body.slug)).limit(1); if (!n) await db.insert(posts).values({ slug: req.body.slug }); }, { retries: 3 });`, `import retry from "async-retry";`), {}, []],
  ["advisory 3 deep", route(`await db.transaction(async (tx) => { await lockFor(tx, req.body.slug); const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); });`, `import { lockFor } from "./l1";`), { "src/l1.ts": `import { l2 } from "./l2"; export async function lockFor(tx: any, k: string) { await l2(tx, k); }`, "src/l2.ts": `import { l3 } from "./l3"; export async function l2(tx: any, k: string) { await l3(tx, k); }`, "src/l3.ts": `import { sql } from "drizzle-orm"; export async function l3(tx: any, k: string) { await tx.execute(sql\`select pg_advisory_xact_lock(hashtext(\${k}))\`); }` }, []],
  ["redlock using", route(`await redlock.using([req.body.slug], 5000, async () => { ${LOOKED_UP} });`, `import Redlock from "redlock"; const redlock = new Redlock([]);`), {}, []],
  ["redlock acquire", route(`const lock = await redlock.acquire([req.body.slug], 5000); try { ${LOOKED_UP} } finally { await lock.release(); }`, `import Redlock from "redlock"; const redlock = new Redlock([]);`), {}, []],
  ["withLock own", route(`await withLock(req.body.slug, async () => { ${LOOKED_UP} });`, `import { withLock } from "./lock";`), { "src/lock.ts": `import { redis } from "./redis"; export async function withLock(key: string, fn: () => Promise<void>) { await redis.set(key, "1", "EX", 5, "NX"); try { await fn(); } finally { await redis.del(key); } }` }, []],
  ["withLock by name fn", route(`await withLock(req.body.slug, save);  async function save() { ${LOOKED_UP} }`, `import { withLock } from "./lock";`), { "src/lock.ts": `export async function withLock(key: string, fn: () => Promise<void>) { await fn(); }` }, []],
  ["tx by name fn serializable", route(`await db.transaction(save, { isolationLevel: "serializable" }); async function save(tx: any) { const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); }`), {}, []],
  ["FOR UPDATE on empty", route(`await db.transaction(async (tx) => { const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1).for("update"); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); });`), {}, ["no-check-then-insert"]],
  ["FOR UPDATE parent", route(`await db.transaction(async (tx) => { await tx.select().from(posts).where(eq(posts.id, req.body.post)).for("update"); const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); });`), {}, []],
  ["earlier upsert row lock", route(`await db.transaction(async (tx) => { await tx.insert(posts).values({ slug: req.body.slug }).onConflictDoUpdate({ target: posts.slug, set: { title: "x" } }); const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); });`), {}, []],
  ["earlier update row lock", route(`await db.transaction(async (tx) => { await tx.update(posts).set({ title: "x" }).where(eq(posts.slug, req.body.slug)); const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); });`), {}, []],
  ["inngest concurrency", HEAD + `export const f = inngest.createFunction({ id: "x", concurrency: { key: "event.data.slug", limit: 1 } }, { event: "y" }, async ({ event }) => { const req = { body: event.data }; ${LOOKED_UP} });`, {}, []],
  ["inngest concurrency array", HEAD + `export const f = inngest.createFunction({ id: "x", concurrency: [{ key: "event.data.slug", limit: 1 }] }, { event: "y" }, async ({ event }) => { const req = { body: event.data }; ${LOOKED_UP} });`, {}, []],
  ["trigger queue", HEAD + `export const f = task({ id: "x", queue: { concurrencyLimit: 1 }, run: async (payload: any) => { const req = { body: payload }; ${LOOKED_UP} } });`, {}, []],
  ["trigger queue const", HEAD + `const q = queue({ name: "x", concurrencyLimit: 1 }); export const f = task({ id: "x", queue: q, run: async (payload: any) => { const req = { body: payload }; ${LOOKED_UP} } });`, {}, []],
  ["bullmq concurrency 1", HEAD + `import { Worker } from "bullmq"; export const w = new Worker("q", async (job: any) => { const req = { body: job.data }; ${LOOKED_UP} }, { connection, concurrency: 1 });`, {}, []],
  ["bullmq jobId", HEAD + `import { Queue, Worker } from "bullmq"; const queue = new Queue("q"); export const add = (slug: string) => queue.add("note", { slug }, { jobId: slug }); export const w = new Worker("q", async (job: any) => { const req = { body: job.data }; ${LOOKED_UP} });`, {}, []],
  ["bullmq no jobId", HEAD + `import { Queue, Worker } from "bullmq"; const queue = new Queue("q"); export const add = (slug: string) => queue.add("note", { slug }); export const w = new Worker("q", async (job: any) => { const req = { body: job.data }; ${LOOKED_UP} });`, {}, ["no-check-then-insert"]],
  ["pgboss singletonKey", HEAD + `import PgBoss from "pg-boss"; const boss = new PgBoss(""); export const add = (slug: string) => boss.send("note", { slug }, { singletonKey: slug }); await boss.work("note", async ([job]: any) => { const req = { body: job.data }; ${LOOKED_UP} });`, {}, []],
  ["graphile job_key", HEAD + `import { run, quickAddJob } from "graphile-worker"; export const add = (slug: string) => quickAddJob({}, "note", { slug }, { jobKey: slug }); await run({ taskList: { note: async (payload: any) => { const req = { body: payload }; ${LOOKED_UP} } } });`, {}, []],
  ["temporal workflowId", HEAD + `export async function createNote(req: any) { ${LOOKED_UP} }`, {}, ["no-check-then-insert"]],
  ["serializable+retry", route(`await retry(() => db.transaction(async (tx) => { const [n] = await tx.select().from(notes).where(eq(notes.slug, req.body.slug)).limit(1); if (!n) await tx.insert(notes).values({ slug: req.body.slug }); }, { isolationLevel: "serializable" }));`, `import retry from "async-retry";`), {}, []],
  ["savepoint", route(`await db.transaction(async (tx) => { try { await tx.transaction(async (sp) => { await sp.insert(posts).values({ slug: req.body.slug }); }); } catch (e) { if (!isUnique(e)) throw e; } await tx.insert(notes).values({ slug: "a" }); });`), {}, []],
  ["no savepoint", route(`await db.transaction(async (tx) => { try { await tx.insert(posts).values({ slug: req.body.slug }); } catch (e) { if (!isUnique(e)) throw e; } await tx.insert(notes).values({ slug: "a" }); });`), {}, ["no-recovery-in-aborted-transaction"]],
  ["async-mutex per key", route(`const release = await mutexFor(req.body.slug).acquire(); try { ${LOOKED_UP} } finally { release(); }`, `import { Mutex } from "async-mutex"; const m = new Map<string, Mutex>(); function mutexFor(k: string) { return m.get(k)!; }`), {}, []],
  ["class method answer", route(`const repo = new Notes(); if (!(await repo.has(req.body.slug))) await repo.add(req.body.slug);`, `class Notes { async has(slug: string) { const [n] = await db.select().from(notes).where(eq(notes.slug, slug)).limit(1); return n !== undefined; } async add(slug: string) { await db.insert(notes).values({ slug }); } }`), {}, ["no-check-then-insert"]],
  ["forEach row handled .then(ok, err)", route(`await ${INSERT}.then(() => res.json({}), (e: any) => { if (isUnique(e)) res.status(409).end(); else throw e; });`), {}, []],
];

test.each(cases)("%s", (_name, app, more, expected) => {
  const found = check(projectOf({ ...BASE, "src/app.ts": app, ...more }), rules, { preset: "recommended", includeIncidental: false, levels: {}, text: () => null, statements: () => [] });
  expect(found.findings.map(({ rule }) => rule).sort()).toEqual([...expected].sort());
});
