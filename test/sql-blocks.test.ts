import { describe, expect, test } from "vitest";
import { at, file, useSqlParser } from "./sql-read.ts";

useSqlParser();

const statements = (text: string) => file(text).sql?.statements ?? [];

describe("DO blocks", () => {
  test("what the body changes is done; conditions make it tolerant, handlers undo it", () => {
    const text = `DO $body$
    DECLARE n int;
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'u') THEN
        ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, b);
      END IF;
      BEGIN
        CREATE UNIQUE INDEX i ON t (c);
      EXCEPTION WHEN duplicate_table THEN NULL;
      END;
      DROP INDEX old;
      INSERT INTO log (n) VALUES (n) ON CONFLICT (n) DO NOTHING;
      PERFORM pg_advisory_xact_lock(1);
    END $body$;`;
    const [block, ...more] = statements(text);
    expect(more).toEqual([]);
    expect(block).toMatchObject({ nested: true, lock: { kind: "advisory" } });
    expect(block?.changes.flatMap((c) => (c.kind === "block" ? [[c.part, ...c.catches]] : []))).toEqual([["begin", "42P07"], ["handler", "42P07"], ["end"]]);
    const made = block?.changes.filter((c) => c.kind !== "block");
    expect(made?.map((c) => [c.kind, at(text, c.at)])).toEqual([
      ["add-key", "ADD CONSTRAINT u UNIQUE (a, b)"],
      ["create-index", "CREATE UNIQUE INDEX i ON t (c)"],
      ["drop-index", "DROP INDEX old"],
    ]);
    expect(made).toMatchObject([{ conditional: "anywhere" }, { ifNotExists: false }, { ifExists: false }]);
    // `n` is a variable of the block.
    expect(block?.queries.find((q) => q.kind === "insert")).toMatchObject({ table: { name: "log" }, writes: [{ column: "n", value: { kind: "parameter", name: "n" } }] });
  });

  test("EXECUTE of constant text is read", () => {
    const text = "DO $$ BEGIN EXECUTE 'CREATE UNIQUE INDEX i ON t (a)'; EXECUTE format('ALTER TABLE %I ADD COLUMN %I int', 't', 'b'); EXECUTE 'ALTER TABLE ' || 't' || ' DROP COLUMN c'; END $$";
    expect(statements(text)[0]?.changes).toMatchObject([
      { kind: "create-index", table: { name: "t" }, index: { name: "i" } },
      { kind: "add-column", table: { name: "t" }, column: { name: "b" } },
      { kind: "drop-column", table: { name: "t" }, column: "c" },
    ]);
  });

  test("EXECUTE of computed text is opaque, on its table where that is constant", () => {
    const text = `DO $$ DECLARE c text; BEGIN
      SELECT conname INTO c FROM pg_constraint WHERE conrelid = 'orders'::regclass;
      EXECUTE 'ALTER TABLE orders DROP CONSTRAINT ' || quote_ident(c);
      EXECUTE format('DROP INDEX %I', c);
      EXECUTE c;
      EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON orders EXECUTE FUNCTION f()', c);
    END $$`;
    expect(statements(text)[0]?.changes).toMatchObject([
      { kind: "opaque", table: { name: "orders" } },
      { kind: "opaque", table: null },
      { kind: "opaque", table: null },
    ]);
  });

  test("SELECT … INTO fills a variable", () => {
    expect(statements("DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM t; END $$")[0]?.changes).toEqual([]);
  });

  test("a body that the compiler refuses is scanned", () => {
    const text = "DO $$ BEGIN IF x THEN ALTER TABLE t ADD COLUMN a int; ELSE CREATE TABLE u (a int); END IF; nonsense here; END $$";
    expect(statements(text)[0]?.changes.map((c) => c.kind)).toEqual(["add-column", "create-table"]);
  });

  test("a body in plain quotes", () => {
    const text = "DO 'BEGIN ALTER TABLE t ALTER a SET DEFAULT ''x''; CREATE TABLE u (b int); END'";
    // Where quotes are doubled the compiler's text stands nowhere in the file: the place is the body.
    expect(statements(text)[0]?.changes.map((c) => [c.kind, at(text, c.at)])).toEqual([
      ["set-default", text.slice("DO '".length, -1)],
      ["create-table", "CREATE TABLE u (b int)"],
    ]);
  });
});

describe("functions", () => {
  test("their queries are nested statements without schema changes", () => {
    const text = `CREATE OR REPLACE FUNCTION touch(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      CREATE TABLE IF NOT EXISTS side (a int);
      INSERT INTO counters AS c (id, n) VALUES (p_id, 1) ON CONFLICT (id) DO UPDATE SET n = c.n + 1;
    END $$;`;
    const [definition, body, ...more] = statements(text);
    expect(more).toEqual([]);
    expect(definition).toMatchObject({ nested: false, queries: [], changes: [] });
    expect(body).toMatchObject({ nested: true, changes: [], queries: [{ kind: "insert", conflict: { action: "update" }, writes: [{ value: { kind: "parameter", name: "p_id" } }, {}] }] });
    expect(body && at(text, body.at)).toBe("INSERT INTO counters AS c (id, n) VALUES (p_id, 1) ON CONFLICT (id) DO UPDATE SET n = c.n + 1");
  });

  test("LANGUAGE sql, by string and by BEGIN ATOMIC", () => {
    expect(statements("CREATE FUNCTION f(a int) RETURNS void LANGUAGE sql AS 'INSERT INTO t (x) VALUES (a); SELECT 1 FROM u'").map((s) => s.queries.map((q) => q.table?.name))).toEqual([[], ["t"], ["u"]]);
    expect(statements("CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC INSERT INTO t (x) VALUES (1); END").map((s) => s.queries.map((q) => q.table?.name))).toEqual([[], ["t"]]);
  });

  test("triggers", () => {
    const text = "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t (a) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NEW; END $$";
    expect(statements(text)[1]?.queries).toMatchObject([{ kind: "insert", writes: [{ column: "a", value: { kind: "parameter", name: "new.id" } }] }]);
  });
});
