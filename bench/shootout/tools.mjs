// The tools: how each is installed, what it is called with, and its messages in one shape: { file, line, rule, message }, with `statement` in
// place of `line` where a tool tells the text only.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = resolve(process.env.UNIQLINT_DIST ?? join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist"));
export const load = (path) => import(pathToFileURL(join(dist, "src", path)).href);

function call(bin, args, cwd) {
  const { stdout, stderr, error } = spawnSync(bin, args, { cwd, encoding: "utf8", maxBuffer: 1 << 30 });
  if (error) throw error;
  return { stdout, stderr };
}

const isSql = (file) => file.endsWith(".sql");

/** Many files are too much for one command line. */
function* chunks(files, size) {
  for (let at = 0; at < files.length; at += size) yield files.slice(at, at + size);
}

function runSquawk(options) {
  return ({ bin, folder, files }) => {
    const found = [];
    for (const some of chunks(files.filter(isSql), 500)) {
      const { stdout, stderr } = call(bin, ["--reporter", "json", ...options, ...some], folder);
      if (stdout === "") throw new Error(stderr);
      found.push(...JSON.parse(stdout).map(({ file, line, rule_name, message, help }) => ({ file, line: line + 1, rule: rule_name, message: `${message} ${help ?? ""}` })));
    }
    return found;
  };
}

/** A file that it cannot read ends its run and is not named, so the files are halved until it stands alone. */
function runPgfence(input) {
  const { bin, folder, files } = input;
  const { stdout, stderr } = call(bin, ["analyze", "--output", "json", ...files], folder);
  if (stdout === "" && files.length === 1) return [{ file: files[0], line: 1, rule: "unreadable", message: stderr }];
  if (stdout === "") return [files.slice(0, files.length / 2), files.slice(files.length / 2)].flatMap((half) => runPgfence({ ...input, files: half }));
  return JSON.parse(stdout).results.flatMap(({ filePath, checks, policyViolations }) => {
    const file = relative(folder, resolve(folder, filePath));
    return [
      ...checks.map(({ statement, ruleId, message }) => ({ file, statement, rule: ruleId, message })),
      // Of the file, not of a statement.
      ...policyViolations.map(({ ruleId, message }) => ({ file, statement: "", rule: ruleId, message })),
    ];
  });
}

function runLanguageServer({ bin, folder, files, scratch }) {
  const config = join(scratch, "postgres-language-server.jsonc");
  if (!existsSync(config)) writeFileSync(config, JSON.stringify({ linter: { enabled: true, rules: { safety: { all: true } } } }));
  const found = [];
  for (const some of chunks(files.filter(isSql), 200)) {
    const { stdout, stderr } = call(bin, ["check", "--disable-db", "--max-diagnostics=100000", `--config-path=${config}`, "--reporter=gitlab", ...some], folder);
    const start = stdout.indexOf("[\n");
    if (start < 0) throw new Error(stderr || stdout);
    found.push(...JSON.parse(stdout.slice(start)).map(({ description, check_name, location }) => ({ file: relative(folder, resolve(folder, location.path)), line: location.lines.begin, rule: check_name.split("/").at(-1), message: description })));
  }
  return found;
}

async function runUniqlint({ folder }) {
  const { lintProject } = await load("index.js");
  const { findings, unread } = await lintProject({ root: folder });
  return [...findings.map(({ file, line, rule, message }) => ({ file, line, rule, message })), ...unread.map(({ file, line, message }) => ({ file, line, rule: "unread", message }))];
}

/** `package`: of the npm registry, with what it `needs` beside it; absent for the build at hand. `code`: also migrations in code. */
export const tools = [
  { name: "uniqlint", code: true, run: runUniqlint },
  { name: "squawk", package: "squawk-cli", bin: "squawk", run: runSquawk([]) },
  { name: "squawk in a transaction", package: "squawk-cli", bin: "squawk", run: runSquawk(["--assume-in-transaction"]) },
  { name: "pgfence", package: "@flvmnt/pgfence", needs: ["@typescript-eslint/typescript-estree", "typescript@5"], bin: "pgfence", code: true, run: runPgfence },
  { name: "postgres-language-server", package: "@postgres-language-server/cli", bin: "postgres-language-server", run: runLanguageServer },
  { name: "MigrationPilot", package: "migrationpilot" },
  { name: "drizzle-migration-lint", package: "drizzle-migration-lint" },
];

/** Puts the tool's package into `scratch`, out of the npm registry. Gives its version and program, or why there is none. */
export function install(tool, scratch) {
  if (tool.package === undefined) return { version: JSON.parse(readFileSync(join(dist, "../package.json"), "utf8")).version };
  const manifest = join(scratch, "node_modules", tool.package, "package.json");
  if (!existsSync(manifest)) {
    const { status, stderr } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--prefix", scratch, tool.package, ...(tool.needs ?? [])], { encoding: "utf8" });
    if (status !== 0) return { missing: /E404/.test(stderr) ? "not in the npm registry" : "cannot be installed" };
  }
  const bin = join(scratch, "node_modules/.bin", tool.bin);
  const probe = spawnSync(bin, ["--version"], { encoding: "utf8" });
  if (probe.status !== 0) return { missing: "its program does not run here" };
  return { version: JSON.parse(readFileSync(manifest, "utf8")).version, bin };
}
