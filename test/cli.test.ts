import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli as run } from "./run-cli.ts";

/** The compiled command line: `npm test` builds first. */
const main = join(import.meta.dirname, "../dist/src/cli/main.js");

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-cli-"));
});
afterAll(() => rmSync(base, { recursive: true }));

let count = 0;

/** A fresh folder with these files. */
function folder(files: Record<string, string | Buffer> = {}): string {
  const root = join(base, String((count += 1)));
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** The compiled program in a process of its own. */
function spawn(cwd: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...env }, encoding: "utf8" });
  return { status, stdout, stderr };
}

const create = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n";
/** An error of require-concurrent-unique-index: the table exists before. The comment tells how its rows were looked at. */
const unsafe = {
  "migrations/1_users.sql": create,
  "migrations/2_email.sql": "-- Precheck: no duplicate emails were found.\nCREATE UNIQUE INDEX users_email_key ON users (email);\n",
};

test("the compiled program ends with the exit code", () => {
  expect(spawn(folder(unsafe), ["--quiet"])).toMatchObject({ status: 1, stderr: "" });
  expect(spawn(folder(), [])).toMatchObject({ status: 2, stdout: "" });
});

describe("exit codes", () => {
  test("0: nothing wrong", async () => {
    const { status, stdout, stderr } = await run(folder({ "migrations/1_users.sql": create }));
    expect([status, stdout, stderr]).toEqual([0, "0 errors, 0 warnings\n1 table, 1 key, 1 migration, 0 of 0 conflict sites resolved\n", ""]);
  });

  test("1: findings; --rule and --max-warnings change it", async () => {
    const root = folder(unsafe);
    const first = await run(root);
    expect(first.status).toBe(1);
    expect(first.stdout).toContain("migrations/2_email.sql:2:1  error  require-concurrent-unique-index\n");
    const calm = ["--rule", "require-concurrent-unique-index=warning"];
    expect((await run(root, ...calm)).status).toBe(0);
    expect((await run(root, ...calm, "--max-warnings", "1")).status).toBe(0);
    const strict = await run(root, ...calm, "--max-warnings", "0");
    expect([strict.status, strict.stderr]).toEqual([1, "uniqlint: 1 warning, more than the 0 that --max-warnings allows\n"]);
    expect((await run(root, ...calm, "--quiet")).stdout).toContain("0 errors, 0 warnings");
  });

  test.each<[string, string[], string]>([
    ["an unknown option", ["--fromat", "json"], "unknown option '--fromat'"],
    ["a baseline that is not there", ["--baseline", "b.json"], "no such baseline: b.json"],
    ["an unknown format", ["--format", "jsn"], "--format must be pretty, json, sarif, github, gitlab, junit, markdown, not \"jsn\" (did you mean \"json\"?)"],
    ["a report without a file", ["--report", "sarif"], "--report wants FORMAT=FILE, not \"sarif\""],
    ["an update of no baseline", ["--update-baseline"], "--update-baseline needs --baseline FILE"],
    ["an unknown rule", ["--rule", "no-schema-drif=off"], 'no rule is named "no-schema-drif" (did you mean "no-schema-drift"?)'],
    ["an unknown level", ["--rule", "no-schema-drift=warn"], 'must be off, warning or error, not "warn"'],
    ["an unknown preset", ["--preset", "all"], '--preset must be recommended, strict, not "all"'],
    ["a limit that is no number", ["--max-warnings", "some"], '--max-warnings wants a number, not "some"'],
    ["a path that does not exist", ["src/nowhere"], "no such file or folder: src/nowhere"],
    ["a configuration that does not exist", ["--config", "x.ts"], "no such configuration file: x.ts"],
    ["a mistyped command", ["shema"], 'did you mean the command "schema"?'],
    ["a report that cannot be written", ["--output", "migrations/1_users.sql/x.txt"], "cannot write migrations/1_users.sql/x.txt: "],
    ["a rule to explain that there is not", ["explain", "no-schema"], 'no rule is named "no-schema"'],
  ])("2: %s", async (_, args, message) => {
    const { status, stdout, stderr } = await run(folder({ "migrations/1_users.sql": create }), ...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});

describe("bad input", () => {
  test("an empty folder, as the current one or named", async () => {
    const root = folder();
    expect(await run(root)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("nothing to lint in") as string });
    mkdirSync(join(root, "empty"));
    expect(await run(root, "empty")).toMatchObject({ status: 2, stderr: expect.stringContaining("nothing to lint in empty") as string });
  });

  test("code without a schema", async () => {
    const root = folder({ "a.ts": 'import { db } from "./db";\nawait db.query("INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO NOTHING", [1]);\n' });
    expect(await run(root)).toMatchObject({ status: 2, stderr: expect.stringContaining("no schema was found") as string });
  });

  test("a binary file named .sql: named it is refused, in a repository it is listed", async () => {
    const root = folder({ "migrations/1_users.sql": create, "migrations/2_b.sql": Buffer.from([0, 1, 2, 255]) });
    const whole = await run(root);
    expect(whole.status).toBe(0);
    expect(whole.stderr).toContain("migrations/2_b.sql:1:1  binary file");
    expect(await run(root, "migrations/2_b.sql")).toMatchObject({ status: 2, stderr: "uniqlint: migrations/2_b.sql: binary file\n" });
  });

  test("broken SQL: listed with its place; nothing but broken SQL is refused", async () => {
    const root = folder({ "migrations/1_users.sql": create, "migrations/2_b.sql": "SELECT 1;\n\nCREATE TABLE (((;\n" });
    const whole = await run(root, "--format", "json");
    expect(whole.status).toBe(0);
    const { unread } = JSON.parse(whole.stdout) as { unread: { file: string; line: number }[] };
    expect(unread).toMatchObject([{ file: "migrations/2_b.sql", line: 3 }]);
    const alone = await run(folder({ "migrations/1_b.sql": "CREATE TABLE (((;\n" }));
    expect([alone.status, alone.stdout]).toEqual([2, ""]);
    expect(alone.stderr).toContain("migrations/1_b.sql: ");
  });

  test("broken TypeScript and circular imports neither crash nor hang", async () => {
    const root = folder({
      "schema.ts": 'import { pgTable, text } from "drizzle-orm/pg-core";\nimport { base } from "./base";\nexport const a = pgTable("a", { id: text("id").primaryKey(), ...base });\n',
      "base.ts": 'import { other } from "./other";\nexport const base = other;\n',
      "other.ts": 'import { base } from "./base";\nexport { a } from "./schema";\nexport const other = base;\n',
      "broken.ts": 'import { a } from "./schema";\nexport async function f(db) { await db.insert(a).values({ id: "1" \n',
    });
    expect(await run(root)).toMatchObject({ status: 0 });
  });

  test("a file over 5 MB is told and left alone", async () => {
    const root = folder({ "migrations/1_users.sql": create, "dump.sql": Buffer.alloc(5 * 1024 * 1024 + 1, 0x20) });
    const { status, stderr } = await run(root);
    expect(status).toBe(0);
    expect(stderr).toContain("dump.sql:1:1  too large (5.1 MB; the limit is 5 MB)");
  });

  test("a link that leads to itself is told", async () => {
    const root = folder({ "migrations/1_users.sql": create });
    symlinkSync("loop.sql", join(root, "loop.sql"));
    const { status, stderr } = await run(root);
    expect(status).toBe(0);
    expect(stderr).toContain("loop.sql:1:1  cannot follow the symbolic link");
  });
});

describe("output", () => {
  test("json goes to standard output alone, the same bytes but for the time", async () => {
    const root = folder(unsafe);
    const [one, other] = [await run(root, "--format", "json"), await run(root, "--format", "json")];
    expect([one.status, one.stderr]).toEqual([1, ""]);
    const bytes = (text: string) => text.replace(/"durationMs": \d+/, "");
    expect(bytes(one.stdout)).toBe(bytes(other.stdout));
    expect(JSON.parse(one.stdout)).toMatchObject({ version: 1, findings: [{ file: "migrations/2_email.sql", line: 2, table: "public.users", columns: ["email"] }] });
  });

  test("--output writes the report, and the summary to the terminal", async () => {
    const root = folder(unsafe);
    const { status, stdout, stderr } = await run(root, "--output", "report.json", "--format", "json");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^1 error, 0 warnings\n/);
    expect((JSON.parse(readFileSync(join(root, "report.json"), "utf8")) as { findings: unknown[] }).findings).toHaveLength(1);
  });

  test("a reader that closes the pipe is no error", async () => {
    const root = folder({ "migrations/1_t.sql": Array.from({ length: 400 }, (_, index) => `CREATE TABLE t${index} (id int PRIMARY KEY);`).join("\n") });
    const { stdout, stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${main}" schema --format json | head -n 1`], { cwd: root, encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["{\n", ""]);
  });

  test("colours only where they are wanted", async () => {
    const root = folder(unsafe);
    const forced = { FORCE_COLOR: "1", NO_COLOR: "" };
    expect(spawn(root, [], forced).stdout).toContain("\u001b[");
    expect(spawn(root, ["--no-color"], forced).stdout).not.toContain("\u001b[");
    expect(spawn(root, [], { FORCE_COLOR: "1", NO_COLOR: "1" }).stdout).not.toContain("\u001b[");
  });
});

describe("paths", () => {
  test("only what was asked for is shown, judged with all of the project", async () => {
    const root = folder({ ...unsafe, "other/migrations/1_a.sql": "CREATE TABLE a (id int);", "other/migrations/2_b.sql": "CREATE UNIQUE INDEX a_id ON a (id);" });
    const files = async (...args: string[]) => (JSON.parse((await run(root, "--format", "json", ...args)).stdout) as { findings: { file: string }[] }).findings.map(({ file }) => file);
    expect(new Set(await files())).toEqual(new Set(["migrations/2_email.sql", "other/migrations/2_b.sql"]));
    expect(new Set(await files("other"))).toEqual(new Set(["other/migrations/2_b.sql"]));
    expect(new Set(await files("migrations/2_email.sql"))).toEqual(new Set(["migrations/2_email.sql"]));
    expect(await files("migrations/1_users.sql")).toEqual([]);
  });

  test("test data is a project of its own when it is asked for, with the configuration of the current folder", async () => {
    const data = Object.fromEntries(Object.entries(unsafe).map(([path, text]) => [`test/fixtures/one/${path}`, text]));
    const root = folder({ "migrations/1_a.sql": "CREATE TABLE a (id int);", ...data });
    expect(await run(root)).toMatchObject({ status: 0 });
    expect(await run(root, "test/fixtures/one")).toMatchObject({ status: 1, stdout: expect.stringContaining("test/fixtures/one/migrations/2_email.sql:2:1") as string });
    expect(await run(root, "test/fixtures/one/migrations/2_email.sql")).toMatchObject({ status: 1 });
    writeFileSync(join(root, "uniqlint.config.json"), '{ "rules": { "require-concurrent-unique-index": "warning" } }');
    expect(await run(root, "test/fixtures/one")).toMatchObject({ status: 0 });
  });

  test("a folder elsewhere is a project of its own; paths are relative to the current folder", async () => {
    const elsewhere = folder(unsafe);
    const here = folder();
    const name = elsewhere.slice(base.length + 1);
    const { status, stdout } = await run(here, "lint", elsewhere, "--format", "json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ file: `../${name}/migrations/2_email.sql` }] });
  });
});

describe("configuration", () => {
  const level = (text: string, file = "uniqlint.config.ts") => run(folder({ ...unsafe, [file]: text }));

  test.each([
    ["uniqlint.config.ts", 'import { defineConfig } from "uniqlint";\nexport default defineConfig({ ignore: ["migrations/2*"] });'],
    ["uniqlint.config.mjs", 'export default { ignore: "migrations/2*" };'],
    ["uniqlint.config.json", '{ "ignore": ["migrations/2*"] }'],
    ["package.json", '{ "uniqlint": { "rules": { "require-concurrent-unique-index": "off" } } }'],
  ])("%s", async (file, text) => {
    expect(await level(text, file)).toMatchObject({ status: 0 });
  });

  test.each([
    ["an unknown key", 'export default { presett: "strict" };', 'uniqlint.config.ts: "presett" is not an option (did you mean "preset"?)'],
    ["an unknown rule", 'export default { rules: { "no-schema-drif": "off" } };', 'uniqlint.config.ts: no rule is named "no-schema-drif" (did you mean "no-schema-drift"?)'],
    ["an unknown database option", 'export default { databases: { db: { runer: "psql" } } };', '"databases.db.runer" is not an option (did you mean "runner"?)'],
    ["a syntax error, with its line", "export default {\n  preset: = 1,\n};", "uniqlint.config.ts:2: "],
    ["an exception, with its line", 'export default {\n  preset: (() => { throw new Error("no such thing"); })(),\n};', "uniqlint.config.ts:2: no such thing"],
  ])("refuses %s", async (_, text, message) => {
    const { status, stderr } = await level(text);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test("broken JSON, with its line", async () => {
    const { status, stderr } = await level('{\n  "preset":\n}', "uniqlint.config.json");
    expect(status).toBe(2);
    expect(stderr).toContain("uniqlint.config.json:3: not valid JSON");
  });

  test("--config names another file, and nothing else of the project is executed", async () => {
    const root = folder({
      ...unsafe,
      "strict.config.js": 'export default { ignore: ["migrations/2*"] };',
      "drizzle.config.ts": 'throw new Error("executed");',
      "prisma.config.ts": 'throw new Error("executed");',
    });
    expect(await run(root, "--config", "strict.config.js")).toMatchObject({ status: 0 });
  });
});

describe("other commands", () => {
  test("schema, from all sources or one", async () => {
    const root = folder({ "migrations/1_users.sql": create });
    expect(await run(root, "schema")).toMatchObject({ status: 0, stdout: "public.users\n  primary    (id)  users_pkey\n" });
    const json = JSON.parse((await run(root, "schema", "--format", "json", "--source", "migrations")).stdout) as { tables: { name: string; keys: unknown[] }[] };
    expect(json.tables).toMatchObject([{ name: "users", keys: [{ name: "users_pkey", columns: ["id"], built: [{ file: "migrations/1_users.sql", line: 1 }] }] }]);
    expect(await run(root, "schema", "--source", "schema")).toMatchObject({ status: 2, stderr: expect.stringContaining("no schema was found") as string });
  });

  test("rules, explain, version and help", async () => {
    const root = folder();
    expect((await run(root, "rules")).stdout).toContain("  no-unmatched-conflict-target  error\n");
    expect((await run(root, "explain", "no-unmatched-conflict-target")).stdout).toContain("What to do\n");
    expect(await run(root, "--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
    expect(await run(root, "--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--max-warnings <number>") as string });
  });
});
