import type { Database } from "../model/project.ts";
import { ancestors, dirname, isInside } from "./paths.ts";
import type { Program } from "./program.ts";

/** Imports are followed this far to find the schema that a file uses. */
const FARTHEST = 3;

/**
 * The database that the code of a file talks to, where its calls do not name a table of one themselves: the only one there is, the one of its
 * own package, of a package that it depends on, or the one its imports lead to. null: several, or none.
 */
export function createHomes(program: Program, databases: Database[]): (path: string, orm?: Database["orm"]) => Database | null {
  const dirs = new Map(program.input.databases.map((source) => [source.id, source.dir]));
  const sources = program.input.databases;
  const known = new Map<string, Database | null>();
  return (path, orm) => {
    const key = `${orm ?? ""}\0${path}`;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const candidates = databases.filter((database) => (orm === undefined || database.orm === orm) && !isEmpty(database));
    const found = candidates.length < 2 ? (candidates[0] ?? null) : choose(path, candidates);
    known.set(key, found);
    return found;
  };

  function choose(path: string, candidates: Database[]): Database | null {
    const dirOf = (database: Database): string => dirs.get(database.id) ?? "";
    for (const dir of ancestors(dirname(path))) {
      if (dir === "") break;
      const here = candidates.filter((database) => dirOf(database) === dir);
      if (here.length === 1) return here[0] ?? null;
      if (here.length > 1) return byImports(path, here);
    }
    return byDependencies(path, candidates, dirOf) ?? byImports(path, candidates) ?? only(candidates.filter((database) => dirOf(database) === ""));
  }

  /** The database of the one workspace package with a database that this file's package depends on. */
  function byDependencies(path: string, candidates: Database[], dirOf: (database: Database) => string): Database | null {
    const own = nearestPackage(path);
    if (own === null) return null;
    const used = program.input.packages.filter((info) => info.name !== null && Object.hasOwn(own.versions, info.name));
    return only(candidates.filter((database) => used.some((info) => info.dir !== "" && isInside(dirOf(database), info.dir))));
  }

  function nearestPackage(path: string): (typeof program.input.packages)[number] | null {
    for (const dir of ancestors(dirname(path))) {
      const found = program.input.packages.find((info) => info.dir === dir);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Breadth first, so that the nearest schema decides; a Prisma schema is reached by any file of its package. */
  function byImports(path: string, candidates: Database[]): Database | null {
    const owner = new Map<string, Database>();
    const folders: { dir: string; database: Database }[] = [];
    for (const source of sources) {
      const database = candidates.find((item) => item.id === source.id);
      if (database === undefined) continue;
      for (const file of source.schemaFiles) owner.set(file, database);
      if (source.dir !== "" && !isInside(path, source.dir)) folders.push({ dir: source.dir, database });
    }
    const ownersOf = (file: string): Database[] => {
      const own = owner.get(file);
      return own !== undefined ? [own] : folders.flatMap(({ dir, database }) => (isInside(file, dir) ? [database] : []));
    };
    let level = [path];
    const seen = new Set(level);
    for (let distance = 0; distance <= FARTHEST; distance++) {
      const found = new Set(level.flatMap(ownersOf));
      if (found.size > 0) return only([...found]);
      level = level.flatMap((file) => importedFiles(file)).filter((file) => !seen.has(file) && seen.add(file).size > 0);
    }
    return null;
  }

  function importedFiles(path: string): string[] {
    const code = program.facts(path)?.code;
    const specifiers = [...(code?.imports ?? []).filter((item) => !item.typeOnly), ...(code?.exports ?? []).filter((item) => item.kind !== "local")];
    return specifiers.flatMap((item) => {
      const target = program.resolve(path, item.from);
      return target?.kind === "file" ? [target.path] : [];
    });
  }
}

/** A folder of scripts that make no tables is nobody's database. */
function isEmpty(database: Database): boolean {
  return Object.keys(database.catalog.tables).length === 0;
}

function only(databases: Database[]): Database | null {
  return databases.length === 1 ? (databases[0] ?? null) : null;
}
