// Do the command line and ESLint say the same about a repository? `npm run build && node bench/faces.mjs FOLDER…` prints one row a folder and preset,
// and every difference on standard error. ESLint runs as a project has it: typescript-eslint's parser, the plugin's configuration and nothing else,
// over every file that uniqlint reads. The repository's own `eslint-disable` comments are left out of it, for the command line does not know them.
import { spawnSync } from "node:child_process";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import uniqlint from "../dist/src/eslint/plugin.js";

const main = fileURLToPath(new URL("../dist/src/cli/main.js", import.meta.url));
const CODE = "**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}";

console.log("| repository | preset | command line | ESLint | in both | other severity in ESLint |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const folder of process.argv.slice(2).map((path) => resolve(path))) {
  for (const preset of ["recommended", "strict"]) {
    const one = throughCommandLine(folder, preset);
    const other = await throughEslint(folder, preset);
    const both = [...one.keys()].filter((key) => other.has(key));
    const severities = both.filter((key) => one.get(key) !== other.get(key));
    console.log(`| ${folder.split("/").at(-1)} | ${preset} | ${one.size} | ${other.size} | ${both.length} | ${severities.length} |`);
    for (const key of one.keys()) if (!other.has(key)) console.error(`only the command line: ${key}`);
    for (const key of other.keys()) if (!one.has(key)) console.error(`only ESLint: ${key}`);
    for (const key of severities) console.error(`${one.get(key)} on the command line, ${other.get(key)} in ESLint: ${key}`);
  }
}

/** Place, rule and message → severity. */
function throughCommandLine(folder, preset) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, "--format", "json", "--preset", preset], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 29 });
  if (status === 2) throw new Error(stderr);
  return new Map(JSON.parse(stdout).findings.map((found) => [keyOf(found.file, found.rule, found), found.severity]));
}

async function throughEslint(folder, preset) {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    errorOnUnmatchedPattern: false,
    allowInlineConfig: false,
    overrideConfig: [{ files: [CODE], languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } } }, ...uniqlint.configs[preset]],
  });
  const results = await eslint.lintFiles([CODE, "**/*.{sql,prisma}"]);
  const found = new Map();
  for (const { filePath, messages } of results) {
    const file = relative(folder, filePath).replaceAll("\\", "/");
    for (const message of messages) found.set(keyOf(file, message.ruleId?.replace("uniqlint/", "") ?? "ESLint itself", message), message.severity === 2 ? "error" : "warning");
  }
  return found;
}

function keyOf(file, rule, { line, column, endLine, endColumn, message }) {
  return `${file}:${line}:${column}-${endLine}:${endColumn} ${rule}: ${message}`;
}
