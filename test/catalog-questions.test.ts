import { beforeAll, describe, expect, test } from "vitest";
import { splitPredicate } from "../src/catalog/history.ts";
import { joinWords, quoteName, quoteTable, tableTitle } from "../src/catalog/words.ts";
import { concurrentRecipe } from "../src/catalog/recipes.ts";
import { keyBuilds } from "../src/catalog/builds.ts";
import { cannotViolate, isSameKey } from "../src/catalog/proof.ts";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { buildProject } from "../src/project/build.ts";
import { canonicalPredicate } from "../src/read/sql/canonical.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import type { Migration } from "../src/model/project.ts";
import type { Column, Table, UniqueKey } from "../src/model/catalog.ts";

beforeAll(loadSqlParser);

describe("words", () => {
  test("lists read like a sentence", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(joinWords)).toEqual(["", "a", "a and b", "a, b and c"]);
  });

  test("only names that Postgres would fold are quoted", () => {
    expect(["email", "orgId", "e mail"].map(quoteName)).toEqual(["email", '"orgId"', '"e mail"']);
    expect(["public.Member", "audit.logs"].map(quoteTable)).toEqual(['"Member"', "audit.logs"]);
  });

  test("public goes without saying", () => {
    expect(["public.tenants", "billing.tenants"].map(tableTitle)).toEqual(["tenants", "billing.tenants"]);
  });
});

describe("splitPredicate", () => {
  const conditions = (sql: string) => splitPredicate(canonicalPredicate(sql)).sort();

  test("cuts at AND, outside of parentheses and literals", () => {
    expect(conditions("a IS NULL AND b = 'x and y'")).toEqual(["a is null", "b = 'x and y'"]);
    expect(conditions("a = 1 AND (b = 1 OR c = 1)")).toEqual(["a = 1", "b = 1 or c = 1"]);
    expect(conditions("n BETWEEN 1 AND 5")).toEqual(["n <= 5", "n >= 1"]);
  });

  test("OR is one condition", () => {
    expect(conditions("a = 1 OR b = 1")).toEqual(["a = 1 or b = 1"]);
  });
});

describe("keyBuilds", () => {
  /** The migrations of a supabase project with these files, in their order. */
  function migrationsOf(...bodies: string[]): Migration[] {
    const texts = Object.fromEntries(bodies.map((sql, index) => [`supabase/migrations/2024010${String(index + 1)}000000_x.sql`, sql]));
    return buildProject(loadFiles(filesFrom({ "package.json": '{"devDependencies":{"supabase":"2.45.5"}}', "supabase/config.toml": "", ...texts }))).databases[0]?.migrations ?? [];
  }
  const first = "create table t (a int, b int); create temp table s (a int);";
  const built = (sql: string) => keyBuilds(migrationsOf(first, sql)[1]!).map(({ how, key, newColumns }) => ({ how, parts: key.parts.length, newColumns }));

  test("knows the four ways to build a key", () => {
    expect(built("create unique index on t (a); alter table t add constraint k unique (a, b);")).toEqual([
      { how: "index", parts: 1, newColumns: [] },
      { how: "constraint", parts: 2, newColumns: [] },
    ]);
    expect(built("alter table t add primary key (a); alter table t add column c int unique;")).toEqual([
      { how: "primary", parts: 1, newColumns: [] },
      { how: "column", parts: 1, newColumns: ["c"] },
    ]);
  });

  test("passes over tables of the same file, USING INDEX and names that exist", () => {
    expect(built("create table n (a int); create unique index on n (a);")).toEqual([]);
    expect(built("alter table t add constraint k unique using index i;")).toEqual([]);
    expect(keyBuilds(migrationsOf(`${first} create unique index i on t (a);`, "create unique index if not exists i on t (a);")[1]!)).toEqual([]);
  });

  test("a renamed table and a renamed column are no new ones", () => {
    expect(built("alter table t rename to u; create unique index on u (a);")).toEqual([{ how: "index", parts: 1, newColumns: [] }]);
  });

  test("the recipe promotes an index to a constraint only where Postgres does", () => {
    const recipe = (sql: string) => keyBuilds(migrationsOf(first, sql)[1]!).map(concurrentRecipe)[0];
    expect(recipe("alter table t add constraint k unique (a);")).toContain("USING INDEX");
    expect(recipe("create unique index i on t (a) where b > 0;")).not.toContain("USING INDEX");
  });
});

describe("keys", () => {
  const key = (columns: string[], more: Partial<UniqueKey> = {}): UniqueKey => ({
    name: null,
    kind: "index",
    parts: columns.map((column) => ({ kind: "column", column, collation: null, opclass: null })),
    where: null,
    nullsNotDistinct: false,
    deferrable: false,
    valid: null,
    declared: [],
    built: [],
    ...more,
  });
  const column = (name: string, more: Partial<Column> = {}): Column => ({
    name,
    property: null,
    type: "text",
    nullable: true,
    default: null,
    generated: false,
    at: null,
    ...more,
  });

  test("are the same whatever their name, kind and order", () => {
    const table = { columns: [column("a", { type: "numeric(10,2)" }), column("b")] } as unknown as Table;
    expect(isSameKey(key(["a", "b"], { name: "x", kind: "constraint" }), key(["b", "a"]))).toBe(true);
    expect(isSameKey(key(["a"]), key(["a"], { nullsNotDistinct: true }))).toBe(false);
    expect(isSameKey(key(["a"]), key(["a"], { where: canonicalPredicate("a > 0") }))).toBe(false);
    expect(isSameKey(key(["b"], { where: canonicalPredicate("a > 0") }), key(["b"], { where: canonicalPredicate("(a > (0)::numeric)") }), table)).toBe(true);
  });

  test("cannot be violated when a part of each is fresh or NULL", () => {
    const id = column("id", { nullable: false, default: { by: "database", fresh: true } });
    const table = { columns: [id, column("email")], keys: [key(["id"], { kind: "primary" }), key(["email"])] } as unknown as Table;
    const at = { path: "a.ts", start: 0, end: 0 };
    const write = (...columns: string[]) => ({
      kind: "insert" as const,
      columns: columns.map((name) => ({ column: name, at, value: { text: name, origin: "parameter" as const, nullable: null } })),
      columnsComplete: true,
    });
    expect(cannotViolate(table, write())).toBe(true);
    expect(cannotViolate(table, write("email"))).toBe(false);
    expect(cannotViolate(table, write("id"))).toBe(false);
    expect(cannotViolate(table, { ...write(), columnsComplete: false })).toBe(false);
    expect(cannotViolate(table, { ...write("other"), kind: "update" })).toBe(true);
  });
});
