import type { ErrorTest, Handler, Project, Site } from "../model/project.ts";
import { whyNeverBuilder } from "./error-shapes-driver.ts";
import { whyNeverDrizzle } from "./error-shapes-drizzle.ts";
import { whyNeverPrisma, type NeverTrue } from "./error-shapes-prisma.ts";
import { whyNeverSequelize } from "./error-shapes-sequelize.ts";
import { whyNeverTypeorm } from "./error-shapes-typeorm.ts";
import { databaseOf } from "./tables.ts";

export type { NeverTrue };

/** Clients that hand on the driver's error. */
const BUILDERS = new Set(["kysely", "knex"]);

/** Why a test is false for every error that these writes can raise; null: it may be true, or nothing is known. */
export function whyNever(project: Project, handler: Handler, sites: Site[], test: ErrorTest): NeverTrue | null {
  const { versions } = handler;
  if (sites.every((site) => site.client === "drizzle" && isPostgres(project, site))) {
    const why = whyNeverDrizzle(project, handler, sites, test);
    return why === null ? null : { why, by: "path", sure: true };
  }
  if (sites.length > 0 && sites.every((site) => BUILDERS.has(site.client) && isPostgres(project, site))) {
    const why = whyNeverBuilder(handler, sites, test);
    return why === null ? null : { why, by: "path", sure: true };
  }
  if (sites.every((site) => site.client === "sequelize" && isPostgres(project, site))) {
    const why = whyNeverSequelize(handler, test);
    return why === null ? null : { why, by: "path", sure: true };
  }
  if (sites.every((site) => site.client === "prisma")) return isPostgres(project, sites[0]) ? whyNeverPrisma(project, versions, sites, test) : null;
  if (sites.every((site) => site.client === "typeorm")) return isPostgres(project, sites[0]) ? whyNeverTypeorm(test) : null;
  if (!sites.every((site) => isRawThroughPrisma(project, versions, site))) return null;
  return test.kind === "code" && test.value === "P2002" ? { why: "violations of raw SQL reach the code as P2010, not as P2002.", by: "value", sure: true } : null;
}

/** $queryRaw and the like: run by a Prisma client, or SQL in a package that has Prisma and no other way to the database. */
function isRawThroughPrisma(project: Project, versions: Record<string, string>, site: Site): boolean {
  if (/^\$(?:query|execute)Raw/.test(site.operation)) return true;
  const others = ["pg", "postgres", "kysely", "knex", "drizzle-orm", "typeorm", "slonik", "@neondatabase/serverless"];
  return site.client === "raw-sql" && databaseOf(project, site.database)?.orm === "prisma" && others.every((name) => versions[name] === undefined);
}

function isPostgres(project: Project, site: Site | undefined): boolean {
  return site !== undefined && databaseOf(project, site.database)?.catalog.dialect === "postgres";
}
