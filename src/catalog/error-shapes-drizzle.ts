import type { ErrorTest, Handler, Project, Site } from "../model/project.ts";
import { whyNeverDriver } from "./error-shapes-driver.ts";
import { speaksOfUnique } from "./error-words.ts";
import { tableOf } from "./tables.ts";
import { isAtLeast } from "./versions.ts";

/** drizzle-orm 0.44 wraps the driver's error in a DrizzleQueryError and keeps it as `cause` (reference §4.7). */
export function whyNeverDrizzle(project: Project, handler: Handler, sites: Site[], test: ErrorTest): string | null {
  const version = handler.versions["drizzle-orm"];
  // What unwraps the error on its way here, or makes one of its own, decides what the test sees.
  if (version === undefined || test.kind === "class" || (handler.thrown ?? []).some((text) => /\.cause\b|23505/.test(text))) return null;
  const path = test.path.join(".");
  if (isAtLeast(version, 0, 44)) {
    if (/^(code|constraint|constraint_name|detail)$/.test(path)) return `drizzle-orm ${version} throws a DrizzleQueryError, which has ${path} on its cause only.`;
    if (path === "message" && isAboutViolation(project, handler, sites, test)) return `the message of drizzle-orm ${version}'s error is "Failed query: …"; the database's own words are in cause.message.`;
  } else if (/^cause\.(code|constraint|constraint_name|message)$/.test(path)) {
    return `drizzle-orm ${version} throws the driver's error itself, which has no cause (that came with 0.44).`;
  }
  return whyNeverDriver(handler.versions, path);
}

/**
 * Does a test of the message look for the database's words? Not for those of an error that the guarded code throws itself, nor for what the text
 * of the statement holds anyway, which the message repeats. "Already exists" is what programs say.
 */
function isAboutViolation(project: Project, handler: Handler, sites: Site[], test: ErrorTest): boolean {
  if (!("value" in test)) return false;
  const wanted = test.value.toLowerCase();
  const tables = sites.flatMap((site) => tableOf(project, site) ?? []);
  const isKeyName = test.kind === "name" && tables.some((table) => table.keys.some((key) => key.name?.toLowerCase().includes(wanted) === true));
  if (!isKeyName && !speaksOfUnique(wanted)) return false;
  const statement = [...tables.flatMap((table) => [table.name, ...table.columns.map((column) => column.name)]), ...sites.flatMap((site) => (site.conflict?.target.by === "constraint" ? [site.conflict.target.name] : []))];
  return ![...(handler.thrown ?? []), ...statement].some((text) => text.toLowerCase().includes(wanted));
}
