import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { rules } from "../../rules/index.ts";
import { checkConfig } from "../disk/config-schema.ts";
import type { Config } from "../disk/config-schema.ts";
import { loadConfig } from "../disk/config.ts";
import { openFolder, withContents } from "../disk/files.ts";
import { checkInput, loadOptions } from "../disk/lint-folder.ts";
import { mergeConfig } from "../disk/lint-targets.ts";
import { loadFiles } from "../disk/load.ts";
import type { Finding, Fix } from "../model/finding.ts";
import { buildProject } from "../project/build.ts";
import { loadSqlParser } from "../read/sql/parser.ts";
import { indexLines, positionAt } from "../report/position.ts";
import type { Answer, Edit, Request, Settings } from "./protocol.ts";
import { findRoot } from "./roots.ts";

/** What the command line finds in a file of its project, were the file's text this one. */
export async function lintOpenFile({ cwd, file, text, settings }: Request): Promise<Answer[]> {
  await loadSqlParser();
  const root = realpathSync(findRoot(cwd, file, settings.root));
  const path = pathWithin(root, file);
  if (path === null) return [];
  const config = await readConfig(root, settings);
  const files = withContents(openFolder(root, config.ignore ?? []), new Map([[path, Buffer.from(text)]]), () => true);
  const input = loadFiles(files, loadOptions({ root, within: [], files: [] }, config));
  if (!input.files.paths.includes(path)) return [];
  const { findings } = checkInput(buildProject(input), input, config, rules);
  return findings.filter(({ at }) => at.path === path).map((finding) => answerOf(finding, text));
}

/** The path from the root, `/`; null: it lies elsewhere. */
function pathWithin(root: string, file: string): string | null {
  const path = relative(root, realFile(file));
  return path.startsWith("..") || isAbsolute(path) ? null : path.replaceAll(sep, "/");
}

/** Of a file that is not there yet its folder may be. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = resolve(file, "..");
    return folder === file ? file : resolve(realFile(folder), relative(folder, file));
  }
}

/** ESLint says which rules run; the configuration can still switch one off. */
async function readConfig(root: string, settings: Settings): Promise<Config> {
  const names = rules.map(({ name }) => name);
  const named = typeof settings.config === "string" ? resolve(root, settings.config) : null;
  const own = await loadConfig([root], named, names);
  const given = typeof settings.config === "object" ? checkConfig(settings.config, "settings.uniqlint.config", names) : {};
  const config = mergeConfig(own, given);
  const levels = rules.map(({ name, severity }) => [name, config.rules?.[name] ?? severity] as const);
  return { ...config, ...(settings.preset === undefined ? {} : { preset: settings.preset }), rules: Object.fromEntries(levels) };
}

function answerOf({ rule, message, at, fix, suggestions }: Finding, text: string): Answer {
  const lines = indexLines(text);
  return {
    rule,
    message,
    start: positionAt(lines, at.start),
    end: positionAt(lines, at.end),
    fix: fix === null ? null : editsWithin(fix, at.path),
    suggestions: suggestions.flatMap((own) => {
      const edits = editsWithin(own, at.path);
      return edits === null ? [] : [{ title: own.title, edits }];
    }),
  };
}

/** ESLint edits the file that it lints and no other; null: this fix needs more. */
function editsWithin({ edits }: Fix, path: string): Edit[] | null {
  return edits.every(({ at }) => at.path === path) ? edits.map(({ at, text }) => ({ range: [at.start, at.end], text })) : null;
}
