// Puts the same migrations to uniqlint and to other linters, and prints who says what.
//
//   node bench/shootout.mjs [--tools NAME,…] [--skip-cases] [FOLDER…]
//
// First the hand-made cases of shootout/cases.mjs, whose right answers are Postgres'; then, for each FOLDER, the unique keys that its migrations
// build (--skip-cases: these alone). The other tools come out of the npm registry into a temporary folder; one that is not there says so. Takes the build in dist/, or in
// the folder that UNIQLINT_DIST names. --open lists the places behind the figures of the folders. Exit code 1: uniqlint is wrong in a case.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { askCases } from "./shootout/ask.mjs";
import { judgeFolder, sumFolders } from "./shootout/folders.mjs";
import { caseTable, folderTable, totalTable } from "./shootout/tables.mjs";
import { install, tools } from "./shootout/tools.mjs";

const { values: options, positionals: folders } = parseArgs({ options: { tools: { type: "string" }, "skip-cases": { type: "boolean" }, open: { type: "boolean" } }, allowPositionals: true });
const scratch = mkdtempSync(join(tmpdir(), "uniqlint-shootout-"));
try {
  const asked = options.tools?.split(",") ?? tools.map(({ name }) => name);
  const all = tools.filter(({ name }) => asked.includes(name)).map((tool) => ({ ...tool, ...install(tool, scratch) }));
  for (const { name, version, missing } of all) console.log(`- ${name}: ${missing ?? version}`);
  const here = all.filter(({ missing }) => missing === undefined);

  const results = options["skip-cases"] ? [] : await askCases(here, scratch);
  if (results.length > 0) console.log(`\n${caseTable(here, results)}\n\n${totalTable(here, results)}`);
  process.exitCode = results.some(({ tool, right }) => tool === "uniqlint" && !right) ? 1 : 0;

  const judged = [];
  for (const folder of folders) judged.push(await judgeFolder(resolve(folder), here, scratch));
  if (judged.length > 0) console.log(`\n${folderTable(here, [...judged, sumFolders(judged)])}`);
  if (options.open) for (const { open } of judged) for (const line of open) console.log(line);
} finally {
  rmSync(scratch, { recursive: true });
}
