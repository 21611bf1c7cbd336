import { rules } from "../../rules/index.ts";
import { loadConfig } from "../disk/config.ts";
import { readFolder } from "../disk/lint-state.ts";
import { isWithin } from "../disk/paths.ts";
import { configFolders, findTargets, showFrom } from "../disk/targets.ts";
import { failure } from "../lint/failure.ts";
import type { Catalog, Table } from "../model/catalog.ts";
import type { DatabaseSource } from "../model/input.ts";
import type { Database } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { formatUnread } from "../report/pretty.ts";
import { formatSchemaJson, formatSchemaMarkdown, formatSchemaPretty } from "../report/schema.ts";
import type { NamedCatalog } from "../report/schema.ts";
import { makeSources } from "../report/sources.ts";
import { checkChoice, readConfigPath } from "./options.ts";
import type { SchemaOptions } from "./options.ts";
import { hasColour } from "./output.ts";

/** Reads the project and prints its catalogs. */
export async function runSchema(path: string | undefined, options: SchemaOptions): Promise<void> {
  const format = checkChoice("--format", options.format, ["pretty", "json", "markdown"]);
  const source = checkChoice("--source", options.source, ["all", "migrations", "schema"]);
  const cwd = process.cwd();
  const target = findTargets(cwd, path === undefined ? [] : [path])[0];
  if (target === undefined) return;
  const config = await loadConfig(configFolders(cwd, target.root), readConfigPath(options.config), rules.map(({ name }) => name));
  const { project, input } = await readFolder(target, config);
  const show = showFrom(cwd, target.root);
  const texts = new Map<string, string>();
  const move = (at: Span): Span => {
    texts.set(show(at.path), at.path);
    return { ...at, path: show(at.path) };
  };
  const catalogs = project.databases.filter((_, index) => isAsked(input.databases[index], target.within)).flatMap((database) => {
    const catalog = choose(database, source);
    return catalog === null ? [] : [{ id: database.id, catalog: moveCatalog(catalog, move) }];
  });
  if (catalogs.length === 0) throw failure(`no ${source === "migrations" ? "migrations were" : "schema was"} found in ${target.root}`);
  const sources = makeSources((shown) => input.files.text(texts.get(shown) ?? shown));
  const unread = project.unread.map(({ at, message }) => ({ at: move(at), message }));
  process.stderr.write(formatUnread(unread, sources, 10, hasColour("stderr", options.color)));
  process.stdout.write(print(catalogs, format, sources, hasColour("stdout", options.color)));
}

function print(catalogs: NamedCatalog[], format: "pretty" | "json" | "markdown", sources: ReturnType<typeof makeSources>, colours: boolean): string {
  if (format === "json") return formatSchemaJson(catalogs, sources);
  return format === "markdown" ? formatSchemaMarkdown(catalogs) : formatSchemaPretty(catalogs, colours);
}

/** Does a file of this database lie in what was asked for? */
function isAsked(source: DatabaseSource | undefined, within: string[]): boolean {
  const files = source === undefined ? [] : [...source.schemaFiles, ...source.migrations.flatMap((list) => list.files)];
  return within.length === 0 || files.some((path) => within.some((dir) => isWithin(path, dir)));
}

function choose(database: Database, source: "all" | "migrations" | "schema"): Catalog | null {
  return source === "all" ? database.catalog : source === "migrations" ? database.migrated : database.schema;
}

function moveCatalog(catalog: Catalog, move: (at: Span) => Span): Catalog {
  const moved = (table: Table): Table => ({
    ...table,
    keys: table.keys.map((key) => ({ ...key, declared: key.declared.map(move), built: key.built.map(move) })),
  });
  return { ...catalog, tables: Object.fromEntries(Object.entries(catalog.tables).map(([id, table]) => [id, moved(table)])) };
}
