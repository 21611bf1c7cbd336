import type { FileFacts } from "../model/facts.ts";
import type { DatabaseSource, ProjectInput } from "../model/input.ts";
import { entryOf, isGenerated } from "../project/files.ts";
import { canHoldFacts, importedFrom, mayCallWriters, mayReexport, mayWrite, readFile } from "../read/index.ts";
import { callersOfWriters } from "./callers.ts";
import type { Links } from "./callers.ts";
import { overrideDatabases } from "./overrides.ts";
import type { DatabaseOverride } from "./overrides.ts";
import type { Discovery } from "./context.ts";
import { claimedBy, discoverDatabases } from "./discover.ts";
import { openFolder } from "./files.ts";
import type { Files } from "./files.ts";
import { isCode, isSource } from "./languages.ts";
import { readPackages } from "./packages.ts";
import { folderOf } from "./paths.ts";
import { createReach } from "./reach.ts";
import { readTsconfigs } from "./tsconfig.ts";

export type LoadOptions = {
  /** Globs relative to the root: files that are neither read nor reported on, unless an import leads to them. */
  ignore?: string[];
  /** What the configuration says about databases, by id. */
  databases?: Record<string, DatabaseOverride>;
  /** Files and folders that the user named: .sql files among them that belong to no database are linted as migrations of their own. */
  asked?: string[];
  /** Read the code of tests and what tools wrote too; else only where a name leads to it. */
  tests?: boolean;
};

/** Reads a project's folder: its files, packages, configurations and databases. Facts of a file are read when they are asked for. */
export function loadProject(root: string, options: LoadOptions = {}): ProjectInput & { files: Files } {
  return loadFiles(openFolder(root, options.ignore ?? []), options);
}

/** The same for files that are open already. */
export function loadFiles(files: Files, options: LoadOptions = {}): ProjectInput & { files: Files } {
  const { candidates, writers, links, facts } = openFacts(files, options);
  const packages = readPackages(files);
  const input: ProjectInput = {
    paths: files.all,
    facts,
    candidates,
    packages: packages.map(({ info }) => info),
    tsconfigs: readTsconfigs(files, packages),
    databases: [],
    unread: files.unread,
  };
  const discovery: Discovery = { files, packages, candidates, facts, reach: createReach(input) };
  const found = overrideDatabases(discovery, discoverDatabases(discovery), options.databases ?? {});
  const all = [...new Set([...candidates, ...callersOfWriters(input, writers, links)])].sort();
  return { ...input, candidates: all, databases: [...found, ...loose(files, found, options.asked ?? [])], files };
}

/** Reads each source once to decide whether it may hold facts; the text of those that may is kept until its facts are asked for. */
function openFacts(files: Files, options: LoadOptions): { candidates: string[]; writers: Set<string>; links: Links; facts(path: string): FileFacts | null } {
  const texts = new Map<string, string>();
  const known = new Map<string, FileFacts | null>();
  const writers = new Set<string>();
  const links: Links = new Map();
  const candidates = files.paths.filter((path) => {
    if (!isSource(path) || files.links.has(path) || isLeftOut(path, options)) return false;
    const text = files.text(path);
    if (text === null) return false;
    const [calls, reexports] = [mayCallWriters(path, text), isCode(path) && mayReexport(text)];
    if (calls || reexports) links.set(path, { from: importedFrom(text), calls, reexports });
    if (!canHoldFacts(path, text) || isToolsWork(path, text, options)) return false;
    if (mayWrite(text)) writers.add(path);
    texts.set(path, text);
    return true;
  });
  const facts = (path: string): FileFacts | null => {
    const seen = known.get(path);
    if (seen !== undefined) return seen;
    const text = texts.get(path) ?? files.text(path);
    const read = text === null ? null : readFile({ path, text });
    texts.delete(path);
    known.set(path, read);
    return read;
  };
  return { candidates, writers, links, facts };
}

/** Tests are out of every report unless somebody asks for them; often they are half of a project's code. */
function isLeftOut(path: string, { tests, asked }: LoadOptions): boolean {
  return tests !== true && isCode(path) && entryOf(path, false) === "test" && asked?.includes(path) !== true;
}

/** A generated client; generated tables are as good as written ones. */
function isToolsWork(path: string, text: string, { tests, asked }: LoadOptions): boolean {
  return tests !== true && isCode(path) && isGenerated(path) && !text.includes("drizzle-orm") && asked?.includes(path) !== true;
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
