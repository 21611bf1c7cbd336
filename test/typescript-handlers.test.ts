import { describe, expect, it } from "vitest";
import { call, code, fn, handler, show, showContext, tests, values } from "./typescript-read.ts";

/** The tests of a catch block. */
function caught(body: string): string[] {
  return tests(code(`async function f() { try { await q(); } catch (e) { ${body} } }`));
}

describe("tests of an error", () => {
  it.each([
    ['if (e.code === "23505") return;', ['($e.code === "23505")']],
    ['if ((e as any)?.cause?.code === "23505" && e.x) return;', ['(($e.cause.code === "23505") && $e.x)']],
    ["if (!(e instanceof X)) throw e;", ["! ($e instanceof X)"]],
    ['const code = (e as any).code; if (code === "23505") return;', ['($code === "23505")']],
    ["const { code, meta: { target } } = e; if (target.includes('a')) return;", ['$target.includes("a")']],
    ['const msg = e instanceof Error ? e.message : ""; if (msg.includes("x_key")) return;', ["($e instanceof Error)", '$msg.includes("x_key")']],
    ['if (isUniqueViolation(e, "x")) return;', ['isUniqueViolation($e, "x")']],
    ["return isUniqueViolation(e);", ["isUniqueViolation($e)"]],
    ["return e.code === 'P2002';", ['($e.code === "P2002")']],
    ["return toResponse(e);", []],
    ['return e.code === "a" ? b : c;', ['($e.code === "a")']],
    ["isUnique(e) && recover();", ["isUnique($e)"]],
    ['switch (e.code) { case "23505": return; case "23503": throw e; }', ['($e.code === "23505")', '($e.code === "23503")']],
    ["while (e.cause) e = e.cause;", ["$e.cause"]],
    ["if (attempts > 3) throw e;", []],
    ["if (rows.some((r) => r.id === e.id)) return;", ["($r.id === $e.id)"]],
    ["const dup = isUnique(e); if (dup) return;", ["$dup"]],
    ["const text = String(e); if (/x_key/.test(text)) return;", ["/x_key/.test($text)"]],
    ["let m; m = e.message; if (m.startsWith('x')) return;", ['$m.startsWith("x")']],
  ])("%s", (body, expected) => {
    expect(caught(body)).toEqual(expected);
  });

  it("stay whole: the parts of one condition are not counted again", () => {
    expect(caught("if ((e.a ? e.b : e.c) || (e.d && e.f)) return;")).toHaveLength(1);
  });

  it("belong to the handler whose error they ask about", () => {
    const facts = code("try { a(); } catch (e) { try { b(); } catch (d) { if (d.code === e.code) c(); if (d.x) c(); } if (e.y) c(); }");
    expect(tests(facts, 0)).toEqual(["($d.code === $e.code)", "$e.y"]);
    expect(tests(facts, 1)).toEqual(["($d.code === $e.code)", "$d.x"]);
  });

  it("are found when the error is taken apart in the catch itself", () => {
    const facts = code('function f() { try { q(); } catch ({ code }) { if (code === "23505") return; } }');
    expect(tests(facts)).toEqual(['($code === "23505")']);
    expect(facts.locals[handler(facts).error ?? -1]?.name).toBe("");
  });
});

describe("the handler", () => {
  it("knows what it guards, its body, its error and its function", () => {
    const text = "async function f() { try { await q(); } catch (e) { log(e); } }";
    const facts = code(text);
    const { form, guards, body, error, callee } = handler(facts);
    expect(form).toBe("try");
    expect(text.slice(guards.start, guards.end)).toBe("{ await q(); }");
    expect(text.slice(body.start, body.end)).toBe("{ log(e); }");
    expect(facts.locals[error ?? -1]).toMatchObject({ name: "e", kind: "catch" });
    expect(callee).toBeNull();
    expect(handler(facts).function).toBe(0);
  });

  it("of a promise: the call it hangs on, its error, its tests", () => {
    const text = "async function f() { await db.insert(t).values(v()).catch((err) => { if (err.code === '23505') return null; throw err; }); }";
    const facts = code(text);
    const insert = call(facts, "db.insert");
    expect(insert.handler).toBe(0);
    expect(showContext(call(facts, "v()").context)).toEqual(["function", "try"]);
    expect(handler(facts)).toMatchObject({ form: "promise", rethrows: "unmatched", swallows: false });
    expect(text.slice(handler(facts).guards.start, handler(facts).guards.end)).toBe("db.insert(t).values(v())");
    expect(tests(facts)).toEqual(['($err.code === "23505")']);
    expect(facts.locals[handler(facts).error ?? -1]?.name).toBe("err");
  });

  it("of a promise may take the error apart in its parameter", () => {
    const facts = code("q().catch(({ code, meta: { target } }) => { if (code === 'P2002' && target) x(); });");
    expect(tests(facts)).toEqual(['(($code === "P2002") && $target)']);
    expect(facts.locals[handler(facts).error ?? -1]?.name).toBe("");
    expect(values(facts, "target")).toEqual(["$ > meta > target"]);
  });

  it("given by name keeps the name", () => {
    const facts = code("q().catch(handleError); r().then(ok, on.error); s().catch(ignore('x'));");
    expect(facts.handlers.map((each) => show(each.callee))).toEqual(["handleError", "on.error", 'ignore("x")']);
    expect(facts.handlers.every((each) => each.error === null)).toBe(true);
  });

  it("is the second argument of then, and the innermost of several", () => {
    const facts = code("q().then((r) => r, (e) => { if (e.a) x(); }).catch(() => {});");
    expect(facts.calls[0]?.handler).toBe(1);
    expect(tests(facts, 1)).toEqual(["$e.a"]);
    expect(handler(facts, 0).swallows).toBe(true);
  });

  it("covers what a callback of the guarded call does", () => {
    const facts = code("db.transaction(async (tx) => { await tx.insert(t); }).catch((e) => null);");
    expect(showContext(call(facts, "$tx.insert").context)).toEqual(["try", "function"]);
  });

  it("is none for a try without a catch, or a catch that is a schema's default", () => {
    expect(code('try { a(); } finally { b(); } z.string().catch("x");').handlers).toEqual([]);
  });
});

describe("rethrows", () => {
  it.each([
    ["throw e;", "always"],
    ["if (isUnique(e)) throw new Conflict(); throw e;", "always"],
    ["log(e); return Promise.reject(e);", "always"],
    ["if (isUnique(e)) return null; throw e;", "unmatched"],
    ["if (!isUnique(e)) throw e; return find();", "unmatched"],
    ['if (e.code !== "23505") { throw e; }', "unmatched"],
    ["if (!(e instanceof X) || e.code !== 'P2002') throw e; return find();", "unmatched"],
    ["if (isUnique(e)) { return find(); } else { throw e; }", "unmatched"],
    ['switch (e.code) { case "23505": return null; default: throw e; }', "unmatched"],
    ['switch (e.code) { case "23505": break; case "x": throw e; }', "never"],
    ["if (isUnique(e)) throw new Conflict(); return null;", "never"],
    ["return null;", "never"],
    ["log(e);", "never"],
    ["", "never"],
    ["try { g(); } catch (f) { throw f; } throw e;", "always"],
    ["rows.map(() => { throw e; });", "never"],
    ["if (e.code !== undefined) throw e; return null;", "never"],
    ["const dup = isUnique(e); if (!dup) throw e; return find();", "unmatched"],
    ["const dup = isUnique(e); if (!dup || attempt === last) throw e; retry();", "unmatched"],
    ['if (e.code !== "23505") throw e; if (attempt === last) throw new Conflict();', "unmatched"],
    ["if (attempt === last) throw e; retry();", "unmatched"],
    ["if (isUnique(e) && attempt < last) continue; throw e;", "unmatched"],
    ["if (options.error) return null; throw e;", "unmatched"],
    ["if (isUnique(e) && name) throw new Conflict(); throw e;", "always"],
  ])("%s", (body, expected) => {
    expect(handler(code(`async function f() { for (;;) { try { q(); } catch (e) { ${body} } } }`)).rethrows).toBe(expected);
  });
});

describe("swallows", () => {
  it.each([
    ["", true],
    ["console.error(e);", true],
    ["logger.warn({ e }, 'x'); return;", true],
    ["this.logger.error(e); return null;", true],
    ["await captureException(e);", true],
    ["return find();", false],
    ["throw e;", false],
    ["count++;", false],
  ])("%s", (body, expected) => {
    expect(handler(code(`async function f() { try { q(); } catch (e) { ${body} } }`)).swallows).toBe(expected);
  });

  it.each([
    ["() => {}", true],
    ["() => null", true],
    ["() => undefined", true],
    ["console.error", true],
    ["(e) => console.error(e)", true],
    ["() => []", false],
    ["handle", false],
  ])(".catch(%s)", (given, expected) => {
    expect(handler(code(`q().catch(${given});`)).swallows).toBe(expected);
  });
});

describe("predicates that a handler asks", () => {
  it("give each return with the conditions before it", () => {
    const facts = code(`
      export function isUnique(e: unknown) {
        if (!(e instanceof DbError)) return false;
        if (e.cause) { return isUnique(e.cause); }
        return e.code === "23505" && e.constraint === NAME;
      }`);
    const { returns, returnConditions } = fn(facts, "isUnique");
    expect(returns.map(show)).toEqual(["false", "isUnique($e.cause)", '(($e.code === "23505") && ($e.constraint === NAME))']);
    expect(returnConditions?.map(showContext)).toEqual([
      ["if ! ($e instanceof DbError)"],
      ["unless early-exit ! ($e instanceof DbError)", "if $e.cause"],
      ["unless early-exit ! ($e instanceof DbError)", "unless early-exit $e.cause"],
    ]);
  });

  it("may be an arrow with nothing but an expression", () => {
    const facts = code('const isUnique = (e: any) => e?.code === "23505";');
    expect(fn(facts, "isUnique").returns.map(show)).toEqual(['($e.code === "23505")']);
    expect(fn(facts, "isUnique").returnConditions).toEqual([[]]);
  });
});
