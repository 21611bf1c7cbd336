import type { Dialect } from "../model/catalog.ts";
import { entryOf } from "../project/files.ts";
import { isAside } from "./asides.ts";
import { driverDialect } from "./code-migrations.ts";
import type { Discovery, Found } from "./context.ts";
import { joinGroups, packageOf } from "./declaring.ts";
import type { Group } from "./declaring.ts";
import { isCode } from "./languages.ts";
import { versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf } from "./paths.ts";

/** Databases of Sequelize's models, one a package; packages that use each other's models share one. */
export function findSequelize(discovery: Discovery): Found[] {
  const groups = new Map<string, Group & { related: string[] }>();
  for (const path of discovery.candidates) {
    if (!isCode(path) || isAside(path) || entryOf(path, false) === "test" || /(?:^|\/)(?:migrations?|seed\w*)\//i.test(path)) continue;
    const { isModel, isRelated } = discovery.look(path, "sequelize-models");
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

/** As `new Sequelize({ dialect })` says. A program may run on several engines: Postgres is the one that is understood. */
function dialectOf(discovery: Discovery, home: string): Dialect {
  const installed = driverDialect(discovery, home);
  if (installed === "postgres") return "postgres";
  const named = discovery.candidates.filter(isCode).flatMap((path) => discovery.look(path, "sequelize-dialects"));
  return named.includes("postgres") ? "postgres" : (named[0] ?? installed ?? "postgres");
}
