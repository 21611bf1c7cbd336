import type { PackageInfo, ProjectInput } from "../model/input.ts";
import { ancestors, dirname } from "./paths.ts";

/** Packages whose version decides what an error looks like. */
const TELLING = /^(?:drizzle-orm|@prisma\/.*|prisma|pg|postgres|kysely|knex|typeorm|sequelize|@sequelize\/.*|@mikro-orm\/.*|slonik|@slonik\/.*|@supabase\/.*|better-sqlite3|@libsql\/client|mysql2|@neondatabase\/serverless|@vercel\/postgres|@electric-sql\/pglite|objection|db-errors)$/;

const known = new WeakMap<ProjectInput, Map<string, Record<string, string>>>();

/** Versions that the packages above a file give, the nearest first. */
export function versionsFor(input: ProjectInput, path: string): Record<string, string> {
  let byDir = known.get(input);
  if (byDir === undefined) known.set(input, (byDir = new Map<string, Record<string, string>>()));
  const dir = dirname(path);
  let found = byDir.get(dir);
  if (found === undefined) byDir.set(dir, (found = collect(input.packages, dir)));
  return found;
}

function collect(packages: PackageInfo[], dir: string): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const folder of ancestors(dir)) {
    const info = packages.find((each) => each.dir === folder);
    for (const [name, version] of Object.entries(info?.versions ?? {})) if (version !== null && TELLING.test(name) && !Object.hasOwn(versions, name)) versions[name] = version;
  }
  return versions;
}

/** Does a package above the file depend on one of these? */
export function isInstalled(input: ProjectInput, path: string, name: RegExp): boolean {
  return ancestors(dirname(path)).some((folder) => Object.keys(input.packages.find((each) => each.dir === folder)?.versions ?? {}).some((each) => name.test(each)));
}
