import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNode } from "./node-releases.ts";

/** The package as it is published, made of what `npm test` has built. */
const own = resolve(import.meta.dirname, "..");
const bin = (name: string): string => join(own, "node_modules/.bin", name);
let base = "";
let tarball = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "uniqlint-pack-"));
  const { stdout } = run(own, "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", base]);
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  tarball = join(base, packed?.filename ?? "");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(cwd: string, command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", npm_config_update_notifier: "false" }, maxBuffer: 1 << 26 });
  return { status, stdout, stderr, text: stdout + stderr };
}

describe("the package", () => {
  test("publint finds nothing", () => {
    expect(run(base, bin("publint"), [tarball, "--strict"])).toMatchObject({ status: 0, text: expect.stringContaining("All good!") as string });
  });

  test("its types resolve: the plugin from ESM and CommonJS, the library, which is ESM, from both as Node 20.19 requires it", () => {
    expect(run(base, bin("attw"), [tarball, "--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"])).toMatchObject({ status: 0 });
  });

  test("holds what its exports, its program and its pages name, and nothing of the tests", () => {
    const files = run(base, "tar", ["tzf", tarball]).stdout.split("\n").map((path) => path.replace(/^package\//, ""));
    for (const path of ["dist/src/cli/main.js", "dist/src/index.d.ts", "config.schema.json", "rules/no-schema-drift.md", "docs/configuration.md", "LICENSE"]) expect(files).toContain(path);
    expect(files.filter((path) => /^(?:src|test|fixtures|bench|scripts)\/|\.map$/.test(path))).toEqual([]);
  });
});

describe("installed in an empty project", () => {
  let project = "";
  beforeAll(() => {
    project = join(base, "project");
    mkdirSync(project);
    cpSync(join(own, "fixtures/incidents/tenant-reference/before"), project, { recursive: true });
    writeFileSync(join(project, "package.json"), '{ "private": true, "dependencies": { "drizzle-orm": "0.41.0" } }');
    const installed = run(project, "npm", ["install", "--no-save", "--prefer-offline", "--omit=dev", "--no-package-lock", tarball]);
    expect([installed.status, installed.text]).toEqual([0, expect.any(String)]);
    symlinkSync(join(own, "node_modules/typescript-eslint"), join(project, "node_modules/typescript-eslint"));
  }, 240_000);

  test("the program runs", () => {
    const version = (JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as { version: string }).version;
    expect(run(project, "npx", ["uniqlint", "--version"]).stdout.trim()).toBe(version);
    expect(run(project, "npx", ["uniqlint", "--quiet"])).toMatchObject({ status: 1, stdout: expect.stringContaining("no-check-then-insert") as string });
  });

  test("the library is there for import and for require", () => {
    const lint = ".lintProject({ root: process.cwd() }).then(({ summary }) => console.log(summary.errors))";
    const imported = run(project, process.execPath, ["--input-type=module", "-e", `import * as u from "uniqlint"; u${lint}`]);
    const required = run(project, process.execPath, ["--no-warnings", "-e", `require("uniqlint")${lint}`]);
    expect([imported.text, required.text]).toEqual(["3\n", "3\n"]);
  });

  type Configuration = [name: string, file: string, head: string, eslint: string];
  const configurations: Configuration[] = [
    ["ESM", "eslint.config.mjs", 'import tseslint from "typescript-eslint";\nimport uniqlint from "uniqlint/eslint";\nexport default', "eslint"],
    ["CommonJS", "eslint.config.cjs", 'const tseslint = require("typescript-eslint");\nconst uniqlint = require("uniqlint/eslint");\nmodule.exports =', "eslint-9"],
  ];

  function lintWithPlugin(node: string, [, file, head, eslint]: Configuration): string {
    writeFileSync(join(project, file), `${head} [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, ...[uniqlint.configs.recommended].flat()];\n`);
    const { text } = run(project, node, [join(own, "node_modules", eslint, "bin/eslint.js"), "--config", file, "src"]);
    rmSync(join(project, file));
    return text;
  }

  test.each(configurations)("the ESLint plugin works from a configuration in %s", (...configuration) => {
    expect(lintWithPlugin(process.execPath, configuration)).toContain("uniqlint/no-check-then-insert");
  });

  // The lowest that package.json allows, and the newest of each line that is maintained.
  describe.each(["20.19.0", "22", "24"])("on Node %s", (version) => {
    let node: string | null = null;
    beforeAll(() => {
      node = findNode(version);
      if (node === null) console.warn(`Node ${version} cannot be had from the npm registry: what would be tried on it is skipped`);
    }, 240_000);

    test("the program, the library and the ESLint plugin work", { timeout: 240_000 }, ({ skip }) => {
      if (node === null) return skip(`no Node ${version}`);
      expect(run(project, node, ["--version"]).stdout).toMatch(new RegExp(`^v${version.replaceAll(".", "\\.")}`));
      const linted = run(project, node, ["node_modules/uniqlint/dist/src/cli/main.js", "--quiet", "--format", "json"]);
      expect([linted.status, linted.stderr]).toEqual([1, ""]);
      expect(run(project, node, ["--input-type=module", "-e", 'import { lintProject } from "uniqlint"; console.log(typeof lintProject)']).text).toBe("function\n");
      expect(run(project, node, ["--no-warnings", "-e", 'console.log(typeof require("uniqlint").lintProject)']).text).toBe("function\n");
      for (const configuration of configurations) {
        const text = lintWithPlugin(node, configuration);
        expect(text).toContain("uniqlint/no-check-then-insert");
        expect(text).not.toContain("Warning");
      }
    });
  });
});
