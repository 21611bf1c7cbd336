import type { Discovery, Found } from "./context.ts";
import { pluralize, underscore } from "../project/schema/sequelize-names.ts";
import { folderOf, isWithin } from "./paths.ts";

/**
 * SQL that stands apart from an ORM's schema, or from a schema file, is most often the same database's history. It is joined to the one
 * database that speaks of its tables and has no migrations of its own; whatever fits several or none stays a database of its own.
 */
export function joinHistories(discovery: Discovery, databases: Found[], apart: Found[]): Found[] {
  const joined = databases.map((database) => ({ ...database }));
  const rest = apart.filter((found) => {
    if (found.migrations.length === 0) return true;
    const tables = createdTables(discovery, found);
    const fits = joined.filter((database) => database.migrations.length === 0 && database.dialect === found.dialect && speaksOf(discovery, database, tables));
    const near = fits.length > 1 ? fits.filter((database) => isWithin(found.dir, database.dir) || isWithin(database.dir, found.dir)) : fits;
    const owner = near[0];
    if (owner === undefined || near.length > 1) return true;
    owner.migrations = found.migrations;
    owner.queryFiles = [...owner.queryFiles, ...found.queryFiles];
    return false;
  });
  return [...joined, ...rest];
}

/** A whole-schema dump beside migrations or an ORM's schema says the same once more: it is left out where its tables are known already. */
export function isKnownSchema(discovery: Discovery, dump: Found, databases: Found[]): boolean {
  const tables = createdTables(discovery, dump);
  return databases.some((database) => database.dialect === dump.dialect && speaksOf(discovery, database, tables));
}

/** Names of the tables that a database's migrations and SQL files create, without their schema. */
export function createdTables({ files }: Discovery, found: Found): Set<string> {
  const names = new Set<string>();
  const paths = [...found.schemaFiles.filter((path) => path.endsWith(".sql")), ...found.migrations.flatMap((list) => list.files)];
  for (const path of paths) {
    const text = (files.text(path) ?? "").replace(/--[^\n]*|\/\*[^]*?\*\//g, " ");
    for (const match of text.matchAll(/\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:["`]?\w+["`]?\s*\.\s*)?["`]?(\w+)["`]?/gi)) {
      const name = (match[1] ?? "").toLowerCase();
      // TypeORM rebuilds tables of SQLite under such a name, in migrations that serve several engines.
      if (!name.startsWith("temporary_")) names.add(name);
    }
    if (path.endsWith(".sql")) continue;
    for (const match of text.matchAll(/\bcreateTable(?:IfNotExists)?\(\s*["'`](?:\w+\.)?(\w+)["'`]/g)) names.add((match[1] ?? "").toLowerCase());
  }
  return names;
}

/** What a table may be called for a word in the schema: Sequelize makes the plural. */
function tableNames(orm: Found["orm"], word: string): string[] {
  if (orm !== "sequelize") return [word];
  const plural = pluralize(word);
  return [word, plural, underscore(plural)];
}

/** Does the text of the database's schema name at least half of these tables, and two of them if there are so many? */
function speaksOf({ files }: Discovery, database: Found, tables: Set<string>): boolean {
  if (tables.size === 0) return false;
  const listed = [...database.schemaFiles, ...database.migrations.flatMap((list) => list.files)];
  // A schema is often split into the files beside the one that is configured.
  const folders = new Set(database.orm === "drizzle" ? database.schemaFiles.map(folderOf) : []);
  const beside = files.paths.filter((path) => /\.[cm]?[jt]s$/.test(path) && folders.has(folderOf(path)));
  const words = new Set<string>();
  for (const path of new Set([...listed, ...beside])) {
    for (const word of new Set((files.text(path) ?? "").match(/\w+/g) ?? [])) for (const name of tableNames(database.orm, word)) words.add(name.toLowerCase());
  }
  // An entity's table is named after its class: `ChatMessage` makes chat_message.
  const isNamed = (table: string): boolean => words.has(table) || ((database.orm === "typeorm" || database.orm === "mikro-orm") && words.has(table.replaceAll("_", "")));
  const named = [...tables].filter(isNamed).length;
  return named * 2 >= tables.size && named >= Math.min(2, tables.size);
}
