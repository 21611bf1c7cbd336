import { parse } from "yaml";
import type { Files } from "./files.ts";
import { asObject, asString, readJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { foldersUp, folderOf, nameOf } from "./paths.ts";

/** Gives the range behind `catalog:` and `catalog:name` (pnpm, bun, yarn); other ranges come back as they are. */
export function readCatalogs(files: Files): (dir: string, dependency: string, range: string) => string {
  const byDir = new Map<string, JsonObject>();
  for (const path of files.paths) {
    const found = readCatalogFile(files, path);
    if (found !== null) byDir.set(folderOf(path), { ...byDir.get(folderOf(path)), ...found });
  }
  return (dir, dependency, range) => {
    if (!range.startsWith("catalog:")) return range;
    const name = range.slice("catalog:".length) || "default";
    for (const above of foldersUp(dir)) {
      const file = byDir.get(above);
      if (file === undefined) continue;
      const named = asObject(asObject(file["catalogs"])?.[name]);
      const table = named ?? (name === "default" ? asObject(file["catalog"]) : null);
      const found = asString(table?.[dependency]);
      if (found !== null) return found;
    }
    return range;
  };
}

function readCatalogFile(files: Files, path: string): JsonObject | null {
  const name = nameOf(path);
  if (name === "pnpm-workspace.yaml" || name === ".yarnrc.yml") {
    try {
      return asObject(parse(files.text(path) ?? ""));
    } catch {
      return null;
    }
  }
  if (name !== "package.json") return null;
  const json = readJson(files, path);
  const workspaces = asObject(json?.["workspaces"]);
  const source = workspaces ?? json;
  if (source === null || (source["catalog"] === undefined && source["catalogs"] === undefined)) return null;
  return { ...(source["catalog"] === undefined ? {} : { catalog: source["catalog"] }), ...(source["catalogs"] === undefined ? {} : { catalogs: source["catalogs"] }) };
}
