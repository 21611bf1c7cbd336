import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failure } from "../lint/failure.ts";
import { openRepository, parts, read } from "./git.ts";
import type { Repository } from "./git.ts";
import type { Blob } from "./git-blobs.ts";
import { commitOf, emptyTree, findMergeBase } from "./git-commits.ts";
import { isSource } from "./languages.ts";
import { isWithin } from "./paths.ts";

/** What is to be linted: what is new since the current branch and a commit parted, or what the next commit holds. */
export type ChangeRequest = { kind: "since"; ref: string } | { kind: "staged" };

/** `since` a commit or what is `staged`, or a `failure` where both are named; null: everything is linted. */
export function changeRequested({ since, staged }: { since?: string | undefined; staged?: boolean | undefined }): ChangeRequest | null {
  if (since === undefined) return staged === true ? { kind: "staged" } : null;
  if (staged === true) throw failure("--since and --staged are two ways to say what is new: name one of them");
  return { kind: "since", ref: since };
}

/** What changed below a folder, of the files that can matter; paths relative to it. */
export type Change = {
  /** Changed, new and removed files → what they were; null: they were not there. */
  before: Map<string, Blob | null>;
  /** Those that were not there under any name. */
  added: Set<string>;
  /** Folders of which nothing was there. */
  addedFolders: string[];
  /** null: the files of the disk are linted. */
  index: Index | null;
  /** As the user wrote it, for messages. */
  option: string;
};

/** What the next commit holds where it differs from the disk. */
export type Index = {
  /** null: the file will not be there. */
  contents: Map<string, Blob | null>;
  /** Will it be there, as it is on the disk? */
  has(path: string): boolean;
};

/** `:<modes> <ids> <status>` of git's raw format, both modes of files or nothing. */
type Entry = { path: string; before: string | null; after: string | null; afterIsKnown: boolean };

/** Asks git. What it cannot answer is a `failure` that says what to do. */
export function findChange(dir: string, request: ChangeRequest): Change {
  return request.kind === "since" ? changeSince(dir, request.ref) : stagedChange(dir);
}

/** Does it leave all that matters as it was? */
export function isEmpty(change: Change): boolean {
  return change.before.size === 0 && change.addedFolders.length === 0;
}

/** Did the change bring this file? A file that only got another name was there. */
export function isAdded(change: Change, path: string): boolean {
  return change.added.has(path) || change.addedFolders.some((folder) => isWithin(path, folder));
}

/** Does the change touch this file? */
export function isTouched(change: Change, path: string): boolean {
  return change.before.has(path) || isAdded(change, path);
}

function changeSince(dir: string, ref: string): Change {
  const repository = openRepository(dir, "--since");
  const change = emptyChange("--since");
  addWorkTree(change, repository, "", findMergeBase(repository, ref));
  return change;
}

function emptyChange(option: string): Change {
  return { before: new Map(), added: new Set(), addedFolders: [], index: null, option };
}

/** What differs between a commit (or tree) and the disk. `prefix`: the folder of a submodule, with its slash. */
function addWorkTree(change: Change, repository: Repository, prefix: string, base: string): void {
  const entries = readRaw(repository, change.option, ["diff-index", ...raw, base, "--"]).filter((entry) => !isUntouched(repository, entry));
  const others = parts(read(repository, change.option, ["ls-files", "--others", "--exclude-standard", "-z"]));
  const folders = others.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
  const untracked = others.filter((path) => mayMatter(path)).map((path): Entry => ({ path, before: null, after: null, afterIsKnown: false }));
  addEntries(change, repository, prefix, [...entries, ...untracked.filter(({ path }) => !entries.some((entry) => entry.path === path))]);
  change.addedFolders.push(...folders.map((path) => `${prefix}${path}`));
  for (const { path, nested, before } of submodules(repository, change.option, base)) addWorkTree(change, nested, `${prefix}${path}/`, before);
}

const raw = ["--raw", "-z", "--relative", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"];
const nothing = /^0+$/;

/** Entries of files that can matter; of links and submodules nothing. */
function readRaw(repository: Repository, option: string, args: string[]): Entry[] {
  const fields = parts(read(repository, option, args));
  const entries: Entry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [modeBefore = "", modeAfter = "", before = "", after = "", status = ""] = (fields[index] ?? "").slice(1).split(" ");
    const path = fields[index + 1] ?? "";
    const isFile = (mode: string): boolean => mode.startsWith("100");
    // What a merge has left open (U) is in no commit.
    if (!mayMatter(path) || status === "U" || !(isFile(modeBefore) || isFile(modeAfter))) continue;
    const known = !nothing.test(after);
    entries.push({
      path,
      before: isFile(modeBefore) && !nothing.test(before) ? before : null,
      after: isFile(modeAfter) && known ? after : null,
      afterIsKnown: known || status === "D",
    });
  }
  return entries;
}

/** Files that can hold facts, or settings that change what those mean. */
function mayMatter(path: string): boolean {
  return isSource(path) || /\.(?:json|jsonc|ya?ml|toml|hcl|conf|lock|sum|mod)$|(?:^|\/)(?:Gemfile|\.sequelizerc)$/.test(path);
}

/** The disk's file has another date than git knows, but the same content. Git would run filters to find out. */
function isUntouched({ dir }: Repository, { path, before, afterIsKnown }: Entry): boolean {
  return before !== null && !afterIsKnown && idsOnDisk(join(dir, path), before).includes(before);
}

/** The ids that git would give a file's bytes, with its own line ends and with plain ones; none: it is not there. */
function idsOnDisk(path: string, like: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return [];
  }
  const hash = (content: Buffer): string => createHash(like.length === 64 ? "sha256" : "sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  return bytes.includes("\r\n") ? [hash(bytes), hash(Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"))] : [hash(bytes)];
}

/** A new file with the content of one that is gone is that file under another name. */
function addEntries(change: Change, repository: Repository, prefix: string, entries: Entry[]): void {
  const gone = new Set(entries.flatMap(({ before, after, afterIsKnown }) => (before !== null && after === null && afterIsKnown ? [before] : [])));
  const [like] = gone;
  for (const { path, before, after } of entries) {
    change.before.set(`${prefix}${path}`, before === null ? null : { repository, id: before });
    if (before !== null) continue;
    const ids = after !== null ? [after] : like === undefined ? [] : idsOnDisk(join(repository.dir, path), like);
    if (!ids.some((id) => gone.has(id))) change.added.add(`${prefix}${path}`);
  }
}

type Submodule = { path: string; nested: Repository; before: string; after: string };

/** Submodules that are checked out below the folder, the commit that each stood at (a new one: the empty tree) and the one in the index. */
function submodules(repository: Repository, option: string, base: string): Submodule[] {
  if (!existsSync(join(repository.top, ".gitmodules"))) return [];
  const present = readIndex(repository, option).filter(({ path, mode }) => mode === "160000" && existsSync(join(repository.dir, path, ".git")));
  return present.map(({ path, id }) => {
    const nested = openRepository(join(repository.dir, path), option, true);
    const before = /^160000 commit ([0-9a-f]+)\t/.exec(read(repository, option, ["ls-tree", "-z", base, "--", path]).toString())?.[1];
    const missing = [before, id].find((commit) => commit !== undefined && commitOf(nested, commit) === null);
    if (missing !== undefined) throw failure(`${option}: the submodule ${path} lacks the commit ${missing}; \`git submodule update\` or \`git fetch\` in it gets it`);
    return { path, nested, before: before ?? emptyTree(base), after: id };
  });
}

function readIndex(repository: Repository, option: string): { path: string; mode: string; id: string }[] {
  return parts(read(repository, option, ["ls-files", "--stage", "-z"])).map((line) => {
    const tab = line.indexOf("\t");
    const [mode = "", id = ""] = line.slice(0, tab).split(" ");
    return { path: line.slice(tab + 1), mode, id };
  });
}

function stagedChange(dir: string): Change {
  const repository = openRepository(dir, "--staged");
  const change = emptyChange("--staged");
  const index = readIndex(repository, change.option);
  const head = commitOf(repository, "HEAD");
  const [first] = index;
  if (head === null && first === undefined) return change;
  const base = head ?? emptyTree(first?.id ?? "");
  addEntries(change, repository, "", readRaw(repository, change.option, ["diff-index", "--cached", "--ita-invisible-in-index", ...raw, base, "--"]));
  for (const { path, nested, before, after } of submodules(repository, change.option, base)) {
    addEntries(change, nested, `${path}/`, readRaw(nested, change.option, ["diff-tree", "-r", ...raw, before, after, "--"]));
  }
  if (change.before.size === 0) return change;
  const unstaged = readRaw(repository, change.option, ["diff-files", ...raw]).filter((entry) => !isUntouched(repository, { ...entry, afterIsKnown: entry.after !== null }));
  const contents = new Map(unstaged.map(({ path, before }): [string, Blob | null] => [path, before === null ? null : { repository, id: before }]));
  const known = new Set(index.map(({ path }) => path));
  const nested = index.filter(({ mode }) => mode === "160000").map(({ path }) => path);
  return { ...change, index: { contents, has: (path) => known.has(path) || nested.some((folder) => isWithin(path, folder)) } };
}
