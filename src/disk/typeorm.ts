import type { TypeormSettings } from "../model/input.ts";
import type { Dialect } from "../model/catalog.ts";
import { entryOf } from "../project/files.ts";
import { driverDialect } from "./code-migrations.ts";
import type { Discovery, Found } from "./context.ts";
import { findDeclaring, joinGroups, packageOf, wrappersIn } from "./declaring.ts";
import type { Group } from "./declaring.ts";
import { dialectOfEngine } from "./dialect-names.ts";
import { isCode } from "./languages.ts";
import { versionOf } from "./packages.ts";
import { byName, commonFolder, folderOf, isWithin } from "./paths.ts";

/** The package itself and forks of it, not Nest's module of that name. */
const PACKAGE = /^(?:@(?!nestjs\/)[\w-]+\/)?typeorm(?:\/|$)/;
const DECLARES = new Set(["Entity", "ChildEntity", "ViewEntity", "EntitySchema"]);

/** Databases of TypeORM's entities, one a package; packages that use each other's entities share one. */
export function findTypeorm(discovery: Discovery): Found[] {
  const groups = new Map<string, Group>();
  const declares = ({ from, name }: { from: string; name: string }): boolean => PACKAGE.test(from) && DECLARES.has(name);
  const direct = findDeclaring(discovery, (path) => discovery.look(path, "typeorm"), declares);
  const own = wrappersIn(discovery, direct, declares);
  const wrapped = own.length === 0 ? [] : findDeclaring(discovery, (path) => discovery.look(path, "decorators").some((name) => own.includes(name)), ({ name }) => own.includes(name));
  for (const path of new Set([...direct, ...wrapped])) {
    if (entryOf(path, false) === "test") continue;
    const home = packageOf(discovery, path);
    const group = groups.get(home);
    if (group === undefined) groups.set(home, { home, dialect: "postgres", paths: [path] });
    else group.paths.push(path);
  }
  return joinGroups(discovery, [...groups.values()]).map((group) => describe(discovery, group));
}

function describe(discovery: Discovery, { home, paths }: Group): Found {
  const schemaFiles = [...paths].sort(byName);
  const folder = commonFolder(schemaFiles.map(folderOf));
  const settings = sourcesOf(discovery, home);
  return {
    named: folder, orm: "typeorm", dialect: dialectOf(discovery, home, settings), dir: home, schemaFiles, queryFiles: [], migrations: [], casing: null,
    ormVersion: versionOf(discovery.packages, folder, "typeorm"), typeorm: settingsIn(settings),
  };
}

/** Texts of the package's files that may say how its data source is made; of the whole project where the package itself has none. */
function sourcesOf({ look, candidates }: Discovery, home: string): string[] {
  const texts = candidates.filter((path) => isCode(path) && entryOf(path, false) !== "test").flatMap((path) => {
    const text = look(path, "typeorm-data-source");
    return text === null ? [] : [{ path, text }];
  });
  const own = texts.filter(({ path }) => isWithin(path, home));
  return (own.length > 0 ? own : texts).map(({ text }) => text);
}

/** A program may run on several engines: Postgres is the one that is understood. */
function dialectOf(discovery: Discovery, home: string, texts: string[]): Dialect {
  const named = texts.flatMap((text) => [...text.matchAll(/\btype["']?\s*:\s*["']([\w-]+)["']/g)].flatMap((match) => dialectOfEngine(match[1] ?? "") ?? []));
  if (named.includes("postgres")) return "postgres";
  const installed = driverDialect(discovery, home);
  // Where the environment names the engine, the driver that is installed tells more than a fallback.
  const isAsked = texts.some((text) => /\btype["']?\s*:\s*(?:\(?\s*(?:process|this|config\w*|env\w*)\b|\w+\()/i.test(text));
  return named[0] === undefined || (isAsked && installed === "postgres") ? (installed ?? "postgres") : named[0];
}

function settingsIn(texts: string[]): TypeormSettings {
  const naming = texts.flatMap(namingIn);
  const prefixes = texts.flatMap((text) => [...text.matchAll(/\bentityPrefix["']?\s*:\s*(?:["']([^"']*)["']\s*[,}\n])?/g)].map((match) => match[1] ?? null));
  const schemas = texts.flatMap((text) => (/\bentities\b|\bnamingStrategy\b/.test(text) ? [...text.matchAll(/\bschema["']?\s*:\s*["'](\w+)["']/g)].map((match) => match[1] ?? "") : []));
  const synchronize = texts.flatMap((text) => [...text.matchAll(/\bsynchronize["']?\s*:\s*([^\s,}]*)/g)].map((match) => match[1] ?? ""));
  return {
    naming: naming.length === 0 ? "default" : naming.every((name) => name === "snake") ? "snake" : null,
    prefix: prefixes.length === 0 ? "" : prefixes.every((prefix) => prefix === prefixes[0]) ? (prefixes[0] ?? null) : null,
    schema: new Set(schemas).size === 1 ? (schemas[0] ?? null) : null,
    synchronizes: synchronize.length > 0 && synchronize.every((value) => value === "true"),
  };
}

/** What each mention of a naming strategy makes of it. */
function namingIn(text: string): ("snake" | null)[] {
  const snake = /import\s*\{[^}]*\bSnakeNamingStrategy\b[^}]*\}\s*from\s*["']typeorm-naming-strategies["']/.test(text);
  const made = [...text.matchAll(/\bnamingStrategy["']?\s*[:=]\s*([^,;\n]*)/g)];
  return made.map((match): "snake" | null => (snake && /^new SnakeNamingStrategy\(\s*\)/.test(match[1] ?? "") ? "snake" : null));
}
