import type { Dialect } from "../model/catalog.ts";
import { entryOf } from "../project/files.ts";
import { isAside } from "./asides.ts";
import { dialectOfEngine, driverDialect } from "./code-migrations.ts";
import type { Discovery, Found } from "./context.ts";
import { joinGroups, packageOf } from "./declaring.ts";
import type { Group } from "./declaring.ts";
import { isCode } from "./languages.ts";
import { versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf } from "./paths.ts";

/** What declares a model: a call with its attributes, or sequelize-typescript's decorator. */
const MODEL = /\.define\s*(?:<[^;=(]*>)?\(\s*["'`]|\.init\s*\(|["']sequelize-typescript["']/;
const RELATION = /\.(?:belongsTo|hasOne|hasMany|belongsToMany)\s*\(/;
const LIBRARY = /sequelize/i;
const TYPES = /\bDataTypes?\b|\bSequelize\.[A-Z]{3}|["']sequelize-typescript["']/;

/** Databases of Sequelize's models, one a package; packages that use each other's models share one. */
export function findSequelize(discovery: Discovery): Found[] {
  const groups = new Map<string, Group & { related: string[] }>();
  for (const path of discovery.candidates) {
    if (!isCode(path) || isAside(path) || entryOf(path, false) === "test" || /(?:^|\/)(?:migrations?|seed\w*)\//i.test(path)) continue;
    const { isModel, isRelated } = discovery.look(path, (text) => ({ isModel: LIBRARY.test(text) && MODEL.test(text) && TYPES.test(text), isRelated: RELATION.test(text) }));
    if (!isModel && !isRelated) continue;
    const home = packageOf(discovery, path);
    const group = groups.get(home) ?? { home, dialect: "postgres" as const, paths: [], related: [] };
    (isModel ? group.paths : group.related).push(path);
    groups.set(home, group);
  }
  const declaring = [...groups.values()].filter(({ paths }) => paths.length > 0);
  const related = new Map(declaring.map((group) => [group.home, group.related]));
  return joinGroups(discovery, declaring).map((group) => describe(discovery, group, related.get(group.home) ?? []));
}

function describe(discovery: Discovery, { home, paths }: Group, related: string[]): Found {
  const folder = commonFolder([...paths].sort(byName).map(folderOf));
  const version = versionOf(discovery.packages, folder, "sequelize") ?? versionOf(discovery.packages, folder, "@sequelize/core");
  return {
    named: folder, orm: "sequelize", dialect: dialectOf(discovery, home), dir: home, schemaFiles: [...paths, ...related].sort(byName), queryFiles: [], migrations: [],
    casing: null, ormVersion: version,
  };
}

function dialectsIn(text: string): Dialect[] {
  return /\bSequelize\b/.test(text) ? [...text.matchAll(/\bdialect["']?\s*:\s*["'](\w+)["']/g)].flatMap((match) => dialectOfEngine(match[1] ?? "") ?? []) : [];
}

/** As `new Sequelize({ dialect })` says. A program may run on several engines: Postgres is the one that is understood. */
function dialectOf(discovery: Discovery, home: string): Dialect {
  const installed = driverDialect(discovery, home);
  if (installed === "postgres") return "postgres";
  const named = discovery.candidates.filter(isCode).flatMap((path) => discovery.look(path, dialectsIn));
  return named.includes("postgres") ? "postgres" : (named[0] ?? installed ?? "postgres");
}
