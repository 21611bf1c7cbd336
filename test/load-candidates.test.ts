import { expect, test } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles, type LoadOptions } from "../src/disk/load.ts";

const query = `import { db } from "./db"; export const add = () => db.insert(posts).values({ id: "a" });`;
const files = filesFrom({
  "src/posts.ts": query,
  "src/posts.test.ts": query,
  "e2e/posts.ts": query,
  "tests/seed.sql": "INSERT INTO posts VALUES (1);",
  "src/generated/client.ts": query,
  "src/generated/schema.ts": `import { pgTable, text } from "drizzle-orm/pg-core"; export const posts = pgTable("posts", { id: text("id").primaryKey() });`,
});

function candidates(options: LoadOptions): string[] {
  return loadFiles(files, options).candidates;
}

test("the code of tests and generated clients are left unread; SQL and generated tables are not", () => {
  expect(candidates({})).toEqual(["src/generated/schema.ts", "src/posts.ts", "tests/seed.sql"]);
});

test("a test that is named is read", () => {
  expect(candidates({ asked: ["src/posts.test.ts"] })).toEqual(["src/generated/schema.ts", "src/posts.test.ts", "src/posts.ts", "tests/seed.sql"]);
});

test("with tests, everything is read", () => {
  expect(candidates({ tests: true })).toEqual(files.paths);
});
