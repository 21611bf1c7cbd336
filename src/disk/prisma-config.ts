import type { Discovery } from "./context.ts";
import { foldDefaultExport } from "./fold.ts";
import type { Folded } from "./fold.ts";
import { asObject, asString } from "./json.ts";
import { folderOf, joinPath, nameOf } from "./paths.ts";

/** What prisma.config.ts or package.json#prisma says; paths relative to the root (reference §5.1). */
export type PrismaConfig = {
  path: string;
  /** A file or a folder that exists. */
  schema: string | null;
  migrations: string | null;
  typedSql: string | null;
};

/** Every prisma.config.*, .config/prisma.* and package.json with a `prisma.schema`. */
export function readPrismaConfigs(discovery: Discovery): PrismaConfig[] {
  const { files, packages } = discovery;
  const named = files.paths.filter((path) => /^prisma\.config\.[cm]?[jt]s$/.test(nameOf(path)) || /(?:^|\/)\.config\/prisma\.[cm]?[jt]s$/.test(path));
  const configured = named.flatMap((path) => readConfig(discovery, path) ?? []);
  const fromPackages = packages.flatMap(({ info, json }) => {
    const schema = asString(asObject(json["prisma"])?.["schema"]);
    if (schema === null) return [];
    return [{ path: info.dir === "" ? "package.json" : `${info.dir}/package.json`, schema: existing(discovery, info.dir, schema), migrations: null, typedSql: null }];
  });
  return [...configured, ...fromPackages];
}

function readConfig(discovery: Discovery, path: string): PrismaConfig | null {
  const code = discovery.facts(path)?.code;
  const folded = code === null || code === undefined ? undefined : foldDefaultExport(code, folderOf(path));
  const config = asFolder(folded);
  if (config === null) return null;
  const dir = folderOf(path).replace(/(?:^|\/)\.config$/, "");
  const pathOf = (value: Folded): string | null => (typeof value === "string" ? joinPath(dir, value) : null);
  return {
    path,
    schema: existing(discovery, dir, asString(config["schema"])),
    migrations: pathOf(asFolder(config["migrations"])?.["path"]),
    typedSql: pathOf(asFolder(config["typedSql"])?.["path"]),
  };
}

function existing({ files }: Discovery, dir: string, written: string | null): string | null {
  const path = written === null ? null : joinPath(dir, written);
  return path !== null && (files.has(path) || files.isFolder(path)) ? path : null;
}

function asFolder(value: Folded): { [key: string]: Folded } | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}
