import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../rules/index.ts";
import type { Config } from "../disk/config-schema.ts";
import { openFolder, withContents } from "../disk/files.ts";
import { isCode } from "../disk/languages.ts";
import { checkInput, loadOptions } from "../disk/lint-state.ts";
import { loadFiles } from "../disk/load.ts";
import type { Loaded } from "../disk/load.ts";
import { answersStay } from "../disk/questions.ts";
import { scanText } from "../disk/scan.ts";
import type { Earlier } from "../disk/sources.ts";
import { isSkippedPath } from "../disk/walk.ts";
import type { FileFacts } from "../model/facts.ts";
import type { Finding } from "../model/finding.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Dialect } from "../model/catalog.ts";
import { buildAround, buildBase, buildProject } from "../project/build.ts";
import type { Base } from "../project/build.ts";
import { replaceCalls, searchCalls } from "../project/call-index.ts";
import { createProgram } from "../project/modules.ts";
import type { Program } from "../project/program.ts";
import { readFile } from "../read/index.ts";

/** A project as the disk has it, and what was worked out for it. */
export type KeptProject = {
  root: string;
  config: Config;
  dialect: Dialect | undefined;
  input: Loaded;
  paths: ReadonlySet<string>;
  /** Path → time and size. */
  stamps: Map<string, string>;
  kept: Pick<Program, "resolve" | "calls">;
  /** Schemas and migrations, and every file that they were read from. */
  base: Base;
  deps: ReadonlySet<string>;
  /** Of all files as they stand on the disk, once that paid; null: not yet. */
  findings: Finding[] | null;
  /** When files were asked for that are as on the disk: a run over a whole project asks for many. */
  asked: Map<string, number>;
};

/** So many files in so short a time are a run over the project, for which linking all of it once is cheaper. */
const MANY = 20;
const SHORT = 5000;

const codeRules = rules.filter(({ family }) => family !== "migrations");

export function openProject(root: string, config: Config, dialect: Dialect | undefined, earlier: Earlier | null = null): KeptProject {
  const files = openFolder(root, config.ignore ?? []);
  const stamps = new Map([...files.all].map((path) => [path, stampOf(join(root, path))]));
  const input = withDialect(loadFiles(files, loadOptions({ root, within: [], files: [] }, config), earlier), dialect);
  const deps = new Set<string>();
  const watched: ProjectInput = { ...input, facts: (path) => (deps.add(path), input.facts(path)) };
  const program = createProgram(watched, { calls: searchCalls(watched, input.sources.mentions) });
  const base = buildBase(program);
  for (const { schemaFiles, migrations, queryFiles } of input.databases) for (const path of [...schemaFiles, ...queryFiles, ...migrations.flatMap((list) => list.files)]) deps.add(path);
  const kept = { resolve: program.resolve, calls: searchCalls(input, input.sources.mentions) };
  return { root, config, dialect, input, paths: new Set(files.paths), stamps, kept, base, deps, findings: null, asked: new Map() };
}

/** The project as the disk has it now: the same one where nothing changed. Files that did not change are not read again. */
export function refreshProject(project: KeptProject): KeptProject {
  const { root, config, dialect, stamps, input } = project;
  const files = openFolder(root, config.ignore ?? []);
  const changed = new Set([...files.all].filter((path) => stamps.get(path) !== stampOf(join(root, path))));
  for (const path of stamps.keys()) if (!files.all.has(path)) changed.add(path);
  if (changed.size === 0) return project;
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
  const { input, paths } = project;
  if (!paths.has(path) && (isLeftOut(project, path) || input.files.ignores(path) || isSkippedPath(path))) return [];
  const isSaved = paths.has(path) && input.files.text(path) === text;
  if (isSaved && isRun(project, path)) project.findings ??= lintAll(project, input);
  const all = isSaved && project.findings !== null ? project.findings : (lintAround(project, path, text, isSaved) ?? lintWith(project, path, text, isSaved));
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
  if (isSaved) return (project.findings = lintAll(project, project.input));
  const { root, config, dialect, input } = project;
  const files = withContents(input.files, new Map([[path, Buffer.from(text)]]), () => true);
  const other = loadFiles(files, loadOptions({ root, within: [], files: [] }, config), { sources: input.sources, isSame: (each) => each !== path });
  return lintAll(project, withDialect(other, dialect));
}

function lintAll({ config }: KeptProject, input: Loaded): Finding[] {
  const { findings } = checkInput(buildProject(input), input, config, rules);
  const shown = new Set(input.files.paths);
  return findings.filter(({ at }) => shown.has(at.path));
}

/** Only what concerns the file. null: it is part of a schema or a migration, or this text would change what the project is made of. */
function lintAround({ input, deps, kept, base, config }: KeptProject, path: string, text: string, isSaved: boolean): Finding[] | null {
  if (!isCode(path) || deps.has(path) || !input.paths.has(path)) return null;
  const before = isSaved ? null : input.facts(path);
  const facts = isSaved ? input.facts(path) : readFile({ path, text });
  if (!isSaved && !isSameKind(input, path, text, before, facts)) return null;
  if (!input.candidates.includes(path)) return [];
  const calls = isSaved ? kept.calls : replaceCalls(kept.calls, path, facts?.code ?? null);
  const seen = { ...input, facts: (each: string) => (each === path ? facts : input.facts(each)) };
  const project = buildAround(createProgram(seen, { ...kept, calls }), base, path);
  // A table of this very file was asked for, so the schemas are not what they would be.
  if (deps.has(path)) return null;
  const files = { ...input.files, text: (each: string, limit?: number) => (each === path ? text : input.files.text(each, limit)) };
  return checkInput(project, { ...seen, files }, config, codeRules).findings;
}

function isSameKind({ sources, questions }: Loaded, path: string, text: string, before: FileFacts | null, after: FileFacts | null): boolean {
  return JSON.stringify(scanText(path, text)) === JSON.stringify(sources.scan(path)) && answersStay(questions, path, text, before, after);
}

function withDialect(input: Loaded, dialect: Dialect | undefined): Loaded {
  return dialect === undefined ? input : { ...input, databases: input.databases.map((database) => ({ ...database, dialect })) };
}
