// How long an editor waits for the ESLint plugin: `npm run build && node bench/editor.mjs FOLDER…` prints one row a folder.
// Each folder is linted in a process of its own, as an editor starts one. What is measured is the answer of the plugin's thread, the way there and
// back included, without ESLint's own parsing; every edit changes all offsets of the file, as typing at its top does. The processor's time of all
// threads stands beside the clock's: on a machine with other work only that says how much there was to do.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const FILES = 40;
const EDITS = 5;

if (process.argv[2] === "--one") measure(process.argv[3]);
else {
  console.log("| folder | files | of these asked | first lint, s (cpu) | edit, median ms (cpu) | edit, 90 of 100, ms (cpu) |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const folder of process.argv.slice(2)) {
    const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--one", resolve(folder)], { encoding: "utf8" });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
  }
}

async function measure(root) {
  const { ask } = await import("../dist/src/eslint/client.js");
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/node_modules|\.git\//.test(entry.parentPath));
  const code = all.map((entry) => join(entry.parentPath, entry.name)).filter((path) => /(?<!\.d)\.[cm]?tsx?$/.test(path) && /\.(?:insert|create|upsert|update|find\w+|select|query|execute)\(/.test(readFileSync(path, "utf8"))).sort();
  const step = Math.max(1, Math.floor(code.length / FILES));
  const files = code.filter((_, index) => index % step === 0).slice(0, FILES);
  const lint = (file, text) => {
    const [start, used] = [performance.now(), process.cpuUsage()];
    ask({ cwd: root, file, text, settings: { root } });
    const { user, system } = process.cpuUsage(used);
    return { clock: performance.now() - start, cpu: (user + system) / 1000 };
  };
  const first = lint(files[0], readFileSync(files[0], "utf8"));
  const times = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    lint(file, text);
    return Array.from({ length: EDITS }, (_, edit) => lint(file, `// ${"edit ".repeat(edit + 1)}\n${text}`));
  });
  const at = (part, unit) => times.map((time) => time[unit]).sort((a, b) => a - b)[Math.floor(times.length * part)].toFixed(1);
  const both = (part) => `${at(part, "clock")} (${at(part, "cpu")})`;
  console.log(`| ${root.split("/").at(-1)} | ${all.length} | ${files.length} | ${(first.clock / 1000).toFixed(1)} (${(first.cpu / 1000).toFixed(1)}) | ${both(0.5)} | ${both(0.9)} |`);
  process.exit();
}
