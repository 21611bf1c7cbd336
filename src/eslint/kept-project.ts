import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../rules/index.ts";
import type { Config } from "../disk/config-schema.ts";
import { openHistory } from "../disk/bringers.ts";
import type { GitHistory } from "../disk/bringers.ts";
import { openFolder, withContents } from "../disk/files.ts";
import { isCode } from "../disk/languages.ts";
import { editCode, lintAround, openGround } from "../disk/ground.ts";
import type { Ground } from "../disk/ground.ts";
import { askDeploys, checkInput, loadOptions } from "../disk/lint-state.ts";
import { loadFiles } from "../disk/load.ts";
import type { Loaded } from "../disk/load.ts";
import { answersStay } from "../disk/questions.ts";
import type { Content } from "../disk/questions.ts";
import { scanText } from "../disk/scan.ts";
import type { Earlier } from "../disk/sources.ts";
import { isSkippedPath } from "../disk/walk.ts";
import type { Dialect } from "../model/catalog.ts";
import type { Finding } from "../model/finding.ts";
import { buildProject } from "../project/build.ts";
import { readFile } from "../read/index.ts";

/** A project as the disk has it, and what was worked out for it. */
export type KeptProject = {
  root: string;
  config: Config;
  dialect: Dialect | undefined;
  ground: Ground;
  git: GitHistory;
  /** The commit at which `findings` hold; null: they hold at any. */
  head: string | null;
  paths: ReadonlySet<string>;
  /** Path → time and size. */
  stamps: Map<string, string>;
  /** Of all files as they stand on the disk, once that paid; null: not yet. */
  findings: Finding[] | null;
  /** When files were asked for that are as on the disk: a run over a whole project asks for many. */
  asked: Map<string, number>;
};

/** So many files in so short a time are a run over the project, for which linking all of it once is cheaper. */
const MANY = 20;
const SHORT = 5000;

export function openProject(root: string, config: Config, dialect: Dialect | undefined, earlier: Earlier | null = null): KeptProject {
  const files = openFolder(root, config.ignore ?? []);
  const stamps = new Map([...files.all].map((path) => [path, stampOf(join(root, path))]));
  const input = withDialect(loadFiles(files, loadOptions({ root, within: [], files: [] }, config), earlier), dialect);
  return { root, config, dialect, ground: openGround(input), git: openHistory(root), head: null, paths: new Set(files.paths), stamps, findings: null, asked: new Map() };
}

/** The project as the disk has it now: the same one where nothing changed. Files that did not change are not read again. */
export function refreshProject(project: KeptProject): KeptProject {
  const { root, config, dialect, stamps, ground: { input } } = project;
  const files = openFolder(root, config.ignore ?? []);
  const changed = new Set([...files.all].filter((path) => stamps.get(path) !== stampOf(join(root, path))));
  for (const path of stamps.keys()) if (!files.all.has(path)) changed.add(path);
  if (changed.size === 0) {
    // Migrations that nobody had committed may have come together since.
    if (project.head !== null && project.git.head() !== project.head) project.findings = null;
    return project;
  }
  return openProject(root, config, dialect, { sources: input.sources, isSame: (path) => !changed.has(path) });
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs}:${size}`;
  } catch {
    return "";
  }
}

/** Findings in one file, were its text this one. */
export function lintInProject(project: KeptProject, path: string, text: string): Finding[] {
  const { ground: { input }, paths } = project;
  if (!paths.has(path) && (isLeftOut(project, path) || input.files.ignores(path) || isSkippedPath(path))) return [];
  const isSaved = paths.has(path) && input.files.text(path) === text;
  if (isSaved && isRun(project, path)) project.findings ??= lintAll(project, input);
  const all = isSaved && project.findings !== null ? project.findings : (lintOnly(project, path, text, isSaved) ?? lintWith(project, path, text, isSaved));
  return all.filter(({ at }) => at.path === path);
}

/** A file that is there and still none of the project's: git ignores it, as generated code often is. The command line passes it over as well. */
export function isLeftOut({ root, paths }: KeptProject, path: string): boolean {
  return !paths.has(path) && existsSync(join(root, path));
}

function isRun({ asked }: KeptProject, path: string): boolean {
  const now = performance.now();
  asked.set(path, now);
  if (asked.size < MANY) return false;
  for (const [other, at] of asked) if (now - at > SHORT) asked.delete(other);
  return asked.size >= MANY;
}

/** The whole project, linked anew. */
function lintWith(project: KeptProject, path: string, text: string, isSaved: boolean): Finding[] {
  if (isSaved) return (project.findings = lintAll(project, project.ground.input));
  const { root, config, dialect, ground: { input } } = project;
  const files = withContents(input.files, new Map([[path, Buffer.from(text)]]), () => true);
  const other = loadFiles(files, loadOptions({ root, within: [], files: [] }, config), { sources: input.sources, isSame: (each) => each !== path });
  return lintAll(project, withDialect(other, dialect));
}

function lintAll(kept: KeptProject, input: Loaded): Finding[] {
  const { project, doubts } = askDeploys(buildProject(input), kept.git);
  kept.head = doubts.length === 0 ? null : kept.git.head();
  const { findings } = checkInput(project, input, kept.config, rules);
  const shown = new Set(input.files.paths);
  return findings.filter(({ at }) => shown.has(at.path));
}

/** Only what concerns the file. null: it is part of a schema or a migration, or this text would change what the project is made of. */
function lintOnly({ ground, config }: KeptProject, path: string, text: string, isSaved: boolean): Finding[] | null {
  const { input, deps } = ground;
  if (!isCode(path) || deps.has(path) || !input.paths.has(path)) return null;
  const content = { text, facts: isSaved ? input.facts(path) : readFile({ path, text }) };
  if (!isSaved && !isSameKind(ground, path, content)) return null;
  if (!input.candidates.includes(path)) return [];
  const { findings } = lintAround(editCode(ground, isSaved ? new Map() : new Map([[path, content]])), [path], config, rules);
  // A table of this very file was asked for, so the schemas are not what they would be.
  return deps.has(path) ? null : findings;
}

/** Would this content make other files matter, or other databases be found? */
function isSameKind({ input: { sources, questions, facts, files } }: Ground, path: string, content: Content): boolean {
  const saved: Content = { text: files.text(path) ?? "", facts: facts(path) };
  return JSON.stringify(scanText(path, content.text)) === JSON.stringify(sources.scan(path)) && answersStay(questions, path, saved, content);
}

function withDialect(input: Loaded, dialect: Dialect | undefined): Loaded {
  return dialect === undefined ? input : { ...input, databases: input.databases.map((database) => ({ ...database, dialect })) };
}
