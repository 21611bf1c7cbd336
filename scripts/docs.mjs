// Writes what follows from the rules and their fixtures: rules/index.ts, what the ESLint plugin says of them, rules/<rule>.md and the README's table.
// `npm run docs` builds first, for it runs on dist. `--check` writes nothing and fails when a file is stale.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const checkOnly = process.argv.includes("--check");
const stale = [];

const FENCES = { ts: "ts", tsx: "tsx", js: "js", mjs: "js", sql: "sql", prisma: "prisma" };

const TITLES = {
  assumed: "Keys that code assumes",
  migrations: "Keys that migrations build",
  inserts: "Inserts that can conflict",
};

const names = readdirSync(join(root, "rules"))
  .filter((file) => file.endsWith(".ts") && file !== "index.ts")
  .map((file) => file.slice(0, -".ts".length))
  .sort();

write("rules/index.ts", renderIndex(names));
// Only now: what follows runs on dist, which a stale index may keep from being built.
const { lintFolder } = await import("./lint-folder.mjs");
const rules = await Promise.all(names.map(loadRule));
write("src/eslint/rule-list.ts", renderList(rules));
for (const rule of rules) write(`rules/${rule.name}.md`, renderPage(rule));
const readme = readFileSync(join(root, "README.md"), "utf8");
write("README.md", insert(insert(readme, "rules", renderTable(rules)), "example", renderExample()));
const { configJsonSchema } = await import("../dist/src/disk/config-json-schema.js");
const { options } = await import("../dist/src/disk/config-options.js");
write("config.schema.json", `${JSON.stringify(configJsonSchema(rules), null, 2)}\n`);
const configuration = readFileSync(join(root, "docs/configuration.md"), "utf8");
write("docs/configuration.md", insert(configuration, "options", renderOptions(options)));

if (stale.length > 0) {
  console.error(`${stale.join(", ")}: not up to date, run "npm run docs"`);
  process.exitCode = 1;
}

async function loadRule(name) {
  const module = await import(`../dist/rules/${name}.js`);
  const rule = module[exportName(name)];
  if (rule?.name !== name) throw new Error(`rules/${name}.ts must export a rule named ${name} as ${exportName(name)}`);
  return rule;
}

function exportName(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

function renderIndex(rules) {
  return [
    "// Written by scripts/docs.mjs from the files of this folder.",
    'import type { Rule } from "../src/model/rule.ts";',
    ...rules.map((name) => `import { ${exportName(name)} } from "./${name}.ts";`),
    "",
    "/** Every rule, by name. */",
    "export const rules: Rule[] = [",
    ...rules.map((name) => `  ${exportName(name)},`),
    "];",
    "",
  ].join("\n");
}

/** The rules as data: whoever only wants to know of them need not load what they import. */
function renderList(rules) {
  const lines = rules.map(({ name, family, summary, severity, preset, edits = [] }) => `  ${JSON.stringify({ name, family, summary, severity, preset, edits }).replace(/"(\w+)":/g, " $1: ").replaceAll(",  ", ", ").replace(/\}$/, " }")},`);
  return [
    "// Written by scripts/docs.mjs from the rules.",
    'import type { Rule } from "../model/rule.ts";',
    "",
    'export type RuleInfo = Required<Pick<Rule, "name" | "family" | "summary" | "severity" | "preset" | "edits">>;',
    "",
    "/** Every rule, by name. */",
    "export const ruleList: RuleInfo[] = [",
    ...lines,
    "];",
    "",
  ].join("\n");
}

function renderPage(rule) {
  const bad = simplestFixture(rule.name, "bad");
  const good = simplestFixture(rule.name, "good");
  return [
    "<!-- Written by scripts/docs.mjs from the rule and its fixtures. -->",
    `# ${rule.name}`,
    `${rule.summary}.`,
    ["| Family | Severity | Preset |", "| --- | --- | --- |", `| ${rule.family} | ${rule.severity} | ${rule.preset} |`].join("\n"),
    "## Why",
    rule.why,
    "## What to do",
    rule.fix,
    ...(bad === null ? [] : ["## What it finds", ...renderFiles(bad), "uniqlint says:", renderFindings(bad, rule)]),
    ...(good === null ? [] : ["## What it accepts", ...renderFiles(good)]),
    "## What PostgreSQL answers",
    "Every prompt is a connection of its own to PostgreSQL 18; the tests type all of this and compare the answers.",
    ...renderTranscripts(rule.name, "bad"),
    "After the fix:",
    ...renderTranscripts(rule.name, "good"),
  ].join("\n\n") + "\n";
}

/** The one named just `bad` (or `good`), else the one with the least text, TypeScript before SQL; null: there is none. */
function simplestFixture(rule, kind) {
  const folder = join(root, "fixtures/rules", rule);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(kind)).sort() : [];
  if (names.includes(kind)) return join(folder, kind);
  const shown = names.map((name) => ({ name, text: renderFiles(join(folder, name)).join("") }));
  const isCode = ({ text }) => Number(text.includes(`\`\`\`${FENCES.ts}\n`));
  const [first] = shown.sort((a, b) => isCode(b) - isCode(a) || a.text.length - b.text.length);
  return first === undefined ? null : join(folder, first.name);
}

/** The files that a reader needs to see; what only sets up the project is left out. */
function renderFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => FENCES[path.split(".").at(-1)] !== undefined && !/\.config\.\w+$/.test(path))
    .sort()
    .flatMap((path) => [`\`${path}\``, fence(FENCES[path.split(".").at(-1)], readFileSync(join(folder, path), "utf8"))]);
}

function renderFindings(folder, rule) {
  const findings = lintFolder(folder, rule);
  return fence("text", findings.map(({ file, line, column, severity, message }) => `${file}:${line}:${column} ${severity}: ${message}`).join("\n"));
}

/** What test/proofs.test.ts has the server say, the plain `bad.txt` (or `good.txt`) first. */
function renderTranscripts(rule, kind) {
  const folder = join(root, "fixtures/rules", rule, "proof");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(kind) && name.endsWith(".txt")) : [];
  const plain = `${kind}.txt`;
  return names
    .sort((a, b) => Number(b === plain) - Number(a === plain) || (a < b ? -1 : 1))
    .map((name) => fence("text", readFileSync(join(folder, name), "utf8")));
}

function fence(language, text) {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

function renderTable(rules) {
  const families = Object.entries(TITLES).map(([family, title]) => {
    const rows = rules
      .filter((rule) => rule.family === family)
      .map((rule) => `| [${rule.name}](rules/${rule.name}.md) | ${rule.summary} | ${rule.severity} | ${rule.preset} |`);
    return rows.length === 0 ? null : [`| ${title} | | Severity | Preset |`, "| --- | --- | --- | --- |", ...rows].join("\n");
  });
  return families.filter((table) => table !== null).join("\n\n");
}

/** Two findings of an incident, as the command line prints them. */
function renderExample() {
  const cwd = join(root, "fixtures/incidents/tenant-reference/before");
  const { stdout } = spawnSync(process.execPath, [join(root, "dist/src/cli/main.js"), "--no-color"], { cwd, encoding: "utf8" });
  const findings = stdout.split(/\n\n(?=\S)/).filter((text) => /^.* {2}(no-check-then-insert|no-unknown-constraint-name)\n/.test(text));
  if (findings.length !== 2) throw new Error(`the README's example gives ${findings.length} findings, not 2`);
  return fence("text", findings.join("\n\n"));
}

/** The options of the configuration, those within others by their path. */
function renderOptions(all, path = "") {
  const rows = (options, within) =>
    Object.entries(options).flatMap(([name, option]) => {
      const full = `${within}${name}`;
      const inner = option.kind === "object" ? rows(option.keys, `${full}.`) : option.kind === "each" ? rows(option.of, `${full}.<id>.`) : [];
      return [`| \`${full}\` | ${describeKind(option)} | ${option.about} |`, ...inner];
    });
  return ["| Option | Value | |", "| --- | --- | --- |", ...rows(all, path)].join("\n");
}

function describeKind(option) {
  if (option.kind === "choice") return option.of.map((value) => `\`"${value}"\``).join(", ");
  const kinds = { text: "a string", texts: "a string or a list", "texts or false": "a string, a list, or `false`", flag: "`true` or `false`", names: "a name, a number, or a list", rules: "rule → `\"off\"`, `\"warning\"`, `\"error\"`", object: "an object", each: "id → an object" };
  return kinds[option.kind];
}

function insert(page, name, text) {
  const marks = new RegExp(`(<!-- ${name}:start -->\n)[^]*(<!-- ${name}:end -->)`);
  if (!marks.test(page)) throw new Error(`there is no place for the ${name}`);
  return page.replace(marks, (_, start, end) => `${start}\n${text}\n\n${end}`);
}

function write(path, text) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  if (checkOnly) stale.push(path);
  else writeFileSync(file, text);
}
