import type { TsconfigInfo } from "../model/input.ts";
import type { Files } from "./files.ts";
import { asObject, asString, asStrings, readJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Package } from "./packages.ts";
import { byName, folderOf, joinPath, nameOf } from "./paths.ts";

type Options = { baseUrl: string | null; paths: Record<string, string[]> };

/**
 * `baseUrl` and `paths` of every tsconfig*.json and jsconfig.json, with `extends` followed as far as it leads to files of the project (a
 * preset out of node_modules sets no paths of ours). One entry a folder: tsconfig.json first, its siblings (tsconfig.app.json …) fill in.
 */
export function readTsconfigs(files: Files, packages: Package[]): TsconfigInfo[] {
  const byDir = new Map<string, TsconfigInfo>();
  const configs = files.paths.filter((path) => /^(?:tsconfig(?:\.[\w.-]+)?|jsconfig)\.json$/.test(nameOf(path)));
  const rank = (path: string): number => (nameOf(path) === "tsconfig.json" ? 0 : nameOf(path) === "jsconfig.json" ? 1 : 2);
  for (const path of configs.sort((a, b) => rank(a) - rank(b) || byName(a, b))) {
    const dir = folderOf(path);
    const own = readOptions(files, packages, path, dir, []);
    if (own.baseUrl === null && Object.keys(own.paths).length === 0) continue;
    const known = byDir.get(dir);
    if (known === undefined) byDir.set(dir, { dir, ...own });
    else byDir.set(dir, { dir, baseUrl: known.baseUrl ?? own.baseUrl, paths: { ...own.paths, ...known.paths } });
  }
  return [...byDir.values()].sort((a, b) => byName(a.dir, b.dir));
}

/** `configDir`: what `${configDir}` stands for, the folder of the file that extends the others. */
function readOptions(files: Files, packages: Package[], path: string, configDir: string, above: string[]): Options {
  const json = above.includes(path) || !files.has(path) ? null : readJson(files, path);
  const options: Options = { baseUrl: null, paths: {} };
  if (json === null) return options;
  for (const parent of asStrings(json["extends"])) {
    const file = findParent(files, packages, folderOf(path), parent);
    if (file === null) continue;
    const inherited = readOptions(files, packages, file, configDir, [...above, path]);
    options.baseUrl = inherited.baseUrl ?? options.baseUrl;
    if (Object.keys(inherited.paths).length > 0) options.paths = inherited.paths;
  }
  return readOwn(asObject(json["compilerOptions"]), folderOf(path), configDir, options);
}

function readOwn(own: JsonObject | null, dir: string, configDir: string, inherited: Options): Options {
  const resolve = (from: string, written: string): string | null =>
    written.startsWith("${configDir}") ? joinPath(configDir, `.${written.slice("${configDir}".length)}`) : joinPath(from, written);
  const written = asString(own?.["baseUrl"]);
  const baseUrl = written === null ? inherited.baseUrl : resolve(dir, written);
  const paths = asObject(own?.["paths"]);
  if (paths === null) return { baseUrl, paths: inherited.paths };
  const resolved: Record<string, string[]> = {};
  for (const [pattern, targets] of Object.entries(paths)) {
    resolved[pattern] = asStrings(targets).flatMap((target) => resolve(baseUrl ?? dir, target) ?? []);
  }
  return { baseUrl, paths: resolved };
}

/** `extends: "../base"`, `"@repo/tsconfig/base.json"`; null: not a file of the project. */
function findParent(files: Files, packages: Package[], dir: string, written: string): string | null {
  const candidates = (path: string | null): string | null =>
    path === null ? null : ([path, `${path}.json`, path === "" ? "tsconfig.json" : `${path}/tsconfig.json`].find((name) => files.has(name)) ?? null);
  if (written.startsWith(".")) return candidates(joinPath(dir, written));
  const owner = packages.find(({ info }) => info.name !== null && (written === info.name || written.startsWith(`${info.name}/`)));
  if (owner === undefined) return null;
  return candidates(joinPath(owner.info.dir, `.${written.slice(owner.info.name?.length ?? 0)}`));
}
