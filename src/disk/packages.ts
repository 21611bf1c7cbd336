import semver from "semver";
import type { PackageInfo } from "../model/input.ts";
import type { Files } from "./files.ts";
import { asObject, asString, readJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { readCatalogs } from "./catalogs.ts";
import { readLocks } from "./lockfiles.ts";
import { readExports } from "./package-exports.ts";
import { foldersUp, folderOf, nameOf } from "./paths.ts";

export type Package = { info: PackageInfo; json: JsonObject };

/** Every package.json of the project with the versions that its lock file gives. */
export function readPackages(files: Files): Package[] {
  const locks = readLocks(files);
  const catalogs = readCatalogs(files);
  return files.paths
    .filter((path) => nameOf(path) === "package.json")
    .flatMap((path) => {
      const json = readJson(files, path);
      if (json === null) return [];
      const dir = folderOf(path);
      const name = asString(json["name"]);
      const versions: Record<string, string | null> = {};
      for (const [dependency, written] of Object.entries(dependenciesOf(json))) {
        const range = catalogs(dir, dependency, written);
        versions[dependency] = locks(dir, name, dependency, written) ?? (range === written ? null : locks(dir, name, dependency, range)) ?? lowest(range);
      }
      return [{ info: { dir, name, exports: readExports(files, dir, json), versions }, json }];
    });
}

/** Dependency → range, of all kinds; a real dependency's range before a peer's. */
function dependenciesOf(json: JsonObject): Record<string, string> {
  const ranges: Record<string, string> = {};
  for (const kind of ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"]) {
    for (const [name, range] of Object.entries(asObject(json[kind]) ?? {})) if (typeof range === "string") ranges[name] = range;
  }
  return ranges;
}

/** The lowest version that a range allows; null for links, URLs, tags and ranges without a floor. */
function lowest(range: string): string | null {
  const plain = range.replace(/^npm:(?:@?[^@]+@)?/, "").replace(/^workspace:/, "");
  if (semver.validRange(plain) === null || ["", "*", "x"].includes(plain)) return null;
  return semver.minVersion(plain)?.version ?? null;
}

/** The package that a folder belongs to: the nearest package.json at or above it. */
export function owningPackage(packages: Package[], dir: string): Package | null {
  const byDir = new Map(packages.map((own) => [own.info.dir, own]));
  for (const above of foldersUp(dir)) {
    const own = byDir.get(above);
    if (own !== undefined) return own;
  }
  return null;
}

/** Version of a dependency as seen from a folder: its own package's, else those above (workspaces hoist). */
export function versionOf(packages: Package[], dir: string, dependency: string): string | null {
  const byDir = new Map(packages.map((own) => [own.info.dir, own]));
  for (const above of foldersUp(dir)) {
    const version = byDir.get(above)?.info.versions[dependency];
    if (version !== undefined && version !== null) return version;
  }
  return null;
}
