import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { asideOf } from "./asides.ts";
import { failure } from "../lint/failure.ts";
import { nearest } from "../lint/nearest.ts";

/** One project to lint: its folder, and the parts of it that were asked for. */
export type Target = {
  /** Absolute. */
  root: string;
  /** Files and folders relative to the root, `/`; empty: all of it. */
  within: string[];
  /** Those of them that are files. */
  files: string[];
};

/**
 * Groups the paths of a command line by project. Paths below the current folder belong to its project; a folder elsewhere is a project of
 * its own, and a file elsewhere belongs to its folder. So do those in folders of test data and samples: there each is a world of its own.
 */
export function findTargets(cwd: string, paths: string[], commands: string[] = []): Target[] {
  const current = realpathSync(cwd);
  if (paths.length === 0) return [{ root: current, within: [], files: [] }];
  const targets = new Map<string, Target>();
  for (const path of paths) {
    if (!existsSync(resolve(cwd, path))) throw failure(`no such file or folder: ${path}${hint(path, commands)}`);
    const absolute = realpathSync(resolve(cwd, path));
    const isFile = statSync(absolute).isFile();
    const root = findRoot(current, absolute, isFile);
    const target = targets.get(root) ?? { root, within: [], files: [] };
    targets.set(root, target);
    const own = toPosix(relative(root, absolute));
    target.within.push(own);
    if (isFile) target.files.push(own);
  }
  return [...targets.values()].map((target) => (target.within.includes("") ? { ...target, within: [] } : target));
}

function findRoot(current: string, absolute: string, isFile: boolean): string {
  const inside = toPosix(relative(current, absolute));
  const isBelow = inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
  if (!isBelow) return isFile ? resolve(absolute, "..") : absolute;
  const aside = asideOf(`${inside}/`);
  if (aside === null) return current;
  return isFile ? resolve(current, aside) : absolute;
}

/** Folders that may hold a target's configuration: its own, then the current one if it lies below. */
export function configFolders(cwd: string, root: string): string[] {
  const current = realpathSync(cwd);
  return root !== current && `${root}${sep}`.startsWith(`${current}${sep}`) ? [root, current] : [root];
}

function hint(path: string, commands: string[]): string {
  const command = nearest(path, commands);
  return command === null ? "" : ` (did you mean the command "${command}"?)`;
}

/** A path of a project as seen from the current folder. */
export function showFrom(cwd: string, root: string): (path: string) => string {
  const base = realpathSync(cwd);
  return (path) => toPosix(relative(base, resolve(root, path))) || ".";
}

function toPosix(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}
