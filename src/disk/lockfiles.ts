import { parse } from "yaml";
import semver from "semver";
import { messageOf } from "./errors.ts";
import { tellUnread } from "./files.ts";
import type { Files } from "./files.ts";
import { asObject, asString, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { foldersUp, folderOf, nameOf } from "./paths.ts";

/** Installed version of a dependency of the package in `dir` (relative to the lock file) with this name and this range. */
type Lock = (dir: string, name: string | null, dependency: string, range: string) => string | null;

/** Lock files of large monorepos pass the limit for source files. */
const limit = 64 * 1024 * 1024;

const readers: Record<string, (text: string) => Lock> = {
  "pnpm-lock.yaml": readPnpm,
  "package-lock.json": readNpm,
  "npm-shrinkwrap.json": readNpm,
  "yarn.lock": readYarn,
  "bun.lock": readBun,
};

/** The nearest lock file at or above a package answers; one that cannot be read answers nothing. */
export function readLocks(files: Files): Lock {
  const locks = new Map<string, Lock[]>();
  for (const path of files.paths) {
    const reader = readers[nameOf(path)];
    const text = reader === undefined ? null : files.text(path, limit);
    if (reader === undefined || text === null) continue;
    try {
      locks.set(folderOf(path), [...(locks.get(folderOf(path)) ?? []), reader(text)]);
    } catch (error) {
      tellUnread(files, path, `cannot read the lock file: ${messageOf(error)}`);
    }
  }
  return (dir, name, dependency, range) => {
    for (const above of foldersUp(dir)) {
      for (const lock of locks.get(above) ?? []) {
        const version = lock(above === "" ? dir : dir.slice(above.length + 1), name, dependency, range);
        if (version !== null && semver.valid(version) !== null) return version;
      }
    }
    return null;
  };
}

/** pnpm: `importers` alone says what each workspace has; the rest of the file, most of it, is not even parsed. */
function readPnpm(text: string): Lock {
  const importers: JsonObject = {};
  for (const document of text.split(/^---\s*$/m)) {
    const head = document.split(/^(?:packages|snapshots):/m)[0] ?? "";
    const parsed = asObject(parse(head));
    if (parsed === null) continue;
    Object.assign(importers, asObject(parsed["importers"]) ?? { ".": parsed });
  }
  return (dir, _name, dependency) => {
    const own = asObject(importers[dir === "" ? "." : dir]);
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
      const entry = asObject(own?.[kind])?.[dependency];
      const version = asString(entry) ?? asString(asObject(entry)?.["version"]);
      // `1.2.3(peer@4)`, older `1.2.3_peer@4`, an alias `name@1.2.3`.
      if (version !== null) return version.replace(/[(_].*$/, "").replace(/^@?[^@]+@/, "");
    }
    return null;
  };
}

function readNpm(text: string): Lock {
  const parsed = parseJson("package-lock.json", text);
  const lock = "value" in parsed ? asObject(parsed.value) : null;
  const packages = asObject(lock?.["packages"]);
  const old = asObject(lock?.["dependencies"]);
  return (dir, _name, dependency) => {
    for (const above of foldersUp(dir)) {
      const entry = asObject(packages?.[`${above === "" ? "" : `${above}/`}node_modules/${dependency}`]);
      const version = asString(entry?.["version"]);
      if (version !== null) return version;
    }
    return asString(asObject(old?.[dependency])?.["version"]);
  };
}

/** yarn 1 (`"a@^1", "a@^2":`) and berry (`"a@npm:^1, a@npm:^2":`), line by line. */
function readYarn(text: string): Lock {
  const versions = new Map<string, string>();
  let keys: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^[^\s#].*:$/.test(line)) {
      keys = line.slice(0, -1).replaceAll('"', "").split(/,\s*/);
    } else {
      const version = /^ {2}version:? "?([^"\s]+)"?$/.exec(line)?.[1];
      if (version !== undefined) for (const key of keys) versions.set(key, version);
    }
  }
  return (_dir, _name, dependency, range) => versions.get(`${dependency}@${range}`) ?? versions.get(`${dependency}@npm:${range}`) ?? null;
}

/** bun's text lock: `packages` maps a name, or `workspace/name` where that differs, to `["name@version", …]`. */
function readBun(text: string): Lock {
  const parsed = parseJson("bun.lock", text);
  const packages = "value" in parsed ? asObject(asObject(parsed.value)?.["packages"]) : null;
  return (_dir, name, dependency) => {
    const entry = packages?.[`${name ?? ""}/${dependency}`] ?? packages?.[dependency];
    const resolved = Array.isArray(entry) ? asString(entry[0]) : null;
    return resolved === null ? null : resolved.slice(resolved.lastIndexOf("@") + 1);
  };
}
