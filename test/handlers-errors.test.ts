import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorTest, Project } from "../src/model/project.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, projectOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

const INSERT = `await db.insert(users).values({ id: "a", orgId: "o", email: "e" })`;

/** The handler of a try around an insert whose catch clause is `body`. */
function handlerOf(body: string, before = "", more: Record<string, string> = {}) {
  const project = drizzleProject(`${before}\nexport async function f(name: string) { try { ${INSERT}; } catch (e: any) { ${body} } }`, more);
  const [handler] = project.handlers;
  if (handler === undefined) throw new Error("no handler");
  return handler;
}

/** `code cause.code 23505`, `not code …`, `name constraint = x`. */
function short(each: ErrorTest): string {
  const not = each.negated ? "not " : "";
  if (each.kind === "class") return `${not}class ${each.name} ${each.from ?? "-"}`;
  const how = "how" in each ? ` ${each.how}` : "";
  return `${not}${each.kind} ${each.path.join(".")}${how} ${each.value}`;
}

const testsOf = (body: string, before = "", more: Record<string, string> = {}) => handlerOf(body, before, more).tests.map(short);

describe("comparisons", () => {
  test.each([
    [`if (e.code === "23505") return; throw e;`, ["code code 23505"]],
    [`if ("23505" == e?.code) return; throw e;`, ["code code 23505"]],
    [`if (e.code !== "23505") throw e;`, ["not code code 23505"]],
    [`if (!(e.code === "23505")) throw e;`, ["not code code 23505"]],
    [`if (e.cause?.code === "23505") return; throw e;`, ["code cause.code 23505"]],
    [`if ((e.cause ?? e).code === "23505") return; throw e;`, ["code cause.code 23505", "code code 23505"]],
    [`if (e && typeof e === "object" && "code" in e && e.code === "23505") return; throw e;`, ["code code 23505"]],
    [`switch (e.code) { case "23505": return; case "23503": return; } throw e;`, ["code code 23505", "code code 23503"]],
    [`const { code } = e; if (code === "P2002") return; throw e;`, ["code code P2002"]],
    [`const known = e.code === "23505"; if (known) return; throw e;`, ["code code 23505"]],
    [`if (["23505", "P2002"].includes(e.code)) return; throw e;`, ["code code 23505", "code code P2002"]],
    [`if (e.errno === 1062) return; throw e;`, ["code errno 1062"]],
    [`if (e.constraint === "users_email_key") return; throw e;`, ["name constraint equals users_email_key"]],
    [`if (e.cause.constraint_name?.startsWith("users_")) return; throw e;`, ["name cause.constraint_name starts-with users_"]],
    [`if (e.message.includes("users_org_email_unique")) return; throw e;`, ["name message includes users_org_email_unique"]],
    [`if (String(e).includes("duplicate key")) return; throw e;`, ["message message duplicate key"]],
    [`if (/duplicate key|unique constraint/i.test(e.message)) return; throw e;`, ["message message duplicate key", "message message unique constraint"]],
    [`const message = e instanceof Error ? e.message : String(e); if (message.includes("already exists")) return; throw e;`, ["message message already exists"]],
    [`if (e.meta?.target?.includes("email")) return; throw e;`, ["target meta.target includes email"]],
    [`if (e.meta.target[0].includes("email")) return; throw e;`, ["target meta.target.0 element-includes email"]],
    [`if (e.meta.target.some((t: string) => t === "email")) return; throw e;`, ["target meta.target.0 equals email"]],
    [`if (e.name === "SequelizeUniqueConstraintError") return; throw e;`, ["class SequelizeUniqueConstraintError -"]],
  ])("%s", (body, expected) => {
    expect(testsOf(body)).toEqual(expected);
  });

  test("constants fold, across files", () => {
    const more = { "src/codes.ts": `export const PG_UNIQUE_VIOLATION = "23505"; export enum Code { Unique = "P2002" }` };
    expect(testsOf(`if (e.code === PG_UNIQUE_VIOLATION || e.code === Code.Unique) return; throw e;`, `import { PG_UNIQUE_VIOLATION, Code } from "./codes";`, more)).toEqual(["code code 23505", "code code P2002"]);
  });

  test("a class is told by the package it comes from", () => {
    expect(testsOf(`if (e instanceof Prisma.PrismaClientKnownRequestError && e.code === "P2002") return; throw e;`, `import { Prisma } from "@prisma/client";`)).toEqual(["class PrismaClientKnownRequestError @prisma/client", "code code P2002"]);
    const own = { "src/errors.ts": `export class UniqueConstraintError extends Error {}` };
    expect(testsOf(`if (e instanceof UniqueConstraintError) return; throw e;`, `import { UniqueConstraintError } from "./errors";`, own)).toEqual(["class UniqueConstraintError src/errors.ts"]);
  });

  test("a comparison with something unknown is counted, not guessed", () => {
    expect(handlerOf(`if (e.constraint === name) return; throw e;`)).toMatchObject({ tests: [], opaqueTests: 1, handles: "unknown" });
  });
});

describe("helper predicates", () => {
  test("their conditions hold for the error that they are given", () => {
    const more = { "src/errors.ts": `export function isUnique(error: unknown): boolean { return (error as any)?.code === "23505" || (error as any)?.cause?.code === "23505"; }` };
    expect(testsOf(`if (isUnique(e)) return; throw e;`, `import { isUnique } from "./errors";`, more)).toEqual(["code code 23505", "code cause.code 23505"]);
  });

  test("early returns say the same", () => {
    const helper = `function isUnique(error: any): boolean { if (error.code === "23505") return true; return false; }`;
    expect(testsOf(`if (!isUnique(e)) throw e;`, helper)).toEqual(["not code code 23505"]);
  });

  test("parameters are bound", () => {
    const helper = `const violates = (error: any, name: string) => error.code === "23505" && error.constraint === name;`;
    expect(testsOf(`if (violates(e, "users_email_key")) return; throw e;`, helper)).toEqual(["code code 23505", "name constraint equals users_email_key"]);
  });

  test("helpers that take the code out are followed", () => {
    const helper = `function codeOf(error: any) { return error?.cause?.code ?? error?.code; }`;
    expect(testsOf(`if (codeOf(e) === "23505") return; throw e;`, helper)).toEqual(["code cause.code 23505", "code code 23505"]);
  });

  test("a helper of a package that speaks of uniqueness is opaque", () => {
    expect(handlerOf(`if (isUniqueViolation(e)) return; throw e;`, `import { isUniqueViolation } from "some-errors";`)).toMatchObject({ tests: [], opaqueTests: 1, handles: "unknown" });
  });
});

describe("what asks for no violation", () => {
  test("a package's own guard asks for its class", () => {
    const handler = handlerOf(`if (isAxiosError(e) && e.response?.status === 429) return; throw e;`, `import { isAxiosError } from "axios";`);
    expect([handler.tests.map(short), handler.opaqueTests, handler.handles]).toEqual([["class AxiosError axios"], 0, "other"]);
  });

  test("the type of a part of the error", () => {
    expect(handlerOf(`if (Number.isInteger(e.statusCode)) return; throw e;`)).toMatchObject({ tests: [], opaqueTests: 0 });
  });

  test.each([
    ["next", "any", 0],
    ["report", "unknown", 1],
  ])("a callback that is given whatever comes: %s", (name, handles, opaqueTests) => {
    const project = drizzleProject(`export async function f(req: any, ${name}: any) { await db.insert(users).values({ id: "a", orgId: "o", email: "e" }).catch(${name}); }`);
    expect(project.handlers[0]).toMatchObject({ handles, opaqueTests });
  });
});

describe("what a handler does", () => {
  test.each([
    [`if (e.code === "23505") return; throw e;`, "unique", "unmatched"],
    [`if (e.code === "23503") return; throw e;`, "other", "unmatched"],
    [`console.error(e);`, "any", "never"],
    [`throw e;`, "any", "always"],
    [`if (e instanceof DatabaseError) throw new Error("failed"); throw e;`, "any", "always"],
    [`if (e instanceof DatabaseError && e.code === "23503") return; throw e;`, "other", "unmatched"],
    [`throw new Error("This name is already taken");`, "unique", "always"],
    [`console.error("conflict?", e); throw e;`, "any", "always"],
  ])("%s: %s, rethrows %s", (body, handles, rethrows) => {
    expect(handlerOf(body)).toMatchObject({ handles, rethrows, form: "try" });
  });

  test("names the versions that decide what an error looks like", () => {
    expect(handlerOf(`throw e;`).versions).toEqual({ "drizzle-orm": "0.45.0", pg: "8.11.0" });
  });
});

describe("coverage", () => {
  const coversOf = (project: Project) => project.handlers.map((handler) => handler.covers.map((id) => project.sites[id]?.operation));

  test("covers the writes of called functions, and the sites know it", () => {
    const project = drizzleProject(`async function inner() { ${INSERT}; } async function middle() { await inner(); } export async function f() { try { await middle(); } catch (e: any) { if (e.code !== "23505") throw e; } }`);
    expect(coversOf(project)).toEqual([["db.insert(users)"]]);
    expect(project.sites[0]?.guards).toEqual([{ kind: "handler", handler: 0, calls: 2 }]);
    expect(project.handlers[0]?.coversAll).toBe(true);
  });

  test("a .catch is a handler of its chain", () => {
    const project = drizzleProject(`export async function f() { await db.insert(users).values({ id: "a", orgId: "o", email: "e" }).catch((e: any) => { if (e.code !== "23505") throw e; }); }`);
    expect(project.handlers).toMatchObject([{ form: "promise", handles: "unique", covers: [0] }]);
  });

  test("a .catch with a function by name has that function's conditions", () => {
    const project = drizzleProject(`function ignore(error: any) { if (error.code === "23505") return null; throw error; } export async function f() { await db.insert(users).values({ id: "a", orgId: "o", email: "e" }).catch(ignore); }`);
    expect(project.handlers[0]?.tests.map(short)).toEqual(["code code 23505"]);
  });

  test("what a wrapper has around the function that it is given counts too", () => {
    const wrapper = `async function ignoring(run: () => Promise<void>) { try { await run(); } catch (e: any) { if (e.code !== "23505") throw e; } }`;
    const project = drizzleProject(`${wrapper} export async function f() { await ignoring(async () => { ${INSERT}; }); }`);
    expect(project.sites[0]?.guards).toEqual([{ kind: "handler", handler: 0, calls: 1 }]);
  });

  test("a catch clause does not guard what stands in it", () => {
    const project = drizzleProject(`export async function f() { try { await fetch("x"); } catch (e: any) { ${INSERT}; } }`);
    expect(project.sites[0]?.guards).toEqual([]);
  });
});

describe("supabase results", () => {
  test("a condition on { error } is the handler", () => {
    const project = projectOf({
      "package.json": "{}", "supabase/config.toml": "", "supabase/migrations/20240101000000_a.sql": "create table t (id text primary key);",
      "src/app.ts": `import { createClient } from "@supabase/supabase-js"; const supabase = createClient("", "");
        export async function f() { const { error } = await supabase.from("t").insert({ id: "a" }); if (error?.code === "23505") return "known"; if (error) throw error; return "new"; }`,
    });
    expect(project.handlers).toMatchObject([{ form: "result", handles: "unique", covers: [0] }]);
    expect(project.handlers[0]?.tests.map(short)).toEqual(["code code 23505"]);
    expect(project.sites[0]?.guards).toEqual([{ kind: "handler", handler: 0, calls: 0 }]);
  });

  test("an error that nobody looks at is handled by nobody", () => {
    const project = projectOf({
      "package.json": "{}", "supabase/config.toml": "", "supabase/migrations/20240101000000_a.sql": "create table t (id text primary key);",
      "src/app.ts": `export async function f(supabase: any) { await supabase.from("t").insert({ id: "a" }); }`,
    });
    expect([project.sites.length, project.handlers]).toEqual([1, []]);
  });
});
