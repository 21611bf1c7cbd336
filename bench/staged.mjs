// How long a commit waits for `uniqlint --staged`: `npm run build && node bench/staged.mjs FOLDER…`, each the work tree of a repository. It is cloned
// first, so that nothing of it changes. What is measured is the whole process; the processor's time of its threads stands beside the clock's, as on a
// machine with other work only that says how much there was to do. Each figure is the least of some runs.
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const RUNS = Number(process.env.RUNS ?? 3);
const program = join(dirname(fileURLToPath(import.meta.url)), "../dist/src/cli/main.js");
const base = mkdtempSync(join(tmpdir(), "uniqlint-staged-"));
const meter = join(base, "meter.mjs");
writeFileSync(meter, 'import { writeFileSync } from "node:fs";\nprocess.on("exit", () => { const { user, system } = process.cpuUsage(); writeFileSync(process.env.UNIQLINT_METER, String((user + system) / 1000)); });\n');

console.log("| repository | source files | read | run | clock, s | processor, s |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const folder of process.argv.slice(2)) measure(resolve(folder));
rmSync(base, { recursive: true, force: true });

function measure(source) {
  const dir = join(base, basename(source));
  execFileSync("git", ["clone", "-q", "--shared", source, dir]);
  const git = (...args) => execFileSync("git", args, { cwd: dir, encoding: "utf8" });
  const files = git("ls-files").split("\n").filter((path) => /(?<!\.d)\.(?:sql|prisma|[cm]?[jt]sx?)$/.test(path));
  // Stamps younger than some seconds are not trusted; after a clone all are.
  spawnSync("sleep", ["3"]);
  const cache = join(dir, ".git", "uniqlint");
  let read = "";
  const run = (...args) => {
    const started = performance.now();
    const { stdout, status } = spawnSync(process.execPath, ["--import", pathToFileURL(meter).href, program, "--format", "json", ...args], { cwd: dir, encoding: "utf8", maxBuffer: Infinity, env: { ...process.env, UNIQLINT_METER: join(base, "used") } });
    if (status === 2) throw new Error(`uniqlint ${args.join(" ")} failed in ${source}`);
    if (args[0] !== "--staged") read = String(JSON.parse(stdout).summary.files);
    return { clock: performance.now() - started, cpu: Number(readFileSync(join(base, "used"), "utf8")) };
  };
  const tell = (name, once, before = () => {}) => {
    const times = Array.from({ length: RUNS }, () => (before(), once()));
    const least = (unit) => (Math.min(...times.map((time) => time[unit])) / 1000).toFixed(2);
    console.log(`| ${basename(source)} | ${files.length} | ${read} | ${name} | ${least("clock")} | ${least("cpu")} |`);
  };
  const kept = ["--cache-location", cache];
  const forget = () => rmSync(cache, { recursive: true, force: true });
  run("--no-cache");
  tell("everything, `--no-cache`", () => run("--no-cache"));
  tell("everything, nothing kept yet", () => run(...kept), forget);
  tell("everything again", () => run(...kept));

  // A component that asks no database, and a file that writes to one.
  const holds = (pattern) => (path) => !/test|spec|stories|\.d\.ts/.test(path) && pattern.test(readFileSync(join(dir, path), "utf8"));
  const quiet = files.filter((path) => path.endsWith(".tsx")).find((path) => !holds(/prisma|drizzle|sql|unique|insert|select|supabase|knex|postgres|await|from ["'][^"']+["'];?\s*export|\bpg\b|neon/i)(path));
  const writer = files.filter((path) => /\.ts$/.test(path)).find(holds(/\.(?:insert|create|upsert)\(/));
  for (const [name, path] of [["a component", quiet], ["code that writes rows", writer]]) {
    if (path === undefined) continue;
    appendFileSync(join(dir, path), "\n// one more line\n");
    git("add", path);
    tell(`\`--staged\`, ${name}, \`--no-cache\``, () => run("--staged", "--no-cache"));
    run("--staged", ...kept);
    git("commit", "-qm", "x", "--no-verify");
    let count = 0;
    tell(`\`--staged\`, ${name}`, () => run("--staged", ...kept), () => {
      appendFileSync(join(dir, path), `// ${(count += 1)}\n`);
      git("add", path);
    });
    tell(`\`--staged\`, ${name}, the same once more`, () => run("--staged", ...kept));
    git("commit", "-qm", "x", "--no-verify");
    run("--staged", ...kept);
  }
}
