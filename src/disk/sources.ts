import type { FileFacts } from "../model/facts.ts";
import { entryOf } from "../project/files.ts";
import { readFile } from "../read/index.ts";
import type { Links } from "./callers.ts";
import type { Files } from "./files.ts";
import { isCode, isSource } from "./languages.ts";
import { scanText } from "./scan.ts";
import type { Scan } from "./scan.ts";
import { wordsOf } from "./words.ts";
import type { Words } from "./words.ts";

export type SourceOptions = {
  /** Files and folders that the user named: .sql files among them that belong to no database are linted as migrations of their own. */
  asked?: string[];
  /** Read the code of tests and what tools wrote too; else only where a name leads to it. */
  tests?: boolean;
};

/** What the sources of a project are, and their facts on demand. */
export type Sources = {
  /** Files that may hold facts, sorted. */
  candidates: string[];
  /** Those of them that may write to a database. */
  writers: Set<string>;
  links: Links;
  /** null: no such file, too large, or binary. Read at the first demand and kept. */
  facts(path: string): FileFacts | null;
  /** What a look at a file's text told; null: it cannot be read. */
  scan(path: string): Scan | null;
  /** A file's text, kept until its facts are asked for. */
  text(path: string): string;
  /** Names in a file. */
  words(path: string): Words;
  read: Read;
};

/** What was read so far. The text of a file that may hold facts is kept until its facts are asked for. */
type Read = { texts: Map<string, string>; scans: Map<string, Scan | null>; facts: Map<string, FileFacts | null>; words: Map<string, Words> };

/** The sources of another state of the project, and the files that are the same in both. */
export type Earlier = { sources: Sources; isSame(path: string): boolean };

/** What was chosen of a project's files by a look at each. */
export type Choice = Pick<Sources, "candidates" | "writers" | "links">;

type Kept = { choice: Choice; words: Map<string, Words> };

/** Reads each source once to decide whether it may hold facts; none where an earlier run did. */
export function openSources(files: Files, options: SourceOptions, earlier: Earlier | null, kept: Kept | null = null): Sources {
  const read: Read = earlier === null ? { texts: new Map(), scans: new Map(), facts: new Map(), words: kept?.words ?? new Map<string, Words>() } : takeOver(earlier);
  const { texts, scans } = read;
  const scan = (path: string): Scan | null => {
    const seen = scans.get(path);
    if (seen !== undefined) return seen;
    const text = files.text(path);
    const scanned = text === null ? null : scanText(path, text);
    if (text !== null && scanned?.holds === true) texts.set(path, text);
    scans.set(path, scanned);
    return scanned;
  };
  const facts = (path: string): FileFacts | null => {
    const seen = read.facts.get(path);
    if (seen !== undefined) return seen;
    const text = texts.get(path) ?? files.text(path);
    const made = text === null ? null : readFile({ path, text });
    texts.delete(path);
    read.facts.set(path, made);
    return made;
  };
  const text = (path: string): string => {
    const known = texts.get(path) ?? files.text(path) ?? "";
    if (!read.facts.has(path)) texts.set(path, known);
    return known;
  };
  const words = (path: string): Words => {
    let known = read.words.get(path);
    if (known === undefined) read.words.set(path, (known = wordsOf(text(path))));
    return known;
  };
  return { ...(kept?.choice ?? choose(files, options, scan)), facts, scan, text, words, read };
}

function takeOver({ sources: { read }, isSame }: Earlier): Read {
  const same = <Value>(known: Map<string, Value>): Map<string, Value> => new Map([...known].filter(([path]) => isSame(path)));
  return { texts: same(read.texts), scans: same(read.scans), facts: same(read.facts), words: same(read.words) };
}

function choose(files: Files, options: SourceOptions, scan: (path: string) => Scan | null): Choice {
  const writers = new Set<string>();
  const links: Links = new Map();
  const candidates = files.paths.filter((path) => {
    if (!isSource(path) || files.links.has(path) || isLeftOut(path, options)) return false;
    const found = scan(path);
    if (found === null) return false;
    if (found.link !== null) links.set(path, found.link);
    if (!found.holds || (found.generated && !isWanted(path, options))) return false;
    if (found.writes) writers.add(path);
    return true;
  });
  return { candidates, writers, links };
}

/** Tests are out of every report unless somebody asks for them; often they are half of a project's code. */
function isLeftOut(path: string, options: SourceOptions): boolean {
  return isCode(path) && entryOf(path, false) === "test" && !isWanted(path, options);
}

function isWanted(path: string, { tests, asked }: SourceOptions): boolean {
  return tests === true || asked?.includes(path) === true;
}
