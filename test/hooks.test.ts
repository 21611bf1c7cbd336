import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openGitFolder } from "./git-folder.ts";

/** Hooks as people install them, in real repositories, with the compiled program (`npm test` builds first). */
const own = resolve(import.meta.dirname, "..");
const made = openGitFolder("hooks");
const { write } = made;
afterAll(made.remove);

const schema = { "migrations/1_users.sql": "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n", "package.json": '{ "name": "a", "type": "module" }\n', ".gitignore": "node_modules\n" };
const upsert = (target: string): string =>
  `import { Pool } from "pg";\nconst pool = new Pool();\nexport async function save(value: string) {\n  await pool.query("INSERT INTO users (id, email) VALUES (1, $1) ON CONFLICT (${target}) DO UPDATE SET email = excluded.email", [value]);\n}\n`;

/** A repository in which `npx uniqlint` is this one. */
function repository(more: Record<string, string> = {}): string {
  const dir = made.repository({ ...schema, ...more });
  install(dir);
  return dir;
}

function install(dir: string): void {
  mkdirSync(join(dir, "node_modules/.bin"), { recursive: true });
  script(dir, "node_modules/.bin/uniqlint", `exec "${process.execPath}" "${join(own, "dist/src/cli/main.js")}" "$@"`);
  for (const tool of ["husky", "lint-staged", "simple-git-hooks"]) symlinkSync(join(own, "node_modules", tool), join(dir, "node_modules", tool));
  symlinkSync(join(own, "node_modules/lint-staged/bin/lint-staged.js"), join(dir, "node_modules/.bin/lint-staged"));
}

function script(dir: string, path: string, line: string): void {
  mkdirSync(resolve(dir, path, ".."), { recursive: true });
  writeFileSync(join(dir, path), `#!/bin/sh\n${line}\n`);
  chmodSync(join(dir, path), 0o755);
}

function run(dir: string, command: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: dir, env: { ...made.env, npm_config_update_notifier: "false", ...env }, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

/** The hook blocks a bad commit and lets a good one through, and judges what is staged. */
function expectGuarded(dir: string): void {
  const commit = () => run(dir, "git", ["commit", "-m", "m"]);
  write(dir, { "src/save.ts": upsert("email") });
  run(dir, "git", ["add", "src"]);
  // Repaired on the disk, but not in what is committed.
  write(dir, { "src/save.ts": upsert("id") });
  const bad = commit();
  expect(bad.text).toContain("src/save.ts:4:");
  expect(bad.text).toContain("no-unmatched-conflict-target");
  expect([bad.status === 0, run(dir, "git", ["log", "--oneline"]).text.trim().split("\n")]).toEqual([false, [expect.any(String)]]);
  run(dir, "git", ["add", "src"]);
  const good = commit();
  expect([good.status, good.text]).toEqual([0, expect.not.stringContaining("no-unmatched-conflict-target")]);
}

describe("a bad commit is stopped, a good one is not", () => {
  test("by a plain hook", () => {
    const dir = repository();
    script(dir, ".git/hooks/pre-commit", "npx uniqlint --staged");
    expectGuarded(dir);
  });

  test("by husky", () => {
    const dir = repository({ ".husky/pre-commit": "npx uniqlint --staged\n" });
    expect(run(dir, process.execPath, ["node_modules/husky/bin.js"])).toMatchObject({ status: 0 });
    expectGuarded(dir);
  });

  test("by simple-git-hooks", () => {
    const dir = repository({ "package.json": '{ "name": "a", "type": "module", "simple-git-hooks": { "pre-commit": "npx uniqlint --staged" } }' });
    expect(run(dir, process.execPath, ["node_modules/simple-git-hooks/cli.js"])).toMatchObject({ status: 0 });
    expectGuarded(dir);
  });

  test("by lint-staged", () => {
    const dir = repository({ "lint-staged.config.mjs": 'export default { "*.{sql,ts}": () => "uniqlint --staged" };\n' });
    script(dir, ".git/hooks/pre-commit", "npx lint-staged");
    expectGuarded(dir);
  });

  test("a migration that the commit adds", () => {
    const dir = repository();
    script(dir, ".git/hooks/pre-commit", "npx uniqlint --staged");
    write(dir, { "migrations/2_email.sql": "CREATE UNIQUE INDEX users_email_key ON users (email);\n" });
    run(dir, "git", ["add", "."]);
    expect(run(dir, "git", ["commit", "-m", "m"])).toMatchObject({ status: 1, text: expect.stringContaining("require-concurrent-unique-index") as string });
  });
});

test(".pre-commit-hooks.yaml names a hook that the program has", () => {
  const [hook] = parse(readFileSync(join(own, ".pre-commit-hooks.yaml"), "utf8")) as unknown[];
  expect(hook).toMatchObject({ id: "uniqlint", entry: "npx uniqlint --staged", language: "system", pass_filenames: false, always_run: true });
});

/** Not from npm, so only where it is: Debian's package is called pre-commit. */
const hasPreCommit = spawnSync("pre-commit", ["--version"]).status === 0;
describe.skipIf(!hasPreCommit)("pre-commit's own runner", () => {
  const recipe = /\*\*pre-commit\*\*[^]*?```yaml\n([^]*?)```/.exec(readFileSync(join(own, "docs/hooks.md"), "utf8"))?.[1] ?? "";

  test("stops a bad commit with the hook of this repository", () => {
    const hooks = made.repository({ ".pre-commit-hooks.yaml": readFileSync(join(own, ".pre-commit-hooks.yaml"), "utf8") });
    const rev = run(hooks, "git", ["rev-parse", "HEAD"]).text.trim();
    const dir = repository({ ".pre-commit-config.yaml": `repos:\n  - repo: ${hooks}\n    rev: ${rev}\n    hooks:\n      - id: uniqlint\n` });
    write(dir, { "src/save.ts": upsert("email") });
    run(dir, "git", ["add", "src"]);
    const env = { PRE_COMMIT_HOME: join(dir, "node_modules/.pre-commit") };
    expect(run(dir, "pre-commit", ["run"], env)).toMatchObject({ status: 1, text: expect.stringContaining("no-unmatched-conflict-target") as string });
  });

  test("stops a bad commit with the recipe of docs/hooks.md, and one that only deletes the migration which code counts on", () => {
    const dir = repository({ ".pre-commit-config.yaml": recipe });
    expect(run(dir, "pre-commit", ["install"])).toMatchObject({ status: 0 });
    expectGuarded(dir);
    write(dir, { "migrations/2_email.sql": "CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\n", "src/mail.ts": upsert("email") });
    run(dir, "git", ["add", "."]);
    run(dir, "git", ["commit", "--no-verify", "-m", "m"]);
    run(dir, "git", ["rm", "-q", "migrations/2_email.sql"]);
    expect(run(dir, "git", ["commit", "-m", "m"])).toMatchObject({ status: 1, text: expect.stringContaining("no-unmatched-conflict-target") as string });
  });
});

describe("action.yml", () => {
  const action = parse(readFileSync(join(own, "action.yml"), "utf8")) as { inputs: Record<string, unknown>; runs: { using: string; steps: { run: string; env: Record<string, string> }[] } };
  const [step] = action.runs.steps;

  /** Runs the step as the runner would: inputs through their variables. `gh` notes what it is asked. */
  function runStep(dir: string, variables: Record<string, string>) {
    script(dir, "bin/gh", `echo "$@" >> gh.log; cat "$5" >> gh.log`);
    const env = { GITHUB_ACTIONS: "true", GITHUB_ACTION_PATH: own, GITHUB_WORKSPACE: dir, GITHUB_STEP_SUMMARY: join(dir, "summary.md"), PATH: `${join(dir, "bin")}:${process.env["PATH"] ?? ""}`, ...variables };
    return run(dir, "bash", ["-c", step?.run ?? "exit 99"], env);
  }

  test("every input reaches the script, and nothing else", () => {
    const used = Object.values(step?.env ?? {}).flatMap((value) => [...value.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name ?? ""));
    expect([...used, "working-directory"].sort()).toEqual(Object.keys(action.inputs).sort());
    const read = new Set([...readFileSync(join(own, "scripts/action.sh"), "utf8").matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name));
    expect(Object.keys(step?.env ?? {}).filter((name) => name !== "GH_TOKEN" && !read.has(name))).toEqual([]);
  });

  test("a pull request: annotations, a summary, SARIF, a comment, and the exit code", () => {
    const dir = repository();
    run(dir, "git", ["update-ref", "refs/remotes/origin/main", "HEAD"]);
    write(dir, { "src/save.ts": upsert("email") });
    const { status, text } = runStep(dir, { GITHUB_BASE_REF: "main", UNIQLINT_SARIF: "out.sarif", UNIQLINT_COMMENT: "true", PULL_REQUEST: "7" });
    expect(status).toBe(1);
    expect(text).toMatch(/^::error file=src\/save\.ts,line=4,/m);
    expect(readFileSync(join(dir, "summary.md"), "utf8")).toContain("no-unmatched-conflict-target");
    expect(JSON.parse(readFileSync(join(dir, "out.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(readFileSync(join(dir, "gh.log"), "utf8")).toMatch(/^pr comment 7 --body-file \S+ --edit-last --create-if-none\n<!-- uniqlint -->/);
  });

  test("what the base branch had is silent; a push looks at everything, with the options given", () => {
    const dir = repository({ "src/save.ts": upsert("email") });
    run(dir, "git", ["update-ref", "refs/remotes/origin/main", "HEAD"]);
    expect(runStep(dir, { GITHUB_BASE_REF: "main" })).toMatchObject({ status: 0 });
    expect(runStep(dir, { UNIQLINT_ARGS: "--preset strict src" })).toMatchObject({ status: 1 });
    expect(existsSync(join(dir, "gh.log"))).toBe(false);
  });

  test("a job that could not be done fails as such, without a comment", () => {
    const dir = repository();
    expect(runStep(dir, { UNIQLINT_SINCE: "nowhere", UNIQLINT_COMMENT: "true", PULL_REQUEST: "7" })).toMatchObject({ status: 2, text: expect.stringContaining("nowhere") as string });
    expect(existsSync(join(dir, "gh.log"))).toBe(false);
  });
});
