import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { digestOf, stampOf } from "./content-id.ts";
import picomatch from "picomatch";
import type { Unread } from "../model/span.ts";
import { messageOf } from "./errors.ts";
import { isCode } from "./languages.ts";
import { decode, largestFile } from "./text.ts";
import type { Decoded } from "./text.ts";
import { isSkippedPath, walk } from "./walk.ts";

/** The files of a project, read when they are asked for. Paths are relative to the root, `/`. */
export type Files = {
  /** Sorted; without those that the configuration ignores. */
  paths: string[];
  /** Ignored ones too: an import may lead to them. */
  all: Set<string>;
  has(path: string): boolean;
  /** null: no such file, too large, or binary (then it is in `unread`). A larger limit (bytes) may be given for lock files. */
  text(path: string, limit?: number): string | null;
  /** Names of the files directly in a folder, sorted. */
  list(dir: string): string[];
  /** Are there files in this folder or below it? */
  isFolder(dir: string): boolean;
  /** Symbolic links to files that stand in the list under their own name too. */
  links: Set<string>;
  /** Does the configuration leave this path alone? */
  ignores(path: string): boolean;
  unread: Unread[];
} & Contents;

/** What tells contents apart without what they say. */
export type Contents = {
  /** As long as the file's stays the same, so does its content: see `stampOf`. Asked of the disk once. null: nothing can be told that way. */
  stamp(path: string): string | null;
  /** `digestOf` the bytes as they are now; null: they cannot be read. */
  digest(path: string): string | null;
  /** The digest of what `text` read; null: it read nothing; "": not the same each time. */
  seen(path: string): string | null;
};

/** The files below a folder of the disk. `ignored`: globs of files that are to be left alone. */
export function openFolder(root: string, ignored: string[] = []): Files {
  const tree = walk(root);
  const isIgnored = ignored.length > 0 ? picomatch(ignored, { dot: true }) : () => false;
  const unread = tree.unread.map(({ path, message }) => ({ at: { path, start: 0, end: 0 }, message }));
  const failed = new Set<string>();
  const stamps = new Map<string, string | null>();
  const digests = new Map<string, string>();
  const bytesOf = (path: string): Buffer => {
    const bytes = readFileSync(join(root, path));
    const [digest, before] = [digestOf(bytes), digests.get(path)];
    digests.set(path, before === undefined || before === digest ? digest : "");
    return bytes;
  };
  const contents: Contents = {
    stamp(path) {
      let stamp = stamps.get(path);
      if (stamp === undefined) stamps.set(path, (stamp = stampOf(join(root, path))));
      return stamp;
    },
    digest(path) {
      try {
        return digestOf(readFileSync(join(root, path)));
      } catch {
        return null;
      }
    },
    seen: (path) => digests.get(path) ?? null,
  };
  const read = (path: string, limit: number): string | null => {
    const problem = (message: string): null => {
      if (!failed.has(path)) unread.push({ at: { path, start: 0, end: 0 }, message });
      failed.add(path);
      return null;
    };
    try {
      const { size } = statSync(join(root, path));
      if (size > limit) return problem(`too large (${Math.ceil(size / 1024 / 102.4) / 10} MB; the limit is ${limit / 1024 / 1024} MB)`);
      const decoded = decode(bytesOf(path), isCode(path));
      return "text" in decoded ? decoded.text : problem(decoded.problem);
    } catch (error) {
      return problem(`cannot read it: ${messageOf(error)}`);
    }
  };
  return makeFiles(tree.paths, (path) => isIgnored(path), read, tree.links, unread, contents);
}

/**
 * The same files, some of them with another content. `contents`: path → bytes, null: it is not there; `keeps`: which of the others are there.
 * What is found unreadable is told of in `files` as well.
 */
export function withContents(files: Files, contents: ReadonlyMap<string, Buffer | null>, keeps: (path: string) => boolean): Files {
  const isThere = (path: string): boolean => (contents.has(path) ? contents.get(path) !== null && (files.has(path) || !isSkippedPath(path)) : keeps(path));
  const all = [...new Set([...files.all, ...contents.keys()])].filter(isThere).sort();
  const read = (path: string, limit: number): string | null => {
    const bytes = contents.get(path);
    if (bytes == null) return files.text(path, limit);
    const decoded: Decoded = bytes.length > limit ? { problem: "too large" } : decode(bytes, isCode(path));
    if ("text" in decoded) return decoded.text;
    tellUnread(files, path, decoded.problem);
    return null;
  };
  const own = (path: string, otherwise: (path: string) => string | null): string | null => {
    const bytes = contents.get(path);
    return bytes == null ? otherwise(path) : digestOf(bytes);
  };
  const known: Contents = {
    stamp: (path) => (contents.has(path) ? null : files.stamp(path)),
    digest: (path) => own(path, files.digest),
    seen: (path) => own(path, files.seen),
  };
  return makeFiles(all, (path) => files.ignores(path), read, new Set([...files.links].filter((path) => isThere(path) && !contents.has(path))), files.unread, known);
}

/** Files in memory, for tests. */
export function filesFrom(texts: Record<string, string>): Files {
  const digest = (path: string): string | null => (texts[path] === undefined ? null : digestOf(Buffer.from(texts[path])));
  return makeFiles(Object.keys(texts).sort(), () => false, (path) => texts[path] ?? null, new Set(), [], { stamp: () => null, digest, seen: digest });
}

function makeFiles(
  all: string[],
  isIgnored: (path: string) => boolean,
  read: (path: string, limit: number) => string | null,
  links: Set<string>,
  unread: Unread[],
  contents: Contents,
): Files {
  const known = new Set(all);
  const paths = all.filter((path) => !isIgnored(path));
  const folders = indexFolders(paths);
  return {
    ...contents,
    paths,
    all: known,
    links,
    unread,
    ignores: isIgnored,
    has: (path) => known.has(path),
    text: (path, limit = largestFile) => (known.has(path) ? read(path, limit) : null),
    list: (dir) => folders.get(dir) ?? [],
    isFolder: (dir) => folders.has(dir),
  };
}

function indexFolders(paths: string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>([["", []]]);
  for (const path of paths) {
    const slash = path.lastIndexOf("/");
    const dir = slash < 0 ? "" : path.slice(0, slash);
    for (let above = dir; above !== "" && !folders.has(above); above = above.slice(0, Math.max(0, above.lastIndexOf("/")))) folders.set(above, []);
    folders.get(dir)?.push(path.slice(slash + 1));
  }
  return folders;
}

/** Tells of something in a file that cannot be understood, once. */
export function tellUnread(files: Files, path: string, message: string, offset = 0): void {
  const known = files.unread.some((entry) => entry.at.path === path && entry.at.start === offset && entry.message === message);
  if (!known) files.unread.push({ at: { path, start: offset, end: offset }, message });
}
