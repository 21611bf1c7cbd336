import type { ProjectInput } from "../model/input.ts";
import type { Project, ProjectFile } from "../model/project.ts";
import { buildDatabases } from "./databases.ts";
import { describeFile } from "./files.ts";
import { createHomes } from "./homes.ts";
import { createProgram } from "./modules.ts";
import { readDrizzleSchemas } from "./schema/drizzle.ts";
import { readSequelizeSchemas } from "./schema/sequelize.ts";
import { readTypeormSchemas } from "./schema/typeorm.ts";
import { countSites } from "./counts.ts";
import { linkSites } from "./sites.ts";
import { collectUnread } from "./unread.ts";

/**
 * Puts the facts of all files together into what rules see: names followed, schemas read, migrations replayed, sites resolved and guarded. Pure
 * but for `input.facts`, which reads a file at its first use.
 */
export function buildProject(input: ProjectInput): Project {
  const program = createProgram(input);
  const unread = [...input.unread];
  const tables = readDrizzleSchemas(program, input.databases);
  const entities = readTypeormSchemas(program, input.databases);
  const models = readSequelizeSchemas(program, input.databases);
  unread.push(...tables.unread, ...entities.unread);
  const databases = buildDatabases(program, { drizzle: tables, typeorm: entities, sequelize: models }, unread);
  const databaseForFile = createHomes(program, databases);
  const { sites, handlers, claims, refreshes, repairs } = linkSites({ program, databases, tables, entities, models, databaseForFile });
  const files = describeFiles(input);
  unread.push(...collectUnread(input, files.map((file) => file.path)));
  return { databases, sites, handlers, claims, refreshes, repairs, files, unread, counts: countSites(sites, handlers) };
}

/** The files that hold facts, in order of their paths. */
function describeFiles(input: ProjectInput): ProjectFile[] {
  const migrations = new Set(input.databases.flatMap((source) => source.migrations.flatMap((list) => list.files)));
  const schemas = input.databases.flatMap((source) => source.schemaFiles);
  const paths = new Set([...input.candidates, ...schemas, ...migrations]);
  return [...paths].sort().map((path) => describeFile(path, input.facts(path), migrations.has(path)));
}
