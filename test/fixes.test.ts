import { PGlite } from "@electric-sql/pglite";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyFixes } from "../src/lint/fix.ts";
import { emptyDatabase } from "./postgres-server.ts";
import { runWithoutCache as run } from "./run-cli.ts";

/** `<runner>-<what>/before` becomes `after`; after that nothing is found, and the runner can apply it. */
const fixtures = join(import.meta.dirname, "../fixtures/fixes");
const names = readdirSync(fixtures).sort();

/** Rows of members that a dedup leaves: those that the key allows. */
const kept: Record<string, number[]> = { "goose-dedup-rows": [1, 3, 4, 5, 6], "goose-dedup-both": [1, 3, 4, 5, 6], "goose-dedup-using": [1, 3, 4, 5, 6], "goose-dedup-not-in": [1, 3, 4, 5, 6], "goose-dedup-nulls": [1, 5, 6] };

let base = "";
let server: PGlite;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-fixes-"));
  server = await PGlite.create();
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true });
});

/** Files of a folder by path. */
function readTree(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(entries.map((entry) => join(entry.parentPath, entry.name)).sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

describe.each(names)("%s", (name) => {
  test("becomes what a person would write, and nothing is found in it any more", async () => {
    const root = join(base, name);
    cpSync(join(fixtures, name, "before"), root, { recursive: true });
    expect((await run(root, "--max-warnings", "0")).status).toBe(1);
    expect(readTree(root)).toEqual(readTree(join(fixtures, name, "before")));
    const { status, stdout, stderr } = await run(root, "--fix-suggestions");
    expect(readTree(root)).toEqual(readTree(join(fixtures, name, "after")));
    expect([status, stdout.split("\n")[0]]).toEqual([0, "0 errors, 0 warnings"]);
    expect(stderr).toMatch(/^uniqlint: \d fix(es)? in \d files?: /m);
  });

  test("is applied by Postgres, and makes the same catalog as before", async () => {
    const before = await catalogAfter(name, "before").catch((error: unknown) => (/cannot (?:run inside|be executed)/.test(String(error)) ? null : Promise.reject(error as Error)));
    const after = await catalogAfter(name, "after");
    if (before !== null) expect(after).toEqual(before);
    const { rows } = await server.query<{ valid: boolean }>("select indisvalid as valid from pg_index where indexrelid = 'members_org_id_email_key'::regclass and indisunique");
    expect(rows).toEqual([{ valid: true }]);
    const left = await server.query<{ id: number }>("select id from members order by id");
    expect(left.rows.map(({ id }) => id)).toEqual(kept[name] ?? []);
  });
});

/** Columns, constraints and indexes that a folder's migrations make, as Postgres prints them. */
async function catalogAfter(name: string, side: string): Promise<unknown[]> {
  await emptyDatabase(server);
  const files = readTree(join(fixtures, name, side));
  try {
    for (const path of Object.keys(files).filter((one) => /\.sql$/.test(one) && !/\.down\.sql$/.test(one))) await apply(name, files[path] ?? "");
  } catch (error) {
    await server.exec("ROLLBACK");
    throw error;
  }
  const { rows } = await server.query(`
    select 'column' as what, attrelid::regclass || '.' || attname as name, format_type(atttypid, atttypmod) || ' ' || attnotnull as text from pg_attribute
      where attnum > 0 and attrelid in (select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace)
    union all select 'constraint', conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2`);
  return rows;
}

/** A file as its runner sends it (reference §13). */
async function apply(name: string, text: string): Promise<void> {
  const up = text.replace(/^-- (?:\+goose Down|migrate:down)[^]*/m, "");
  const statements = up.split(";").filter((statement) => statement.replace(/^\s*--.*$/gm, "").trim() !== "");
  const isBare = /^-- (?:\+goose NO TRANSACTION|atlas:txmode none)\r?$/m.test(text) || name === "prisma-statements";
  const isQuery = /^(?:prisma|golang|supabase|flyway)/.test(name) || /transaction:false/.test(text);
  if (isBare) for (const statement of statements) await server.exec(statement);
  else await server.exec(isQuery ? up : `BEGIN; ${up}; COMMIT`);
}

describe("--fix-suggestions", () => {
  const members = "CREATE TABLE members (id int PRIMARY KEY, email text NOT NULL);\n";
  const key = "-- Precheck: no duplicates.\nCREATE UNIQUE INDEX members_email_key ON members (email);\n";
  const files = { "migrations/1_members.up.sql": members, "migrations/2_email.up.sql": key };
  let count = 0;

  function folder(more: Record<string, string> = {}): string {
    const root = join(base, `cli-${(count += 1)}`);
    for (const [path, text] of Object.entries({ ...files, ...more })) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  }

  test("tells on standard error what it changed, and reports what is left", async () => {
    const { status, stderr } = await run(folder(), "--fix-suggestions");
    expect([status, stderr]).toEqual([0, "uniqlint: 1 fix in 1 file: migrations/2_email.up.sql\n"]);
  });

  test("--fix alone makes no edit that a person should read", async () => {
    const root = folder();
    expect((await run(root, "--fix")).status).toBe(1);
    expect(readTree(root)).toEqual(files);
  });

  test("without it the edits stand in the JSON", async () => {
    const { stdout } = await run(folder({ "migrations/2_email.up.sql": `${members.replace("members", "notes")}${key}` }), "--format", "json");
    const [finding] = (JSON.parse(stdout) as { findings: { fix: null; suggestions: { title: string; edits: unknown[] }[] }[] }).findings;
    expect(finding).toMatchObject({
      fix: null,
      suggestions: [
        {
          title: "Build it CONCURRENTLY, in a file of its own: migrations/3_members_email_key.up.sql",
          edits: [
            { file: "migrations/2_email.up.sql", text: "" },
            { file: "migrations/3_members_email_key.up.sql", start: 0, end: 0, text: key.replace("INDEX", "INDEX CONCURRENTLY") },
          ],
        },
      ],
    });
  });

  test("says which file drops and which one builds", async () => {
    const up = "-- migrate:up transaction:false\n";
    const build = `${up}${key.replace("INDEX", "INDEX CONCURRENTLY IF NOT EXISTS")}`;
    const root = join(base, `cli-${(count += 1)}`);
    mkdirSync(join(root, "db/migrations"), { recursive: true });
    for (const [name, text] of Object.entries({ "1_members": `${up}${members}`, "2_email": build })) writeFileSync(join(root, `db/migrations/${name}.sql`), text);
    const { stdout } = await run(root, "--format", "json");
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; suggestions: { title: string }[] }[] };
    expect(findings.find(({ rule }) => rule === "no-unverified-concurrent-index")?.suggestions).toMatchObject([
      { title: `DROP INDEX CONCURRENTLY IF EXISTS members_email_key first, and the build in db/migrations/3_members_email_key.sql` },
    ]);
  });

  test("migrations that have run are left alone", async () => {
    const root = folder({ "uniqlint.config.json": `{ "migrations": { "appliedThrough": 2 } }` });
    const before = readTree(root);
    expect((await run(root, "--fix-suggestions")).stderr).toBe("");
    expect(readTree(root)).toEqual(before);
  });

  test.each([
    ["between BEGIN and COMMIT", { "migrations/2_email.up.sql": `BEGIN;\n${key}COMMIT;\n` }],
    ["where another statement may need it", { "migrations/2_email.up.sql": `${key}INSERT INTO members VALUES (1, 'a') ON CONFLICT (email) DO NOTHING;\n` }],
    ["beside what could not be read", { "migrations/2_email.up.sql": `\\set x 1\n${key}CREATE TABLE notes (id int);\n` }],
    ["where no number is free", { "migrations/2_email.up.sql": `ALTER TABLE members ADD a int;\n${key}`, "migrations/3_drop.up.sql": "ALTER TABLE members DROP COLUMN a;\n" }],
  ])("not %s", async (_, more) => {
    const root = folder(more);
    const before = readTree(root);
    expect((await run(root, "--fix-suggestions")).status).toBe(1);
    expect(readTree(root)).toEqual(before);
  });

  test("not with --staged", async () => {
    expect(await run(folder(), "--fix-suggestions", "--staged")).toMatchObject({ status: 2, stdout: "" });
  });

  test("not through a link that leads out of the project, and a byte order mark stays", async () => {
    const root = folder({ "migrations/2_email.up.sql": `\ufeff${key}` });
    await run(root, "--fix-suggestions");
    expect(readTree(root)["migrations/2_email.up.sql"]).toBe(`\ufeff${key.replace("INDEX", "INDEX CONCURRENTLY")}`);
    const other = folder();
    rmSync(join(other, "migrations/2_email.up.sql"));
    writeFileSync(join(base, "outside.sql"), key);
    symlinkSync(join(base, "outside.sql"), join(other, "migrations/2_email.up.sql"));
    await run(other, "--fix-suggestions");
    expect(readFileSync(join(base, "outside.sql"), "utf8")).toBe(key);
  });
});

describe("applyFixes", () => {
  const edit = (start: number, end: number, text: string, path = "a") => ({ at: { path, start, end }, text });
  const fix = (...edits: ReturnType<typeof edit>[]) => ({ title: "", edits });
  const apply = (...fixes: ReturnType<typeof fix>[]) => applyFixes(fixes, (path) => (path === "a" ? "0123456789" : path === "b" ? undefined : null));

  test("edits of one file, in any order", () => {
    const { texts, applied } = apply(fix(edit(8, 9, "x"), edit(0, 0, "<")), fix(edit(2, 4, "")));
    expect([[...texts], applied.length]).toEqual([[["a", "<014567x9"]], 2]);
  });

  test("a fix whole or not at all", () => {
    const { texts, applied } = apply(fix(edit(2, 4, "x")), fix(edit(3, 5, "y"), edit(0, 0, "new", "c")), fix(edit(7, 8, ""), edit(0, 0, "", "b")));
    expect([[...texts], applied.length]).toEqual([[["a", "01x456789"]], 1]);
  });

  test("two fixes that would make the same file", () => {
    expect([...apply(fix(edit(0, 0, "1", "c")), fix(edit(0, 0, "2", "c"))).texts]).toEqual([["c", "1"]]);
  });
});
