import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { failure } from "../lint/failure.ts";
import { applyFixes } from "../lint/fix.ts";
import type { Fix } from "../model/finding.ts";
import { messageOf } from "./errors.ts";

export type Written = {
  /** How many fixes were applied. */
  fixes: number;
  /** Files that were changed or made, as their findings name them. */
  paths: string[];
};

/**
 * Writes what fixes change. Paths are relative to `cwd`; files outside of `roots` (absolute), those that cannot be written, and those that are no
 * UTF-8 are left alone. A failure while writing is a `failure`.
 */
export function writeFixes(cwd: string, roots: string[], fixes: Fix[]): Written {
  const { texts, applied } = applyFixes(fixes, (path) => readForEdit(resolve(cwd, path), roots));
  for (const [path, text] of texts) writeText(resolve(cwd, path), path, text);
  return { fixes: applied.length, paths: [...texts.keys()] };
}

/** The text of a file that may be changed, null of one that may be made, undefined of others. */
function readForEdit(path: string, roots: string[]): string | null | undefined {
  try {
    const folder = nearestFolder(path);
    const real = existsSync(path) ? realpathSync(path) : folder;
    if (!roots.some((root) => isBelow(real, root))) return undefined;
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
    return existsSync(path) ? new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) : null;
  } catch {
    return undefined;
  }
}

/** The folder that is there already, of those that lead to a path. */
function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return realpathSync(folder);
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !/^\.\.[/\\]/.test(way) && resolve(root, way) === path;
}

/** A byte order mark stays. */
function writeText(path: string, name: string, text: string): void {
  try {
    const mark = existsSync(path) && readFileSync(path).subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? "\ufeff" : "";
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, mark + text);
  } catch (error) {
    throw failure(`cannot write ${name}: ${messageOf(error)}`, error);
  }
}
