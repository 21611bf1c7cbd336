import { describe, expect, it } from "vitest";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import { at, built, column, createTable, createUniqueIndex, declared, expression, keyNames, newForeignKey, newKey, parts, predicate, table } from "./catalog-changes.ts";

const named = (name: string): { schema: null; name: string } => ({ schema: null, name });

describe("fold", () => {
  it("leaves the catalog that it starts from as it is", () => {
    const before = built(createTable("t", [column("id")]));
    const after = fold(before, [{ kind: "add-key", at: at(), table: named("t"), key: newKey("primary", parts("id")), usingIndex: null }], "built");
    expect(table(before, "public.t").keys).toEqual([]);
    expect(table(before, "public.t").columns[0]?.nullable).toBe(true);
    expect(keyNames(table(after, "public.t"))).toEqual(["t_pkey"]);
    expect(table(after, "public.t").columns[0]?.nullable).toBe(false);
  });

  it("shares the tables that it does not touch", () => {
    const before = built(createTable("t", [column("id")]), createTable("u", [column("id")]));
    const after = fold(before, [createUniqueIndex("u", null, parts("id"))], "built");
    expect(after.tables["public.t"]).toBe(before.tables["public.t"]);
    expect(after.tables["public.u"]).not.toBe(before.tables["public.u"]);
  });

  it("gives spans to where they come from", () => {
    const key = newKey("constraint", parts("a"), { name: "k", at: at(7) });
    const create = createTable("t", [column("a")], [key]);
    expect(table(declared(create), "public.t").keys[0]).toMatchObject({ declared: [at(7)], built: [] });
    expect(table(built(create), "public.t").keys[0]).toMatchObject({ declared: [], built: [at(7)] });
    expect(table(declared(create), "public.t")).toMatchObject({ declared: [at()], built: [] });
  });

  it("makes a stub of a table that was created elsewhere", () => {
    const t = table(built(createUniqueIndex("t", "k", parts("a"))), "public.t");
    expect(t.complete).toBe(false);
    expect(keyNames(t)).toEqual(["k"]);
  });

  it("keeps what a stub had when the table is created after all, and stays unsure", () => {
    const t = table(built(createUniqueIndex("t", "k", parts("a")), createTable("t", [column("a")], [newKey("primary", parts("a"))])), "public.t");
    expect(keyNames(t)).toEqual(["t_pkey", "k"]);
    expect(t.complete).toBe(false);
  });

  it("is unsure of a table that is created twice", () => {
    const create = createTable("t", [column("a")]);
    expect(table(built(create, create), "public.t").complete).toBe(false);
    expect(table(built(create, { ...create, ifNotExists: true }), "public.t").complete).toBe(true);
  });

  it("is unsure of a table that something opaque touches, and of no other", () => {
    const catalog = built(createTable("t", []), createTable("u", []), { kind: "opaque", at: at(), table: named("t") }, { kind: "opaque", at: at(), table: null });
    expect(table(catalog, "public.t").complete).toBe(false);
    expect(table(catalog, "public.u").complete).toBe(true);
  });

  it("is unsure of a table when a key's name is taken by another key of other columns", () => {
    const twice = [createUniqueIndex("t", "k", parts("a")), createUniqueIndex("t", "k", parts("b"))];
    expect(table(built(createTable("t", [column("a"), column("b")]), ...twice), "public.t")).toMatchObject({ complete: false, keys: [{ parts: parts("a") }] });
    const same = [createUniqueIndex("t", "k", parts("a")), createUniqueIndex("t", "k", parts("a"))];
    expect(table(built(createTable("t", [column("a")]), ...same), "public.t")).toMatchObject({ complete: true, keys: [{ name: "k" }] });
  });

  it("ends a session with its search path and temporary tables", () => {
    const first = built({ kind: "search-path", at: at(), schemas: ["app"] }, createTable("t", []), createTable("w", [], [], { temporary: true }));
    expect(Object.keys(first.tables)).toEqual(["app.t"]);
    const second = fold(first, [createTable("u", [])], "built");
    expect(Object.keys(second.tables).sort()).toEqual(["app.t", "public.u"]);
  });

  it("finds the only table of a name in another schema", () => {
    const catalog = built(createTable("t", [column("a")], [], { table: { schema: "app", name: "t" } }), createUniqueIndex("t", "k", parts("a")));
    expect(keyNames(table(catalog, "app.t"))).toEqual(["k"]);
    expect(catalog.tables["public.t"]).toBeUndefined();
  });

  it("renames columns in expressions and predicates, but not words that only look like them", () => {
    const key = createUniqueIndex("t", "k", [expression("lower(lower)", "lower")], predicate("lower <> 'lower' and b is null", "lower", "b"));
    const rename = { kind: "rename-column", at: at(), table: named("t"), column: "lower", to: "Name" } as const;
    const [renamed] = table(built(createTable("t", [column("lower"), column("b")]), key, rename), "public.t").keys;
    expect(renamed?.parts).toEqual([expression('lower("Name")', "Name")]);
    expect(renamed?.where).toEqual(predicate(`"Name" <> 'lower' and b is null`, "Name", "b"));
  });

  it("points foreign keys to the table under its new name", () => {
    const catalog = built(
      createTable("t", [column("id")], [newKey("primary", parts("id"))]),
      createTable("r", [column("t_id")], [], { foreignKeys: [newForeignKey(["t_id"], "t")] }),
      { kind: "rename-table", at: at(), table: named("t"), to: "things", ifExists: false },
    );
    expect(table(catalog, "public.r").foreignKeys).toMatchObject([{ name: "r_t_id_fkey", table: "public.things" }]);
    expect(keyNames(table(catalog, "public.things"))).toEqual(["t_pkey"]);
  });

  it("gives no default names in other dialects, and lets MySQL drop a constraint's index", () => {
    const create = createTable("t", [column("a")], [newKey("constraint", parts("a"), { name: "k" }), newKey("constraint", parts("a"))]);
    const catalog = fold(emptyCatalog("mysql"), [create], "built");
    expect(keyNames(table(catalog, "public.t"))).toEqual(["k", null]);
    const dropped = fold(catalog, [{ kind: "drop-index", at: at(), indexes: [named("k")], concurrently: false, ifExists: false }], "built");
    expect(keyNames(table(dropped, "public.t"))).toEqual([null]);
  });

  it("replays 300 migrations over 500 tables in well under a second", () => {
    let catalog = built(...Array.from({ length: 500 }, (_, i) => createTable(`t${i}`, [column("id"), column("a")], [newKey("primary", parts("id")), newKey("constraint", parts("a"))])));
    const started = performance.now();
    for (let i = 0; i < 300; i += 1) catalog = fold(catalog, [createUniqueIndex(`t${i}`, null, parts("a", "id"))], "built");
    expect(performance.now() - started).toBeLessThan(2000);
    expect(keyNames(table(catalog, "public.t299"))).toEqual(["t299_pkey", "t299_a_key", "t299_a_id_idx"]);
  });
});
