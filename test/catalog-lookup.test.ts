import { describe, expect, it } from "vitest";
import {
  conflictRowMayLieIn, describeKey, findKeysByName, findTable, inferArbiter, keysOn, keysViolatedBy, keysWithin, nearestNames, relationNames, replay, totalKeysWithin, type ArbiterVerdict,
} from "../src/catalog/lookup.ts";
import type { Table } from "../src/model/catalog.ts";
import type { Conflict, Migration, Site, Value } from "../src/model/project.ts";
import { at, built, column, createTable, createUniqueIndex, expression, keyNames, newForeignKey, newKey, parts, predicate, table } from "./catalog-changes.ts";

const live = predicate("deleted_at is null", "deleted_at");

const tenants = built(
  createTable(
    "tenants",
    [
      column("id", { nullable: false, default: { by: "database", fresh: true } }),
      column("org_id", { nullable: false }),
      column("ref"),
      column("email"),
      column("slug", { nullable: false, default: { by: "database", fresh: false } }),
      column("deleted_at"),
      column("status"),
    ],
    [newKey("primary", parts("id")), newKey("constraint", parts("org_id", "ref"), { name: "tenants_org_ref" })],
    { checks: [{ name: "positive", columns: [], text: "" }], foreignKeys: [newForeignKey(["org_id"], "orgs")] },
  ),
  createUniqueIndex("tenants", "live_email", parts("email"), live),
  createUniqueIndex("tenants", "lower_email", [expression("lower(email)", "email"), ...parts("org_id")]),
  createUniqueIndex("tenants", "by_slug", parts("slug")),
);
const t: Table = table(tenants, "public.tenants");

describe("keys by columns", () => {
  it("finds exact, contained and total ones", () => {
    expect(keysOn(t, ["ref", "org_id"]).map((key) => key.name)).toEqual(["tenants_org_ref"]);
    expect(keysOn(t, ["org_id"])).toEqual([]);
    expect(keysWithin(t, ["id", "email"]).map((key) => key.name)).toEqual(["tenants_pkey", "live_email"]);
    expect(totalKeysWithin(t, ["id", "email"]).map((key) => key.name)).toEqual(["tenants_pkey"]);
  });

  it("describes them for messages", () => {
    expect(t.keys.map(describeKey)).toEqual([
      "primary key (id)",
      'unique constraint "tenants_org_ref" (org_id, ref)',
      'unique index "live_email" (email) where deleted_at is null',
      'unique index "lower_email" (lower(email), org_id)',
      'unique index "by_slug" (slug)',
    ]);
  });
});

describe("names", () => {
  it("finds keys by the 63 bytes that Postgres keeps of a name", () => {
    const cut = "x".repeat(63);
    const catalog = built(createTable("t", [column("a")]), createUniqueIndex("t", `${cut}yz`, parts("a")));
    expect(findKeysByName(catalog, `${cut}other`).map(({ key }) => key.name)).toEqual([cut]);
  });

  it("lists everything that a constraint's name can be", () => {
    expect([...relationNames(tenants)].sort()).toEqual(["by_slug", "live_email", "lower_email", "positive", "tenants", "tenants_org_id_fkey", "tenants_org_ref", "tenants_pkey"]);
  });

  it("finds the nearest ones, best first", () => {
    expect(nearestNames("tenants_org_rf", keyNames(t).map(String))).toEqual(["tenants_org_ref"]);
    expect(nearestNames("tenants_org_external", ["tenants_org_external_unique", "zebra"])).toEqual(["tenants_org_external_unique"]);
    expect(nearestNames("zebra", keyNames(t).map(String))).toEqual([]);
  });

  it("finds a table by schema, by search path, or as the only one of its name", () => {
    const catalog = built(createTable("t", [], [], { table: { schema: "app", name: "t" } }), createTable("u", []), createTable("u", [], [], { table: { schema: "app", name: "u" } }));
    expect(findTable(catalog, { schema: null, name: "t" })?.id).toBe("app.t");
    expect(findTable(catalog, { schema: null, name: "u" })?.id).toBe("public.u");
    expect(findTable(catalog, { schema: null, name: "u" }, ["app"])?.id).toBe("app.u");
    expect(findTable(catalog, { schema: "public", name: "t" })).toBeNull();
  });
});

type Write = Pick<Site, "columns" | "columnsComplete">;

function insert(values: Record<string, Value["origin"] | { literal: string }>, complete = true): Write {
  const columns = Object.entries(values).map(([name, value]) => {
    const origin = typeof value === "string" ? value : "literal";
    return { column: name, value: { text: typeof value === "string" ? name : value.literal, origin, nullable: null }, at: at() };
  });
  return { columns, columnsComplete: complete };
}

function violated(write: Write): (string | null)[] {
  return keysViolatedBy(t, write).map((key) => key.name);
}

describe("keysViolatedBy", () => {
  it("counts keys whose every part is given", () => {
    expect(violated(insert({ org_id: "external", ref: "external", slug: "generated" }))).toEqual(["tenants_org_ref"]);
    expect(violated(insert({ org_id: "external", ref: "null", slug: "generated" }))).toEqual([]);
  });

  it("does not count generated keys, but an id that the caller gives", () => {
    expect(violated(insert({ slug: "generated" }))).toEqual([]);
    expect(violated(insert({ id: "external", slug: "created" }))).toEqual(["tenants_pkey"]);
  });

  it("counts a constant default", () => {
    expect(violated(insert({ org_id: "external" }))).toEqual(["by_slug"]);
    expect(violated(insert({ org_id: "external", slug: "default" }))).toEqual(["by_slug"]);
  });

  it("is silent on what a spread may write", () => {
    expect(violated(insert({ ref: "external", slug: "generated" }, false))).toEqual([]);
    expect(violated({ columns: null, columnsComplete: false })).toEqual([]);
  });

  it("counts a partial key unless the row surely lies outside", () => {
    expect(violated(insert({ email: "external", slug: "generated" }))).toEqual(["live_email"]);
    expect(violated(insert({ email: "external", slug: "generated", deleted_at: { literal: "'2026-01-01'" } }))).toEqual([]);
    expect(violated(insert({ email: "external", slug: "generated", deleted_at: "external" }))).toEqual(["live_email"]);
  });

  it("compares a literal with the predicate's", () => {
    const pending = table(built(createTable("q", [column("a"), column("status")]), createUniqueIndex("q", "k", parts("a"), predicate("status = 'pending'", "status"))), "public.q");
    const names = (status: string): number => keysViolatedBy(pending, insert({ a: "external", status: { literal: status } })).length;
    expect([names('"pending"'), names("'pending'"), names('"done"')]).toEqual([1, 1, 0]);
    expect(keysViolatedBy(pending, insert({ a: "external" }))).toEqual([]);
  });

  it("counts an expression when all that it reads is given", () => {
    expect(violated(insert({ email: "external", org_id: "external", slug: "generated" }))).toEqual(["live_email", "lower_email"]);
  });

  it("counts NULL where NULLs are not distinct", () => {
    const q = table(built(createTable("q", [column("a"), column("b")], [newKey("constraint", parts("a", "b"), { name: "k", nullsNotDistinct: true })])), "public.q");
    expect(keysViolatedBy(q, insert({ a: "external" })).length).toBe(1);
  });
});

function verdict(target: Conflict["target"], of: Table = t, action: Conflict["action"] = "nothing"): ArbiterVerdict {
  return inferArbiter(of, { action, target });
}

function onColumns(...names: string[]): Conflict["target"] {
  return { by: "columns", parts: parts(...names), where: null, selector: null };
}

describe("inferArbiter says what is missing", () => {
  const closest = (answer: ArbiterVerdict): unknown => (answer.kind === "none" && answer.closest ? [answer.closest.key.name, answer.closest.why] : answer.kind);

  it("a column", () => {
    expect(closest(verdict(onColumns("org_id")))).toEqual(["tenants_org_ref", { kind: "missing-columns", columns: ["ref"] }]);
  });

  it("a column less", () => {
    expect(closest(verdict(onColumns("org_id", "ref", "status")))).toEqual(["tenants_org_ref", { kind: "extra-columns", columns: ["status"] }]);
  });

  it("the predicate", () => {
    expect(closest(verdict(onColumns("email")))).toEqual(["live_email", { kind: "predicate", needs: "deleted_at is null" }]);
  });

  it("the expression", () => {
    expect(closest(verdict(onColumns("email", "org_id")))).toEqual(["lower_email", { kind: "expression", expression: "lower(email)" }]);
  });

  it("the constraint", () => {
    expect(closest(verdict({ by: "constraint", name: "by_slug" }))).toEqual(["by_slug", { kind: "not-a-constraint" }]);
    expect(closest(verdict({ by: "constraint", name: "tenants_org_reff" }))).toEqual(["tenants_org_ref", { kind: "near-name", name: "tenants_org_ref" }]);
  });

  it("nothing in common", () => {
    expect(verdict(onColumns("status"))).toMatchObject({ kind: "none", sqlstate: "42P10", closest: null });
  });
});

describe("inferArbiter leaves open", () => {
  it("what the table may hold beside", () => {
    const unsure = { ...t, complete: false };
    expect(verdict(onColumns("status"), unsure).kind).toBe("unknown");
    expect(verdict(onColumns("id"), unsure).kind).toBe("match");
    expect(verdict({ by: "constraint", name: "other" }, unsure).kind).toBe("unknown");
    expect(verdict({ by: "primary" }, { ...unsure, keys: [] }).kind).toBe("unknown");
  });

  it("columns that are not known, targets that could not be read, other dialects", () => {
    expect(verdict(onColumns("no_such_column")).kind).toBe("unknown");
    expect(verdict({ by: "unknown" }).kind).toBe("unknown");
    expect(inferArbiter(t, { action: "nothing", target: onColumns("status") }, "mysql").kind).toBe("unknown");
  });

  it("a parameter in the predicate", () => {
    const target: Conflict["target"] = { by: "columns", parts: parts("email"), where: predicate("deleted_at = $1", "deleted_at"), selector: null };
    expect(verdict(target)).toMatchObject({ kind: "none", sqlstate: "42P10" });
    const status = table(built(createTable("q", [column("a"), column("s")]), createUniqueIndex("q", "k", parts("a"), predicate("s = 'x'", "s"))), "public.q");
    expect(verdict({ by: "columns", parts: parts("a"), where: predicate("s = $1", "s"), selector: null }, status).kind).toBe("unknown");
  });
});

describe("conflictRowMayLieIn", () => {
  const columns = ["project", "org", "sha", "gone"].map((name) => column(name));
  const assets = table(
    built(
      createTable("assets", columns, [newKey("constraint", parts("project", "sha"), { name: "by_project" })]),
      createUniqueIndex("assets", "by_org", parts("org", "sha"), predicate("project is null", "project")),
      createUniqueIndex("assets", "live", parts("org"), predicate("gone is null", "gone")),
      createUniqueIndex("assets", "dead", parts("sha"), predicate("gone is not null", "gone")),
    ),
    "public.assets",
  );
  const lies = (name: string, arbiter: string, sets: Conflict["sets"] = []): boolean => {
    const key = (wanted: string): Table["keys"][number] => assets.keys.find((one) => one.name === wanted) ?? assets.keys[0]!;
    return conflictRowMayLieIn(key(name), key(arbiter), { sets });
  };
  const toNull = (name: string): Conflict["sets"] => [{ column: name, value: { text: "null", origin: "null", nullable: true }, at: at() }];

  it("knows that a conflicting row holds no NULL in the target", () => {
    expect(lies("by_org", "by_project")).toBe(false);
    expect(lies("by_org", "by_project", "all")).toBe(false);
    expect(lies("by_org", "by_project", toNull("project"))).toBe(true);
  });

  it("knows that a conflicting row lies in the target's predicate, until SET changes it", () => {
    expect(lies("dead", "live")).toBe(false);
    expect(lies("live", "dead")).toBe(false);
    expect(lies("live", "dead", toNull("gone"))).toBe(true);
    expect(lies("dead", "live", "all")).toBe(true);
    expect(lies("by_project", "live")).toBe(true);
  });
});

it("takes the primary key for supabase's default target, and skips invalid indexes", () => {
  expect(verdict({ by: "primary" })).toMatchObject({ kind: "match", keys: [{ name: "tenants_pkey" }] });
  const invalid = { ...t, keys: t.keys.map((key) => (key.name === "by_slug" ? { ...key, valid: false } : key)) };
  expect(verdict(onColumns("slug"), invalid)).toMatchObject({ kind: "none", closest: { why: { kind: "invalid" } } });
});

it("replays a migration statement by statement", () => {
  const statement = (...changes: Migration["statements"][number]["changes"]): Migration["statements"][number] => ({
    at: at(), changes, transaction: null, isolation: null, queries: [], refresh: null, dedup: null, lock: null, refusesTransaction: false, nested: false, name: null, command: null, comments: [], chunk: 0,
  });
  const migration: Migration = {
    path: "m.sql", name: "m", runner: "unknown", runnerVersion: null, transaction: "unknown", comments: [], before: tenants,
    statements: [
      statement({ kind: "search-path", at: at(), schemas: ["app"] }),
      statement(createTable("x", [column("a")])),
      statement(),
      statement(createUniqueIndex("x", null, parts("a"))),
    ],
  };
  const steps = replay(migration);
  expect(steps.map((step) => step.searchPath)).toEqual([["public"], ["app"], ["app"], ["app"]]);
  expect(steps.map((step) => step.before.tables["app.x"]?.keys.length ?? null)).toEqual([null, null, 0, 0]);
  expect(keyNames(table(steps[3]?.after ?? tenants, "app.x"))).toEqual(["x_a_idx"]);
  expect(replay(migration)).toBe(steps);
});
