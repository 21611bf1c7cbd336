import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lintProject } from "../src/index.ts";
import { openGitFolder } from "./git-folder.ts";
import { runCli as run } from "./run-cli.ts";

const made = openGitFolder("history");
const { git, write } = made;
afterAll(made.remove);

const users = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text NOT NULL);\n";
/** Old, and found by require-concurrent-unique-index; the comment tells how the rows were looked at. */
const email = "-- Precheck: no duplicates.\nCREATE UNIQUE INDEX users_email_key ON users (email);\n";
const name = email.replaceAll("email", "name");
const files = { "migrations/1_users.sql": users, "migrations/2_email.sql": email, "migrations/3_posts.sql": "CREATE TABLE posts (id int PRIMARY KEY);\n" };
const upsert = (column: string): string =>
  `import { Pool } from "pg";\nconst pool = new Pool();\nexport async function save(value: string) {\n  await pool.query("INSERT INTO users (${column}) VALUES ($1) ON CONFLICT (${column}) DO NOTHING", [value]);\n}\n`;
const rule = "require-concurrent-unique-index";

/** `file rule` of each finding. */
async function found(dir: string, ...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await run(dir, "--format", "json", ...args);
  expect([status === 2, stderr]).toEqual([false, ""]);
  return (JSON.parse(stdout) as { findings: { file: string; rule: string }[] }).findings.map(({ file, rule: by }) => `${file} ${by}`);
}

function branch(more: Record<string, string> = {}): string {
  const dir = made.repository({ ...files, ...more });
  git(dir, "checkout", "-qb", "work");
  return dir;
}

describe("--since", () => {
  test("only new migrations; tables of another new migration are new as well, whatever they are called by then", async () => {
    const dir = branch();
    made.commit(dir, { "migrations/4_teams.sql": "CREATE TABLE groups (id int, slug text);\nALTER TABLE groups RENAME TO teams;\n" });
    write(dir, { "migrations/5_slug.sql": "CREATE UNIQUE INDEX teams_slug_key ON teams (slug);\n" });
    expect(await found(dir)).toEqual([`migrations/2_email.sql ${rule}`, `migrations/5_slug.sql ${rule}`]);
    expect(await found(dir, "--since", "main")).toEqual([]);
    write(dir, { "migrations/6_name.sql": name });
    expect(await found(dir, "--since", "main")).toEqual([`migrations/6_name.sql ${rule}`]);
    expect((await run(dir, "--since", "main")).status).toBe(1);
  });

  test("in a folder of the repository", async () => {
    const dir = made.repository(Object.fromEntries(Object.entries(files).map(([path, text]) => [`apps/a/${path}`, text])));
    write(dir, { "apps/a/migrations/4_name.sql": name, "apps/b/migrations/4_name.sql": name });
    expect(await found(join(dir, "apps/a"), "--since", "main")).toEqual([`migrations/4_name.sql ${rule}`]);
    git(dir, "add", "-A");
    expect(await found(join(dir, "apps/a"), "--staged")).toEqual([`migrations/4_name.sql ${rule}`]);
  });

  test("the library asks the same, and counts what comments switch off in the files of the change only", async () => {
    const off = (sql: string): string => sql.replace("CREATE", `-- uniqlint-disable-next-line ${rule} -- small table\nCREATE`);
    const dir = branch({ "migrations/2_email.sql": off(email) });
    expect((await lintProject({ root: dir, since: "main" })).summary).toMatchObject({ errors: 0, suppressed: 0 });
    write(dir, { "migrations/5_name.sql": off(name), "migrations/6_both.sql": name.replaceAll("name", "name, email").replace("users_name, email_key", "users_both_key") });
    const { findings, summary } = await lintProject({ root: dir, since: "main" });
    expect([findings.map(({ file }) => file), summary.suppressed]).toEqual([["migrations/6_both.sql"], 1]);
    expect((await lintProject({ root: dir })).summary.suppressed).toBe(2);
    expect((await lintProject({ root: dir, staged: true })).findings).toEqual([]);
    const applied = await lintProject({ root: dir, config: { migrations: { appliedThrough: 6 } } });
    expect([applied.findings, applied.summary.suppressed]).toEqual([[], 0]);
    await expect(lintProject({ root: dir, since: "main", staged: true })).rejects.toThrow("name one of them");
  });

  test("an old migration that was edited or renamed is not new", async () => {
    const dir = branch();
    write(dir, { "migrations/2_email.sql": null, "migrations/2_renamed.sql": email, "migrations/1_users.sql": `-- users\n${users}` });
    expect(await found(dir, "--since", "main")).toEqual([]);
  });

  test("code: touched files, and what a migration breaks elsewhere; what was broken before is left out", async () => {
    const dir = branch({ "src/fine.ts": upsert("email"), "src/broken.ts": upsert("name"), "src/touched.ts": upsert("name") });
    const by = "no-unmatched-conflict-target";
    expect(await found(dir)).toEqual([`migrations/2_email.sql ${rule}`, `src/broken.ts ${by}`, `src/touched.ts ${by}`]);
    write(dir, { "src/touched.ts": `// touched\n${upsert("name")}` });
    expect(await found(dir, "--since", "main")).toEqual([`src/touched.ts ${by}`]);
    write(dir, { "migrations/4_drop.sql": "DROP INDEX users_email_key;\n" });
    const code = (await found(dir, "--since", "main")).filter((line) => line.startsWith("src/"));
    expect(code).toEqual([`src/fine.ts ${by}`, `src/touched.ts ${by}`]);
  });

  test("no change: exit code 0, and a word about it", async () => {
    const dir = branch();
    write(dir, { "README.md": "r" });
    const { status, stdout, stderr } = await run(dir, "--since", "main");
    expect([status, stdout.split("\n")[0], stderr]).toEqual([0, expect.stringContaining("0 errors, 0 warnings"), "uniqlint: no change of a schema, a migration or code, so nothing was linted\n"]);
  });

  test.each<[string, string[], string]>([
    ["an unknown commit", ["--since", "mian"], '--since: git knows no commit, branch or tag "mian" (did you mean "main"?)'],
    ["a name that begins with a dash", ["--since=--all"], '--since: git knows no commit, branch or tag "--all"'],
    ["both options", ["--since", "main", "--staged"], "--since and --staged are two ways to say what is new"],
    ["a missing name", ["--since"], "argument missing"],
  ])("2: %s", async (_, args, message) => {
    const { status, stdout, stderr } = await run(branch(), ...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("2: a folder that is no repository", async () => {
    const dir = made.folder();
    write(dir, files);
    for (const args of [["--since", "main"], ["--staged"]]) expect(await run(dir, ...args)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("needs a git repository") as string });
  });
});

describe("--staged", () => {
  test("what is staged, and not what the disk has", async () => {
    const dir = branch();
    write(dir, { "migrations/4_name.sql": name });
    expect(await found(dir, "--staged")).toEqual([]);
    git(dir, "add", "-A");
    write(dir, { "migrations/4_name.sql": "-- nothing any more\n", "migrations/5_name.sql": name.replace("users_name", "other") });
    expect(await found(dir, "--staged")).toEqual([`migrations/4_name.sql ${rule}`]);
    expect((await run(dir, "--staged")).stdout).toContain("2 │ CREATE UNIQUE INDEX users_name_key");
    git(dir, "add", "migrations/4_name.sql");
    write(dir, { "migrations/4_name.sql": name });
    expect(await found(dir, "--staged")).toEqual([]);
  });

  test("a staged file that the disk has lost", async () => {
    const dir = branch();
    write(dir, { "migrations/4_name.sql": name });
    git(dir, "add", "-A");
    write(dir, { "migrations/4_name.sql": null });
    expect(await found(dir, "--staged")).toEqual([`migrations/4_name.sql ${rule}`]);
  });

  test("a staged deletion, and the code that it breaks", async () => {
    const dir = branch({ "src/fine.ts": upsert("email"), "src/broken.ts": upsert("name") });
    git(dir, "rm", "-q", "--cached", "migrations/2_email.sql");
    expect(await found(dir, "--staged")).toEqual(["src/fine.ts no-unmatched-conflict-target"]);
    git(dir, "reset", "-q");
    expect(await found(dir, "--staged")).toEqual([]);
  });

  test("nothing staged: exit code 0, nothing is read", async () => {
    const dir = branch();
    write(dir, { "migrations/4_name.sql": name });
    const json = JSON.parse((await run(dir, "--staged", "--format", "json")).stdout) as { summary: unknown };
    expect(json.summary).toMatchObject({ files: 0, tables: 0, errors: 0 });
    expect(await run(dir, "--staged")).toMatchObject({ status: 0, stderr: expect.stringContaining("nothing was linted") as string });
  });
});

describe("the hint at how to lint only new migrations", () => {
  const hint = /^uniqlint: 1 finding in migrations that may have run already; --since REF lints only new ones/m;

  test("once, where old migrations have findings", async () => {
    const dir = branch();
    const { stderr } = await run(dir);
    expect(stderr).toMatch(hint);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("not for the last migration, in other formats, when it is known, or when only errors are wanted", async () => {
    const dir = branch();
    expect((await run(branch({ "migrations/3_posts.sql": "" }), "migrations/1_users.sql")).stderr).toBe("");
    for (const args of [["--format", "json"], ["--quiet"], ["--since", "main"]]) expect((await run(dir, ...args)).stderr).not.toMatch(hint);
    write(dir, { "migrations/3_posts.sql": null });
    expect((await run(dir)).stderr).not.toMatch(hint);
  });
});

describe("migrations.appliedThrough", () => {
  const through = async (value: unknown, more: Record<string, string> = {}, ...args: string[]) => {
    const dir = made.folder();
    write(dir, { ...files, ...more, "migrations/4_name.sql": name, "uniqlint.config.json": JSON.stringify({ migrations: { appliedThrough: value } }) });
    return run(dir, "--format", "json", ...args);
  };
  const both = [`migrations/2_email.sql`, `migrations/4_name.sql`];
  const filesOf = (stdout: string) => (JSON.parse(stdout) as { findings: { file: string }[] }).findings.map(({ file }) => file);

  test.each<[unknown, string[]]>([
    ["1_users", both],
    ["2_email", both.slice(1)],
    ["2_email.sql", both.slice(1)],
    ["migrations/2_email.sql", both.slice(1)],
    [3, both.slice(1)],
    ["0003", both.slice(1)],
    ["4_name", []],
  ])("%s", async (value, expected) => {
    expect(filesOf((await through(value)).stdout)).toEqual(expected);
  });

  test("the rules about code speak of all", async () => {
    const { stdout } = await through(4, { "src/a.ts": upsert("id, email") });
    expect(filesOf(stdout)).toEqual(["src/a.ts"]);
  });

  test("a list: one of each database; the others stay unknown", async () => {
    const other = { "other/migrations/1_a.sql": "CREATE TABLE a (id int);\n", "other/migrations/2_b.sql": "-- Precheck: no duplicates.\nCREATE UNIQUE INDEX a_id ON a (id);\n" };
    expect(filesOf((await through("4_name", other)).stdout)).toEqual(["other/migrations/2_b.sql"]);
    expect(filesOf((await through(["4_name", "2_b"], other)).stdout)).toEqual([]);
  });

  test.each<[unknown, string]>([
    ["2_emial", 'configuration: migrations.appliedThrough: no migration is called "2_emial" (did you mean "2_email"?)'],
    [1234, 'no migration is called "1234"; the last one is "4_name"'],
    [1.5, '"migrations.appliedThrough" must be the name or the number of a migration'],
  ])("2: %s", async (value, message) => {
    const { status, stdout, stderr } = await through(value);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("says nothing to the schema", async () => {
    const dir = made.folder();
    write(dir, { ...files, "uniqlint.config.json": '{ "migrations": { "appliedThrough": "nothing like it" } }' });
    expect(await run(dir, "schema")).toMatchObject({ status: 0, stderr: "" });
  });
});
