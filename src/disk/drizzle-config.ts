import picomatch from "picomatch";
import type { Discovery } from "./context.ts";
import { tellUnread } from "./files.ts";
import type { Files } from "./files.ts";
import { foldDefaultExport } from "./fold.ts";
import type { Folded } from "./fold.ts";
import { isCode } from "./languages.ts";
import { asString, asStrings, parseJson } from "./json.ts";
import { foldersUp, folderOf, joinPath, nameOf } from "./paths.ts";

/** What one drizzle-kit configuration says; paths relative to the root. */
export type DrizzleConfig = {
  path: string;
  /** Empty: not said, or it does not fold. */
  schemaFiles: string[];
  /** null: does not fold. */
  out: string | null;
  /** False: `out` is what drizzle-kit takes where nothing is said. */
  saysOut: boolean;
  dialect: string | null;
  casing: "snake_case" | "camelCase" | null;
  /** `migrations: { prefix: "supabase" }`: the files are for Supabase's CLI. */
  prefix: string | null;
};

/** Every drizzle.config.* and drizzle.*.config.* of the project. */
export function readDrizzleConfigs(discovery: Discovery): DrizzleConfig[] {
  const named = /^drizzle[\w.-]*\.config(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json)$|^drizzle\.config\.[\w.-]+$/;
  const configs = discovery.files.paths
    .filter((path) => named.test(nameOf(path)) && !/\.(?:test|spec)\.\w+$/.test(path))
    .flatMap((path) => readConfig(discovery, path) ?? []);
  return configs.map((config) => (isPushed(config, configs) ? { ...config, out: null } : config));
}

/** It says no `out`, and the folder that would be its own is that of another schema: then nobody writes migrations for it. */
function isPushed(config: DrizzleConfig, all: DrizzleConfig[]): boolean {
  return !config.saysOut && all.some((other) => other.saysOut && other.out === config.out && other.schemaFiles.join() !== config.schemaFiles.join());
}

function readConfig(discovery: Discovery, path: string): DrizzleConfig | null {
  const folded = foldConfig(discovery, path);
  if (typeof folded !== "object" || folded === null || Array.isArray(folded)) {
    tellUnread(discovery.files, path, "what this drizzle-kit configuration says could not be worked out");
    return { path, schemaFiles: [], out: null, saysOut: false, dialect: null, casing: null, prefix: null };
  }
  if (!["schema", "out", "dialect", "driver", "dbCredentials"].some((key) => key in folded)) return null;
  const { files } = discovery;
  const written = asStrings(folded["schema"]);
  // drizzle-kit reads paths relative to where it is run: the configuration's folder, or one above it (`--config packages/db/…`).
  const bases = foldersUp(folderOf(path));
  const base = bases.find((dir) => written.some((entry) => findSchemaFiles(files, dir, entry).length > 0)) ?? folderOf(path);
  const casing = asString(folded["casing"]);
  const migrations = folded["migrations"];
  const prefix = typeof migrations === "object" && migrations !== null && !Array.isArray(migrations) ? asString(migrations["prefix"]) : null;
  return {
    path,
    schemaFiles: [...new Set(written.flatMap((entry) => findSchemaFiles(files, base, entry)))].sort(),
    out: findOut(files, base, bases, folded),
    saysOut: "out" in folded,
    dialect: asString(folded["dialect"]) ?? asString(folded["driver"]),
    casing: casing === "snake_case" || casing === "camelCase" ? casing : null,
    prefix,
  };
}

function foldConfig({ files, facts }: Discovery, path: string): Folded {
  if (path.endsWith(".json")) {
    const parsed = parseJson(path, files.text(path) ?? "");
    return "value" in parsed ? (parsed.value as Folded) : undefined;
  }
  const read = facts(path);
  for (const { at, message } of read?.unread ?? []) tellUnread(files, path, message, at.start);
  return read?.code == null ? undefined : foldDefaultExport(read.code, folderOf(path));
}

function findOut(files: Files, base: string, bases: string[], folded: { [key: string]: Folded }): string | null {
  if ("out" in folded && typeof folded["out"] !== "string") return null;
  const written = asString(folded["out"]) ?? "drizzle";
  const found = [base, ...bases].map((dir) => joinPath(dir, written)).find((dir) => dir !== null && files.isFolder(dir));
  return found ?? joinPath(base, written);
}

/** A file, a glob, or a folder, which is read one level deep (reference §4.3). */
function findSchemaFiles(files: Files, dir: string, written: string): string[] {
  const path = joinPath(dir, written);
  if (path === null) return [];
  if (files.has(path)) return [path];
  if (files.isFolder(path)) return codeIn(files, path);
  if (!/[*?{[(]/.test(path)) return [`${path}.ts`, `${path}.js`, `${path}/index.ts`].filter((name) => files.has(name)).slice(0, 1);
  const matches = picomatch(path);
  const folders = new Set(files.paths.map(folderOf));
  return [...files.paths.filter((name) => isCode(name) && matches(name)), ...[...folders].filter((name) => matches(name)).flatMap((name) => codeIn(files, name))];
}

function codeIn(files: Files, dir: string): string[] {
  return files.list(dir).filter(isCode).map((name) => (dir === "" ? name : `${dir}/${name}`));
}
