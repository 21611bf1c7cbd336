import { describe, expect, it } from "vitest";
import { implies } from "../src/catalog/predicate.ts";
import { canonicalPredicate } from "../src/read/sql/canonical.ts";

/** Index predicate, clause predicate, and what the reference (§2.3) or Postgres' predtest.c say. */
const table: [string, string, "yes" | "no" | "unknown"][] = [
  ["deleted_at is null", "deleted_at is null and active", "yes"],
  ["deleted_at is null", "active", "no"],
  ["deleted_at is null", "deleted_at is not null", "no"],
  ["deleted_at is null", "coalesce(deleted_at, now()) = now()", "unknown"],
  ["active = true", "active", "yes"],
  ["active = true", "active is true", "no"],
  ["not f", "f = false", "yes"],
  ["not f", "f is not true", "no"],
  ["kind in ('a','b')", "kind = 'a'", "yes"],
  ["kind in ('a','b')", "kind in ('b','a')", "yes"],
  ["kind in ('a','b')", "kind in ('a','b','c')", "no"],
  ["id > 10", "id > 20", "yes"],
  ["id > 10", "id > 5", "no"],
  ["id >= 10", "id > 10", "yes"],
  ["id > 10", "id >= 10", "no"],
  ["id <> 10", "id < 10", "yes"],
  ["email is not null", "email = 'z'", "yes"],
  ["email is not null", "lower(email) <> ''", "yes"],
  ["email is not null", "not active", "no"],
  ["email is not null", "some_function(email) = 1", "unknown"],
  ["st <> 3", "not (st = 3)", "yes"],
  ["k = 'a'", "k::text = 'a'", "unknown"],
  ["active", "active = $1", "unknown"],
  ["status = 'open'", "status = $1", "unknown"],
  ["status = 'open'", "status = $1 and status = 'open'", "yes"],
  ["price = '1.0'", "price = '1'", "unknown"],
  ["a is null and b is null", "b is null and a is null and c", "yes"],
  ["a is null and b is null", "a is null", "no"],
  ["a is null or b is null", "b is null", "yes"],
  ["a is null", "a is null or b is null", "no"],
  ["a is not distinct from 1", "a is not distinct from 1 and b is null", "yes"],
  ["b is null", "a is not distinct from 1 and b is null", "yes"],
  ["c is null", "a is not distinct from 1 and b is null", "unknown"],
  ["a is null", "false", "unknown"],
];

describe("implies", () => {
  for (const [index, clause, answer] of table) {
    it(`(${clause}) → (${index}): ${answer}`, () => {
      expect(implies(canonicalPredicate(clause), canonicalPredicate(index))).toBe(answer);
    });
  }

  it("says no where the clause has no predicate", () => {
    expect(implies(null, canonicalPredicate("a is null"))).toBe("no");
  });
});
