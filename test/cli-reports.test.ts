import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runCli as run } from "./run-cli.ts";

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-reports-"));
});
afterAll(() => rmSync(base, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

let count = 0;
function folder(files: Record<string, string>): string {
  const root = join(base, String((count += 1)));
  for (const [path, content] of Object.entries(files)) write(root, path, content);
  return root;
}

function write(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const read = (root: string, path: string) => readFileSync(join(root, path), "utf8");
const create = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, phone text NOT NULL);\n";
const build = (column: string) => `CREATE UNIQUE INDEX users_${column}_key ON users (${column}); -- Precheck: no duplicates.\n`;
const project = { "migrations/1_users.sql": create, "migrations/2_email.sql": build("email") };
/** What the project's finding looks like in the pretty report. */
const finding = "migrations/2_email.sql:1:1  error  require-concurrent-unique-index";

describe("reports", () => {
  test("one run writes as many reports as are wanted", async () => {
    const root = folder(project);
    const { status, stdout } = await run(root, "--report", "sarif=out.sarif", "--report", "junit=a=b.xml");
    expect(status).toBe(1);
    expect(stdout).toContain(finding);
    expect(JSON.parse(read(root, "out.sarif"))).toMatchObject({ version: "2.1.0", runs: [{ results: [{ ruleId: "require-concurrent-unique-index" }] }] });
    expect(read(root, "a=b.xml")).toContain("<testsuites");
  });

  test("their folders are made; where that cannot be, nothing was done", async () => {
    const root = folder(project);
    expect((await run(root, "--output", "reports/a/log.txt", "--report", "gitlab=reports/b/ü.json")).status).toBe(1);
    expect(read(root, "reports/a/log.txt")).toContain(finding);
    expect(JSON.parse(read(root, "reports/b/ü.json"))).toHaveLength(1);
    for (const way of [["--output", "migrations"], ["--report", "json=migrations/1_users.sql/x.json"]]) {
      expect(await run(root, ...way)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/^uniqlint: cannot write migrations/m) as string });
    }
  });

  test("on GitHub the log holds annotations, with paths from the repository", async () => {
    const root = folder(Object.fromEntries(Object.entries(project).map(([path, text]) => [`api/${path}`, text])));
    vi.stubEnv("GITHUB_ACTIONS", "true");
    vi.stubEnv("GITHUB_WORKSPACE", root);
    const { stdout } = await run(join(root, "api"));
    expect(stdout).toMatch(/^::error file=api\/migrations\/2_email\.sql,line=1,/);
    expect((await run(join(root, "api"), "--format", "pretty")).stdout).toContain(finding);
  });

  test("links lead to the commit that is built", async () => {
    for (const [name, value] of Object.entries({ GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "o/r", GITHUB_SHA: "abc" })) vi.stubEnv(name, value);
    expect((await run(folder(project), "--format", "markdown")).stdout).toContain("(https://github.example/o/r/blob/abc/migrations/2_email.sql#L1)");
  });
});

describe("baseline", () => {
  test("known findings are silent, wherever their lines move; new ones are not", async () => {
    const root = folder(project);
    const first = await run(root, "--baseline", "known.json", "--update-baseline");
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining("known.json: 1 finding, 1 of them new, and 0 entries removed")]);
    expect(JSON.parse(read(root, "known.json"))).toMatchObject({ version: 1, findings: [{ rule: "require-concurrent-unique-index", file: "migrations/2_email.sql" }] });
    write(root, "migrations/2_email.sql", `SELECT 1;\n\n\n${build("email")}`);
    const moved = await run(root, "--baseline", "known.json");
    expect([moved.status, moved.stderr]).toEqual([0, expect.stringContaining("1 finding of the baseline is not shown")]);
    write(root, "migrations/3_phone.sql", build("phone"));
    const more = await run(root, "--baseline", "known.json");
    expect(more.status).toBe(1);
    expect(more.stdout).toContain("migrations/3_phone.sql:1:1");
    expect(more.stdout).not.toContain("2_email");
  });

  test("what is gone is told, and taken out by an update; an entry covers one finding", async () => {
    const root = folder({ ...project, "migrations/3_phone.sql": build("phone") });
    await run(root, "--baseline", "known.json", "--update-baseline");
    write(root, "migrations/3_phone.sql", "SELECT 1;");
    expect((await run(root, "--baseline", "known.json")).stderr).toContain("1 finding of the baseline is gone: --update-baseline takes it out");
    expect((await run(root, "--baseline", "known.json", "--update-baseline")).stderr).toContain("1 finding, 0 of them new, and 1 entry removed");
    expect((JSON.parse(read(root, "known.json")) as { findings: unknown[] }).findings).toHaveLength(1);
  });

  test("a run on a part keeps what is known about the rest", async () => {
    const root = folder({ ...project, "migrations/3_phone.sql": build("phone") });
    await run(root, "--baseline", "known.json", "--update-baseline");
    const part = await run(root, "migrations/3_phone.sql", "--baseline", "known.json");
    expect([part.status, part.stderr.includes("gone")]).toEqual([0, false]);
    await run(root, "migrations/3_phone.sql", "--baseline", "known.json", "--update-baseline");
    expect((JSON.parse(read(root, "known.json")) as { findings: unknown[] }).findings).toHaveLength(2);
  });

  test.each([
    ["one that is missing", null, "no such baseline: known.json (--update-baseline writes it)"],
    ["broken JSON", "{", "cannot read the baseline known.json: "],
    ["another version", '{"version": 2}', 'it must hold "version": 1'],
    ["no list", '{"version": 1, "findings": {}}', '"findings" must be a list'],
    ["no fingerprint", '{"version": 1, "findings": [{}]}', 'its 1. finding has no "fingerprint"'],
  ])("%s is an error", async (_, text, message) => {
    const root = folder({ ...project, ...(text === null ? {} : { "known.json": text }) });
    expect(await run(root, "--baseline", "known.json")).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining(message) as string });
  });
});

describe("suppressions", () => {
  const suppressed = (rest: string) => ({ "migrations/1_users.sql": create, "migrations/2_email.sql": `-- uniqlint-disable-next-line ${rest}\n${build("email")}` });

  test("one that switches nothing off is reported where that is wanted", async () => {
    const root = folder(suppressed("no-redundant-index -- small table"));
    expect((await run(root)).stdout).not.toContain("unused-suppression");
    expect((await run(root, "--report-unused-suppressions")).stdout).toContain("migrations/2_email.sql:1:1  warning  unused-suppression\n  no-redundant-index finds nothing here");
    expect((await run(folder(suppressed("no-redundent-index")), "--report-unused-suppressions")).stdout).toContain('No rule is named "no-redundent-index" (did you mean "no-redundant-index"?)');
    expect((await run(folder(suppressed("require-concurrent-unique-index")), "--report-unused-suppressions")).stdout).toContain("0 errors, 0 warnings");
  });

  test("one that gives no reason, by the configuration", async () => {
    const config = { "uniqlint.config.json": '{ "suppressions": { "withoutReason": "error" } }' };
    const { status, stdout } = await run(folder({ ...config, ...suppressed("require-concurrent-unique-index") }));
    expect([status, stdout]).toEqual([1, expect.stringContaining("error  suppression-without-reason") as string]);
    expect((await run(folder({ ...config, ...suppressed("require-concurrent-unique-index -- small table") }))).status).toBe(0);
  });

  test("one for a rule of another preset may have its use there", async () => {
    const root = folder({ ...suppressed("require-concurrent-unique-index"), "uniqlint.config.json": '{ "rules": { "require-concurrent-unique-index": "off" } }' });
    expect((await run(root, "--report-unused-suppressions")).stdout).toContain("0 errors, 0 warnings");
  });
});
