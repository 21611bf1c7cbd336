import type { Dialect } from "../model/catalog.ts";
import { entryOf } from "../project/files.ts";
import { driverDialect } from "./code-migrations.ts";
import type { Discovery, Found } from "./context.ts";
import { findDeclaring, packageOf } from "./declaring.ts";
import type { Group } from "./declaring.ts";
import { isCode } from "./languages.ts";
import { versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf, isWithin } from "./paths.ts";

const PACKAGE = /^@mikro-orm\//;
const DECLARES = new Set(["Entity", "Embeddable", "EntitySchema", "defineEntity", "PrimaryKey", "Property", "ManyToOne", "Unique"]);

/** Databases of MikroORM's entities, one a package: modules that know each other keep their tables apart. */
export function findMikroOrm(discovery: Discovery): Found[] {
  const groups = new Map<string, Group>();
  for (const path of findDeclaring(discovery, (path) => discovery.look(path, "mikro-orm"), ({ from, name }) => PACKAGE.test(from) && DECLARES.has(name))) {
    if (entryOf(path, false) === "test") continue;
    const home = packageOf(discovery, path);
    const group = groups.get(home);
    if (group === undefined) groups.set(home, { home, dialect: "postgres", paths: [path] });
    else group.paths.push(path);
  }
  return [...groups.values()].flatMap((group) => describe(discovery, group) ?? []);
}

/** null: names are made by a strategy that is not known here. */
function describe(discovery: Discovery, { home, paths }: Group): Found | null {
  if (hasOwnNaming(discovery, home)) return null;
  const schemaFiles = [...paths].sort(byName);
  const folder = commonFolder(schemaFiles.map(folderOf));
  return {
    named: folder, orm: "mikro-orm", dialect: dialectOf(discovery, folder), dir: home, schemaFiles, queryFiles: [], migrations: [], casing: null,
    ormVersion: versionOf(discovery.packages, folder, "@mikro-orm/core"),
  };
}

function hasOwnNaming({ files, candidates }: Discovery, home: string): boolean {
  return candidates.some((path) => {
    if (!isCode(path) || !isWithin(path, home)) return false;
    const text = files.text(path) ?? "";
    const set = /["']@mikro-orm\//.test(text) ? /\bnamingStrategy\s*:\s*(\w*)/.exec(text) : null;
    return set !== null && set[1] !== "UnderscoreNamingStrategy";
  });
}

const DRIVERS: [Dialect, string[]][] = [
  ["postgres", ["@mikro-orm/postgresql"]],
  ["mysql", ["@mikro-orm/mysql", "@mikro-orm/mariadb"]],
  ["sqlite", ["@mikro-orm/sqlite", "@mikro-orm/better-sqlite", "@mikro-orm/libsql"]],
  ["other", ["@mikro-orm/mongodb", "@mikro-orm/mssql"]],
];

function dialectOf(discovery: Discovery, dir: string): Dialect {
  return DRIVERS.find(([, names]) => names.some((name) => versionOf(discovery.packages, dir, name) !== null))?.[0] ?? driverDialect(discovery, dir) ?? "postgres";
}
