import { beforeAll, expect, test } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";

beforeAll(loadSqlParser);

function unreadOf(texts: Record<string, string>): string[] {
  return buildProject(loadFiles(filesFrom(texts))).unread.map(({ at, message }) => `${at.path}: ${message}`);
}

const postgres = { "db/migrations/0001_a.sql": "CREATE TABLE t (id int PRIMARY KEY);" };
const clickhouse = "CREATE TABLE e (id UInt64) ENGINE = MergeTree() ORDER BY id;";

test("SQL of an engine that no database here has is not told of, nor what stands beside it", () => {
  expect(unreadOf({ ...postgres, "clickhouse/0001_e.sql": clickhouse, "clickhouse/0002_e.sql": "RENAME TABLE e TO f, g TO h;" })).toEqual([]);
});

test("a file that is no SQL at all is", () => {
  expect(unreadOf({ ...postgres, "db/other.sql": "CREATE TABLE u (id int,,);" })).toEqual([expect.stringContaining("db/other.sql: Postgres' parser refuses the statement")]);
});

test("of a MySQL database one place tells for all of its files", () => {
  const schema = "CREATE TABLE `t` (`id` bigint AUTO_INCREMENT PRIMARY KEY, `name` varchar(20) UNIQUE) ENGINE=InnoDB;";
  const unread = unreadOf({ "db/schema.sql": schema, "db/tables/schema.sql": schema, "sqlc.yaml": 'version: "2"\nsql:\n  - engine: mysql\n    schema: db\n    queries: db/queries\n', "db/queries/a.sql": "-- name: A :one\nSELECT `id` FROM `t` WHERE `name` = ?;", "db/queries/b.sql": "-- name: B :exec\nINSERT IGNORE INTO t (name) VALUES (?);" });
  expect(unread.filter((text) => text.includes("MySQL"))).toHaveLength(1);
});
