import { parse } from "yaml";
import picomatch from "picomatch";
import type { DatabaseSource } from "../model/input.ts";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { messageOf } from "./errors.ts";
import { tellUnread } from "./files.ts";
import type { Files } from "./files.ts";
import { asObject, asString, asStrings } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { byName, commonFolder, folderOf, joinPath, nameOf } from "./paths.ts";
import { dialectNamed, readMigrations } from "./runners.ts";

/** Databases of sqlc's configurations: entries with one schema are one database with all their query files. */
export function findSqlc(discovery: Discovery): Found[] {
  const configs = discovery.files.paths.filter((path) => /^sqlc\.(?:ya?ml|json)$/.test(nameOf(path)));
  const bySchema = new Map<string, Found>();
  for (const path of configs) {
    for (const entry of readEntries(discovery.files, path)) {
      const found = describe(discovery, path, entry);
      if (found === null) continue;
      const key = JSON.stringify([found.schemaFiles, found.migrations.map(({ files }) => files), found.dialect]);
      const known = bySchema.get(key);
      if (known === undefined) bySchema.set(key, found);
      else {
        known.queryFiles = [...new Set([...known.queryFiles, ...found.queryFiles])].sort(byName);
        known.dir = commonFolder([known.dir, found.dir]);
      }
    }
  }
  return [...bySchema.values()];
}

/** Version 1 lists `packages`, version 2 `sql`; both with schema, queries and engine. */
function readEntries(files: Files, path: string): JsonObject[] {
  try {
    const config = asObject(parse(files.text(path) ?? ""));
    const entries = config?.["sql"] ?? config?.["packages"];
    return (Array.isArray(entries) ? entries : []).map(asObject).filter((entry) => entry !== null);
  } catch (error) {
    tellUnread(files, path, `cannot read sqlc's configuration: ${messageOf(error)}`);
    return [];
  }
}

function describe(discovery: Discovery, config: string, entry: JsonObject): Found | null {
  const { files } = discovery;
  const dir = folderOf(config);
  const schemas = asStrings(entry["schema"]).map((written) => joinPath(dir, written)).filter((path) => path !== null);
  const schemaFiles: string[] = [];
  const migrations: DatabaseSource["migrations"] = [];
  for (const schema of schemas) {
    const list = files.isFolder(schema) ? readMigrations(files, schema, files.list(schema)) : null;
    if (list !== null) migrations.push({ ...list, runnerVersion: null });
    else schemaFiles.push(...sqlFiles(files, schema).filter((path) => !/[._]down\.sql$/.test(path)));
  }
  if (schemaFiles.length === 0 && migrations.length === 0) return null;
  return {
    named: schemas[0] ?? config,
    orm: "sql",
    dialect: dialectNamed(asString(entry["engine"])) ?? "postgres",
    dir: homeOf(discovery, dir, dir),
    schemaFiles,
    migrations,
    queryFiles: asStrings(entry["queries"]).flatMap((written) => sqlFiles(files, joinPath(dir, written))).sort(byName),
    casing: null,
    ormVersion: null,
  };
}

/** One file, the .sql files of a folder, or those that a glob matches. */
function sqlFiles(files: Files, path: string | null): string[] {
  if (path === null) return [];
  if (files.has(path)) return [path];
  if (files.isFolder(path)) return files.list(path).filter((name) => name.endsWith(".sql")).map((name) => `${path}/${name}`);
  const matches = picomatch(path);
  return files.paths.filter((name) => name.endsWith(".sql") && matches(name));
}
