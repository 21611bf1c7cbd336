import { describe, expect, it } from "vitest";
import { readClaims, readSuppressions } from "../src/read/comments.ts";
import { readTypeScriptFile } from "../src/read/typescript/index.ts";

const at = { path: "a.ts", start: 100, end: 200 };

/** `kind columns` of each claim of one comment; `no` in front of a denial; plain words in angle brackets. */
function claims(text: string): string[] {
  return readClaims([{ text, at, declaration: null, function: null }]).map(
    (claim) => `${claim.denies ? "no " : ""}${claim.kind} ${claim.columns.join(",")}${claim.words === undefined ? "" : `<${claim.words.join(",")}>`}`.trim(),
  );
}

describe("suppressions", () => {
  function read(text: string): unknown {
    return readSuppressions([{ text, at }]).map(({ kind, rules, reason }) => [kind, rules, reason]);
  }

  it.each([
    ["// uniqlint-disable-next-line no-schema-drift -- the dump is older", [["disable-next-line", ["no-schema-drift"], "the dump is older"]]],
    ["uniqlint-disable-line no-schema-drift, no-redundant-index", [["disable-line", ["no-schema-drift", "no-redundant-index"], null]]],
    ["/* uniqlint-disable */", [["disable", [], null]]],
    ["-- uniqlint-enable no-schema-drift", [["enable", ["no-schema-drift"], null]]],
    ["# uniqlint-disable -- whole file", [["disable", [], "whole file"]]],
    ["/*\n * uniqlint-disable\n * no-schema-drift\n * -- why\n */", [["disable", ["no-schema-drift"], "why"]]],
    ["// uniqlint-disable-next-line uniqlint/no-schema-drift because of x", [["disable-next-line", ["no-schema-drift"], "because of x"]]],
    ["// see uniqlint-disable", []],
    ["// uniqlint-disabled", []],
    ["// uniqlint-disable-next-lines", []],
  ])("%s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe("claims", () => {
  it.each([
    ["// The source of truth for race safety is the unique index on (org_id, external_ref).", ["key org_id,external_ref"]],
    ["/** Backed by a unique constraint on tenants (org_id, external_ref) */", ["key org_id,external_ref"]],
    ["// the `(environmentId, version)` unique constraint decides", ["key environmentId,version"]],
    ["// partial unique index on `org_id` and `slug` where deleted_at is null", ["key org_id,slug"]],
    ["// unique key (a, b)", ["key a,b"]],
    ["// Unique constraint on the org_id column", ["key org_id"]],
    ["// unique on orgId + slug", ["key orgId,slug"]],
    ["// UNIQUE(org_id, slug) in the database", ["key org_id,slug"]],
    ["// slug_text is unique per org_id", ["key slug_text,org_id"]],
    ["// (org_id, slug) is unique", ["key org_id,slug"]],
    ["// `slug` is unique, so", ["key slug"]],
    ["// unique per org", ["key <org>"]],
    ["// enforced by the unique constraint tenants_slug_key", ["key"]],
    ["// one row per team and persona", ["one-row <team,persona>"]],
    ["// at most one row per team_id and persona_id", ["one-row team_id,persona_id"]],
    ["// one usage_log row per `eventKey` holding the cost", ["one-row eventKey"]],
    ["// Idempotent on messageId: a retry changes nothing.", ["idempotent messageId"]],
    ["// idempotent, keyed on (chatId, turn)", ["idempotent chatId,turn"]],
    ["// unique index on (lower(email), org_id) enforced", ["key"]],
    ["/**\n * Resolves the tenant.\n *\n * Race-safe: the unique index on\n * (org_id, external_ref) rejects the loser.\n */", ["key org_id,external_ref"]],
    ["// idempotent through the (workflow_id, app_id) UNIQUE (P2002)", ["key workflow_id,app_id"]],
    ["// `Appeal` is unique on (entityType, entityId)", ["key entityType,entityId"]],
    ["// one PENDING report per (listing_id, reporter_id)", ["one-row listing_id,reporter_id"]],
    ["// guarded by the unique index on `ArticleReview` rows", ["key"]],
    ["// We upsert, the unique index on (a_id, b_id) makes it safe", ["key a_id,b_id"]],
  ])("%s", (text, expected) => {
    expect(claims(text)).toEqual(expected);
  });

  it.each([
    ["// there is no unique index on (org_id, slug)", ["no key org_id,slug"]],
    ["// The table has no unique constraint on orgId.", ["no key orgId"]],
    ["// `createdAt` is not unique", ["no key createdAt"]],
    ["// (org_id, e164) isn't unique", ["no key org_id,e164"]],
    ["// not unique per org_id", ["no key org_id"]],
  ])("denied: %s", (text, expected) => {
    expect(claims(text)).toEqual(expected);
  });

  it.each([
    ["// @@unique([orgId, e164])", ["code orgId,e164"]],
    ['  // @@unique(fields: [a, b], name: "x")', ["code a,b"]],
    ["// email String @unique", ["code email"]],
    ['// slug String? @map("slug_text") @unique(map: "x") @db.Text', ["code slug"]],
    ['// uniqueIndex("t_a_b_idx").on(table.a, table.b),', ["code a,b"]],
    ['// slug: unique("t_slug").on(t.slug)', ["code slug"]],
    ['// email: text("email").notNull().unique(),', ["code email"]],
    ["-- CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x ON public.t USING btree (a, \"b\" DESC) WHERE c;", ["code a,b"]],
    ["-- ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a, b);", ["code a,b"]],
    ["-- CREATE UNIQUE INDEX x ON t (lower(a));", ["code"]],
    ["// TODO: bring back once the duplicates are gone\n// @@unique([orgId, e164])", ["code orgId,e164"]],
  ])("in code that is commented out: %s", (text, expected) => {
    expect(claims(text)).toEqual(expected);
  });

  it.each([
    "// we should add a unique index on (a_id, b_id)",
    "// TODO: unique index on (a_id, b_id)",
    "// if we had a unique constraint on (a_id, b_id), this would be one statement",
    "// before adding the unique constraint on (a_id, b_id), remove duplicates",
    "// without a unique constraint on (a_id, b_id) this races",
    "// a unique index on (a_id, b_id) would help",
    "// the unique index on (a_id, b_id) is missing",
    "// is there a unique index on (a_id, b_id)?",
    "// to find a unique name",
    "// unique identifier for the row",
    "// generates a slug that is unique per orgId",
    "// slug must be unique across the workspace",
    "// the name must be unique per orgId",
    "// a unique key for this widget",
    "// React needs a unique key per row",
    "// unique constraint violation on (a_id, b_id)",
    "// one request per second",
    "// enforce a @unique declaration for every row.",
    "// idempotent on paymentId / eventId",
    "// the loser hits the row's unique constraint (P2002)",
    "// render one row per route",
    "// one call per (environment, cadence)",
    "// returns one row per (policy_id, rule_id)",
    "// fills the table with one row per (policy_id, rule_id) touched by each run",
    "// exactly one row per toolset_id or server_id",
    "// one bucket per env+acting-user",
    "// one entry per catch clause",
    "// idempotent by design",
    "// unique visitors",
    "// returns unique values",
    "// Postgres raises 23505 on a unique constraint violation",
    "// e.g. a unique index on (a_id, b_id)",
    "// Whether a unique index on (a_id, b_id) exists",
    "// globally unique identifier",
    "// Each type keys on a tuple, matching the unique indexes on the table",
  ])("not: %s", (text) => {
    expect(claims(text)).toEqual([]);
  });

  it.each(["unique ", "(", "unique (", "one row per a, ", "`", "a_b + ", "@unique(", "x Y @a(", "CREATE UNIQUE INDEX ", "ALTER TABLE ", "UNIQUE(a, ", "\n", "not unique, ", "idempotent on "])("take no time to speak of: %j again and again", (part) => {
    const started = performance.now();
    claims(`// ${part.repeat(3000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("have the place of their sentence, and its text in one line", () => {
    const text = "/**\n * First. The unique index on\n * (a_id, b_id) holds. Last.\n */";
    const [claim] = readClaims([{ text, at, declaration: "t", function: 3 }]);
    expect(claim).toMatchObject({ text: "The unique index on (a_id, b_id) holds", declaration: "t", function: 3 });
    expect(text.slice((claim?.at.start ?? 0) - 100, (claim?.at.end ?? 0) - 100)).toBe("The unique index on\n * (a_id, b_id) holds");
  });
});

describe("comments of a TypeScript file", () => {
  function read(text: string): [string[], string | null, number | null][] {
    return readTypeScriptFile({ path: "a.ts", text }).claims.map((each) => [each.columns, each.declaration, each.function]);
  }

  it("are attached to the function they stand in or right before, and to the top-level declaration", () => {
    const text = `
// unique per a_id
export const t = pgTable("t", {
  // unique per b_id
  x: text("x"),
}, (t) => [
  // unique per c_id
  index("x").on(t.x),
]);
/** unique per d_id */
export async function f() {
  g(); // unique per e_id
  // unique per f_id
  const h = () => 1;
}
`;
    expect(read(text)).toEqual([
      [["a_id"], "t", null],
      [["b_id"], "t", null],
      [["c_id"], "t", 0],
      [["d_id"], "f", 1],
      [["e_id"], "f", 1],
      [["f_id"], "f", 2],
    ]);
  });

  it("join lines of // under each other, and are not looked for in strings, templates, regular expressions and JSX", () => {
    expect(read("// the unique index on\n// (a_id, b_id)\n\nf();")).toEqual([[["a_id", "b_id"], null, null]]);
    const none = 'const a = "// unique per a_id"; const b = `/* unique per a_id */ ${"// unique per b_id"} // unique per c_id`; const c = /\\/\\/ unique per a_id/;';
    expect(read(none)).toEqual([]);
    expect(readTypeScriptFile({ path: "a.tsx", text: "const a = <p>// unique per a_id</p>;" }).claims).toEqual([]);
  });

  it("turn rules off", () => {
    const text = "f(); // uniqlint-disable-line no-schema-drift -- known\n/* uniqlint-disable */";
    const found = readTypeScriptFile({ path: "a.ts", text }).suppressions;
    expect(found.map((each) => [each.kind, text.slice(each.at.start, each.at.end)])).toEqual([
      ["disable-line", "// uniqlint-disable-line no-schema-drift -- known"],
      ["disable", "/* uniqlint-disable */"],
    ]);
  });
});
