import { beforeAll, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject } from "./clients-project.ts";

beforeAll(loadSqlParser);

const claimsOf = (code: string) => drizzleProject(code).claims.map((claim) => [claim.table, claim.resolved]);

test("a docstring speaks of the table that its function uses", () => {
  expect(claimsOf(`/** Safe in a race: there is a unique index on (org_id, email). */\nexport async function f(orgId: string) { await db.insert(users).values({ id: "a", orgId, email: "e" }); }`)).toEqual([["public.users", ["org_id", "email"]]]);
});

test("of two tables it is the one that has the columns, by their names in code too", () => {
  expect(claimsOf(`/** There is a unique index on (userId, slug). */\nexport async function f() { await db.insert(users).values({ id: "a", orgId: "o", email: "e" }); await db.insert(posts).values({ id: "p" }); }`)).toEqual([["public.posts", ["user_id", "slug"]]]);
});

test("columns that no table of the function has are left alone", () => {
  expect(claimsOf(`/** There is a unique index on (tenant_id, slug). */\nexport async function f() { await db.insert(posts).values({ id: "p" }); }`)).toEqual([[null, null]]);
});
