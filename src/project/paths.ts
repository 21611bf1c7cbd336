/** Paths relative to the project's root, with `/`; the root is "". */

/** Folder of a file; "" at the root. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Joins and folds `.` and `..`; a path that leaves the root keeps its leading `..`, and so is no file of the project. */
export function join(...parts: string[]): string {
  const out: string[] = [];
  for (const part of parts.join("/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && out.length > 0 && out.at(-1) !== "..") out.pop();
    else out.push(part);
  }
  return out.join("/");
}

/** The folder itself, then those around it, "" last. */
export function ancestors(dir: string): string[] {
  const out = [dir];
  for (let rest = dir; rest !== ""; ) {
    rest = dirname(rest);
    out.push(rest);
  }
  return out;
}

/** Does `path` lie in `dir` (or equal it)? */
export function isInside(path: string, dir: string): boolean {
  return dir === "" || path === dir || path.startsWith(`${dir}/`);
}
