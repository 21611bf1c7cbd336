import type { PackageInfo, ProjectInput, TsconfigInfo } from "../model/input.ts";
import type { ModuleTarget } from "./program.ts";
import { ancestors, dirname, join } from "./paths.ts";

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs"];
/** What a written extension may stand for: TypeScript code imports its neighbours under the name they will have once compiled. */
const WRITTEN: Record<string, string[]> = {
  ".js": [".ts", ".tsx", ".d.ts"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
/** Folders of compiled output, and those of the sources they come from. */
const OUTPUT_FOLDERS = /^(?:dist|build|lib|out)\//;
const SOURCE_FOLDERS = ["src/", "lib/"];

/** Where import specifiers of a project lead: relative paths, tsconfig `paths` and `baseUrl`, workspace packages, other packages. Memoised by folder. */
export function createResolver(input: ProjectInput): (from: string, specifier: string) => ModuleTarget | null {
  const known = new Map<string, ModuleTarget | null>();
  const configs = byDir(input.tsconfigs);
  const packages = new Map(input.packages.flatMap((info) => (info.name === null ? [] : [[info.name, info] as const])));
  const packageDirs = byDir(input.packages);
  const file = (base: string): string | null => findFile(input, packageDirs, base);
  return (from, specifier) => {
    const dir = dirname(from);
    const key = `${dir}\0${specifier}`;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const target = resolveIn(dir, specifier, configs, packages, file);
    known.set(key, target);
    return target;
  };
}

function resolveIn(
  dir: string,
  specifier: string,
  configs: Map<string, TsconfigInfo>,
  packages: Map<string, PackageInfo>,
  file: (base: string) => string | null,
): ModuleTarget | null {
  if (specifier.startsWith(".")) return asFile(file(join(dir, specifier)));
  const mapped = mappedFile(dir, specifier, configs, file);
  if (mapped !== null) return { kind: "file", path: mapped };
  if (specifier.startsWith("/") || specifier.startsWith("#") || specifier === "") return null;
  const { name, subpath } = splitSpecifier(specifier);
  const workspace = packages.get(name);
  if (workspace === undefined) return { kind: "package", name, subpath };
  return asFile(packageFile(workspace, subpath, file)) ?? { kind: "package", name, subpath };
}

/** `paths` and `baseUrl` of the nearest configurations, from the inside out. */
function mappedFile(dir: string, specifier: string, configs: Map<string, TsconfigInfo>, file: (base: string) => string | null): string | null {
  for (const folder of ancestors(dir)) {
    const config = configs.get(folder);
    if (config === undefined) continue;
    for (const { targets, rest } of matchingPatterns(config.paths, specifier)) {
      for (const target of targets) {
        const found = file(join(target.replace("*", rest)));
        if (found !== null) return found;
      }
    }
    const found = config.baseUrl === null ? null : file(join(config.baseUrl, specifier));
    if (found !== null) return found;
  }
  return null;
}

/** Keys of a `paths` or `exports` map that match, the most exact first, with what the `*` stands for. */
function matchingPatterns(map: Record<string, string[]>, specifier: string): { targets: string[]; rest: string }[] {
  const exact = map[specifier];
  if (exact !== undefined) return [{ targets: exact, rest: "" }];
  const found: { targets: string[]; rest: string; length: number }[] = [];
  for (const [pattern, targets] of Object.entries(map)) {
    const star = pattern.indexOf("*");
    if (star < 0) continue;
    const suffix = pattern.slice(star + 1);
    if (specifier.length < pattern.length - 1 || !specifier.startsWith(pattern.slice(0, star)) || !specifier.endsWith(suffix)) continue;
    found.push({ targets, rest: specifier.slice(star, specifier.length - suffix.length), length: star });
  }
  return found.sort((a, b) => b.length - a.length);
}

/** A file of a workspace package: its exports map, else the sources that lie where the import path says. */
function packageFile(info: PackageInfo, subpath: string, file: (base: string) => string | null): string | null {
  const wanted = subpath === "" ? "." : `./${subpath}`;
  for (const { targets, rest } of matchingPatterns(info.exports, wanted)) {
    for (const target of targets) {
      const found = sourceFile(info.dir, target.replaceAll("*", rest), file);
      if (found !== null) return found;
    }
  }
  return subpath === "" ? ([...SOURCE_FOLDERS, ""].map((folder) => file(join(info.dir, folder))).find((found) => found !== null) ?? null) : sourceFile(info.dir, subpath, file);
}

function sourceFile(dir: string, path: string, file: (base: string) => string | null): string | null {
  const plain = path.replace(/^\.\//, "");
  for (const candidate of [plain, ...SOURCE_FOLDERS.flatMap((folder) => [plain.replace(OUTPUT_FOLDERS, folder), `${folder}${plain}`]), plain.replace(OUTPUT_FOLDERS, "")]) {
    const found = file(join(dir, candidate));
    if (found !== null) return found;
  }
  return null;
}

/** A file by its path without or with extension, or the index of a folder. */
function findFile(input: ProjectInput, packages: Map<string, PackageInfo>, base: string): string | null {
  if (input.paths.has(base)) return base;
  for (const extension of EXTENSIONS) if (input.paths.has(base + extension)) return base + extension;
  const written = /\.[cm]?jsx?$/.exec(base)?.[0];
  for (const extension of written === undefined ? [] : (WRITTEN[written] ?? [])) {
    const path = base.slice(0, -(written?.length ?? 0)) + extension;
    if (input.paths.has(path)) return path;
  }
  for (const extension of EXTENSIONS) {
    const path = join(base, `index${extension}`);
    if (input.paths.has(path)) return path;
  }
  const main = packages.get(base)?.exports["."];
  for (const target of main ?? []) {
    const path = join(base, target);
    if (input.paths.has(path)) return path;
  }
  return null;
}

/** `@scope/name/sub/path` → name and subpath. */
export function splitSpecifier(specifier: string): { name: string; subpath: string } {
  const parts = specifier.split("/");
  const count = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, count).join("/"), subpath: parts.slice(count).join("/") };
}

function asFile(path: string | null): ModuleTarget | null {
  return path === null ? null : { kind: "file", path };
}

function byDir<Info extends { dir: string }>(infos: Info[]): Map<string, Info> {
  return new Map(infos.map((info) => [info.dir, info]));
}
