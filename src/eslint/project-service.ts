import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { rules } from "../../rules/index.ts";
import { checkConfig } from "../disk/config-schema.ts";
import type { Config } from "../disk/config-schema.ts";
import { findConfig, loadConfig } from "../disk/config.ts";
import { mergeConfig } from "../disk/lint-targets.ts";
import type { Finding, Fix } from "../model/finding.ts";
import { loadSqlParser } from "../read/sql/parser.ts";
import { indexLines, positionAt } from "../report/position.ts";
import { isLeftOut, lintInProject, openProject, refreshProject } from "./kept-project.ts";
import type { KeptProject } from "./kept-project.ts";
import type { Answer, Edit, Request, Settings } from "./protocol.ts";
import { findRoot } from "./roots.ts";

/** `leftOut`: files that were found not to belong to the project. */
type Entry = { project: KeptProject; config: string; checked: number; leftOut: Set<string> };

/** Projects of the open files, one for each root and settings: a workspace may have several. */
const projects = new Map<string, Entry>();
const roots = new Map<string, string>();

/** The disk is looked at this often at most, in milliseconds. */
const OFTEN = 1000;

/** What the command line finds in a file of its project, were the file's text this one. */
export async function lintOpenFile({ cwd, file, text, settings }: Request): Promise<Answer[]> {
  await loadSqlParser();
  const root = rootOf(cwd, file, settings);
  const path = pathWithin(root, file);
  if (path === null) return [];
  const project = await openedProject(root, path, settings);
  return lintInProject(project, path, text).map((finding) => answerOf(finding, text));
}

/** Looked for once a folder: a root does not move while an editor is open. */
function rootOf(cwd: string, file: string, settings: Settings): string {
  const key = JSON.stringify([cwd, dirname(file), settings.root]);
  let root = roots.get(key);
  if (root === undefined) roots.set(key, (root = realpathSync(findRoot(cwd, file, settings.root))));
  return root;
}

async function openedProject(root: string, path: string, settings: Settings): Promise<KeptProject> {
  const key = JSON.stringify([root, settings]);
  const known = projects.get(key);
  if (known !== undefined && performance.now() - known.checked < OFTEN && !isNews(known, path)) return known.project;
  const stamp = configStamp(root, settings);
  const project = known?.config === stamp ? refreshProject(known.project) : openProject(root, await readConfig(root, settings), settings.dialect);
  projects.set(key, { project, config: stamp, checked: performance.now(), leftOut: new Set([...(known?.project === project ? known.leftOut : []), ...(isLeftOut(project, path) ? [path] : [])]) });
  return project;
}

/** A file that is on the disk, and was not when somebody last looked. */
function isNews({ project, leftOut }: Entry, path: string): boolean {
  return !leftOut.has(path) && isLeftOut(project, path);
}

function configStamp(root: string, { config }: Settings): string {
  const path = typeof config === "string" ? resolve(root, config) : findConfig(root);
  return path === null ? "" : `${path}:${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`;
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
