import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canHoldFacts } from "../src/read/candidates.ts";
import { readFile } from "../src/read/index.ts";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";

describe("readFile", () => {
  it.each([
    ["a.ts", "typescript"],
    ["a.mjs", "typescript"],
    ["a.md", "none"],
    ["a", "none"],
  ])("%s is read as %s", (path, language) => {
    expect(readFile({ path, text: "" }).language).toBe(language);
  });

  it("tells a binary file and one that is too large, and parses neither", () => {
    expect(readFile({ path: "a.ts", text: "const a = 1;\0" })).toMatchObject({ language: "none", code: null, unread: [{ message: "binary file", at: { path: "a.ts", start: 0, end: 0 } }] });
    expect(readFile({ path: "a.ts", text: " ".repeat(5_000_001) })).toMatchObject({ language: "none", unread: [{ message: "too large" }] });
  });

  it("turns a reader's overflow into an unread file", () => {
    const facts = readFile({ path: "a.ts", text: `x = ${"(".repeat(200_000)}` });
    expect(facts).toMatchObject({ language: "none", code: null });
    expect(facts.unread[0]?.message).toMatch(/^could not be read: /);
  });
});

describe("canHoldFacts", () => {
  it.each([
    'export const t = pgTable("t", {});',
    "await db.insert(t).values(v);",
    "const db = new PrismaClient();",
    "return this.prisma.user.findFirst({ where });",
    "await sql`select 1`;",
    'await client.query("insert into t values (1)");',
    'if (e.code === "23505") return;',
    "if (isUniqueConstraintError(e)) return;",
    'supabase.from("t").upsert(row)',
    '@Entity() class A {}',
    'exports.up = (knex) => knex.schema.createTable("t", (t) => {});',
    "const shelf = await source.getRepository(Shelf).save(row);",
    "const shelf = await Shelf.findOne({ where });",
    "return this.shelves.save(shelf);",
    "await Shelf.create({ label });",
    "const all = await Shelf.query().where({ label });",
    "// unique per org_id",
    "// uniqlint-disable",
  ])("%s", (text) => {
    expect(canHoldFacts("a.ts", text)).toBe(true);
  });

  it.each([
    ["a.ts", "export const add = (a: number, b: number) => a + b;"],
    ["a.d.ts", "export const db: PrismaClient;"],
    ["a.min.js", "prisma"],
    ["a.md", "prisma"],
    ["a.js", `prisma;${"a=1;".repeat(10_000)}`],
  ])("not %s", (path, text) => {
    expect(canHoldFacts(path, text)).toBe(false);
  });

  it("all SQL and Prisma", () => {
    expect(canHoldFacts("a.sql", "")).toBe(true);
    expect(canHoldFacts("schema.prisma", "")).toBe(true);
  });
});

describe("whatever it is given", () => {
  const own = readFileSync(new URL("../src/read/typescript/statements.ts", import.meta.url), "utf8");

  it("it does not throw: any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void readTypeScriptFile({ path: "a.tsx", text })), { numRuns: 300 });
  });

  it("it does not throw: code cut off, cut out and put together anew", () => {
    const piece = fc.tuple(fc.nat(own.length), fc.nat(400)).map(([from, length]) => own.slice(from, from + length));
    fc.assert(fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => void JSON.stringify(readTypeScriptFile({ path: "a.ts", text: pieces.join("") }))), { numRuns: 200 });
  });

  it("every place lies within the text", () => {
    const facts = readTypeScriptFile({ path: "a.ts", text: own });
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      const { start, end } = value as { start?: number; end?: number };
      if (typeof start === "number" && typeof end === "number") expect(0 <= start && start <= end && end <= own.length).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(facts);
  });
});
