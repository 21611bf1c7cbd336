import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ESLint } from "eslint";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type plugin from "../src/eslint/plugin.ts";

/** The compiled plugin in the real ESLint, in a project of its own: `npm test` builds first. */
const repository = join(import.meta.dirname, "..");
let root = "";

const sql = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n";
const build = "CREATE UNIQUE INDEX users_email_key ON users (email);\n";

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "uniqlint-eslint-")));
  cpSync(join(repository, "fixtures/incidents/tenant-reference/before"), root, { recursive: true });
  mkdirSync(join(root, "node_modules"));
  symlinkSync(repository, join(root, "node_modules/uniqlint"));
  mkdirSync(join(root, "node_modules/@eslint"));
  for (const name of ["eslint", "eslint-9", "typescript-eslint", "@eslint/js"]) symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
  mkdirSync(join(root, "other/migrations"), { recursive: true });
  writeFileSync(join(root, "other/migrations/1_users.sql"), sql);
  writeFileSync(join(root, "other/migrations/2_email.sql"), `-- Precheck: no duplicate emails were found.\n${build}`);
  writeFileSync(
    join(root, "eslint.config.mjs"),
    `import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import uniqlint from "uniqlint/eslint";
export default defineConfig({ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, { plugins: { uniqlint }, extends: ["uniqlint/recommended"] });\n`,
  );
  writeFileSync(join(root, "other/schema.prisma"), "model User {\n  id Int @id\n}\n");
  writeFileSync(
    join(root, "all.config.mjs"),
    `import js from "@eslint/js";
import tseslint from "typescript-eslint";
import uniqlint from "uniqlint/eslint";
import { defineConfig } from "eslint/config";
export default defineConfig(js.configs.all, tseslint.configs.all, { languageOptions: { parserOptions: { projectService: true } } }, { plugins: { uniqlint }, extends: ["uniqlint/recommended"] });\n`,
  );
  writeFileSync(
    join(root, "common.config.cjs"),
    `const tseslint = require("typescript-eslint");
const uniqlint = require("uniqlint/eslint");
module.exports = [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, ...uniqlint.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: "error" } }];\n`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Message = { ruleId: string | null; line: number; column: number; severity: number; message: string };

function eslint(version: "eslint" | "eslint-9", args: string[], input = ""): { status: number | null; stderr: string; messages: Message[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules", version, "bin/eslint.js"), "--format", "json", ...args], { cwd: root, input, encoding: "utf8" });
  const results = stdout === "" ? [] : (JSON.parse(stdout) as { messages: Message[] }[]);
  return { status, stderr, messages: results.flatMap(({ messages }) => messages) };
}

const rulesOf = (messages: Message[]): string[] => messages.map(({ ruleId, line, column }) => `${line}:${column} ${ruleId}`);

const tenants = [
  "19:32 uniqlint/no-unbacked-unique-claim",
  "27:29 uniqlint/no-check-then-insert",
  "30:5 uniqlint/no-unreachable-conflict-handler",
  "31:35 uniqlint/no-unknown-constraint-name",
];

describe.each(["eslint", "eslint-9"] as const)("%s on the command line", (version) => {
  test("finds what the command line finds, from an ES module and from CommonJS", () => {
    const { status, stderr, messages } = eslint(version, ["src/lib/tenants.ts"]);
    expect([rulesOf(messages), status, stderr]).toEqual([tenants, 1, ""]);
    expect(eslint(version, ["-c", "common.config.cjs", "src/lib/tenants.ts"])).toMatchObject({ messages, stderr: "" });
  });

  test("lints what stands on its standard input in the file's place", () => {
    const text = readFileSync(join(root, "src/lib/tenants.ts"), "utf8");
    const { messages } = eslint(version, ["--stdin", "--stdin-filename", "src/lib/tenants.ts"], `\n\n${text}`);
    expect(rulesOf(messages)).toEqual(tenants.map((each) => each.replace(/^\d+/, (line) => String(Number(line) + 2))));
  });

  test("lints SQL and Prisma schemas where all rules of JavaScript and TypeScript are on for every file, as they are without `files`", () => {
    // Findings have their usual places, and nothing of other rules stands beside them.
    const { status, stderr, messages } = eslint(version, ["-c", "all.config.mjs", "other/migrations/2_email.sql", "other/schema.prisma"]);
    expect([rulesOf(messages), status, stderr]).toEqual([["2:1 uniqlint/require-concurrent-unique-index"], 1, ""]);
  }, 180_000);

  test("lints SQL, with ESLint's own comments and with uniqlint's", () => {
    const lint = (text: string): Message[] => eslint(version, ["-c", "common.config.cjs", "--stdin", "--stdin-filename", "other/migrations/2_email.sql"], text).messages;
    const checked = "-- Precheck: no duplicate emails were found.\n";
    expect(rulesOf(lint(checked + build))).toContain("2:1 uniqlint/require-concurrent-unique-index");
    expect(rulesOf(lint(`${checked}-- eslint-disable-next-line uniqlint/require-concurrent-unique-index -- the table is small\n${build}`))).not.toContain("3:1 uniqlint/require-concurrent-unique-index");
    expect(rulesOf(lint(`${checked}-- uniqlint-disable-next-line require-concurrent-unique-index -- the table is small\n${build}`))).not.toContain("3:1 uniqlint/require-concurrent-unique-index");
    const [unused] = lint("-- eslint-disable-next-line uniqlint/no-redundant-index\nSELECT 1;\n");
    expect(unused).toMatchObject({ ruleId: null, line: 1, severity: 2 });
    expect(unused?.message).toContain("Unused eslint-disable directive");
  });
});

/** One process, as in an editor. */
describe("ESLint's Node API with the default parser", () => {
  const migration = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n";
  const code = 'const { Pool } = require("pg");\nconst pool = new Pool();\nexports.save = (email) => pool.query("INSERT INTO users (id, email) VALUES (1, $1) ON CONFLICT (email) DO NOTHING", [email]);\n';
  const schema = (above: string): string => `datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n  teamId Int\n  email String\n\n  @@unique([teamId, email])\n${above}  @@index([teamId])\n}\n`;

  /** `lint`: a file of a new project, with a text of its own or as it is on the disk. */
  async function makeLinter(name: string, files: Record<string, string>) {
    const folder = join(root, name);
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const [path, text] of Object.entries(files)) write(path, text);
    const { default: uniqlint } = (await import(pathToFileURL(join(repository, "dist/src/eslint/plugin.js")).href)) as { default: typeof plugin };
    const more = [{ files: ["**/*.js"], languageOptions: { sourceType: "commonjs" as const } }, { linterOptions: { reportUnusedDisableDirectives: "error" as const } }];
    const linter = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: [...uniqlint.configs.recommended, ...more] });
    const lint = async (path: string, text: string | null = null): Promise<Message[]> => {
      const results = text === null ? await linter.lintFiles([path]) : await linter.lintText(text, { filePath: join(folder, path) });
      return results.flatMap(({ messages }) => messages);
    };
    return { folder, write, lint };
  }

  test("a migration that comes and goes on the disk is seen within a second or two", async () => {
    const { folder, write, lint } = await makeLinter("plain", { "package.json": '{ "dependencies": { "pg": "8.16.0" } }', "db/migrations/1_users.sql": migration, "src/save.js": code });
    const unmatched = ["3:96 uniqlint/no-unmatched-conflict-target"];
    expect(rulesOf(await lint("src/save.js"))).toEqual(unmatched);
    write("db/migrations/2_email.sql", "-- Precheck: no duplicate emails were found.\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\n");
    await vi.waitFor(async () => expect(rulesOf(await lint("src/save.js"))).toEqual([]), { timeout: 5000, interval: 100 });
    write("db/migrations/2_email.sql", "-- Precheck: no duplicate ids were found.\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (id, email);\n");
    await vi.waitFor(async () => expect(rulesOf(await lint("src/save.js"))).toEqual(unmatched), { timeout: 5000, interval: 100 });
    rmSync(join(folder, "db/migrations/1_users.sql"));
    rmSync(join(folder, "db/migrations/2_email.sql"));
    await vi.waitFor(async () => expect(rulesOf(await lint("src/save.js"))).toEqual([]), { timeout: 5000, interval: 100 });
  });

  test("a Prisma schema, with ESLint's comments and its report of unused ones", async () => {
    const path = "prisma/schema.prisma";
    const { lint } = await makeLinter("prisma", { "package.json": '{ "dependencies": { "@prisma/client": "6.10.0" } }', [path]: schema("") });
    expect(rulesOf(await lint(path))).toEqual(["11:3 uniqlint/no-redundant-index"]);
    expect(await lint(path, schema("  // eslint-disable-next-line uniqlint/no-redundant-index -- the other one is to go\n"))).toEqual([]);
    const unused = await lint(path, schema("  // eslint-disable-next-line uniqlint/no-schema-drift\n"));
    expect(rulesOf(unused)).toEqual(["11:3 null", "12:3 uniqlint/no-redundant-index"]);
    expect(unused[0]?.message).toBe("Unused eslint-disable directive (no problems were reported from 'uniqlint/no-schema-drift').");
  });
});

test("the plugin's own thread needs ESLint's kit and synckit, and no parser", () => {
  const text = readFileSync(join(repository, "dist/src/eslint/plugin.cjs"), "utf8");
  const required = [...text.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
  expect(required.filter((name) => !name.startsWith("node:")).sort()).toEqual(["@eslint/plugin-kit", "synckit"]);
});
