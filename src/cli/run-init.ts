import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Chalk } from "chalk";
import { findConfig } from "../disk/config.ts";
import { readFolder } from "../disk/lint-state.ts";
import { failure } from "../lint/failure.ts";
import type { DatabaseSource } from "../model/input.ts";
import type { Project } from "../model/project.ts";
import { plural } from "../report/pretty.ts";
import { configText, describeDatabase, nextSteps } from "./init-text.ts";
import type { Surroundings } from "./init-text.ts";
import { hasColour, writeReport } from "./output.ts";

/** Writes the configuration of the current folder and explains the rest. It asks on a terminal only. */
export async function runInit({ yes, color }: { yes?: boolean; color: boolean }): Promise<void> {
  const root = process.cwd();
  const known = findConfig(root);
  if (known !== null) throw failure(`there is a configuration already: ${known.slice(root.length + 1)}`);
  const { project, input } = await readFolder({ root, within: [], files: [] }, {});
  if (input.databases.length === 0) throw failure(`no schema and no migrations were found in ${root}; docs/configuration.md tells how to name them`);
  const around = lookAround(root);
  const colour = new Chalk({ level: hasColour("stdout", color) ? 1 : 0 });
  const print = (lines: string[]): boolean => process.stdout.write(`${lines.join("\n")}\n`);
  print([colour.bold("Found"), ...input.databases.map((database) => `  ${describeDatabase(database)}`), `  ${describeSites(project)}`, ""]);
  const file = around.typescript ? "uniqlint.config.ts" : "uniqlint.config.mjs";
  if (yes === true || (await confirm(`Write ${file}?`))) {
    writeReport(file, configText(input.databases, lastMigration(input.databases)));
    print([`${colour.green("Wrote")} ${file}: nothing in it is needed, all of it can be changed.`, ""]);
  }
  print(nextSteps(around).flatMap(({ title, lines }) => [colour.bold(title), ...lines.map((line) => `  ${line}`), ""]).slice(0, -1));
}

function describeSites({ counts }: Project): string {
  const { insert, conflict, lookup, handler } = counts;
  return `${plural(insert.seen, "insert")}, ${plural(conflict.seen, "conflict clause")}, ${plural(lookup.seen, "look-up")} and ${plural(handler.seen, "error handler")} in the code`;
}

function lastMigration(databases: DatabaseSource[]): string | null {
  const files = databases.flatMap(({ migrations }) => migrations.flatMap((list) => list.files.slice(-1)));
  return files.length === 1 ? (files[0] ?? null) : null;
}

/** What of the tools that uniqlint works with is there. */
function lookAround(root: string): Surroundings {
  const has = (...names: string[]): boolean => names.some((name) => existsSync(join(root, name)));
  return {
    typescript: has("tsconfig.json", "tsconfig.base.json"),
    eslint: ["js", "mjs", "cjs", "ts", "mts", "cts"].map((extension) => `eslint.config.${extension}`).find((name) => has(name)) ?? null,
    hooks: has(".husky") ? "husky" : has("lefthook.yml", "lefthook.yaml", ".lefthook.yml") ? "lefthook" : has(".pre-commit-config.yaml") ? "pre-commit" : null,
    server: has(".github") ? "github" : has(".gitlab-ci.yml") ? "gitlab" : null,
  };
}

/** On a terminal the answer to a question, yes by default; elsewhere nobody is asked. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} (Y/n) `).finally(() => terminal.close());
  return !/^\s*n/i.test(answer);
}
