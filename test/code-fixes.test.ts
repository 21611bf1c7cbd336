import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importOf, scanBracket } from "../src/catalog/code-text.ts";
import { skipConflict } from "../src/catalog/skip-conflict.ts";
import type { Column, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Site, Written } from "../src/model/project.ts";
import { runWithoutCache as run } from "./run-cli.ts";

/** `<client>-<what>/before` becomes `after`; nothing is found in it then. */
const fixtures = join(import.meta.dirname, "../fixtures/code-fixes");
const modules = join(import.meta.dirname, "../node_modules");

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-code-fixes-"));
});
afterAll(() => rmSync(base, { recursive: true }));

function readTree(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(entries.map((entry) => join(entry.parentPath, entry.name)).sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

describe.each(readdirSync(fixtures).sort())("%s", (name) => {
  test("becomes what a person would write, in which nothing is found", async () => {
    const root = join(base, name);
    cpSync(join(fixtures, name, "before"), root, { recursive: true });
    expect((await run(root, "--max-warnings", "0")).status).toBe(1);
    expect(readTree(root)).toEqual(readTree(join(fixtures, name, "before")));
    const { status, stdout } = await run(root, "--fix-suggestions", "--max-warnings", "0");
    expect(readTree(root)).toEqual(readTree(join(fixtures, name, "after")));
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^0 errors, 0 warnings/) as string]);
  });
});

test.each([
  ["a constant is one of several states", "phone: string)", "phone: string)", "data: { orgId, phone }", 'data: { orgId, phone: "none" }', "where: { orgId, phone }", 'where: { orgId, phone: "none" }'],
  ["the look-up leaves rows out", "phone String", "phone String\n  gone  DateTime?", "findFirst({ where: { orgId, phone }", "findFirst({ where: { orgId, phone, gone: null }"],
  ["a wider key keeps several apart", "phone String", "phone String\n  kind  String\n\n  @@unique([orgId, phone, kind])", "data: { orgId, phone }", "data: { orgId, phone, kind: crypto.randomUUID() }"],
])("no key is suggested where %s", async (_, ...pairs) => {
  const root = mkdtempSync(join(base, "none-"));
  cpSync(join(fixtures, "prisma-line/before"), root, { recursive: true });
  for (const file of Object.keys(readTree(root))) {
    let text = readFileSync(join(root, file), "utf8");
    for (let at = 0; at < pairs.length; at += 2) text = text.replaceAll(pairs[at] ?? "", pairs[at + 1] ?? "");
    writeFileSync(join(root, file), text);
  }
  const { stdout } = await run(root, "--format", "json");
  const found = (JSON.parse(stdout) as { findings: { rule: string; suggestions: unknown[] }[] }).findings;
  expect(found.filter(({ rule }) => rule === "no-check-then-insert").map(({ suggestions }) => suggestions)).toEqual([[]]);
});

test("the results are well typed, by the types of the real libraries", () => {
  const root = join(base, "types");
  cpSync(fixtures, root, { recursive: true });
  symlinkSync(modules, join(root, "node_modules"));
  // Prisma's types are generated from the schema, and its edits are of that.
  const options = { target: "es2023", lib: ["es2023", "dom"], module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*/after/src"], exclude: ["prisma-*"] }));
  const { status, stdout } = spawnSync(join(modules, ".bin/tsc"), ["-p", root], { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

describe("ON CONFLICT DO NOTHING is not offered", () => {
  const key: UniqueKey = { name: "d_key", kind: "index", parts: [{ kind: "column", column: "ref", collation: null, opclass: null }], where: null, nullsNotDistinct: false, deferrable: false, valid: null, declared: [], built: [] };
  const column = (name: string): Column => ({ name, property: name, type: "text", nullable: false, default: null, generated: false, at: null });
  const table: Table = { id: "public.d", schema: "public", name: "d", kind: "table", temporary: false, partitioned: false, columns: [column("id"), column("ref")], keys: [{ ...key, name: "d_pkey", kind: "primary", parts: [{ kind: "column", column: "id", collation: null, opclass: null }] }, key], indexes: [], foreignKeys: [], checks: [], complete: true, declared: [], built: [] };
  const offer = (code: string, origin: Written["value"]["origin"] = "external") => {
    const at = { path: "a.ts", start: 0, end: code.length };
    const columns = [{ column: "id", value: { text: "id", origin, nullable: false }, at }];
    const site = { client: "drizzle", at, conflict: null, returning: "none", columns } as unknown as Site;
    return skipConflict(site, table, key, () => code).map(({ edits }) => edits.map(({ at: place, text }) => [place.start, text]));
  };

  test("behind what runs the statement, nor where the row's id is made here", () => {
    expect(offer("db.insert(d).values({ id, ref: f(1) })")).toEqual([[[38, ".onConflictDoNothing({ target: d.ref })"]]]);
    expect(offer("db.insert(d).values({ id, ref: f(1) }).run()")).toEqual([]);
    expect(offer("db.insert(d).values({ id, ref: f(1) })", "generated")).toEqual([]);
  });
});

describe("edits of code as text", () => {
  const close = (text: string) => scanBracket(text, text.indexOf("("));

  test("brackets in strings, templates and comments do not count", () => {
    expect(close("f(a, ')', `)`, /* ) */ [1, 2], // )\n b)")).toEqual({ commas: [3, 8, 13, 29], close: 38 });
    expect(close("f(a, '\\')')")).toEqual({ commas: [3], close: 10 });
    expect(close("f(a, (b)")).toBeNull();
  });

  test("an import is extended, found, or not to be had", () => {
    expect(importOf('import { a } from "x";', "b", "x")).toEqual({ at: 10, insert: ", b" });
    expect(importOf('import {\n  a,\n} from "x";', "b", "x")).toEqual({ at: 13, insert: "\n  b," });
    expect(importOf('import { a, b } from "x";', "b", "x")).toBe("there");
    expect(importOf('import { b as c } from "x";', "b", "x")).toBeNull();
    expect(importOf('import * as x from "x";', "b", "x")).toBeNull();
  });
});
