import { describe, expect, test } from "vitest";
import { canonicalExpression, canonicalPredicate } from "../src/read/sql/canonical.ts";
import { change, useSqlParser } from "./sql-read.ts";

const text = (sql: string): string => canonicalPredicate(sql).text;

describe("spellings of one condition end in one text", () => {
  test.each([
    // As Postgres prints an index predicate, and as people write it.
    [`((status)::text = 'open'::text)`, `status = 'open'`],
    [`(((status)::text = ANY ((ARRAY['b'::character varying, 'a'::character varying])::text[])))`, `status in ('a', 'b')`],
    [`(state = 'x'::"public"."State")`, `state = 'x'`],
    [`("t"."deleted_at" IS NULL)`, `deleted_at is null`],
    [`public.t."createdAt" ISNULL`, `"createdAt" is null`],
    // Reference §2.3.
    [`active = true`, `active`],
    [`active = false`, `not active`],
    [`NOT active`, `not active`],
    [`st != 3`, `st <> 3`],
    [`NOT (st = 3)`, `st <> 3`],
    [`3 <> st`, `st <> 3`],
    [`10 < id`, `id > 10`],
    [`b AND a AND b`, `a and b`],
    [`(c OR b) AND a`, `a and (b or c)`],
    [`kind IN ('b', 'a')`, `kind in ('a', 'b')`],
    [`kind IN ('a')`, `kind = 'a'`],
    [`kind = ANY (ARRAY['b', 'a'])`, `kind in ('a', 'b')`],
    [`kind <> ALL (ARRAY['b', 'a'])`, `kind not in ('a', 'b')`],
    [`NOT (kind = ANY (tags))`, `kind <> all(tags)`],
    [`NOT (kind <> ALL (tags))`, `kind = any(tags)`],
    [`n BETWEEN 1 AND 5`, `n <= 5 and n >= 1`],
    [`NOT (a IS NULL OR b IS NOT NULL)`, `a is not null and b is null`],
    [`x > '-1'::integer`, `x > -1`],
    [`"order" = 1`, `"order" = 1`],
  ])("%s", (sql, canonical) => expect(text(sql)).toBe(canonical));

  test("what Postgres tells apart stays apart", () => {
    expect(text("active IS TRUE")).not.toBe(text("active"));
    // An enum's text is no plain column: only a literal that Postgres printed drops the cast.
    expect(text("kind::text = 'a'")).toBe("kind::text = 'a'");
    expect(text("created_at > now() - interval '1 day'")).not.toBe(text("created_at > now() - '1 day'"));
    expect(text(`"A" = 1`)).not.toBe(text("a = 1"));
    expect(text("a = 'X'")).not.toBe(text("a = 'x'"));
  });
});

describe("expressions", () => {
  test.each([
    ["LOWER(Email)", "lower(email)", ["email"]],
    ["lower((email)::text)", "lower(email)", ["email"]],
    [`COALESCE(org_id, '00000000-0000-0000-0000-000000000000'::uuid)`, `coalesce(org_id, '00000000-0000-0000-0000-000000000000')`, ["org_id"]],
    ["((data ->> 'key'::text))", "data ->> 'key'", ["data"]],
    ["trim(name)", "btrim(name)", ["name"]],
  ])("%s", (sql, canonical, columns) => expect(canonicalExpression(sql)).toEqual({ text: canonical, columns }));
});

test("parameters are told", () => {
  expect(canonicalPredicate("active = $2")).toEqual({ text: "active = $2", columns: ["active"], parameters: true });
  expect(canonicalPredicate("active").parameters).toBe(false);
});

test("text that nobody can parse is folded, never thrown", () => {
  expect(text("a  ===  'B  C' AND (")).toBe("a === 'B  C' and (");
});

describe("both parsers end in the same text", () => {
  useSqlParser();

  // Read while Postgres' parser is not loaded yet.
  const withoutPostgres = [
    "deleted_at IS NULL AND status = 'a'",
    "(status)::text = ANY ((ARRAY['b'::character varying, 'a'::character varying])::text[])",
    "lower((email)::text) = 'x'",
    "NOT (a OR b)",
    "n BETWEEN 1 AND 5",
    "data->>'k' = 'v' AND data->'a'->>'b' <> ''",
    "created_at > now() - interval '1 day'",
    "(amount * 2 - 1) >= 10.5",
    "name ~* '^x' OR name NOT LIKE 'y%'",
    "(a)::integer = 1 AND (b)::character varying = 'x'",
    "extract(year from at) = 2020 AND at AT TIME ZONE 'UTC' > '2020-01-01'",
    "CASE WHEN a THEN 1 ELSE 2 END = 1",
    "tags && ARRAY['a', 'b'] AND tags[1] = 'c'",
    "coalesce(a, 'x'::text) = '' AND current_date > day",
    "(a, b) = (1, 2)",
    "a = -1 AND b = true",
    "data ->> 'k'::text = 'v'::text",
    "a - b - c > 0 AND a || b || 'c'::text <> ''",
  ].map((sql) => ({ sql, predicate: canonicalPredicate(sql) }));

  test.each(withoutPostgres)("$sql", ({ sql, predicate }) => {
    expect(change(`CREATE UNIQUE INDEX i ON t (a) WHERE ${sql}`, "create-index").index.where).toEqual(predicate);
    expect(canonicalPredicate(sql)).toEqual(predicate);
  });

  test.each([
    ["a IS NOT DISTINCT FROM b", "a is not distinct from b"],
    [`name COLLATE "C" = 'x'`, `(name collate "C") = 'x'`],
    ["kind = $$a$$", "kind = 'a'"],
    ["TRIM(BOTH FROM name) <> ''", "btrim(name) <> ''"],
  ])("what the expression parser refuses is read by Postgres': %s", (sql, canonical) => expect(text(sql)).toBe(canonical));
});
