import { describe, expect, test } from "vitest";
import type { Dedup } from "../src/model/statement.ts";
import { at, file, parts, read, useSqlParser } from "./sql-read.ts";

useSqlParser();

function dedup(sql: string): Dedup | null {
  return read(sql).at(-1)?.dedup ?? null;
}

/** In short, so that a case fits on few lines. */
function short(found: Dedup | null): unknown {
  return found && { table: found.table.name, action: found.action, by: parts(found.grouping), where: found.where?.text ?? null, nulls: found.nullsEqual, order: found.order, ties: found.ties, sets: found.sets };
}

const base = { table: "t", action: "delete", by: ["x"], where: null, nulls: false, order: ["id"], ties: false, sets: [] };

describe("a table compared with itself", () => {
  test.each<[string, Partial<typeof base> | Record<string, unknown>]>([
    // The greater id goes, so the smallest stays.
    ["DELETE FROM t a USING t b WHERE a.id > b.id AND a.x = b.x", {}],
    ["DELETE FROM t a USING t b WHERE b.id > a.id AND a.x = b.x", { order: ["id desc"] }],
    ["DELETE FROM t a USING t b WHERE a.ctid < b.ctid AND a.x = b.x AND lower(a.y) = lower(b.y)", { by: ["x", "(lower(y))"], order: ["ctid desc"] }],
    ["DELETE FROM t a USING t b WHERE a.id > b.id AND a.x IS NOT DISTINCT FROM b.x AND a.deleted_at IS NULL", { nulls: true, where: "deleted_at is null" }],
    ["DELETE FROM t a USING t b WHERE (a.made, a.id) > (b.made, b.id) AND (a.x, a.y) = (b.x, b.y)", { by: ["x", "y"], order: ["made", "id"] }],
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND (a.made < b.made OR (a.made = b.made AND a.id < b.id))", { order: ["made desc", "id desc"] }],
    // Equal times: neither row goes, so the build fails; whether they can be equal, only the data knows.
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND a.made < b.made", { order: ["made desc"], ties: null }],
    // Every row of a group has another one beside it: all go.
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND a.id <> b.id", { order: [], ties: true }],
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND a.id <> b.id AND a.id > b.id", { order: ["id"], ties: false }],
    ["DELETE FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.x = a.x AND b.id < a.id)", {}],
    ["DELETE FROM s.t a WHERE a.k = 'q' AND EXISTS (SELECT 1 FROM s.t b WHERE b.x = a.x AND b.id < a.id)", { where: "k = 'q'" }],
    ["UPDATE t a SET x = a.x || a.id FROM t b WHERE a.x = b.x AND a.id > b.id", { action: "change", sets: ["x"] }],
    ["UPDATE t a SET x = NULL, y = 1 FROM t b WHERE a.x = b.x AND a.id > b.id", { action: "null", sets: ["x"] }],
    ["DELETE FROM t WHERE id > (SELECT min(b.id) FROM t b WHERE b.x = t.x)", {}],
    ["DELETE FROM t a WHERE a.ctid <> (SELECT max(b.ctid) FROM t b WHERE b.x = a.x AND b.y = a.y)", { by: ["x", "y"], order: ["ctid desc"] }],
    ["DELETE FROM t WHERE id NOT IN (SELECT min(b.id) FROM t b WHERE b.x = t.x) AND t.k = 1", { where: "k = 1" }],
    ["DELETE FROM t WHERE id <> (SELECT b.id FROM t b WHERE b.x = t.x ORDER BY b.made DESC, b.id LIMIT 1)", { order: ["made desc", "id"] }],
  ])("%s", (sql, differs) => expect(short(dedup(sql))).toEqual({ ...base, ...differs }));
});

describe("ROW_NUMBER", () => {
  const ranked = "SELECT id, ROW_NUMBER() OVER (PARTITION BY x ORDER BY made DESC, id) AS rn FROM t";

  test.each<[string, Record<string, unknown>]>([
    [`DELETE FROM t WHERE id IN (SELECT id FROM (${ranked}) s WHERE rn > 1)`, {}],
    [`DELETE FROM t WHERE id IN (SELECT id FROM (${ranked} WHERE x IS NOT NULL AND t.gone IS NULL) s WHERE s.rn >= 2)`, { where: "gone is null and x is not null" }],
    [`DELETE FROM t WHERE k = 1 AND id IN (SELECT id FROM (${ranked}) s WHERE rn <> 1)`, { where: "k = 1" }],
    [`WITH d AS (${ranked}) DELETE FROM t USING d WHERE t.id = d.id AND d.rn > 1`, {}],
    [`WITH d AS (${ranked}), e AS (SELECT id FROM d WHERE rn > 1) DELETE FROM t WHERE id IN (SELECT id FROM e)`, {}],
    [`WITH d AS (${ranked}) DELETE FROM t WHERE EXISTS (SELECT 1 FROM d WHERE d.id = t.id AND d.rn > 1)`, {}],
    [`CREATE TEMP TABLE d AS ${ranked}; DELETE FROM t WHERE id IN (SELECT id FROM d WHERE rn > 1)`, {}],
    ["DELETE FROM t WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number() OVER w AS n FROM t WINDOW w AS (PARTITION BY x ORDER BY id)) s WHERE n > 1)", { order: ["id"] }],
    [`UPDATE t SET x = NULL FROM (${ranked}) d WHERE d.id = t.id AND d.rn > 1`, { action: "null", sets: ["x"] }],
    // Ranks are equal where the order is: then both stay.
    ["DELETE FROM t WHERE id IN (SELECT id FROM (SELECT id, rank() OVER (PARTITION BY x ORDER BY made) r FROM t) s WHERE r > 1)", { order: ["made"], ties: null }],
    ["DELETE FROM t WHERE id IN (SELECT id FROM (SELECT id, count(*) OVER (PARTITION BY x) n FROM t) s WHERE n > 1)", { order: [], ties: true }],
    ["DELETE FROM t WHERE ctid = ANY (ARRAY (SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY x ORDER BY made) n FROM t) s WHERE n > 1))", { order: ["made"] }],
    ["UPDATE t SET x = t.x || '-' || d.rn FROM (" + ranked + ") d WHERE d.id = t.id AND d.rn > 1", { action: "change", sets: ["x"] }],
    ["DELETE FROM t WHERE id IN (SELECT id FROM (SELECT id, first_value(id) OVER (PARTITION BY x ORDER BY made) AS keep FROM t) s WHERE id <> keep)", { order: ["made"] }],
  ])("%s", (sql, differs) => expect(short(dedup(sql))).toEqual({ ...base, nulls: true, order: ["made desc", "id"], ...differs }));

  test("a preselection of repeated groups filters nothing", () => {
    const sql = `WITH many AS (SELECT x FROM t GROUP BY x HAVING COUNT(*) > 1), d AS (${ranked} WHERE x IN (SELECT x FROM many)) DELETE FROM t WHERE id IN (SELECT id FROM d WHERE rn > 1)`;
    expect(short(dedup(sql))).toMatchObject({ by: ["x"], where: null });
  });
});

describe("groups", () => {
  test.each<[string, Record<string, unknown>]>([
    // All NULLs are one group: all but one of them go.
    ["DELETE FROM t WHERE id NOT IN (SELECT min(id) FROM t GROUP BY x, y)", { by: ["x", "y"], nulls: true }],
    ["DELETE FROM t WHERE ctid <> ALL (SELECT max(ctid) FROM t GROUP BY x)", { order: ["ctid desc"], nulls: true }],
    // What the inner filter leaves out is deleted too, so it is none.
    ["DELETE FROM t WHERE k = 1 AND id NOT IN (SELECT min(id) FROM t WHERE ok GROUP BY x)", { nulls: true, where: "k = 1" }],
    ["DELETE FROM t WHERE id NOT IN (SELECT DISTINCT ON (x) id FROM t ORDER BY x, made DESC)", { order: ["made desc"], nulls: true }],
    ["DELETE FROM t USING (SELECT x, min(id) AS keep FROM t WHERE ok GROUP BY x HAVING count(*) > 1) d WHERE t.x = d.x AND t.id <> d.keep", { where: "ok" }],
    ["DELETE FROM t WHERE id IN (SELECT unnest((array_agg(id ORDER BY made))[2:]) FROM t GROUP BY x HAVING count(*) > 1)", { order: ["made"], nulls: true, ties: null }],
    ["UPDATE t SET x = NULL WHERE x IN (SELECT x FROM t GROUP BY x HAVING count(*) > 1)", { action: "null", sets: ["x"], order: [], ties: true }],
    ["UPDATE t SET x = x || '-' || id WHERE x IN (SELECT x FROM t GROUP BY x HAVING count(*) >= 2)", { action: "change", sets: ["x"], order: [], ties: true }],
  ])("%s", (sql, differs) => expect(short(dedup(sql))).toEqual({ ...base, ...differs }));

  test("a loop over groups in a DO block", () => {
    const text = `DO $$ DECLARE r record; BEGIN
      FOR r IN SELECT phone, min(id) AS keep FROM contacts WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > 1 LOOP
        UPDATE calls SET contact_id = r.keep WHERE contact_id IN (SELECT id FROM contacts WHERE phone = r.phone);
        DELETE FROM contacts WHERE phone = r.phone AND id <> r.keep;
      END LOOP; END $$`;
    const found = file(text).sql?.statements[0]?.dedup ?? null;
    expect(short(found)).toEqual({ ...base, table: "contacts", by: ["phone"], where: "phone is not null" });
    expect(found && at(text, found.at)).toBe("DELETE FROM contacts WHERE phone = r.phone AND id <> r.keep");
  });
});

describe("rows numbered anew", () => {
  const numbered = { ...base, action: "number", nulls: true, order: ["y"], sets: ["pos"] };

  test.each<[string, Record<string, unknown>]>([
    ["UPDATE t SET pos = s.rn FROM (SELECT id, row_number() OVER (PARTITION BY x ORDER BY y) rn FROM t) s WHERE s.id = t.id", { by: ["x", "pos"] }],
    ["UPDATE t SET pos = s.rn FROM (SELECT id, row_number() OVER (PARTITION BY x ORDER BY y) - 1 AS rn FROM t) s WHERE s.id = t.id", { by: ["x", "pos"] }],
    ["WITH s AS (SELECT id, row_number() OVER w AS rn FROM t WHERE live WINDOW w AS (PARTITION BY x, z ORDER BY y)) UPDATE t SET pos = s.rn FROM s WHERE s.id = t.id", { by: ["x", "z", "pos"], where: "live" }],
    ["UPDATE t SET pos = s.rn FROM (SELECT id, row_number() OVER (ORDER BY y) rn FROM t) s WHERE s.id = t.id", { by: ["pos"] }],
    ["UPDATE t SET x = t.x || '-' || s.rn FROM (SELECT id, row_number() OVER (PARTITION BY x ORDER BY y) rn FROM t) s WHERE s.id = t.id", { by: ["x"], sets: ["x"] }],
  ])("%s", (sql, differs) => expect(short(dedup(sql))).toEqual({ ...numbered, ...differs }));
});

describe("a table built anew", () => {
  const rebuilt = { ...base, action: "rebuild", nulls: true, order: ["made desc"] };

  test.each<[string, Record<string, unknown>]>([
    ["CREATE TABLE u AS SELECT DISTINCT ON (x, y) * FROM t ORDER BY x, y, made DESC", { by: ["x", "y"] }],
    ["CREATE TEMP TABLE u AS SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY x ORDER BY made DESC) AS n FROM t) s WHERE n = 1", {}],
    ["INSERT INTO t SELECT DISTINCT ON (x) * FROM u ORDER BY x, made DESC", {}],
    ["INSERT INTO t (x, y) SELECT DISTINCT x, y FROM u", { by: ["x", "y"], order: [] }],
  ])("%s", (sql, differs) => expect(short(dedup(sql))).toEqual({ ...rebuilt, ...differs }));
});

test.each([
  "CREATE TABLE stats AS SELECT x, count(*) FROM t GROUP BY x",
  "INSERT INTO t SELECT * FROM u",
  "UPDATE t SET pos = pos + 1",
  "DELETE FROM t WHERE id > (SELECT min(b.t_id) FROM u b WHERE b.x = t.x)",
  "DELETE FROM t WHERE made < now()",
  "DELETE FROM t USING u WHERE t.u_id = u.id AND u.x > 1",
  "DELETE FROM t WHERE id NOT IN (SELECT t_id FROM u)",
  "UPDATE t SET n = s.n FROM (SELECT x, count(*) n FROM t GROUP BY x) s WHERE s.x = t.x",
  // Another table's duplicates: the rows here are repointed.
  "UPDATE child SET t_id = d.keep FROM (SELECT x, min(id) keep FROM t GROUP BY x HAVING count(*) > 1) d WHERE child.t_id = d.keep",
  // The same row, looked up a second time for RETURNING.
  "UPDATE t SET x = 1 FROM t prev WHERE prev.id = t.id RETURNING prev.x",
  // The row that stays takes what the others had.
  "UPDATE t SET y = d.y FROM (SELECT min(id) keep, max(y) y FROM t GROUP BY x HAVING count(*) > 1) d WHERE t.id = d.keep",
])("no removal of duplicates: %s", (sql) => expect(dedup(sql)).toBeNull());

describe("among which rows the one that stays is chosen, apart from the rows that go", () => {
  test.each<[string, string | null | undefined]>([
    ["DELETE FROM t WHERE ok AND id NOT IN (SELECT min(id) FROM t GROUP BY x)", null],
    ["DELETE FROM t WHERE ok AND id NOT IN (SELECT min(id) FROM t WHERE ok GROUP BY x)", "ok"],
    ["DELETE FROM t WHERE ok AND id NOT IN (SELECT DISTINCT ON (x) id FROM t ORDER BY x, made)", null],
    ["DELETE FROM t WHERE ok AND id NOT IN (SELECT min(id) FROM t GROUP BY x HAVING bool_or(ok))", undefined],
    ["DELETE FROM t WHERE ok AND id NOT IN (SELECT min(t.id) FROM t JOIN u ON u.id = t.u_id GROUP BY x)", undefined],
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND a.id > b.id AND a.ok", null],
    ["DELETE FROM t a USING t b WHERE a.x = b.x AND a.id > b.id AND a.ok AND b.ok", "ok"],
    ["DELETE FROM t WHERE ok AND id > (SELECT min(b.id) FROM t b WHERE b.x = t.x)", null],
    ["DELETE FROM t a WHERE a.ok AND EXISTS (SELECT 1 FROM t b WHERE b.x = a.x AND b.id < a.id AND ok)", "ok"],
    // A window numbers the rows that its query reads, and no others go.
    ["DELETE FROM t WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY x ORDER BY id) n FROM t WHERE ok) r WHERE n > 1)", undefined],
  ])("%s", (sql, among) => {
    const found = dedup(sql);
    expect(found?.where?.text).toBe("ok");
    expect(found?.among === undefined ? undefined : (found.among?.text ?? null)).toBe(among);
  });
});
