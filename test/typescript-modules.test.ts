import { describe, expect, it } from "vitest";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";
import { code, show } from "./typescript-read.ts";

function imports(text: string): string[] {
  return code(text).imports.map((each) => `${each.local} = ${each.name} of ${each.from}${each.typeOnly ? " (type)" : ""}`);
}

describe("imports", () => {
  it.each([
    ['import a from "x";', ["a = default of x"]],
    ['import { a, b as c, type D } from "x";', ["a = a of x", "c = b of x", "D = D of x (type)"]],
    ['import type { A } from "x";', ["A = A of x (type)"]],
    ['import a, * as b from "x";', ["a = default of x", "b = * of x"]],
    ['import "x";', []],
    ['import a = require("x");', ["a = * of x"]],
    ['const a = require("x");', ["a = * of x"]],
    ['const { a, b: c } = require("x");', ["a = a of x", "c = b of x"]],
    ['const a = require("x").b;', ["a = b of x"]],
    ['const { a } = await import("x");', ["a = a of x"]],
  ])("%s", (text, expected) => {
    expect(imports(text)).toEqual(expected);
  });

  it("by require are no declarations", () => {
    expect(code('const a = require("x"); const b = 1;').declarations).not.toHaveProperty("a");
  });
});

describe("exports", () => {
  it.each([
    ["export const a = 1, b = 2;", ["a = a", "b = b"]],
    ["export const { a, b: [c] } = x;", ["a = a", "c = c"]],
    ["export function a() {}", ["a = a"]],
    ["export default function a() {}", ["default = a"]],
    ["export default function () {}", ["default = default"]],
    ["export default class A {}", ["default = A"]],
    ["const a = 1; export default a;", ["default = a"]],
    ["export default drizzle(pool);", ["default = default"]],
    ["export type A = B; export interface C {} export enum D {}", ["A = A", "C = C", "D = D"]],
    ["const a = 1; export { a, a as b, a as default };", ["a = a", "b = a", "default = a"]],
    ['export { a, default as b } from "x";', ["a = x a", "b = x default"]],
    ['export * from "x"; export * as y from "z";', ["* x", "* z as y"]],
    ["const a = 1; module.exports = a;", ["default = a"]],
    ["const a = 1; module.exports = { a, b: a, c: 2 };", ["default = default", "a = a", "b = a", "c = c"]],
    ["exports.a = () => {}; module.exports.b = 1;", ["a = a", "b = b"]],
    ["export = a;", ["default = a"]],
  ])("%s", (text, expected) => {
    const read = code(text).exports.map((each) =>
      each.kind === "local" ? `${each.name} = ${each.local}` : each.kind === "from" ? `${each.name} = ${each.from} ${each.imported}` : `* ${each.from}${each.as === null ? "" : ` as ${each.as}`}`,
    );
    expect(read).toEqual(expected);
  });

  it("without a name of their own are declared as default", () => {
    const facts = code("export default async () => 1;");
    expect(facts.declarations["default"]).toMatchObject({ kind: "const", function: 0 });
    expect(show(code("export default defineConfig({ a: 1 });").declarations["default"]?.value ?? null)).toBe("defineConfig({a: 1})");
    expect(code("exports.run = async () => {};").declarations["run"]).toMatchObject({ function: 0 });
  });
});

describe("declarations", () => {
  it("have kind, value, path, function and type", () => {
    const facts = code("const a = f(); let b: Db; const { c: { d } } = g; function h() {} type I = { x: 1 }; const j: K<L> = m;");
    const kinds = Object.entries(facts.declarations).map(([name, each]) => [name, each.kind, show(each.value), each.path.join("."), each.function, each.typeText]);
    expect(kinds).toEqual([
      ["a", "const", "f()", "", null, null],
      ["b", "let", "-", "", null, "Db"],
      ["d", "destructured", "g", "c.d", null, null],
      ["h", "function", "-", "", 0, null],
      ["I", "type", "-", "", null, "{ x: 1 }"],
      ["j", "const", "m", "", null, "K<L>"],
    ]);
  });

  it("get the value that is assigned later, the first one", () => {
    expect(show(code("let db; function init() { db = drizzle(pool); } db = other;").declarations["db"]?.value ?? null)).toBe("drizzle(pool)");
  });

  it("named like a member of every object are still only names", () => {
    const facts = code("const constructor = 1; f(toString, hasOwnProperty);");
    expect(facts.declarations["constructor"]?.kind).toBe("const");
    expect(facts.declarations["toString"]).toBeUndefined();
  });

  it("of overloads are one, with the body's function", () => {
    const facts = code("export function a(x: string): void; export function a(x: number): void; export function a(x: any) { b(x); }");
    expect(facts.declarations["a"]).toMatchObject({ kind: "function", function: 0 });
    expect(facts.exports).toEqual([{ kind: "local", name: "a", local: "a" }]);
  });
});

describe("files", () => {
  it("with a syntax error say where, and give the rest", () => {
    const text = "const a = db.insert(t).values({ b: );\nfunction f() { g(); }";
    const facts = readTypeScriptFile({ path: "a.ts", text });
    expect(facts.unread).toHaveLength(1);
    expect(facts.unread[0]?.message).toBe("syntax error: Expression expected.");
    expect(text.slice(facts.unread[0]?.at.start)).toMatch(/^\);/);
    expect(facts.code?.functions.map((each) => each.name)).toEqual(["f"]);
  });

  it.each(["a.ts", "a.tsx", "a.js", "a.jsx", "a.mts", "a.cts", "a.mjs", "a.cjs"])("%s is read", (path) => {
    expect(code("export const a = (b) => b;", path).exports).toHaveLength(1);
  });

  it("with JSX are walked: what it calls is called", () => {
    const facts = code("export function A() { return <div onClick={() => save(1)}>{load()}// no comment</div>; }", "a.tsx");
    expect(facts.calls.map((each) => show(each.expression))).toEqual(["save(1)", "load()"]);
  });

  it("that are empty, or nothing but a comment, hold nothing", () => {
    expect(code("").calls).toEqual([]);
    expect(code("// hm\n/* unclosed? no */").declarations).toEqual({});
  });

  it("give the same facts for the same text, and nothing but plain data", () => {
    const text = "export async function f(x) { try { await db.insert(t).values({ x }); } catch (e) { throw e; } }";
    const first = readTypeScriptFile({ path: "a.ts", text });
    expect(JSON.parse(JSON.stringify(first))).toEqual(JSON.parse(JSON.stringify(readTypeScriptFile({ path: "a.ts", text }))));
    expect(() => structuredClone(first)).not.toThrow();
  });
});
