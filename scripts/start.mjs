// `npm start` lints the example in fixtures/incidents; `npm start -- PATH …` is the command line itself. Builds first when that is needed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "dist", "src", "cli", "main.js");

/** Time of the last change below a folder, or of a file, in milliseconds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function isStale() {
  if (!existsSync(main)) return true;
  // The compiler writes every file anew, so this one is as old as the build.
  const built = statSync(main).mtimeMs;
  return ["src", "rules", "package.json", "tsconfig.json", "tsconfig.build.json"].some((name) => newest(join(root, name)) > built);
}

function build() {
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  const npm = process.env.npm_execpath;
  const args = ["run", "--silent", "build"];
  const { status } = npm === undefined ? spawnSync("npm", args, { ...options, shell: true }) : spawnSync(process.execPath, [npm, ...args], options);
  if (status === 0) return;
  // The compiler writes files even then; the next start must not take them for a good build.
  rmSync(main, { force: true });
  console.error("uniqlint: the build failed");
  process.exit(2);
}

if (isStale()) build();
const args = process.argv.slice(2);
const isExample = args.length === 0;
// Paths are relative to where npm was started.
const cwd = isExample ? join(root, "fixtures", "incidents") : (process.env.INIT_CWD ?? process.cwd());
const { status, signal } = spawnSync(process.execPath, [main, ...args], { cwd, stdio: "inherit" });
// The example is there to show findings: they are no failure.
process.exitCode = signal !== null ? 2 : isExample && status === 1 ? 0 : (status ?? 2);
