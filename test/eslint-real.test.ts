import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

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
  for (const name of ["eslint", "eslint-9", "typescript-eslint"]) symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
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
  writeFileSync(
    join(root, "common.config.cjs"),
    `const tseslint = require("typescript-eslint");
const uniqlint = require("uniqlint/eslint");
module.exports = [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, ...uniqlint.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: "error" } }];\n`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Message = { ruleId: string | null; line: number; column: number; severity: number; message: string; suggestions?: { desc: string }[] };

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

test("the plugin's own thread needs ESLint's kit and synckit, and no parser", () => {
  const text = readFileSync(join(repository, "dist/src/eslint/plugin.cjs"), "utf8");
  const required = [...text.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
  expect(required.filter((name) => !name.startsWith("node:")).sort()).toEqual(["@eslint/plugin-kit", "synckit"]);
});
