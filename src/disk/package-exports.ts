import { joinPath } from "./paths.ts";
import type { Files } from "./files.ts";
import type { Json, JsonObject } from "./json.ts";

const extensions = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/** `exports`, `main`, `module`, `types` → source files that exist, relative to the package; `*` patterns are kept as they are. */
export function readExports(files: Files, dir: string, json: JsonObject): Record<string, string[]> {
  const targets = json["exports"] === undefined ? mainTargets(json) : exportTargets(json["exports"]);
  const found: Record<string, string[]> = {};
  for (const [subpath, written] of Object.entries(targets)) {
    const sources = unique(
      written.flatMap((target) => (target.includes("*") ? sourceNames(target) : sourceNames(target).filter((name) => exists(files, dir, name)))),
    );
    if (sources.length > 0) found[subpath] = sources;
  }
  return found;
}

function exists(files: Files, dir: string, name: string): boolean {
  const path = joinPath(dir, name);
  return path !== null && files.has(path);
}

function mainTargets(json: JsonObject): Record<string, string[]> {
  const named = ["source", "types", "typings", "module", "main"].flatMap((field) => leaves(json[field]));
  return { ".": [...named, "index.js", "src/index.js"] };
}

/** `exports` as a string, as conditions, or as subpaths with either. */
function exportTargets(exports: Json | undefined): Record<string, string[]> {
  if (exports === null || typeof exports !== "object" || Array.isArray(exports)) return { ".": leaves(exports) };
  if (!Object.keys(exports).some((key) => key.startsWith("."))) return { ".": leaves(exports) };
  return Object.fromEntries(Object.entries(exports).map(([subpath, target]) => [subpath, leaves(target)]));
}

/** All targets of all conditions: which one is taken depends on who imports, the source behind them is the same. */
function leaves(target: Json | undefined): string[] {
  if (typeof target === "string") return [target];
  if (typeof target !== "object" || target === null) return [];
  return Object.values(target).flatMap((inner) => leaves(inner));
}

/** The files that a target may be built from, the target itself first: `./dist/x.js` → `dist/x.js`, `dist/x.ts`, `src/x.ts`, `x.ts`. */
function sourceNames(target: string): string[] {
  const path = target.replace(/^\.\//, "");
  const stem = path.replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
  const isFile = stem !== path || path.includes("*");
  if (!isFile && /\.\w+$/.test(path)) return [path];
  const unbuilt = stem.replace(/^(?:dist|build|lib|out|output|\.output|esm|cjs|es)\/(?:(?:esm|cjs|es|types|src|node)\/)*/, "");
  const stems = unbuilt === stem ? [stem] : [stem, `src/${unbuilt}`, unbuilt];
  const all = stems.flatMap((name) => [...extensions.map((extension) => `${name}.${extension}`), ...extensions.map((extension) => `${name}/index.${extension}`)]);
  return unique(path === stem ? all : [path, ...all]);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
