import type { FileFacts } from "../model/facts.ts";
import type { DatabaseSource, ProjectInput } from "../model/input.ts";
import type { Unread } from "../model/span.ts";
import { dirname } from "./paths.ts";

/**
 * What was not understood in the files at `paths`. SQL of another engine that belongs to no database found here is nobody's business, nor is
 * what stands beside it; of a database that is not Postgres one place tells for all of its .sql files.
 */
export function collectUnread(input: ProjectInput, paths: string[]): Unread[] {
  const owners = ownersOf(input.databases);
  const foreign = new Set(paths.filter((path) => isForeign(input.facts(path)) && !owners.has(path)).map(dirname));
  const told = new Set<DatabaseSource>();
  return paths.flatMap((path) => {
    const unread = input.facts(path)?.unread ?? [];
    const isSql = path.endsWith(".sql") && unread.length > 0;
    const owner = owners.get(path);
    if (!isSql || owner?.dialect === "postgres") return unread;
    if (owner === undefined) return foreign.has(dirname(path)) ? [] : unread;
    if (told.has(owner)) return [];
    told.add(owner);
    return [{ at: { path, start: 0, end: 0 }, message: `The .sql files of ${owner.id} are read as far as they are Postgres' SQL; this database is ${words[owner.dialect]}.` }];
  });
}

const words = { postgres: "Postgres", mysql: "MySQL", sqlite: "SQLite", other: "another engine" };

function isForeign(facts: FileFacts | null): boolean {
  return facts?.sql?.foreign !== undefined;
}

function ownersOf(databases: DatabaseSource[]): Map<string, DatabaseSource> {
  const owners = new Map<string, DatabaseSource>();
  for (const source of databases) {
    for (const path of [...source.schemaFiles, ...source.queryFiles, ...source.migrations.flatMap(({ files }) => files)]) owners.set(path, source);
  }
  return owners;
}
