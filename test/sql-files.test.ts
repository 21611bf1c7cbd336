import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../src/model/span.ts";
import { readSqlText } from "../src/read/sql/text.ts";
import { at, file, useSqlParser } from "./sql-read.ts";

useSqlParser();

const statements = (text: string) => file(text).sql?.statements ?? [];
const texts = (text: string) => statements(text).map((s) => at(text, s.at));
const messages = (text: string) => file(text).unread.map((u) => u.message);

describe("runners' sections", () => {
  test.each([
    ["goose", "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n-- +goose Down\nSELECT 2;\n", ["+goose Up", "+goose StatementBegin", "+goose StatementEnd"]],
    ["sql-migrate", "-- +migrate Up notransaction\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n", ["+migrate Up notransaction"]],
    ["dbmate", "-- migrate:up transaction:false\nSELECT 1;\n\n-- migrate:down\nSELECT 2;\n", ["migrate:up transaction:false"]],
    ["node-pg-migrate", "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n", ["Up Migration"]],
    ["goose, down first", "-- +goose Down\nSELECT 2;\n-- +goose Up\nSELECT 1;\n", ["+goose Up"]],
  ])("%s", (_runner, text, directives) => {
    expect(texts(text)).toEqual(["SELECT 1"]);
    expect(file(text).sql?.directives).toEqual(directives);
  });

  test("the words in a string or a body are no section", () => {
    expect(texts("SELECT '\n-- +goose Down\n';\nSELECT 2;")).toHaveLength(2);
  });

  test("directives of other runners", () => {
    const text = "-- atlas:txmode none\n-- pg-delta: transaction=false\n-- some words\n-- disable-transaction\nSELECT 1;";
    expect(file(text).sql?.directives).toEqual(["atlas:txmode none", "pg-delta: transaction=false", "disable-transaction"]);
    expect(file(text).sql?.comments.map((c) => [c.text, at(text, c.at)])[2]).toEqual(["some words", "-- some words"]);
  });

  test("Drizzle's breakpoints make chunks, and end statements", () => {
    const text = "SELECT 1;\nSELECT 2;--> statement-breakpoint\nSELECT 3\n--> statement-breakpoint\nSELECT 4;";
    expect(statements(text).map((s) => s.chunk)).toEqual([0, 0, 1, 2]);
    expect(texts(text)).toEqual(["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4"]);
  });

  test("names of queries", () => {
    const text = "-- name: GetUser :one\n-- Reads one.\nSELECT * FROM users WHERE id = @id;\n\n-- name: Touch :exec\nUPDATE users SET at = now() WHERE id = sqlc.arg(id);\n";
    expect(statements(text).map((s) => [s.name, s.command, s.comments])).toEqual([
      ["GetUser", "one", ["name: GetUser :one", "Reads one."]],
      ["Touch", "exec", ["name: Touch :exec"]],
    ]);
  });
});

describe("what is no SQL of Postgres", () => {
  test("psql's commands, variables and COPY data", () => {
    const text = "\\set ON_ERROR_STOP on\n\\restrict abc'd\nCREATE TABLE t (a int);\nCOPY t (a, b) FROM stdin;\n1\tit's; DROP\n\\.\n\nSELECT :'x', :y \\gset\nCREATE TABLE u (a int);\n";
    expect(messages(text)).toEqual([]);
    expect(texts(text)).toEqual(["CREATE TABLE t (a int)", "COPY t (a, b) FROM stdin", expect.stringMatching(/^SELECT :'x', :y/), "CREATE TABLE u (a int)"]);
  });

  test("one broken statement does not lose the rest", () => {
    const text = "-- é\nCREATE TABLE a (x int);\nCREATE TABEL b (x int);\nSELECT 'a;b', $$c;d$$, E'\\';' /* ; /* ; */ */ AS \"e;f\";\nCREATE TABLE c (x int);";
    const { unread, sql } = file(text);
    expect(sql?.statements).toHaveLength(3);
    expect(unread.map((u) => [u.message, at(text, u.at)])).toEqual([[`Postgres' parser refuses the statement: syntax error at or near "TABEL"`, "TABEL"]]);
  });

  test("bodies of BEGIN ATOMIC keep their semicolons beside a broken statement", () => {
    const text = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\nBROKEN;\nSELECT 3;";
    expect(texts(text)).toHaveLength(2);
    expect(messages(text)).toHaveLength(1);
  });

  test("text that never ends", () => {
    expect(messages("SELECT 1;\nSELECT 'abc")).toHaveLength(1);
    expect(texts("SELECT 1;\nSELECT 'abc")).toEqual(["SELECT 1"]);
    expect(messages("SELECT 1;\n/* abc")).toHaveLength(1);
    expect(messages("DO $x$ BEGIN")).toHaveLength(1);
  });

  test.each([
    ["MySQL", "CREATE TABLE `a` (`x` int AUTO_INCREMENT) ENGINE=InnoDB;\nCREATE TABLE `b` (`x` int);\nINSERT INTO c VALUES (1);"],
    ["SQLite", "CREATE TABLE \"a\" (x INTEGER PRIMARY KEY AUTOINCREMENT);\nPRAGMA foreign_keys=OFF;"],
    ["SQL Server", "CREATE TABLE [dbo].[a] (x int IDENTITY(1,1));\nGO\nSELECT 1"],
    ["ClickHouse", "CREATE TABLE a (x LowCardinality(String)) ENGINE = MergeTree ORDER BY x;"],
  ])("%s gives one Unread", (dialect, text) => {
    expect(messages(text)).toEqual([`This is SQL of another database than Postgres (${dialect}).`]);
    expect(statements(text)).toEqual([]);
  });

  test("a slip with backquotes is no other dialect", () => {
    const text = "CREATE TABLE a (x int);\nCREATE TABLE b (x int);\nCREATE INDEX ON `a` (x);";
    expect(statements(text)).toHaveLength(2);
    expect(messages(text)).toHaveLength(1);
  });

  test.each([["", 0], ["\ufeff", 0], ["  \n-- only words\n", 0], ["\ufeffSELECT 1", 0], [";;\n;", 0], ["caf\ufffd", 1]])("%j", (text, unread) => expect(messages(text)).toHaveLength(unread));

  test("NUL bytes", () => {
    expect(messages("SELECT 1;\0")).toEqual(["binary file"]);
    expect(readSqlText("SELECT \0", { path: "a.ts", map: (o) => o }).unread).toHaveLength(1);
  });
});

describe("comments of the project's own", () => {
  test("suppressions and claims", () => {
    const text = "-- uniqlint-disable-next-line no-redundant-index -- kept for the planner\nCREATE INDEX ON t (a);\n-- There is a unique index\n-- on (org_id, slug).\nSELECT 1;";
    const { suppressions, claims } = file(text);
    expect(suppressions).toMatchObject([{ kind: "disable-next-line", rules: ["no-redundant-index"], reason: "kept for the planner" }]);
    expect(claims).toMatchObject([{ kind: "key", columns: ["org_id", "slug"], denies: false, function: null, declaration: null }]);
  });
});

describe("SQL in strings of code", () => {
  test("places are those of the code", () => {
    const text = `INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING`;
    const { statements: found } = readSqlText(text, { path: "a.ts", map: (offset) => 1000 + 2 * offset });
    expect(found[0]?.at).toEqual({ path: "a.ts", start: 1000, end: 1000 + 2 * text.length });
    expect(found[0]?.queries[0]?.conflict?.at).toEqual({ path: "a.ts", start: 1000 + 2 * text.indexOf("(a) DO"), end: 1000 + 2 * (text.indexOf("(a) DO") + 3) });
  });
});

describe("nothing crashes, hangs or points outside", () => {
  const words = fc.constantFrom(
    "CREATE TABLE", "INSERT INTO", "ON CONFLICT", "DO", "$$", "$a$", "'", '"', "--", "/*", "*/", ";", "(", ")", ",", "a", "b", "=", "é", "😀", "\n", ":x", "@y", ":'z'", "`", "\\.",
    "SELECT", "FROM", "WHERE", "BEGIN", "END", "EXECUTE", "UNIQUE", "PRIMARY KEY", "COPY t FROM stdin;", "-- +goose Down", "ATOMIC", "E'\\", "1", "::text", "[1:2]",
  );

  function spansIn(value: unknown, found: Span[] = []): Span[] {
    if (value === null || typeof value !== "object") return found;
    if ("start" in value && "end" in value && "path" in value) found.push(value as Span);
    for (const inner of Object.values(value)) spansIn(inner, found);
    return found;
  }

  test("random tokens", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (tokens) => {
        const text = tokens.join(" ");
        for (const { start, end } of spansIn(file(text))) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("deep nesting", () => {
    const deep = `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)};\nSELECT 2;`;
    expect(file(deep).sql?.statements.length).toBeGreaterThanOrEqual(1);
    const long = `SELECT ${Array.from({ length: 20_000 }, () => "a").join(" || ")} FROM t WHERE ${Array.from({ length: 5000 }, (_, i) => `a = ${i}`).join(" OR ")}`;
    expect(() => file(long)).not.toThrow();
    expect(texts("SELECT 3;")).toEqual(["SELECT 3"]);
  });

  test("large files take seconds at most", () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `(${i}, 'name ${i}', NULL, 'some longer text of a row')`).join(",\n");
    const started = performance.now();
    const found = statements(`CREATE TABLE t (a int);\nINSERT INTO t (a, b, c, d) VALUES\n${rows};\nSELECT 1;`);
    expect(found).toHaveLength(3);
    expect(found[1]?.queries[0]).toMatchObject({ rows: "many" });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
