import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { findConfig } from "../disk/config.ts";

/**
 * The folder of the project that a file belongs to, absolute: the one that the settings name; else the nearest one above with a configuration of uniqlint;
 * else the nearest repository or workspace, for a schema is often another package's; else ESLint's current folder, or the file's own.
 */
export function findRoot(cwd: string, file: string, named: string | undefined): string {
  if (named !== undefined) return resolve(cwd, named);
  const folders = foldersAbove(file);
  const configured = nearest(folders, (dir) => findConfig(dir) !== null);
  return configured ?? nearest(folders, isTop) ?? (isBelow(cwd, file) ? cwd : dirname(file));
}

function foldersAbove(file: string): string[] {
  const folders = [dirname(file)];
  for (let above = dirname(folders[0] ?? ""); above !== folders.at(-1); above = dirname(above)) folders.push(above);
  return folders;
}

/** Nothing above a repository's own folder belongs to it. */
function nearest(folders: string[], test: (dir: string) => boolean): string | null {
  for (const dir of folders) {
    if (test(dir)) return dir;
    if (existsSync(join(dir, ".git"))) return null;
  }
  return null;
}

function isTop(dir: string): boolean {
  return existsSync(join(dir, ".git")) || existsSync(join(dir, "pnpm-workspace.yaml")) || hasWorkspaces(join(dir, "package.json"));
}

function hasWorkspaces(path: string): boolean {
  try {
    return /"workspaces"\s*:/.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

function isBelow(dir: string, file: string): boolean {
  const path = relative(dir, file);
  return path !== "" && !path.startsWith("..") && resolve(dir, path) === file;
}
