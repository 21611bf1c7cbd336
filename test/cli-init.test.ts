import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli as run } from "./run-cli.ts";

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-init-"));
});
afterAll(() => rmSync(base, { recursive: true }));

let count = 0;
function folder(files: Record<string, string>): string {
  const root = join(base, String((count += 1)));
  for (const [path, content] of Object.entries({ "package.json": "{}", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const migrations = { "db/migrations/1_users.sql": "-- migrate:up\nCREATE TABLE users (id int PRIMARY KEY, email text);\n-- migrate:down\nDROP TABLE users;\n" };

describe("uniqlint init", () => {
  test("writes a configuration that is valid and changes nothing", async () => {
    const root = folder({ ...migrations, "tsconfig.json": "{}" });
    const before = await run(root);
    const { status, stdout } = await run(root, "init");
    expect(status).toBe(0);
    expect(stdout).toContain("  db/migrations: SQL, 1 migration run by dbmate\n");
    expect(stdout).toContain("Wrote uniqlint.config.ts");
    expect(readFileSync(join(root, "uniqlint.config.ts"), "utf8")).toContain('appliedThrough: "db/migrations/1_users.sql"');
    expect(await run(root)).toEqual(before);
  });

  test("what it offers as comments is valid, too", async () => {
    const root = folder(migrations);
    await run(root, "init");
    const path = join(root, "uniqlint.config.mjs");
    writeFileSync(path, readFileSync(path, "utf8").replace(/^ {2}\/\/ (?=migrations: |databases: )/gm, "  "));
    expect(await run(root)).toMatchObject({ status: 0, stderr: "" });
  });

  test("speaks of the tools that are there", async () => {
    const here = { "eslint.config.ts": "", "lefthook.yml": "", ".gitlab-ci.yml": "", ...migrations };
    const { stdout } = await run(folder(here), "init");
    expect(stdout).toMatch(/In the editor\n {2}eslint\.config\.ts:/);
    expect(stdout).toMatch(/At a commit\n {2}lefthook\.yml:/);
    expect(stdout).toMatch(/In the build\n {2}\.gitlab-ci\.yml:/);
  });

  test("never writes over a configuration, nor for nothing", async () => {
    const root = folder({ ...migrations, "package.json": '{ "uniqlint": {} }' });
    expect(await run(root, "init")).toMatchObject({ status: 2, stderr: expect.stringContaining("there is a configuration already: package.json") as string });
    const empty = folder({});
    expect(await run(empty, "init")).toMatchObject({ status: 2, stderr: expect.stringContaining("no schema and no migrations were found") as string });
    expect(existsSync(join(empty, "uniqlint.config.mjs"))).toBe(false);
  });
});
