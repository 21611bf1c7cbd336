import type { DatabaseSource } from "../model/input.ts";
import { findCodeMigrations } from "./code-migrations.ts";
import type { Discovery, Found } from "./context.ts";
import { findDrizzle } from "./drizzle.ts";
import { isKnownSchema, joinHistories } from "./merge.ts";
import { findMikroOrm } from "./mikro-orm.ts";
import { byName, folderOf } from "./paths.ts";
import { findAnySql, findPlainSql } from "./plain-sql.ts";
import { findPrisma } from "./prisma.ts";
import { findSequelize } from "./sequelize.ts";
import { findSqlc } from "./sqlc.ts";
import { findSupabase } from "./supabase.ts";
import { findTypeorm } from "./typeorm.ts";

/** Finds every database of a project without configuration: ORM schemas, migrations, query files. Nothing is executed. */
export function discoverDatabases(discovery: Discovery): DatabaseSource[] {
  const orms = [...findDrizzle(discovery), ...findPrisma(discovery), ...findTypeorm(discovery), ...findSequelize(discovery), ...findMikroOrm(discovery)];
  const named = [...orms, ...findSqlc(discovery)];
  const supabase = findSupabase(discovery).filter((found) => !shares(found, named));
  const code = findCodeMigrations(discovery, claimedBy([...named, ...supabase]));
  const known = [...named, ...supabase, ...code];
  const plain = findPlainSql(discovery, claimedBy(known)).filter((found) => !shares(found, known));
  const histories = plain.filter((found) => found.migrations.length > 0);
  const joined = joinHistories(discovery, named, [...supabase, ...code, ...histories]);
  const dumps = plain.filter((found) => found.migrations.length === 0 && !isKnownSchema(discovery, found, joined));
  const found = [...joined, ...dumps];
  return nameDatabases(found.length > 0 ? found : findAnySql(discovery));
}

/** Every file that these databases are made of. */
export function claimedBy(databases: Pick<Found, "schemaFiles" | "migrations" | "queryFiles">[]): Set<string> {
  return new Set(databases.flatMap((found) => [...found.schemaFiles, ...found.queryFiles, ...found.migrations.flatMap(({ files }) => files)]));
}

/** Is its migrations folder another database's already: drizzle-kit writing into supabase/migrations, files that the journal does not name? */
function shares(found: Found, others: Found[]): boolean {
  const dirs = new Set(others.flatMap(({ migrations }) => migrations.map(({ dir }) => dir)));
  return found.migrations.some(({ dir }) => dirs.has(dir));
}

/** The shortest name that is only its own: the folder that it was found in, else the file. */
export function nameDatabases(databases: Found[]): DatabaseSource[] {
  const folder = (named: string): string => (/\.\w+$/.test(named) ? folderOf(named) : named) || ".";
  const count = new Map<string, number>();
  for (const { named } of databases) count.set(folder(named), (count.get(folder(named)) ?? 0) + 1);
  const taken = new Set<string>();
  return databases
    .map(({ named, ...database }) => {
      const short = count.get(folder(named)) === 1 ? folder(named) : named;
      let id = short;
      for (let next = 2; taken.has(id); next += 1) id = `${short}#${next}`;
      taken.add(id);
      return { ...database, id };
    })
    .sort((a, b) => byName(a.id, b.id));
}
