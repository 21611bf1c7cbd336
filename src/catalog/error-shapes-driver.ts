import type { ErrorTest, Handler, Site } from "../model/project.ts";

/** Packages that bring pg's errors. */
const PG = /^(?:pg|pg-promise|@neondatabase\/serverless|@electric-sql\/pglite|@vercel\/postgres)$/;

/** pg calls it `constraint`, postgres.js `constraint_name` (reference §14.6). Only known where one of the two is installed. */
export function whyNeverDriver(versions: Record<string, string>, path: string): string | null {
  const pg = Object.keys(versions).some((name) => PG.test(name));
  const postgres = versions["postgres"] !== undefined;
  return pg === postgres ? null : whyNeverNamed(postgres ? "postgres" : "pg", path);
}

function whyNeverNamed(driver: "pg" | "postgres", path: string): string | null {
  if (driver === "postgres" && /(^|\.)constraint$/.test(path)) return "postgres.js puts the key's name into constraint_name.";
  if (driver === "pg" && /(^|\.)constraint_name$/.test(path)) return "pg puts the key's name into constraint.";
  return null;
}

/** Knex and Kysely hand on the driver's error as it is; Knex has no other driver than pg, Kysely postgres.js' only through a dialect of its own. */
export function whyNeverBuilder(handler: Handler, sites: Site[], test: ErrorTest): string | null {
  // What makes an error of its own on the way decides what the test sees.
  if (test.kind === "class" || (handler.thrown ?? []).some((text) => /constraint|cause|23505/.test(text))) return null;
  const path = test.path.join(".");
  if (sites.every((site) => site.client === "knex")) return whyNeverNamed("pg", path);
  return whyNeverDriver(handler.versions, path);
}
