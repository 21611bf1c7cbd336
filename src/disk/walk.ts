import { readdirSync, realpathSync, statSync } from "node:fs";
import type { Dirent } from "node:fs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ignore from "ignore";
import type { Ignore } from "ignore";
import { messageOf } from "./errors.ts";
import { isSource } from "./languages.ts";

export type Tree = {
  /** Every file that git would keep, relative to the root, `/`, sorted. */
  paths: string[];
  /** Those of them that are symbolic links: reachable by name, but not read on their own. */
  links: Set<string>;
  unread: { path: string; message: string }[];
};

/** Never holds what people wrote. */
const skipped = new Set([
  "node_modules", ".git", ".hg", ".svn", "dist", ".next", ".nuxt", ".output", ".turbo", ".cache", ".vercel", ".svelte-kit", ".astro", ".yarn",
  ".pnpm-store", ".venv", "__pycache__", "coverage", "bower_components", ".terraform", ".wrangler", ".uniqlintcache",
]);
/** Outputs too, but below `src` they are folders like any other. */
const outputs = new Set(["build", "out", "target"]);

type Rules = { dir: string; rules: Ignore };

/** Lists the files below `root`, with the .gitignore of every folder followed. Symbolic links to folders are not entered. */
export function walk(root: string): Tree {
  const tree: Tree = { paths: [], links: new Set(), unread: [] };
  const realRoot = realpathSync(root);
  walkFolder("", { root, realRoot, tree }, []);
  tree.paths.sort();
  return tree;
}

type Walk = { root: string; realRoot: string; tree: Tree };

function walkFolder(dir: string, walking: Walk, above: Rules[]): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(walking.root, dir), { withFileTypes: true });
  } catch (error) {
    walking.tree.unread.push({ path: dir === "" ? "." : dir, message: `cannot list the folder: ${messageOf(error)}` });
    return;
  }
  const own = entries.some((entry) => entry.name === ".gitignore" && !entry.isDirectory()) ? readRules(walking.root, dir) : null;
  const rules = own === null ? above : [...above, own];
  for (const entry of entries) {
    const path = dir === "" ? entry.name : `${dir}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!isSkipped(entry.name, dir) && !isIgnored(`${path}/`, rules)) walkFolder(path, walking, rules);
    } else if (!isIgnored(path, rules)) {
      if (entry.isFile()) walking.tree.paths.push(path);
      else if (entry.isSymbolicLink()) addLink(path, walking);
    }
  }
}

function isSkipped(name: string, dir: string): boolean {
  return skipped.has(name) || (outputs.has(name) && !`/${dir}/`.includes("/src/"));
}

/** Does a file lie in a folder that never holds what people wrote? */
export function isSkippedPath(path: string): boolean {
  const dirs = path.split("/").slice(0, -1);
  return dirs.some((name, index) => isSkipped(name, dirs.slice(0, index).join("/")));
}

/** A linked file outside of the root counts as a file of the project; one inside is read under its own name. */
function addLink(path: string, { root, realRoot, tree }: Walk): void {
  try {
    if (!statSync(join(root, path)).isFile()) return;
    tree.paths.push(path);
    if (realpathSync(join(root, path)).startsWith(realRoot)) tree.links.add(path);
  } catch (error) {
    if (isSource(path)) tree.unread.push({ path, message: `cannot follow the symbolic link: ${messageOf(error)}` });
  }
}

function readRules(root: string, dir: string): Rules | null {
  try {
    return { dir, rules: ignore().add(readFileSync(join(root, dir, ".gitignore"), "utf8")) };
  } catch {
    return null;
  }
}

/** The deepest .gitignore that says something about the path decides. */
function isIgnored(path: string, rules: Rules[]): boolean {
  for (const { dir, rules: own } of rules.toReversed()) {
    const below = dir === "" ? path : path.slice(dir.length + 1);
    const answer = own.test(below);
    if (answer.ignored) return true;
    if (answer.unignored) return false;
  }
  return false;
}
