import { posix } from "node:path";

/** Folder of a path, "" for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `path` as written in a file of folder `dir` → path relative to the root; null: outside of it. */
export function joinPath(dir: string, path: string): string | null {
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return null;
  const joined = posix.normalize(posix.join(dir === "" ? "." : dir, path.replaceAll("\\", "/"))).replace(/\/$/, "");
  if (joined === ".." || joined.startsWith("../")) return null;
  return joined === "." ? "" : joined;
}

/** Is `path` the folder itself or below it? */
export function isWithin(path: string, dir: string): boolean {
  return dir === "" || path === dir || path.startsWith(`${dir}/`);
}

/** A folder and those above it, up to the root, nearest first. */
export function foldersUp(dir: string): string[] {
  const folders = [dir];
  for (let above = dir; above !== ""; folders.push(above)) above = folderOf(above);
  return folders;
}

/** Sorts by UTF-16 units: the same on every machine, and what runners mean by "by name". */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The deepest folder that holds all of these (at least one). */
export function commonFolder(dirs: string[]): string {
  return dirs.reduce((common, dir) => {
    let shared = common;
    while (!isWithin(dir, shared)) shared = folderOf(shared);
    return shared;
  });
}
