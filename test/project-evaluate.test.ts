import { describe, expect, it } from "vitest";
import type { Expression } from "../src/model/expression.ts";
import { callChain, evaluate, evaluateName, rawChain, unwrap } from "../src/project/evaluate.ts";
import { createProgram } from "../src/project/modules.ts";
import type { Evaluated, Program } from "../src/project/program.ts";
import { projectOf } from "./project-files.ts";

/** A short text of a value, for expectations. */
function show(value: Evaluated): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value);
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
    case "undefined":
      return value.kind;
    case "array":
      return `[${[...value.items.map(show), ...(value.complete ? [] : ["…"])].join(", ")}]`;
    case "object":
      return `{ ${[...[...value.entries].map(([key, item]) => `${key}: ${show(item)}`), ...(value.complete ? [] : ["…"])].join(", ")} }`;
    case "declaration":
      return `<${value.path}#${value.name}>`;
    case "external":
      return value.package === "" ? value.name : `${value.package}:${value.name}`;
    case "module":
      return `module ${value.path}`;
    case "function":
      return "function";
    case "class":
      return "class";
    case "member":
      return `${show(value.of)}.${value.name}`;
    case "call":
      return `${value.new ? "new " : ""}${show(value.callee)}(${value.args.map(show).join(", ")}${value.complete ? "" : ", …"})`;
    case "template":
      return `${value.tag === null ? "" : show(value.tag)}\`${value.quasis.map((text, i) => text + (value.holes[i] === undefined ? "" : `\${${show(value.holes[i])}}`)).join("")}\``;
    case "alternatives":
      return value.of.map(show).join(" | ");
    case "parameter":
      return ["parameter", value.position, ...value.members].join(".");
    case "unknown":
      return `?${value.text}`;
  }
}

function evaluateExpression(program: Program, expression: Expression): Evaluated {
  return evaluate(program, "a.ts", expression);
}

/** Value of the constant x of a.ts. */
function valueOf(text: string, others: Record<string, string> = {}, name = "x"): string {
  const program = createProgram(projectOf({ "a.ts": text, ...others }));
  return show(unwrap(program, evaluateName(program, "a.ts", name)));
}

describe("evaluate", () => {
  it.each([
    ["const x = 'a';", `"a"`],
    ["const x = 'a' + `b${1}`;", `"ab1"`],
    ["const y = ['a', 'b'] as const; const x = [...y, 'c'];", `["a", "b", "c"]`],
    ["const x = ['a', ...more()];", `["a", …]`],
    ["const base = { a: 1, b: 2 }; const x = { ...base, b: 3 };", "{ a: 1, b: 3 }"],
    ["const x = { a: 1, ...more() };", "{ a: 1, … }"],
    ["const key = 'b'; const x = { [key()]: 1 };", "{ … }"],
    ["const o = { a: 1, ...{ a: 2 } }; const x = o.a;", "2"],
    ["const o = { a: 1, a: 3 }; const x = o.a;", "3"],
    ["const o = {}; const x = o.a;", "undefined"],
    ["const on = true; const x = { a: 1, ...(on ? { b: 2 } : {}), ...(false && { c: 3 }) };", "{ a: 1, b: 2 }"],
    ["const x = flag() ? 'a' : 'b';", `"a" | "b"`],
    ["const x = flag() ? 'a' : 'a';", `"a"`],
    ["enum E { A = 'a', B = 'b' } const x = E.B;", `"b"`],
    ["const x = Object.freeze({ a: 1 }).a;", "1"],
    ["const x = ['a', 'b'].join(', ');", `"a, b"`],
    ["const x = { a: { b: ['c'] } }.a.b[0];", `"c"`],
    ["const { a: { b: x } } = { a: { b: 'deep' } };", `"deep"`],
    ["const x = String.raw`a\\n`;", `"a\\n"`],
    ["const x = missing.y;", "missing.y"],
    ["const x = undefined ?? 'a';", `"a"`],
    ["const x = env.URL ?? 'a';", `env.URL | "a"`],
    ["const x = `select ${y()} from t`;", "`select ${y()} from t`"],
    ["const x = 'select ' + y() + ' from t';", "`select ${y()} from t`"],
    ["let x = 'a';", `"a"`],
  ])("%s", (text, expected) => {
    expect(valueOf(text)).toBe(expected);
  });

  it("does not fold what may be assigned again", () => {
    const program = createProgram(projectOf({ "a.ts": "let y = 'a'; export function set() { y = 'b'; } const x = { y };" }));
    expect(show(evaluateName(program, "a.ts", "x"))).toBe("{ y: <a.ts#y> }");
  });

  it("ends in unknown where names go round in circles", () => {
    expect(valueOf("const x = y; const y = x;")).toMatch(/^(\?|<a\.ts#)/);
    expect(valueOf("function f(n) { return f(n); } const x = f(1);")).toBe("function(1)");
    expect(valueOf("const x = { ...x, a: 1 };")).toBe("{ a: 1, … }");
  });

  it("follows constants across files, through barrels", () => {
    const others = { "names.ts": "export const NAMES = { users: 'users_v2' } as const;", "index.ts": "export * from './names'; export * as all from './names';" };
    expect(valueOf("import { NAMES } from './index'; const x = NAMES.users;", others)).toBe(`"users_v2"`);
    expect(valueOf("import * as index from './index'; const x = index.all.NAMES.users;", others)).toBe(`"users_v2"`);
    expect(valueOf("import * as names from './names'; const x = { ...names };", others)).toBe(`{ NAMES: { users: "users_v2" } }`);
  });

  it("reads no more files than a value needs", () => {
    const input = projectOf({
      "a.ts": "import { one } from './one'; import { two } from './two'; const all = { one: one(), two: two() }; export const x = all.one; export const y = (k) => all[k];",
      "one.ts": "export const one = () => 1;",
      "two.ts": "export const two = () => 2;",
    });
    const program = createProgram(input);
    expect(show(evaluateName(program, "a.ts", "x"))).toBe("1");
    const returned = program.facts("a.ts")?.code?.functions[0]?.returns[0];
    expect(returned === undefined ? "" : show(evaluate(program, "a.ts", returned))).toBe("?");
    expect(input.read).toEqual(["a.ts", "one.ts"]);
  });

  it("keeps tables and clients as declarations", () => {
    const others = { "schema.ts": "import { pgTable } from 'drizzle-orm/pg-core'; export const users = pgTable('users', {});" };
    expect(valueOf("import * as schema from './schema'; const x = { schema, t: schema.users };", others)).toBe("{ schema: module schema.ts, t: <schema.ts#users> }");
    expect(valueOf("import { users } from './schema'; const x = [users.orgId];", others)).toBe("[<schema.ts#users>.orgId]");
  });

  it("inlines helpers that are one return", () => {
    expect(valueOf("const id = (prefix, size = 8) => ({ prefix, size }); const x = id('lead');")).toBe(`{ prefix: "lead", size: 8 }`);
    expect(valueOf("function pick({ a }, ...rest) { const b = a; return [b, ...rest]; } const x = pick({ a: 1 }, 2, 3);")).toBe("[1, 2, 3]");
    expect(valueOf("const add = (a) => (b) => `${a}_${b}`; const x = add('a')('b');")).toBe(`"a_b"`);
    const others = { "columns.ts": "import { text } from 'drizzle-orm/pg-core'; export const primaryUlid = (p) => text('id').primaryKey().$defaultFn(() => make(p));" };
    expect(valueOf("import { primaryUlid } from './columns'; const x = primaryUlid('lead');", others)).toBe(`drizzle-orm:text("id").primaryKey().$defaultFn(function)`);
  });

  it("leaves helpers that decide something alone", () => {
    expect(valueOf("function f(a) { if (a) return 1; return 2; } const x = f(1);")).toBe("function(1)");
    expect(valueOf("function f(a) { if (a) return 1; } const x = f(1);")).toBe("function(1)");
    expect(valueOf("function f(a) { if (!a) throw new Error(); return { a }; } const x = f(1);")).toBe("{ a: 1 }");
    expect(valueOf("const a = (v) => b(v), b = (v) => c(v), c = (v) => d(v), d = (v) => e(v), e = (v) => f(v), f = (v) => v; const x = a('deep');")).toBe(`function("deep")`);
  });

  it("gives locals their values and parameters their places", () => {
    const text = `
      export function run(input, { id, deep: { name } }) {
        const values = { id, name, email: input.email };
        let mode = "a"; if (input) mode = "b";
        return [values, mode];
      }`;
    const program = createProgram(projectOf({ "a.ts": text }));
    const fact = program.facts("a.ts")?.code;
    const chosen = fact?.functions[0]?.returns[0];
    expect(chosen).toBeDefined();
    const run = evaluateName(program, "a.ts", "run");
    expect(run.kind).toBe("function");
    const returned = fact?.functions.length === 1 && chosen !== undefined ? chosen : null;
    expect(returned === null ? "" : show(evaluateExpression(program, returned))).toBe(
      `[{ id: parameter.1.id, name: parameter.1.deep.name, email: parameter.0.email }, "a" | "b"]`,
    );
  });

  it("survives deep and wide text", () => {
    const wide = Array.from({ length: 800 }, (_, i) => `const v${String(i + 1)} = { ...v${String(i)}, k${String(i)}: 1 };`).join("\n");
    expect(valueOf(`const v0 = {}; ${wide} const x = v800;`)).toContain("…");
    const lines = Array.from({ length: 150 }, (_, i) => `"line ${String(i)} "`).join(" + ");
    expect(valueOf(`const x = ${lines};`)).toContain("line 149");
    const many = Array.from({ length: 40_000 }, (_, i) => String(i)).join(",");
    expect(valueOf(`const all = [${many}]; const x = [...all].length;`)).toBeTypeOf("string");
    const knot = Array.from({ length: 40 }, (_, i) => `const f${String(i)} = (a) => [f${String(i + 1)}(a), f${String(i + 1)}(a), f${String(i + 2)}(a)];`).join("\n");
    expect(valueOf(`${knot} const x = f0(1);`)).toBeTypeOf("string");
  });
});

describe("chains", () => {
  it("walks a chain from its root outwards", () => {
    const program = createProgram(projectOf({ "a.ts": "import { db } from 'pkg'; import { uuid } from 'drizzle-orm/pg-core'; const x = db.query.users.findFirst({ a: 1 }).then(f); const y = uuid('id').notNull();" }));
    const chain = callChain(unwrap(program, evaluateName(program, "a.ts", "x")));
    expect(show(chain.root)).toBe("pkg:db");
    expect(chain.links.map((link) => [link.name, link.args?.length ?? null])).toEqual([["query", null], ["users", null], ["findFirst", 1], ["then", 1]]);
    const column = callChain(unwrap(program, evaluateName(program, "a.ts", "y")));
    expect(column.links.map((link) => link.name)).toEqual(["", "notNull"]);
  });

  it("unfolds members of parameters", () => {
    const program = createProgram(projectOf({ "a.ts": "export const x = (tx) => tx.insert(1).values(2);" }));
    const returned = program.facts("a.ts")?.code?.functions[0]?.returns[0];
    if (returned === undefined) throw new Error("no return");
    const chain = callChain(evaluateExpression(program, returned));
    expect(show(chain.root)).toBe("parameter.0");
    expect(chain.links.map((link) => link.name)).toEqual(["insert", "values"]);
    const raw = rawChain(returned);
    expect(raw.root.kind).toBe("local");
    expect(raw.links.map((link) => link.name)).toEqual(["insert", "values"]);
  });
});
