import type { ProjectInput } from "../model/input.ts";
import type { Project, ProjectFile } from "../model/project.ts";
import type { Unread } from "../model/span.ts";
import { linkAround, neighboursOf } from "./around.ts";
import type { Linked } from "./clients/adapter.ts";
import { buildDatabases } from "./databases.ts";
import { describeFile } from "./files.ts";
import { createHomes } from "./homes.ts";
import { createProgram } from "./modules.ts";
import type { Program } from "./program.ts";
import { readDrizzleSchemas } from "./schema/drizzle.ts";
import { readMikroOrmSchemas } from "./schema/mikro-orm.ts";
import { readSequelizeSchemas } from "./schema/sequelize.ts";
import { readTypeormSchemas } from "./schema/typeorm.ts";
import { countSites } from "./counts.ts";
import { linkSites } from "./link.ts";
import { collectUnread } from "./unread.ts";

/** What the schemas and migrations of a project say: the same for all code. */
export type Base = Pick<Linked, "tables" | "entities" | "models" | "mikroOrm" | "databases"> & { unread: Unread[] };

/** `built`: the databases and what could not be read of them, where they were built of the same files before. */
export function buildBase(program: Program, built: Pick<Base, "databases" | "unread"> | null = null): Base {
  const tables = readDrizzleSchemas(program, program.input.databases);
  const entities = readTypeormSchemas(program, program.input.databases);
  const models = readSequelizeSchemas(program, program.input.databases);
  const mikroOrm = readMikroOrmSchemas(program, program.input.databases);
  if (built !== null) return { tables, entities, models, mikroOrm, ...built };
  const unread = [...tables.unread, ...entities.unread];
  const databases = buildDatabases(program, { drizzle: tables, typeorm: entities, sequelize: models, "mikro-orm": mikroOrm }, unread);
  return { tables, entities, models, mikroOrm, databases, unread };
}

/**
 * Puts the facts of all files together into what rules see: names followed, schemas read, migrations replayed, sites resolved and guarded. Pure
 * but for `input.facts`, which reads a file at its first use.
 */
export function buildProject(input: ProjectInput): Project {
  const program = createProgram(input);
  const base = buildBase(program);
  const { databases } = base;
  const { sites, handlers, claims, refreshes, repairs } = linkSites(linkedOf(program, base));
  const files = describeFiles(input);
  const unread = [...input.unread, ...base.unread, ...collectUnread(input, files.map((file) => file.path))];
  return { databases, sites, handlers, claims, refreshes, repairs, files, unread, counts: countSites(sites, handlers, input.databases, databases) };
}

/** As much of the project as rules need to judge some files of code; what they find in other files is not to be trusted. */
export function buildAround(program: Program, base: Base, paths: readonly string[]): Project {
  const { databases, unread } = base;
  const linkage = linkAround(linkedOf(program, base), paths);
  return { databases, ...linkage, files: paths.map((path) => describeFile(path, program.facts(path), false)), unread, counts: countSites(linkage.sites, linkage.handlers, program.input.databases, databases) };
}

/** Files of code whose sites may be judged otherwise once this one is another. */
export function filesAround(program: Program, base: Base, path: string): Set<string> {
  return neighboursOf(linkedOf(program, base), path);
}

function linkedOf(program: Program, { unread: _unread, ...base }: Base): Linked {
  return { program, ...base, databaseForFile: createHomes(program, base.databases) };
}

/** The files that hold facts, in order of their paths. */
function describeFiles(input: ProjectInput): ProjectFile[] {
  const migrations = new Set(input.databases.flatMap((source) => source.migrations.flatMap((list) => list.files)));
  const schemas = input.databases.flatMap((source) => source.schemaFiles);
  const paths = new Set([...input.candidates, ...schemas, ...migrations]);
  return [...paths].sort().map((path) => describeFile(path, input.facts(path), migrations.has(path)));
}
