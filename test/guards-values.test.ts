import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, firstSite, prismaProject, projectOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

/** The value that is written to `slug`, in a function of `parameters` whose body starts with `before`. */
function valueOf(expression: string, before = "", parameters = "input: any, request: Request", head = "") {
  const site = firstSite(drizzleProject(`${head}\nexport async function f(${parameters}) { ${before} await db.insert(posts).values({ id: "a", slug: ${expression} }); }`), "insert");
  const value = site.columns?.[1]?.value;
  if (value === undefined) throw new Error("no value");
  return value;
}

describe("text", () => {
  test("locals are followed to one text", () => {
    expect(valueOf("slug", "const slug = input.slug;").text).toBe("input.slug");
    expect(valueOf("slug", "const { slug } = input;").text).toBe("input.slug");
    expect(valueOf("slug", "", "{ slug }: any").text).toBe("slug");
    expect(valueOf("s", "const s = `${input.a}-${input.b}`;").text).toBe("`${input.a}-${input.b}`");
    expect(valueOf("input.a + 1").text).toBe("(input.a + 1)");
  });

  test("two calls of a generator are two values, one call is one", () => {
    const site = firstSite(drizzleProject(`import { nanoid } from "nanoid"; export async function f() { const id = nanoid(); await db.insert(posts).values({ id, slug: id, userId: nanoid() }); }`), "insert");
    const [id, slug, user] = site.columns?.map((each) => each.value.text) ?? [];
    expect([id === slug, id === user]).toEqual([true, false]);
  });
});

describe("origin", () => {
  test.each([
    ["'x'", "literal"],
    ["null", "null"],
    ["crypto.randomUUID()", "generated"],
    ["`p_${nanoid()}`", "generated"],
    ["generateShortId()", "generated"],
    ["Date.now()", "generated"],
    ["letters.charAt(Math.floor(Math.random() * 26))", "generated"],
    ["Math.floor(Date.now() / 1000)", "computed"],
    ["new Date().toISOString().slice(0, 10)", "computed"],
    ["process.env.NAME", "environment"],
    ["input.slug", "parameter"],
    ["input.slug.toLowerCase()", "parameter"],
    ["(await request.json()).slug", "external"],
    ["new URL(request.url).searchParams.get('slug')", "external"],
    ["sql`excluded.slug`", "excluded"],
    ["sql`gen_random_uuid()`", "generated"],
    ["sql`lower(slug)`", "computed"],
    ["(await db.query.users.findFirst({}))?.email", "query"],
  ])("%s is %s", (expression, origin) => {
    expect(valueOf(expression).origin).toBe(origin);
  });

  test("a text that random letters are added to is new", () => {
    const value = valueOf("suffix", "let suffix = ''; for (let i = 0; i < 6; i++) { suffix += 'abc'.charAt(Math.random() * 3); }");
    expect([value.origin, value.sometimes]).toEqual(["generated", undefined]);
    expect(valueOf("name", "let name = input.name; if (input.copy) name += nanoid();")).toMatchObject({ origin: "generated", sometimes: true });
  });

  test("a name that is sought before it is given depends on what is there", () => {
    const free = `async function freeSlug(name: string) { const taken = await db.query.posts.findFirst({ where: eq(posts.slug, name) }); if (taken) return freeSlug(name + "-2"); return name; }`;
    expect(valueOf("await freeSlug(input.name)", "", "input: any", free).origin).toBe("computed");
    const owner = `async function ownerOf(slug: string) { const post = await db.query.posts.findFirst({ where: eq(posts.slug, slug) }); if (!post) return null; return post.userId; }`;
    expect(valueOf("await ownerOf(input.name)", "", "input: any", owner).origin).toBe("parameter");
  });

  test("what a middleware kept of the request is external", () => {
    const project = drizzleProject(`app.post("/x", async (c) => { await db.insert(posts).values({ id: c.get("requestId"), slug: c.get("webhookBody").slug }); });`);
    expect(firstSite(project, "insert").columns?.map((each) => each.value.origin)).toEqual(["computed", "external"]);
  });

  test("rows of a parsed file are external", () => {
    const project = drizzleProject(`import Papa from "papaparse"; export async function load(csv: string) { for (const row of Papa.parse(csv).data) await db.insert(posts).values({ id: "a", slug: row.slug }); }`);
    const site = firstSite(project, "insert");
    expect([site.columns?.[1]?.value.origin, site.loop]).toEqual(["external", true]);
  });

  test("a parameter's value comes from where its arguments come from", () => {
    const helper = `async function add(slug: string, id: string) { await db.insert(posts).values({ id, slug }); }`;
    const project = drizzleProject(`import { nanoid } from "nanoid"; ${helper} export async function POST(request: Request) { const body = await request.json(); await add(body.slug, nanoid()); }`);
    expect(firstSite(project, "insert").columns?.map((each) => each.value.origin)).toEqual(["generated", "external"]);
  });

  test("server functions are called with what the browser sends", () => {
    const project = prismaProject("", { "src/actions.ts": `"use server"; import { prisma } from "./db"; export async function add(title: string) { "use server"; await prisma.post.create({ data: { title, slug: title } }); }` });
    expect(firstSite(project, "insert")).toMatchObject({ entry: "route", columns: [{ value: { origin: "external" } }, { value: { origin: "external" } }] });
  });
});

describe("nullable", () => {
  test.each([
    ["null", true],
    ["input.slug ?? null", true],
    ["input.slug ? 'a' : null", true],
    ["'x'", false],
    ["`a${input.slug}`", false],
    ["input.slug", null],
  ])("%s: %s", (expression, nullable) => {
    expect(valueOf(expression).nullable).toBe(nullable);
  });

  test("a caller that passes null makes a parameter nullable", () => {
    const project = drizzleProject(`async function add(slug: string | null) { await db.insert(posts).values({ id: "a", slug }); } export const f = () => add(null);`);
    expect(firstSite(project, "insert").columns?.[1]?.value.nullable).toBe(true);
  });
});

describe("entries", () => {
  const insert = `await db.insert(posts).values({ id: "a" });`;
  const head = `import { db } from "@/db"; import { posts } from "@/schema";`;
  const entryOf = (path: string, code: string) => drizzleProject("", { "tsconfig.json": `{"compilerOptions":{"paths":{"@/*":["./src/*"]}}}`, [path]: code.startsWith(`"use server"`) ? `"use server"; ${head}\n${code}` : `${head}\n${code}` }).sites[0]?.entry;

  test.each([
    ["src/app/api/posts/route.ts", `export async function POST(request: Request) { ${insert} }`, "route"],
    ["src/app/api/webhooks/stripe/route.ts", `export async function POST(request: Request) { ${insert} }`, "webhook"],
    ["src/server.ts", `import express from "express"; const app = express(); app.post("/posts", async (req, res) => { ${insert} });`, "route"],
    ["src/trpc.ts", `export const r = { add: publicProcedure.input(x).mutation(async ({ input }) => { ${insert} }) };`, "route"],
    ["src/functions.ts", `export const f = inngest.createFunction({ id: "x" }, { event: "y" }, async ({ event }) => { ${insert} });`, "job"],
    ["src/later.ts", `export const later = task({ id: "x", run: async (payload: any) => { ${insert} } });`, "job"],
    ["src/consume.ts", `import { Worker } from "bullmq"; export const w = new Worker("q", async (job) => { ${insert} });`, "consumer"],
    ["src/lib/posts.ts", `export async function add() { ${insert} }`, null],
    ["src/seed.ts", `export async function add() { ${insert} }`, "seed"],
    ["src/posts.test.ts", `export async function add() { ${insert} }`, "test"],
  ])("%s: %s is a %s", (path, code, entry) => {
    expect(entryOf(path, code)).toBe(entry);
  });

  test.each([
    ["src/actions.ts", `"use server"; export async function add(form: FormData) { ${insert} }`, "route"],
    ["src/safe.ts", `export const add = authActionClient.inputSchema(x).action(async ({ parsedInput }) => { ${insert} });`, "route"],
    ["src/a.ts", `import { Router } from "express"; const router = Router(); router.route("/x").post(async (req, res) => { ${insert} });`, "route"],
    ["src/b.ts", `import express from "express"; const v1 = express.Router(); v1.post("/x", wrap(async (a, b) => { ${insert} }));`, "route"],
    ["src/c.ts", `import { Router } from "express"; async function create(a: any) { ${insert} } const posting = Router(); posting.post("/x", auth, create);`, "route"],
    ["src/d.ts", `class Posts { async create(a: any) { ${insert} } } const held = new Posts(); const router = Router(); router.post("/x", held.create.bind(held));`, "route"],
    ["src/e.ts", `export const create = async (req: any, res: any) => { ${insert} };`, "route"],
    ["src/f.ts", `export async function plugin(fastify: FastifyInstance) { fastify.route({ method: "POST", url: "/x", handler: async (r) => { ${insert} } }); }`, "route"],
    ["src/g.ts", `import { OpenAPIHono } from "@hono/zod-openapi"; const billing = new OpenAPIHono(); billing.openapi(create, async (c) => { ${insert} });`, "route"],
    ["src/h.ts", `import { Elysia } from "elysia"; export const billing = new Elysia().post("/x", async ({ body }) => { ${insert} });`, "route"],
    ["src/i.ts", `@Resolver() export class Posts { @Mutation(() => Post) async create(@Args() args: any) { ${insert} } }`, "route"],
    ["src/j.ts", `@Processor("mail") export class Mail extends WorkerHost { async process(each: any) { ${insert} } }`, "consumer"],
    ["app/modules/posts.tsx", `export async function action({ request }: Route.ActionArgs) { ${insert} }`, "route"],
    ["src/routes/posts/+page.server.ts", `export const actions = { create: async ({ request }) => { ${insert} } } satisfies Actions;`, "route"],
    ["server/api/posts/index.ts", `export default defineEventHandler(async (event) => { ${insert} });`, "route"],
    ["src/pages/posts.ts", `export const POST: APIRoute = async ({ request }) => { ${insert} };`, "route"],
    ["src/k.ts", `export const POST = withSession(async (each) => { ${insert} });`, "route"],
    ["src/l.ts", `export const resolvers = { Mutation: { createPost: async (_: any, args: any) => { ${insert} } } };`, "route"],
    ["src/m.ts", `builder.mutationField("createPost", (t) => t.field({ type: Post, resolve: async (_, args) => { ${insert} } }));`, "route"],
    ["src/n.ts", `export const add = base.input(x).handler(async ({ input }) => { ${insert} });`, "route"],
    ["src/o.ts", `import { initServer } from "@ts-rest/express"; export const r = initServer().router(contract, { create: async ({ body }) => { ${insert} } });`, "route"],
    ["src/p.ts", `import PgBoss from "pg-boss"; const queue = new PgBoss(""); await queue.work("mail", async ([each]) => { ${insert} });`, "consumer"],
    ["src/q.ts", `import { run } from "graphile-worker"; await run({ taskList: { send: async (each) => { ${insert} } } });`, "consumer"],
    ["src/r.ts", `import { Worker } from "bullmq"; const send = async (each: any) => { ${insert} }; export const worker = new Worker("mail", send);`, "consumer"],
    ["src/s.ts", `await consumer.run({ eachMessage: async ({ message }) => { ${insert} } });`, "consumer"],
    ["src/t.ts", `export const handler: SQSHandler = async (each) => { ${insert} };`, "consumer"],
    ["src/u.ts", `export default { async queue(batch: any) { ${insert} } };`, "consumer"],
    ["src/v.ts", `const worker: ExportedHandler = { async scheduled(each: any) { ${insert} } }; export default worker;`, "job"],
    ["src/app/api/cron/day/route.ts", `export async function GET(each: Request) { ${insert} }`, "job"],
    ["src/w.ts", `import { serve } from "@upstash/workflow/nextjs"; export const { POST } = serve(async (context) => { ${insert} });`, "job"],
    ["src/cli/x.ts", `program.command("add").action(async () => { ${insert} });`, "script"],
    ["src/y.ts", `export async function create(req: any) { ${insert} } names.map(create); log.info("create", create);`, null],
  ])("frameworks: %s: %s is a %s", (path, code, entry) => {
    expect(entryOf(path, code)).toBe(entry);
  });

  test("activities of Temporal, where it is installed", () => {
    const installed = { "package.json": JSON.stringify({ name: "app", dependencies: { "drizzle-orm": "0.45.0", pg: "8.11.0", "@temporalio/worker": "1.11.0" } }) };
    const code = { "src/billing/activities.ts": `import { db } from "../db"; import { posts } from "../schema"; export const createActivities = () => ({ async add(x: any) { ${insert} } });` };
    expect(drizzleProject("", { ...installed, ...code }).sites[0]?.entry).toBe("job");
    expect(drizzleProject("", code).sites[0]?.entry).toBe(null);
  });

  test("is inherited from callers", () => {
    const project = projectOf({
      "package.json": "{}", "drizzle.config.ts": `export default { schema: "./src/schema.ts", dialect: "postgresql" };`,
      "src/schema.ts": `import { pgTable, text } from "drizzle-orm/pg-core"; export const posts = pgTable("posts", { id: text("id").primaryKey() });`,
      "src/lib.ts": `import { posts } from "./schema"; export async function add(db: any) { await db.insert(posts).values({ id: "a" }); }`,
      "src/app/api/webhooks/route.ts": `import { add } from "../../../lib"; import { db } from "drizzle-orm"; export async function POST() { await add(db); }`,
    });
    expect(project.sites[0]).toMatchObject({ entry: "webhook", incidental: false });
  });
});
