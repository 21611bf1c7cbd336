import { parse } from "smol-toml";
import picomatch from "picomatch";
import { homeOf } from "./context.ts";
import type { Discovery, Found } from "./context.ts";
import { asObject, asStrings } from "./json.ts";
import { versionOf } from "./packages.ts";
import { byName, folderOf, nameOf } from "./paths.ts";

/** One database for each `supabase` folder with migrations, or with a declarative schema where there are none (reference §7.5). */
export function findSupabase(discovery: Discovery): Found[] {
  const { files } = discovery;
  const dirs = new Set<string>();
  for (const path of files.paths) {
    const dir = /^((?:.*\/)?supabase)\/(?:config\.toml$|migrations\/\d+_[^/]*\.sql$)/.exec(path)?.[1];
    if (dir !== undefined) dirs.add(dir);
  }
  return [...dirs].sort(byName).flatMap((dir) => {
    const migrations = files.list(`${dir}/migrations`).filter((name) => /^\d+_.*\.sql$/.test(name)).sort(byName);
    const schemaFiles = migrations.length > 0 ? [] : declarativeSchema(discovery, dir);
    if (migrations.length === 0 && schemaFiles.length === 0) return [];
    return [describe(discovery, dir, migrations, schemaFiles)];
  });
}

function describe(discovery: Discovery, dir: string, migrations: string[], schemaFiles: string[]): Found {
  const home = homeOf(discovery, folderOf(dir), folderOf(dir));
  const runnerVersion = versionOf(discovery.packages, dir, "supabase");
  const folder = `${dir}/migrations`;
  return {
    named: dir,
    orm: "sql",
    dialect: "postgres",
    dir: home,
    schemaFiles,
    migrations: migrations.length === 0 ? [] : [{ runner: "supabase", runnerVersion, files: migrations.map((name) => `${folder}/${name}`), dir: folder }],
    queryFiles: [],
    casing: null,
    ormVersion: null,
  };
}

/** `[db.migrations] schema_paths` in its order, else supabase/schemas by name. */
function declarativeSchema({ files }: Discovery, dir: string): string[] {
  const paths = schemaPaths(files.text(`${dir}/config.toml`) ?? "");
  const all = files.paths.filter((path) => path.startsWith(`${dir}/schemas/`) && nameOf(path).endsWith(".sql"));
  if (paths.length === 0) return all;
  const ordered = paths.flatMap((pattern) => {
    const matches = picomatch(`${dir}/${pattern.replace(/^\.\//, "")}`);
    return files.paths.filter((path) => path.endsWith(".sql") && matches(path));
  });
  return [...new Set(ordered)];
}

function schemaPaths(toml: string): string[] {
  try {
    const config = asObject(parse(toml));
    return asStrings(asObject(asObject(config?.["db"])?.["migrations"])?.["schema_paths"]);
  } catch {
    return [];
  }
}
