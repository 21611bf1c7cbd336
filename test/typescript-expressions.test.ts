import { describe, expect, it } from "vitest";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";
import { code, local, locals, show, values } from "./typescript-read.ts";

/** What `const x = <text>` at the top level is read as. */
function value(text: string): string {
  return show(code(`const x = ${text};`).declarations["x"]?.value ?? null);
}

describe("expressions", () => {
  it.each([
    ["(a as any)!.b", "a.b"],
    ["<T>a", "a"],
    ["a satisfies T", "a"],
    ["await a.b()", "a.b()"],
    ["a?.b?.()", "a.b()"],
    ['a["b"]', "a.b"],
    ["a[0]", "a[0]"],
    ["a[i]", "a[i]"],
    ["`plain`", '"plain"'],
    ["`a ${b} c`", "`a {b} c`"],
    ["sql<T>`select ${a}`", "sql`select {a}`"],
    ["-5", "-5"],
    ["1_000", "1000"],
    ["undefined", "undefined"],
    ["[1, , ...a]", "[1, undefined, ...a]"],
    ['{ a: 1, "b-c": 2, d, ...e, [f]: 3, ["g"]: 4, 5: 6 }', '{a: 1, b-c: 2, d: d, ...e, [?]: 3, g: 4, 5: 6}'],
    ["a ? b : c", "(a ? b : c)"],
    ["a || b && c", "(a || (b && c))"],
    ["a === b", "(a === b)"],
    ["!a", "! a"],
    ["typeof a", "typeof a"],
    ["a ** b", "<a ** b>"],
    ["new Pool({ max: 1 })", "new Pool({max: 1})"],
    ["(a, b)", "b"],
    ["/x/i", "/x/i"],
    ["import.meta.url", "<import.meta>.url"],
  ])("%s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it("keeps where a quasi starts, so that SQL in it can be pointed at", () => {
    const text = "const x = sql`insert ${a} into`;";
    const read = code(text).declarations["x"]?.value;
    expect(read).toMatchObject({ kind: "template", quasiStarts: [text.indexOf("insert"), text.indexOf(" into")] });
  });

  it("gives the place of the value itself, without its casts", () => {
    const text = "const x = (tenants as any);";
    expect(code(text).declarations["x"]?.value).toMatchObject({ start: text.indexOf("tenants"), end: text.indexOf("tenants") + 7 });
  });

  it("reads an enum as an object, members without a value counted on", () => {
    const facts = code('enum E { A = "a", B = 3, C, "d" }');
    expect(facts.declarations["E"]?.kind).toBe("enum");
    expect(show(facts.declarations["E"]?.value ?? null)).toBe('{A: "a", B: 3, C: 4, d: 5}');
  });

  it("keeps the type arguments of a call", () => {
    expect(code("const x = f<A, B[]>(1);").declarations["x"]?.value).toMatchObject({ typeArgs: ["A", "B[]"] });
  });

  it("reads a sum of a hundred parts", () => {
    expect(value(Array.from({ length: 100 }, () => "a").join(" + "))).toMatch(/^\(+a \+ a\)/);
  });

  it.each([
    ["brackets", `${"[".repeat(700)}f()${"]".repeat(700)}`, 0],
    ["a chain of calls", `a${".b()".repeat(2000)}`, 1],
    ["a sum", `f() + ${Array.from({ length: 5000 }, () => "a").join(" + ")} + g()`, 2],
    ["functions", `${"() => ".repeat(700)}1`, 0],
    ["conditionals", `${"a ? b : ".repeat(2000)}1`, 0],
  ])("leaves absurd nesting opaque and counts it: %s", (_, text, calls) => {
    const facts = readTypeScriptFile({ path: "a.ts", text: `const x = ${text};` });
    expect(facts.unread.map((each) => each.message)).toEqual(["nested too deeply to be read"]);
    expect(facts.code?.calls).toHaveLength(calls);
    expect(() => JSON.stringify(facts)).not.toThrow();
  });

  it("reads blocks and else-ifs as deep as they are written by hand, and counts the rest", () => {
    const text = `${"if (a) { ".repeat(700)}f();${" }".repeat(700)}`;
    expect(readTypeScriptFile({ path: "a.ts", text }).unread.map((each) => each.message)).toEqual(["nested too deeply to be read"]);
  });
});

describe("scopes", () => {
  it("tells names of the module from names of a function", () => {
    const facts = code("const a = 1; function f(b) { return [a, b, c]; }");
    expect(show(facts.functions[0]?.returns[0] ?? null)).toBe("[a, $b, c]");
  });

  it("lets inner names hide outer ones, block by block", () => {
    const facts = code("function f(x) { { const x = 1; g(x); } h(x); }");
    const [outer, inner] = locals(facts, "x");
    expect([outer?.kind, inner?.kind]).toEqual(["parameter", "const"]);
    const args = facts.calls.map((each) => (each.expression.kind === "call" ? each.expression.args[0] : null));
    expect(args).toMatchObject([{ local: facts.locals.indexOf(inner as never) }, { local: facts.locals.indexOf(outer as never) }]);
  });

  it("hoists functions and var, and knows names that come later in the block", () => {
    const facts = code("function f() { g(); if (x) { var y = 1; } const h = () => z; const z = 2; return y; function g() {} }");
    expect(facts.functions[0]?.returns.map(show)).toEqual(["$y"]);
    expect(show(facts.functions.find((each) => each.name === "h")?.returns[0] ?? null)).toBe("$z");
    expect(local(facts, "g").kind).toBe("function");
    expect(show(facts.calls[0]?.expression ?? null)).toBe("$g()");
  });

  it("gives each name of a pattern its way, and a default as a second value", () => {
    const facts = code("function f() { const { a: { b }, c = 1, ...d } = x(); const [e, , g] = y; }");
    expect(values(facts, "b")).toEqual(["x() > a > b"]);
    expect(values(facts, "c")).toEqual(["x() > c", "1"]);
    expect(values(facts, "d")).toEqual(["x() > ..."]);
    expect(values(facts, "e")).toEqual(["y > 0"]);
    expect(values(facts, "g")).toEqual(["y > 2"]);
  });

  it("adds assigned values: plain, logical, by destructuring; a computed one is opaque", () => {
    const facts = code("function f() { let a; let n = 0; a = x; a ??= y; [a] = z; ({ q: a } = w); n += 1; n++; }");
    expect(values(facts, "a")).toEqual(["x", "y", "z > 0", "w > q"]);
    expect(values(facts, "n")).toEqual(["(0 + 1)", "<n++>"]);
  });

  it("adds to a text: behind a condition both may be, in a loop more follows", () => {
    const facts = code("function f() { let q = 'a'; q += 'b'; if (x) q += 'c'; let r = ''; for (const y of z) { r += y; } let s = 1; s -= 2; }");
    expect(values(facts, "q")).toEqual(["(\"a\" + \"b\")", "((\"a\" + \"b\") + \"c\")"]);
    expect(values(facts, "r")).toEqual(["((\"\" + $y) + <r += y>)"]);
    expect(values(facts, "s")).toEqual(["1", "<s -= 2>"]);
  });

  it("takes the elements of what a loop runs over", () => {
    const facts = code("function f(rows) { for (const { id } of rows) g(id); for (const k in rows) h(k); }");
    expect(local(facts, "id").kind).toBe("loop");
    expect(values(facts, "id")).toEqual(["$rows > * > id"]);
    expect(values(facts, "k")).toEqual(["<rows>"]);
  });

  it("gives parameters only their defaults", () => {
    const facts = code("function f(a, { b = 1, c } = {}, ...d) {}");
    expect(values(facts, "a")).toEqual([]);
    expect(values(facts, "b")).toEqual(["{} > b", "1"]);
    expect(facts.functions[0]?.parameters.map((each) => [facts.locals[each.local]?.name, each.position, each.path])).toEqual([
      ["a", 0, []],
      ["b", 1, ["b"]],
      ["c", 1, ["c"]],
      ["d", 2, ["..."]],
    ]);
  });

  it("keeps a block's names at the top level as locals of no function", () => {
    const facts = code("for (const row of rows) { insert(row); }");
    expect(local(facts, "row")).toMatchObject({ function: -1, kind: "loop" });
    expect(show(facts.calls[0]?.expression ?? null)).toBe("insert($row)");
  });

  it("knows import() bound to a local as a call of that name", () => {
    expect(values(code('async function f() { const { db } = await import("./db"); }'), "db")).toEqual(['import("./db") > db']);
  });
});
