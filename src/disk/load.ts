import type { DatabaseSource, ProjectInput } from "../model/input.ts";
import { findApplied } from "./applied.ts";
import type { HistoryOptions } from "./applied.ts";
import { callersOfWriters } from "./callers.ts";
import { overrideDatabases } from "./overrides.ts";
import { withSettings } from "./runner-settings.ts";
import type { DatabaseOverride } from "./overrides.ts";
import type { Discovery } from "./context.ts";
import { claimedBy, discoverDatabases } from "./discover.ts";
import { openFolder } from "./files.ts";
import type { Files } from "./files.ts";
import { noteQuestions } from "./questions.ts";
import type { Questions } from "./questions.ts";
import { readPackages } from "./packages.ts";
import { folderOf } from "./paths.ts";
import { createReach } from "./reach.ts";
import { openSources } from "./sources.ts";
import type { Choice, Earlier, SourceOptions, Sources } from "./sources.ts";
import { readTsconfigs } from "./tsconfig.ts";
import type { Words } from "./words.ts";

export type LoadOptions = SourceOptions & {
  /** Globs relative to the root: files that are neither read nor reported on, unless an import leads to them. */
  ignore?: string[];
  /** What the configuration says about databases, by id. */
  databases?: Record<string, DatabaseOverride>;
  /** What has run in production already; absent: nothing is known. */
  history?: HistoryOptions;
};

export type Loaded = ProjectInput & { files: Files; sources: Sources; questions: Questions };

/** Reads a project's folder: its files, packages, configurations and databases. Facts of a file are read when they are asked for. */
export function loadProject(root: string, options: LoadOptions = {}): Loaded {
  return loadFiles(openFolder(root, options.ignore ?? []), options);
}

/** The same for files that are open already. `earlier`: another state of the project, of which files that are the same are not read again. */
export function loadFiles(files: Files, options: LoadOptions = {}, earlier: Earlier | null = null): Loaded {
  const sources = openSources(files, options, earlier);
  const { candidates, facts } = sources;
  const asked = noteQuestions(files, facts);
  const packages = readPackages(asked.files);
  const input: ProjectInput = {
    paths: files.all,
    facts,
    candidates,
    packages: packages.map(({ info }) => info),
    tsconfigs: readTsconfigs(asked.files, packages),
    databases: [],
    unread: files.unread,
  };
  const reach = createReach({ ...input, facts: asked.links });
  const discovery: Discovery = { files: asked.files, packages, candidates, facts: asked.facts, imports: asked.imports, look: asked.look, reach };
  const found = withSettings(discovery, overrideDatabases(discovery, discoverDatabases(discovery), options.databases ?? {}));
  const databases = [...found, ...loose(files, found, options.asked ?? [])];
  return { ...input, candidates: withCallers(input, sources), databases, applied: findApplied(databases, options.history ?? {}), files, sources, questions: asked.questions };
}

/** What was found in a project's folder, without its code. `candidates` null: they are to be worked out again; `words`: of each of them. Plain data. */
export type Found = Pick<ProjectInput, "packages" | "tsconfigs" | "databases" | "applied"> & { questions: Questions; choice: Choice; candidates: string[] | null; words: Map<string, Words> };

/** What an earlier run found in files of which nothing that it asked for has changed. */
export function reloadFiles(files: Files, options: LoadOptions, { questions, choice, candidates, words, ...found }: Found): Loaded {
  const sources = openSources(files, options, null, { choice, words });
  const input: ProjectInput = { ...found, paths: files.all, facts: sources.facts, candidates: choice.candidates, unread: files.unread };
  return { ...input, candidates: candidates ?? withCallers(input, sources), files, sources, questions };
}

function withCallers(input: ProjectInput, { candidates, writers, links }: Choice): string[] {
  return [...new Set([...candidates, ...callersOfWriters(input, writers, links)])].sort();
}

function loose(files: Files, databases: DatabaseSource[], named: string[]): DatabaseSource[] {
  const claimed = claimedBy(databases);
  return named
    .filter((path) => /\.sql$/i.test(path) && files.has(path) && !claimed.has(path) && files.text(path) !== null)
    .map((path) => ({
      id: path,
      orm: "sql",
      dialect: "postgres",
      dir: folderOf(path),
      schemaFiles: [],
      migrations: [{ runner: "unknown", runnerVersion: null, files: [path], dir: folderOf(path) }],
      queryFiles: [],
      casing: null,
      ormVersion: null,
    }));
}
