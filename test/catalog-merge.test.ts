import { describe, expect, it } from "vitest";
import { mergeCatalogs } from "../src/catalog/merge.ts";
import { at, built, column, createTable, createUniqueIndex, declared, keyNames, newKey, parts, predicate, table } from "./catalog-changes.ts";

const inSchema = (start: number): { path: string; start: number; end: number } => at(start, "schema.ts");

describe("mergeCatalogs", () => {
  it("makes one key of the same key in both, with both places", () => {
    const schema = declared(createTable("t", [column("a", { property: "aField" })], [newKey("constraint", parts("a"), { name: "t_a_unique", at: inSchema(3) })]));
    const migrated = built(createTable("t", [column("a")], [newKey("constraint", parts("a"), { name: "t_a_unique", at: at(9) })]));
    expect(table(mergeCatalogs(schema, migrated), "public.t").keys).toMatchObject([{ name: "t_a_unique", declared: [inSchema(3)], built: [at(9)] }]);
  });

  it("keeps the database's name where the two differ in the name alone", () => {
    const schema = declared(createTable("t", [column("a")], [newKey("constraint", parts("a"), { name: "t_a_unique" })]));
    const migrated = built(createTable("t", [column("a")], [newKey("index", parts("a"), { name: "a_idx" })]));
    expect(table(mergeCatalogs(schema, migrated), "public.t").keys).toMatchObject([{ name: "a_idx", kind: "index", declared: [at()], built: [at()] }]);
  });

  it("keeps two keys that differ in predicate and name, and shows that the schema's is not built", () => {
    const schema = declared(createTable("t", [column("a"), column("gone")], [newKey("index", parts("a"), { name: "one" })]));
    const migrated = built(createTable("t", [column("a"), column("gone")]), createUniqueIndex("t", "two", parts("a"), predicate("gone is null", "gone")));
    const keys = table(mergeCatalogs(schema, migrated), "public.t").keys;
    expect(keys.map((key) => [key.name, key.declared.length, key.built.length])).toEqual([["two", 0, 1], ["one", 1, 0]]);
  });

  it("takes property names and client defaults from the schema, nullability from the migrations", () => {
    const fresh = { by: "client", fresh: true } as const;
    const schema = declared(createTable("t", [column("a", { property: "aField", nullable: true, default: fresh }), column("b")]));
    const migrated = built(createTable("t", [column("a", { nullable: false })]));
    expect(table(mergeCatalogs(schema, migrated), "public.t").columns).toMatchObject([{ name: "a", property: "aField", nullable: false, default: fresh }, { name: "b" }]);
  });

  it("keeps tables of one source only", () => {
    expect(Object.keys(mergeCatalogs(declared(createTable("s", [])), built(createTable("m", []))).tables).sort()).toEqual(["public.m", "public.s"]);
  });

  it("is as sure of the keys as the migrations are", () => {
    const whole = built(createTable("t", [column("a")]));
    const partial = declared(createTable("t", [column("a")], [], { complete: false }));
    expect(table(mergeCatalogs(partial, whole), "public.t").complete).toBe(true);
    const touched = built(createUniqueIndex("t", "k", parts("a")));
    const merged = table(mergeCatalogs(declared(createTable("t", [column("a")])), touched), "public.t");
    expect([merged.complete, keyNames(merged)]).toEqual([false, ["k"]]);
  });
});
