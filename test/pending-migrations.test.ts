import { beforeAll, describe, expect, test } from "vitest";
import { keyBuilds, pendingMigrations } from "../src/catalog/lookup.ts";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";

beforeAll(loadSqlParser);

/** Migrations 1, 2 … of which the first ones have run; null: nobody told. `pending`: by their numbers. */
function history(statements: string[], applied: number[] | null) {
  const path = (number: number): string => `migrations/${number}_m.sql`;
  const files = filesFrom(Object.fromEntries(statements.map((sql, index) => [path(index + 1), sql])));
  const isNew = (name: string): boolean => applied?.every((number) => path(number) !== name) === true;
  const [database] = buildProject(loadFiles(files, applied === null ? {} : { history: { isNew } })).databases;
  if (database === undefined) throw new Error("no database");
  const pending = pendingMigrations(database);
  return {
    pending: pending.map(({ name }) => parseInt(name)),
    builds: pending.flatMap((migration) => keyBuilds(migration).map(({ key, earlier, newColumns }) => [key.name, earlier.name, ...newColumns])),
  };
}

const users = "CREATE TABLE users (id int PRIMARY KEY, email text);";
const email = "CREATE UNIQUE INDEX by_email ON users (email);";

test("all migrations are pending where nobody told, and each judges by those before it", () => {
  expect(history([users, email], null)).toEqual({ pending: [1, 2], builds: [["by_email", "users"]] });
});

describe("a table is new when a pending migration creates it", () => {
  test.each<[string, string[], number[], unknown[][]]>([
    ["created before", [users, email], [1], [["by_email", "users"]]],
    ["created in another new one", [users, email], [], []],
    ["created and renamed in new ones", [users, "ALTER TABLE users RENAME TO people;", "CREATE UNIQUE INDEX by_email ON people (email);"], [], []],
    ["renamed in a new one", [users, "ALTER TABLE users RENAME TO people;", "CREATE UNIQUE INDEX by_email ON people (email);"], [1], [["by_email", "users"]]],
    ["dropped and created anew", [users, `DROP TABLE users; ${users}`, email], [1], []],
    ["created once more, IF NOT EXISTS", [users, "CREATE TABLE IF NOT EXISTS users (id int);", email], [1], [["by_email", "users"]]],
    ["a new one that took the old one's name", [users, "ALTER TABLE users RENAME TO old;", users, email], [1], []],
    ["never created by a migration", ["SELECT 1;", "CREATE INDEX by_name ON users (name);", email], [1], [["by_email", "users"]]],
    ["created by a new one among old ones", ["SELECT 1;", users, "CREATE TABLE teams (id int);", email, "CREATE UNIQUE INDEX by_id ON teams (id);"], [1, 3], [["by_id", "teams"]]],
  ])("%s", (_, statements, applied, builds) => {
    expect(history(statements, applied).builds).toEqual(builds);
  });
});

test("columns of another new migration are new as well", () => {
  const statements = ["CREATE TABLE users (id int PRIMARY KEY);", "ALTER TABLE users ADD COLUMN email text;", email];
  expect(history(statements, null).builds).toEqual([["by_email", "users"]]);
  expect(history(statements, [1]).builds).toEqual([["by_email", "users", "email"]]);
  expect(history(statements, [1, 2])).toEqual({ pending: [3], builds: [["by_email", "users"]] });
});
