import { describe, expect, test } from "vitest";
import { at, one, parts, query, read, useSqlParser } from "./sql-read.ts";

useSqlParser();

const short = (list: { column: string; value: { text: string; kind: string } }[] | null | undefined) => list?.map(({ column, value }) => `${column} ${value.kind} ${value.text}`) ?? null;

describe("INSERT", () => {
  test("written columns with their values", () => {
    const sql = `INSERT INTO app.t AS x (a, "B", c, d, e, f, g) VALUES ($1, 'x', NULL, DEFAULT, now(), lower($2), $3::uuid) RETURNING id`;
    const insert = query(sql);
    expect(insert).toMatchObject({ kind: "insert", table: { schema: "app", name: "t" }, alias: "x", rows: "one", fromSelect: false, conflict: null, returning: true });
    expect(short(insert.writes)).toEqual(["a parameter $1", "B literal 'x'", "c null null", "d default default", "e fresh now()", "f expression lower($2)", "g parameter $3"]);
    expect(insert.writes?.map((w) => at(sql, w.at))).toEqual(["a", `"B"`, "c", "d", "e", "f", "g"]);
  });

  test("many rows: the common value, or only its kind", () => {
    const insert = query("INSERT INTO t (a, b, c) VALUES (1, $1, 2), (1, $2, NULL)");
    expect(insert.rows).toBe("many");
    expect(short(insert.writes)).toEqual(["a literal 1", "b parameter $1 | $2", "c expression 2 | null"]);
  });

  test("without a column list the columns are not known; DEFAULT VALUES writes none", () => {
    expect(query("INSERT INTO t VALUES (1)")).toMatchObject({ writes: null, rows: "one" });
    expect(query("INSERT INTO t DEFAULT VALUES")).toMatchObject({ writes: [], rows: "one" });
  });

  test("INSERT … SELECT", () => {
    const insert = query("INSERT INTO t (a, b) SELECT u.a, $1 FROM u");
    expect(insert).toMatchObject({ fromSelect: true, rows: "many" });
    expect(short(insert.writes)).toEqual(["a column a", "b parameter $1"]);
    expect(query("INSERT INTO t (a) SELECT unnest($1::text[])").rows).toBe("many");
    expect(query("INSERT INTO t (a) SELECT $1").rows).toBe("one");
  });

  test("WHERE NOT EXISTS is a look-up", () => {
    const insert = query("INSERT INTO t (a, b) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM t AS o WHERE o.a = $1 AND b = $2 AND o.c IS NULL)");
    expect(insert.rows).toBe("one");
    expect(short(insert.notExists?.columns)).toEqual(["a parameter $1", "b parameter $2"]);
    expect(insert.notExists?.rest).toEqual(["c is null"]);
  });
});

describe("ON CONFLICT", () => {
  test("target with expression, collation, operator class and predicate; multi-column SET", () => {
    const sql = `INSERT INTO t (a) VALUES (1) ON CONFLICT (lower(a) COLLATE "C" text_ops, b) WHERE t.deleted_at IS NULL
      DO UPDATE SET (a, b) = (EXCLUDED.a, $1), c = t.c + 1 WHERE t.x RETURNING *`;
    const { conflict } = query(sql);
    expect(conflict).toMatchObject({ action: "update", setWhere: true, target: { by: "parts", where: { text: "deleted_at is null", columns: ["deleted_at"] } } });
    expect(conflict?.target?.by === "parts" && parts(conflict.target.parts)).toEqual(["(lower(a))", "b"]);
    expect(conflict?.target?.by === "parts" && conflict.target.parts[0]).toMatchObject({ collation: "C", opclass: "text_ops" });
    expect(short(conflict?.sets)).toEqual(["a excluded excluded.a", "b parameter $1", "c expression c + 1"]);
    expect(conflict && at(sql, conflict.at)).toBe(`(lower(a) COLLATE "C" text_ops, b)`);
  });

  test.each([
    ["ON CONFLICT DO NOTHING", { action: "nothing", target: null, sets: [], setWhere: false }, "ON CONFLICT DO NOTHING"],
    ["ON CONFLICT (a) DO NOTHING", { action: "nothing", target: { by: "parts", where: null } }, "(a)"],
    ["ON CONFLICT ON CONSTRAINT t_a_key DO UPDATE SET b = 1", { action: "update", target: { by: "constraint", name: "t_a_key" } }, "ON CONSTRAINT t_a_key"],
    ["ON CONFLICT (a) WHERE b = $1 DO NOTHING", { target: { by: "parts", where: { text: "b = $1", parameters: true } } }, "(a)"],
  ])("%s", (clause, expected, place) => {
    const sql = `INSERT INTO t (a) VALUES (1) ${clause}`;
    const { conflict } = query(sql);
    expect(conflict).toMatchObject(expected);
    expect(conflict && at(sql, conflict.at)).toBe(place);
  });
});

describe("what WHERE compares", () => {
  test.each([
    ["a = $1", ["a parameter $1"], []],
    ["$1 = t.a", ["a parameter $1"], []],
    ["a = lower($1) AND b = 'x'::e", ["a expression lower($1)", "b literal 'x'"], []],
    ["(a, b) = ($1, $2)", ["a parameter $1", "b parameter $2"], []],
    ["a IS NOT DISTINCT FROM $1", ["a parameter $1"], []],
    ["a IN ($1)", ["a parameter $1"], []],
    ["a::text = $1", ["a parameter $1"], []],
    ["a = $1 AND b IS NULL AND c > 2 AND (d = 1 OR e = 2)", ["a parameter $1"], ["b is null", "c > 2", "d = 1 or e = 2"]],
    ["a IN ($1, $2) AND lower(b) = $3", [], ["a in ($1, $2)", "lower(b) = $3"]],
    ["a = b", [], ["a = b"]],
    ["a = (SELECT max(a) FROM t)", ["a expression (select max(a) from t)"], []],
  ])("%s", (where, columns, rest) => {
    const { match } = query(`SELECT * FROM t WHERE ${where}`);
    expect(short(match?.columns)).toEqual(columns);
    expect(match?.rest).toEqual(rest);
  });

  test("the place is the comparison", () => {
    const sql = "SELECT * FROM t WHERE (a = $1) AND b = $2 ORDER BY c LIMIT 1";
    expect(query(sql).match?.columns.map((c) => at(sql, c.at))).toEqual(["a = $1", "b = $2"]);
  });
});

describe("SELECT", () => {
  test.each([
    ["SELECT * FROM s.t x WHERE x.a = $1 LIMIT 1", { table: { schema: "s", name: "t" }, alias: "x", limitOne: true, rows: "one", aggregate: null }],
    ["SELECT a FROM t FETCH FIRST ROW ONLY", { limitOne: true }],
    ["SELECT count(*) FROM t WHERE a = 1", { aggregate: "count" }],
    ["SELECT count(*)::int > 0 AS any FROM t", { aggregate: "count" }],
    ["SELECT coalesce(max(n), 0) + 1 FROM t", { aggregate: "max" }],
    ["SELECT count(*) FROM t GROUP BY a", { aggregate: null }],
    ["SELECT a, count(*) OVER () FROM t", { aggregate: null }],
    ["SELECT EXISTS (SELECT 1 FROM t WHERE a = $1)", { table: { name: "t" }, aggregate: "exists", match: { rest: [] } }],
    ["SELECT 1 FROM t WHERE a = $1 FOR UPDATE", { forUpdate: true }],
    ["SELECT * FROM t JOIN u ON t.id = u.t_id WHERE t.a = $1", { table: null, match: null }],
    ["SELECT * FROM f($1)", { table: null }],
    ["WITH c AS (SELECT 1) SELECT * FROM c", { table: null }],
  ])("%s", (sql, expected) => expect(query(sql)).toMatchObject({ kind: "select", ...expected }));

  test("CTEs and sub-queries in FROM come first", () => {
    const sql = "WITH n AS (INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id) SELECT id FROM n UNION ALL SELECT id FROM t WHERE a = $1";
    const found = one(sql).queries;
    expect(found.map((q) => [q.kind, q.table?.name ?? null])).toEqual([["insert", "t"], ["select", null], ["select", "t"]]);
    expect(at(sql, found[0]?.at ?? one(sql).at)).toBe("n AS (INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id)");
    expect(one("SELECT * FROM (SELECT * FROM t WHERE a = 1) s").queries.map((q) => q.table?.name ?? null)).toEqual(["t", null]);
  });
});

describe("UPDATE, DELETE, MERGE", () => {
  test("UPDATE", () => {
    const update = query("UPDATE t SET a = $1, (b, c) = (1, u.x) FROM u WHERE t.id = u.id AND t.d = $2 RETURNING t.*");
    expect(update).toMatchObject({ kind: "update", table: { name: "t" }, returning: true });
    expect(short(update.writes)).toEqual(["a parameter $1", "b literal 1", "c column x"]);
    expect(short(update.match?.columns)).toEqual(["id column id", "d parameter $2"]);
  });

  test("DELETE", () => {
    const remove = query("DELETE FROM t AS x USING u WHERE x.a = $1 AND u.b = 2");
    expect(remove).toMatchObject({ kind: "delete", table: { name: "t" }, alias: "x", match: { rest: ["b = 2"] } });
    expect(short(remove.match?.columns)).toEqual(["a parameter $1"]);
  });

  test("MERGE", () => {
    const merge = query("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, 2)");
    expect(merge).toMatchObject({ kind: "merge", table: { name: "t" } });
    expect(short(merge.writes)).toEqual(["a column a", "b literal 2"]);
    expect(short(merge.match?.columns)).toEqual(["a column a"]);
  });
});

describe("statements", () => {
  test.each([
    ["BEGIN ISOLATION LEVEL SERIALIZABLE", { transaction: "begin", isolation: "serializable" }],
    ["START TRANSACTION", { transaction: "begin", isolation: null }],
    ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", { transaction: null, isolation: "repeatable read" }],
    ["COMMIT", { transaction: "commit" }],
    ["ROLLBACK", { transaction: "rollback" }],
    ["SAVEPOINT s", { transaction: "savepoint" }],
    ["SELECT pg_advisory_xact_lock(hashtext($1))", { lock: { kind: "advisory", table: null } }],
    ["SELECT 1 WHERE pg_try_advisory_lock(1)", { lock: { kind: "advisory" } }],
    ["LOCK TABLE t IN EXCLUSIVE MODE", { lock: { kind: "table", table: { name: "t" } } }],
    ["SELECT * FROM t WHERE a = 1 FOR UPDATE", { lock: { kind: "row", table: { name: "t" } } }],
    ["WITH p AS (SELECT 1 FROM parent WHERE id = $1 FOR NO KEY UPDATE) INSERT INTO t (a) VALUES ($1)", { lock: { kind: "row", table: { name: "parent" } } }],
    ["SELECT * FROM t FOR UPDATE SKIP LOCKED", { lock: null }],
    ["SELECT * FROM t FOR SHARE", { lock: null }],
    ["SELECT pg_advisory_unlock(1)", { lock: null }],
    ["REFRESH MATERIALIZED VIEW CONCURRENTLY s.v", { refresh: { view: { schema: "s", name: "v" }, concurrently: true }, refusesTransaction: false }],
    ["CREATE INDEX CONCURRENTLY ON t (a)", { refusesTransaction: true }],
    ["DROP INDEX CONCURRENTLY i", { refusesTransaction: true }],
    ["REINDEX INDEX CONCURRENTLY i", { refusesTransaction: true }],
    ["REINDEX INDEX i", { refusesTransaction: false }],
    ["ALTER TABLE t DETACH PARTITION p CONCURRENTLY", { refusesTransaction: true }],
    ["VACUUM t", { refusesTransaction: true }],
    ["ANALYZE t", { refusesTransaction: false }],
    ["CREATE DATABASE d", { refusesTransaction: true }],
  ])("%s", (sql, expected) => expect(one(sql)).toMatchObject(expected));

  test("comments before and in a statement are its own, one behind it on its line too", () => {
    const sql = "-- head\n/* second */ SELECT 1 -- inside\n, 2; -- behind\n-- next\nSELECT 3";
    expect(read(sql).map((s) => s.comments)).toEqual([["head", "second", "inside", "behind"], ["next"]]);
    expect(read(sql).map((s) => at(sql, s.at))).toEqual(["SELECT 1 -- inside\n, 2", "SELECT 3"]);
  });
});

describe("parameters with names", () => {
  test.each([
    ["sqlc", "SELECT * FROM t WHERE a = @org_id AND b = sqlc.arg('x') AND c = sqlc.narg(y)::text AND d =@z", ["org_id", "x", "y", "z"]],
    ["psql and PgTyped", `SELECT * FROM t WHERE a = :a AND b = :'b_c' AND c = :long_name! AND d = :x::uuid`, ["a", "b_c", "long_name", "x"]],
    ["pg-promise", "SELECT * FROM t WHERE a = $(a) AND b = ${b}", ["a", "b"]],
  ])("%s", (_style, sql, names) => {
    const { match } = query(sql);
    expect(match?.columns.map((c) => [c.value.kind, c.value.name])).toEqual(names.map((name) => ["parameter", name]));
    expect(match?.columns.map((c) => c.value.text)).toEqual(names.map((name) => `@${name}`));
  });

  test("what only looks like one", () => {
    expect(query("SELECT * FROM t WHERE a[1:2] = $1 AND b::text = ':x' AND c @> d").match).toMatchObject({
      columns: [{ column: "b", value: { kind: "literal", text: "':x'" } }],
      rest: ["((a)[1:2]) = $1", "c @> d"],
    });
  });

  test("PgTyped's lists of rows", () => {
    const sql = "/* @name insertAll\n @param rows -> ((a, b)...) */\nINSERT INTO t (a, b) VALUES :rows ON CONFLICT (a) DO NOTHING";
    expect(one(sql)).toMatchObject({ name: "insertAll", command: null });
    expect(short(query(sql).writes)).toEqual(["a parameter @rows", "b parameter @rows"]);
  });
});
