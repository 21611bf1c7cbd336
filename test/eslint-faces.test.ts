import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ESLint } from "eslint";
import { globSync } from "tinyglobby";
import tseslint from "typescript-eslint";
import { describe, expect, test, vi } from "vitest";
import { isSource } from "../src/disk/languages.ts";
import type { Answer, Request } from "../src/eslint/protocol.ts";
import uniqlint from "../src/eslint/plugin.ts";
import { lintOpenFile } from "../src/eslint/project-service.ts";
import { lintProject } from "../src/index.ts";

/** What the thread would answer: these tests run the sources, which have no compiled worker. test/eslint-real.test.ts goes through it. */
const answers = vi.hoisted(() => new Map<string, Answer[]>());
vi.mock("../src/eslint/client.ts", () => ({ ask: ({ file }: Request) => answers.get(file) }));

const fixtures = join(import.meta.dirname, "../fixtures");
const folders = globSync(["incidents/*/*/", "projects/*/", "rules/*/{bad,good}*/"], { cwd: fixtures, onlyDirectories: true }).map((folder) => folder.replace(/\/$/, "")).sort();

describe("the plugin finds in every file what the library finds in its project", () => {
  test.each(folders)("%s", async (folder) => {
    const root = join(fixtures, folder);
    expect(await throughPlugin(root)).toEqual(await throughLibrary(root));
  });
});

async function throughLibrary(root: string): Promise<string[]> {
  try {
    const { findings } = await lintProject({ root });
    return findings.map(({ rule, file, line, column, endLine, endColumn, message }) => `${file}:${line}:${column}-${endLine}:${endColumn} ${rule} ${message}`);
  } catch (error) {
    // A folder without a database is nothing to lint for the command line, and nothing to say for an editor.
    expect(String(error)).toMatch(/nothing to|no schema|no table/);
    return [];
  }
}

async function throughPlugin(root: string): Promise<string[]> {
  const settings = { uniqlint: { root } };
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: [{ files: ["**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}"], languageOptions: { parser: tseslint.parser } }, ...uniqlint.configs.recommended, { settings }],
  });
  const found: string[] = [];
  for (const path of globSync("**/*", { cwd: root }).map((path) => path.replaceAll("\\", "/")).filter(isSource).sort()) {
    const file = join(root, path);
    if (!existsSync(file)) continue;
    answers.set(file, await lintOpenFile({ cwd: root, file, text: readFileSync(file, "utf8"), settings: settings.uniqlint }));
    const [result] = await eslint.lintFiles([file]);
    for (const { ruleId, line, column, endLine, endColumn, message } of result?.messages ?? []) {
      found.push(`${path}:${line}:${column}-${endLine}:${endColumn} ${(ruleId ?? "").replace("uniqlint/", "")} ${message}`);
    }
  }
  return found;
}
