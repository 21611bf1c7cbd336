import { expect, test } from "vitest";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";

/** Names of the locals that are written into. */
function changed(body: string): string[] {
  const facts = readTypeScriptFile({ path: "a.ts", text: `function f(p) { ${body} }` });
  return (facts.code?.locals ?? []).filter((local) => local.changed === true).map((local) => local.name);
}

test("members that are assigned, counted or deleted", () => {
  expect(changed("const a = {}; a.x = 1;")).toEqual(["a"]);
  expect(changed("const a = {}; (a as any).x.y += 1;")).toEqual(["a"]);
  expect(changed("const a = []; a[0] = 1;")).toEqual(["a"]);
  expect(changed("const a = { n: 0 }; a.n++;")).toEqual(["a"]);
  expect(changed("const a = { n: 0 }; delete a.n;")).toEqual(["a"]);
});

test("methods that change a list, and Object.assign", () => {
  expect(changed("const a = []; if (p) { a.push(p); }")).toEqual(["a"]);
  expect(changed("const a = {}; Object.assign(a, p);")).toEqual(["a"]);
});

test("reading, calling and assigning the local anew change nothing", () => {
  expect(changed("const a = { n: 0 }; p.x = a.n; use(a); a.map(use); Object.assign(p, a);")).toEqual([]);
  expect(changed("let a = {}; a = p; a = { ...a, n: 1 };")).toEqual([]);
});

test("a parameter's members are not the function's own", () => {
  expect(changed("p.x = 1;")).toEqual([]);
});
