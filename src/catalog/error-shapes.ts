import type { ErrorTest, Handler, Project, Site } from "../model/project.ts";
import { databaseOf } from "./tables.ts";

/** Why a test is false for every error that these writes can raise; null: it may be true, or nothing is known. */
export function whyNever(project: Project, handler: Handler, sites: Site[], test: ErrorTest): string | null {
  const { versions } = handler;
  if (sites.every((site) => site.client === "drizzle" && isPostgres(project, site))) return whyNeverDrizzle(versions, test);
  if (sites.every((site) => site.client === "prisma")) return whyNeverPrisma(project, versions, sites, test);
  if (!sites.every((site) => isRawThroughPrisma(project, versions, site))) return null;
  return test.kind === "code" && test.value === "P2002" ? "violations of raw SQL reach the code as P2010, not as P2002." : null;
}

/** $queryRaw and the like: run by a Prisma client, or SQL in a package that has Prisma and no other way to the database. */
function isRawThroughPrisma(project: Project, versions: Record<string, string>, site: Site): boolean {
  if (/^\$(?:query|execute)Raw/.test(site.operation)) return true;
  const others = ["pg", "postgres", "kysely", "knex", "drizzle-orm", "typeorm", "slonik", "@neondatabase/serverless"];
  return site.client === "raw-sql" && databaseOf(project, site.database)?.orm === "prisma" && others.every((name) => versions[name] === undefined);
}

function isPostgres(project: Project, site: Site): boolean {
  return databaseOf(project, site.database)?.catalog.dialect === "postgres";
}

/** drizzle-orm 0.44 wraps the driver's error in a DrizzleQueryError and keeps it as `cause` (reference §4.7). */
function whyNeverDrizzle(versions: Record<string, string>, test: ErrorTest): string | null {
  const version = versions["drizzle-orm"];
  if (version === undefined || test.kind === "class") return null;
  const wraps = isAtLeast(version, 0, 44);
  const path = test.path.join(".");
  if (wraps) {
    if (/^(code|constraint|constraint_name|detail)$/.test(path)) return `drizzle-orm ${version} throws a DrizzleQueryError, which has ${path} on its cause only.`;
    // "already exists" may be an error of the code's own.
    if (path === "message" && "value" in test && /duplicate|unique|violat|23505/i.test(test.value)) return `the message of drizzle-orm ${version}'s error is "Failed query: …"; the database's own words are in cause.message.`;
  } else if (/^cause\.(code|constraint|constraint_name|message)$/.test(path)) {
    return `drizzle-orm ${version} throws the driver's error itself, which has no cause (that came with 0.44).`;
  }
  return whyNeverDriver(versions, path);
}

/** pg calls it `constraint`, postgres.js `constraint_name` (reference §14.6). Only known where one of the two is installed. */
function whyNeverDriver(versions: Record<string, string>, path: string): string | null {
  const pg = Object.keys(versions).some((name) => name === "pg" || name.startsWith("@neondatabase/") || name.startsWith("@electric-sql/") || name.startsWith("@vercel/"));
  const postgres = versions["postgres"] !== undefined;
  if (pg === postgres) return null;
  if (postgres && /(^|\.)constraint$/.test(path)) return "postgres.js puts the key's name into constraint_name.";
  if (pg && /(^|\.)constraint_name$/.test(path)) return "pg puts the key's name into constraint.";
  return null;
}

/** Prisma 7 with a driver adapter has no meta.target; adapter-pg 7.10 gives `constraint.index`, before it quoted `constraint.fields` (§5.5). */
function whyNeverPrisma(project: Project, versions: Record<string, string>, sites: Site[], test: ErrorTest): string | null {
  const version = versions["@prisma/client"] ?? versions["prisma"];
  const adapted = sites.every((site) => databaseOf(project, site.database)?.prisma?.adapter === true);
  if (version === undefined || !adapted || !isAtLeast(version, 7, 0) || (test.kind !== "target" && test.kind !== "name")) return null;
  const path = test.path.join(".");
  if (/^meta\.target/.test(path)) return `Prisma ${version} with a driver adapter sets no meta.target; the key is in meta.driverAdapterError.cause.constraint.`;
  const adapter = versions["@prisma/adapter-pg"];
  if (adapter === undefined || !/\.constraint\.fields/.test(path)) return null;
  if (isAtLeast(adapter, 7, 10)) return `@prisma/adapter-pg ${adapter} gives constraint.index, not constraint.fields.`;
  const exact = test.how === "equals" || test.how === "includes";
  return exact && /[A-Z]/.test(test.value) ? `@prisma/adapter-pg ${adapter} gives the column with Postgres' quotes, "${test.value}" inside them.` : null;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return a > major || (a === major && b >= minor);
}
