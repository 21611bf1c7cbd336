import { describe, expect, it } from "vitest";
import { call, calls, code, fn, show, showContext } from "./typescript-read.ts";

describe("calls", () => {
  it("makes one fact of a chain, and others of the calls in its arguments and callbacks", () => {
    const facts = code("async function f(v) { await db.insert(t).values(make(v)).onConflictDoNothing({ target: cols() }).returning(); }");
    expect(calls(facts)).toEqual(["db.insert(t).values(make($v)).onConflictDoNothing({target: cols()}).returning()", "make($v)", "cols()"]);
    expect(facts.calls.map((each) => each.awaited)).toEqual([true, false, false]);
  });

  it("counts tagged templates, with or without a call around them", () => {
    const facts = code("async function f(db) { await prisma.$queryRaw`select 1`; await sql`select 2`.execute(db); db.execute(sql`select ${a}`); sql.unsafe(text); }");
    expect(calls(facts)).toEqual(["prisma.$queryRaw`select 1`", "sql`select 2`.execute($db)", "$db.execute(sql`select {a}`)", "sql`select {a}`", "sql.unsafe(text)"]);
  });

  it("breaks a chain at await: both ends are calls, and the outer one says where", () => {
    const facts = code("async function f() { (await getDb()).insert(t).values(v); }");
    expect(calls(facts)).toEqual(["getDb().insert(t).values(v)", "getDb()"]);
    const outer = facts.calls[0]?.expression;
    expect(outer).toMatchObject({ callee: { of: { callee: { of: { kind: "call", awaited: true } } } } });
    expect(facts.calls.map((each) => each.awaited)).toEqual([false, true]);
  });

  it("leaves out what cannot matter, but reads what stands inside it", () => {
    const facts = code('console.log(a()); expect(b()).toBe(1); z.string().refine(() => c()); rows().map((r) => d(r)); names.join(","); logger.info(e());');
    expect(calls(facts)).toEqual(["a()", "b()", "c()", "rows()", "d($r)", "e()"]);
  });

  it("keeps what settles promises, of Promise's own functions", () => {
    const facts = code("async function f(rows) { await Promise.all([a()]); await Promise.allSettled(rows.map((r) => b(r))); await Promise.race([c()]); }");
    expect(calls(facts)).toEqual(["a()", "Promise.allSettled($rows.map(fn1))", "b($r)", "c()"]);
  });

  it("keeps calls of names, members and this, whatever they are called", () => {
    const facts = code('class A { f() { this.g(); helper(); a.b.c(); knex("a").join("b", "x", "y"); supabase.from("t").filter("a", "eq", 1); } }');
    expect(calls(facts)).toEqual(["this.g()", "helper()", "a.b.c()", 'knex("a").join("b", "x", "y")', 'supabase.from("t").filter("a", "eq", 1)']);
  });

  it("leaves decorators out of the calls and keeps them as data", () => {
    const facts = code('@Entity("users") class User { @Column({ unique: true }) email: string; }', "a.ts");
    expect(calls(facts)).toEqual([]);
    expect(facts.declarations["User"]?.class?.decorators.map(show)).toEqual(['Entity("users")']);
    expect(facts.declarations["User"]?.class?.members[0]?.decorators.map(show)).toEqual(["Column({unique: true})"]);
  });
});

describe("where a call stands", () => {
  /** Context of the call `x()`. */
  function context(body: string): string[] {
    return showContext(call(code(`async function f(a, b, rows) { ${body} }`), "x()").context).slice(1);
  }

  it.each([
    ["if (a) { x(); }", ["if $a"]],
    ["if (a) {} else x();", ["unless $a"]],
    ["if (a) {} else if (b) x();", ["unless $a", "if $b"]],
    ["if (!a) { x(); }", ["if ! $a"]],
    ["if (a) return; x();", ["unless early-exit $a"]],
    ["if (a) { log(); throw b; } x();", ["unless early-exit $a"]],
    ["if (a) { if (b) return; else throw b; } x();", ["unless early-exit $a"]],
    ["if (a) { if (b) return; } x();", ["unless early-exit ($a && $b)"]],
    ["if (a) { if (!b) { return; } y(); } x();", ["unless early-exit ($a && ! $b)"]],
    ["if (a) { g(); } else { return; } x();", ["if early-exit $a"]],
    ["for (const r of rows) { if (a) continue; x(); }", ["loop $rows", "unless early-exit $a"]],
    ["while (a) b(); x();", ["if early-exit ! $a"]],
    ["for (;;) { if (a) break; } x();", ["if early-exit $a"]],
    ["while (a) { if (b) { y(); break; } } x();", ["if early-exit (! $a || $b)"]],
    ["while (a) { y(() => { if (b) { break; } }); if (b) { for (;;) break; } } x();", ["if early-exit ! $a"]],
    ["while (a) { if (b) y(); else break; } x();", []],
    ["for (const r of rows) if (a) break; x();", []],
    ["{ if (a) return; } if (b) { if (a) return; } x();", ["unless early-exit ($b && $a)"]],
    ["return a ?? x();", ["unless nullish $a"]],
    ["a && x();", ["if $a"]],
    ["a || x();", ["unless $a"]],
    ["a && b && x();", ["if ($a && $b)"]],
    ["a ??= await x();", ["unless nullish $a"]],
    ["return a ? b : x();", ["unless $a"]],
    ["while (a) x();", ["loop -", "if $a"]],
    ["do x(); while (a);", ["loop -"]],
    ["for (let i = 0; i < 3; i++) x();", ["loop -"]],
    ["try { x(); } catch {}", ["try"]],
    ["try { g(); } catch { x(); }", ["catch"]],
    ["try { g(); } finally { x(); }", ["finally"]],
    ["try { x(); } finally { g(); }", []],
    ['switch (a) { case 1: g(); break; case 2: case 3: x(); break; default: g(); }', ["if (($a === 2) || ($a === 3))"]],
    ["switch (a) { case 1: g(); case 2: x(); }", ["if (($a === 1) || ($a === 2))"]],
    ["switch (a) { case 1: return; default: x(); }", ["unless ($a === 1)"]],
    ["switch (true) { case b: x(); }", ["if $b"]],
    ["rows.map((r) => x());", ["loop $rows", "function"]],
    ["db.transaction(async (tx) => { if (a) return; x(); });", ["function", "unless early-exit $a"]],
    ["if (a) return; const g = () => { x(); };", ["unless early-exit $a", "function"]],
    ["Promise.all([x(), y()]).catch(() => {});", ["try"]],
    ["g().catch(() => x());", ["catch", "function"]],
    ["g().then(() => x(), b);", ["function"]],
    ["label: for (;;) { if (a) break label; x(); }", ["loop -", "unless early-exit $a"]],
  ])("%s", (body, expected) => {
    expect(context(body)).toEqual(expected);
  });

  it("names the function that holds it", () => {
    const facts = code("x(); function f() { g(() => y()); }");
    expect(call(facts, "x()").function).toBeNull();
    expect(facts.functions[call(facts, "y()").function ?? -1]?.callbackOf).toMatchObject({ callee: "g" });
  });
});

describe("what becomes of a call", () => {
  function use(body: string, start = "x("): unknown {
    const facts = code(`async function f(a) { let v; ${body} }`);
    const found = call(facts, start).use;
    return found.kind === "bound" ? ["bound", ...found.locals.map((each) => facts.locals[each]?.name)] : found.kind === "member" ? ["member", ...found.names] : found.kind;
  }

  it.each([
    ["await x();", "ignored"],
    ["void x();", "ignored"],
    ["return x();", "returned"],
    ["return (await x()) as T;", "returned"],
    ["g(() => x());", "returned"],
    ["const b = await x();", ["bound", "b"]],
    ["const { b, c: [d] } = await x();", ["bound", "b", "d"]],
    ["const b = a ? await x() : null;", ["bound", "b"]],
    ["const b = a ?? (await x());", ["bound", "b"]],
    ["v = await x();", ["bound", "v"]],
    ["for (const b of await x()) g(b);", ["bound", "b"]],
    ["const [b, c] = await Promise.all([y(), x()]);", ["bound", "c"]],
    ["g(await x());", "argument"],
    ["g([x()]);", "argument"],
    ["const b = (await x())[0]?.id;", ["member", "0", "id"]],
    ["const b = (await x()).rows.length;", ["member", "rows", "length"]],
    ["if (await x()) g();", "condition"],
    ["if (!(await x())) g();", "condition"],
    ["if ((await x()) === 0) g();", "condition"],
    ["this.b = await x();", "other"],
    ["const b = { c: await x() };", "other"],
  ])("%s", (body, expected) => {
    expect(use(body)).toEqual(expected);
  });

  it("knows that Promise.all awaits its elements", () => {
    expect(call(code("async function f() { await Promise.all([x(), y()]); z(); }"), "y()").awaited).toBe(true);
    expect(call(code("async function f() { await Promise.all([x(), y()]); w(); }"), "w()").awaited).toBe(false);
  });
});

describe("what becomes of the row", () => {
  function row(body: string): string {
    const found = call(code(`async function f(a) { let v; ${body} }`), "q(");
    return found.rowUse + (found.takesFirst === true ? " first" : "");
  }

  it.each([
    ["const [row] = await q(); return row.id;", "unchecked first"],
    ["const [row] = await q(); return row!.id;", "unchecked first"],
    ["const [row] = await q(); return row;", "passed first"],
    ["const [row] = await q(); return { id: row };", "passed first"],
    ["const [row] = await q(); if (!row) throw a; return row.id;", "checked first"],
    ["const [row] = await q(); if (row) return row.id;", "checked first"],
    ["const [row] = await q(); return row?.id ?? null;", "checked first"],
    ["const [row] = await q(); return row ?? (await g());", "checked first"],
    ["const [row] = await q(); return row ? row.id : null;", "checked first"],
    ["const [row] = await q(); return row && row.id;", "checked first"],
    ["const [row] = await q(); if (row === undefined) return; return row.id;", "checked first"],
    ["const [row] = await q(); invariant(row, 'x'); return row.id;", "checked first"],
    ["const [row] = await q(); g(row); return row.id;", "unchecked first"],
    ["const [row] = await q(); console.log(row.id); if (!row) throw a;", "unchecked first"],
    ["const [row] = await q(); const { id } = row; return id;", "unchecked first"],
    ["const [{ id }] = await q(); return id;", "unchecked first"],
    ["const [row = null] = await q(); return row;", "checked first"],
    ["const [row] = await q();", "unused first"],
    ["const rows = await q(); return rows[0].id;", "unchecked first"],
    ["const rows = await q(); return rows[0]?.id;", "checked first"],
    ["const rows = await q(); return rows.at(0)!.id;", "unchecked first"],
    ["const rows = await q(); if (rows.length === 0) return; return rows[0].id;", "checked first"],
    ["const rows = await q(); if (rows[0]) return rows[0].id;", "checked first"],
    ["const rows = await q(); const row = rows[0]; return row.id;", "unchecked first"],
    ["const rows = await q(); const [row] = rows; if (!row) return; return row.id;", "checked first"],
    ["const rows = await q(); return rows.map((r) => r.id);", "unused"],
    ["const rows = await q(); for (const r of rows) g(r.id);", "unused"],
    ["const rows = await q(); return rows;", "passed"],
    ["return (await q())[0].id;", "unchecked first"],
    ["return (await q())[0]?.id;", "checked first"],
    ["return (await q())[0];", "passed first"],
    ["const row = (await q())[0]; return row.id;", "unchecked first"],
    ["return q().then((r) => r[0]);", "passed first"],
    ["return q().then(([r]) => r.id);", "unchecked first"],
    ["return q().then(([r]) => r ?? null);", "checked first"],
    ["const row = await q().then((r) => r[0]); return row.id;", "unchecked first"],
    ["const row = await q().then((r) => r[0]); if (!row) return; return row.id;", "checked first"],
    ["const row = await q(); return row.id;", "unchecked"],
    ["const row = await q(); if (!row) return null; return row.id;", "checked"],
    ["const { rows } = await q(); return rows[0].id;", "unchecked first"],
    ["const { rows: [row] } = await q(); return row.id;", "unchecked first"],
    ["const { data, error } = await q(); if (error) throw error; return data.id;", "checked"],
    ["const { data } = await q(); return data.id;", "unchecked"],
    ["const result = await q(); if (result.rowCount === 0) return; return result.rows[0].id;", "checked first"],
    ["const result = await q(); return result.rows[0].id;", "unchecked first"],
    ["[v] = await q(); return v.id;", "unchecked first"],
    ["v = (await q())[0]; if (!v) return; return v.id;", "checked first"],
    ["const [b, [row]] = await Promise.all([g(), q()]); return row.id;", "unchecked first"],
    ["await q();", "unused"],
  ])("%s", (body, expected) => {
    expect(row(body)).toBe(expected);
  });
});

describe("functions that are handed to calls", () => {
  it("tell the call, by name and index, and which argument", () => {
    const facts = code("db.transaction(async (tx) => {}, o); prisma.$transaction((tx) => {}); step.run('a', () => {}); console.log(() => {}); db.transaction().execute(async (trx) => {}); new Worker('q', async () => {});");
    expect(facts.functions.map((each) => [each.callbackOf?.callee, each.callbackOf?.argument, each.callbackOf?.call])).toEqual([
      ["db.transaction", 0, 0],
      ["prisma.$transaction", 0, 1],
      ["step.run", 1, 2],
      ["console.log", 0, null],
      ["db.transaction().execute", 0, 3],
      ["new Worker", 1, null],
    ]);
    expect(facts.functions.every((each) => each.name === null)).toBe(true);
  });

  it("also inside an options object, where they keep the property's name", () => {
    const facts = code('export const t = task({ id: "a", run: async (payload) => { x(); } });');
    expect(fn(facts, "run").callbackOf).toEqual({ call: 0, callee: "task", argument: 0 });
  });
});
