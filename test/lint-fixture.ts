import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../rules/index.ts";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { check } from "../src/lint/check.ts";
import type { Rule } from "../src/model/rule.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { locate, makeSources } from "../src/report/sources.ts";
import type { FoundFinding } from "./compare-findings.ts";

/** Await once before `lintFixture`. */
export const prepare = loadSqlParser;

/**
 * Lints a fixture's folder as a project of its own. `rule`: that rule alone, in the preset strict; null: the preset recommended.
 * The folder's expected.json is no part of the project.
 */
export function lintFixture(folder: string, rule: string | null): (FoundFinding & { edits: Required<Rule>["edits"] })[] {
  const texts = readFolder(folder);
  const input = loadFiles(filesFrom(texts));
  const text = (path: string) => texts[path] ?? null;
  const { findings } = check(buildProject(input), rule === null ? rules : rules.filter(({ name }) => name === rule), {
    preset: rule === null ? "recommended" : "strict",
    includeIncidental: false,
    levels: {},
    text,
    statements: (path) => input.facts(path)?.sql?.statements.map(({ at }) => at) ?? [],
  });
  const sources = makeSources(text);
  return findings.map(({ rule: name, at, severity, message, sqlstate, fix, suggestions }) => ({
    rule: name,
    file: at.path,
    line: locate(sources, at).start.line,
    severity,
    message,
    sqlstate,
    edits: [...(fix === null ? [] : (["fix"] as const)), ...(suggestions.length === 0 ? [] : (["suggestions"] as const))],
  }));
}

function readFolder(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"));
  const own = paths.filter((path) => path !== "expected.json");
  return Object.fromEntries(own.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}
