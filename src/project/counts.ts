import type { DatabaseSource } from "../model/input.ts";
import type { Database, Project, Site } from "../model/project.ts";
import { ancestors, dirname } from "./paths.ts";

/**
 * How many of the places that matter were seen, and of how many table and target are known. What code of a package whose databases are all of another
 * engine asks is none of Postgres' matter: it counts where its table is known nevertheless.
 */
export function countSites(sites: Site[], handlers: Project["handlers"], sources: DatabaseSource[], databases: Database[]): Project["counts"] {
  const counts: Project["counts"] = {
    conflict: { seen: 0, resolved: 0 },
    insert: { seen: 0, resolved: 0 },
    lookup: { seen: 0, resolved: 0 },
    handler: { seen: 0, resolved: 0 },
  };
  const foreign = foreignFolders(sources, databases);
  for (const site of sites) {
    const count = site.conflict !== null ? counts.conflict : site.kind === "lookup" ? counts.lookup : site.kind === "insert" || site.kind === "upsert" ? counts.insert : null;
    if (count === null || (site.table === null && isForeign(foreign, site.at.path))) continue;
    count.seen++;
    if (site.table !== null && (site.conflict?.target.by !== "unknown" || site.conflict.oneOf !== undefined)) count.resolved++;
  }
  for (const handler of handlers) {
    if (handler.handles !== "unique" && handler.handles !== "unknown") continue;
    counts.handler.seen++;
    if (handler.opaqueTests === 0 && handler.handles !== "unknown") counts.handler.resolved++;
  }
  return counts;
}

/** Folder of a package with databases → are they all of another engine than Postgres? */
function foreignFolders(sources: DatabaseSource[], databases: Database[]): Map<string, boolean> {
  const folders = new Map<string, boolean>();
  for (const { id, dir } of sources) {
    const isPostgres = databases.find((database) => database.id === id)?.catalog.dialect === "postgres";
    folders.set(dir, !isPostgres && (folders.get(dir) ?? true));
  }
  return folders;
}

function isForeign(folders: Map<string, boolean>, path: string): boolean {
  const dir = ancestors(dirname(path)).find((each) => folders.has(each));
  return dir !== undefined && folders.get(dir) === true;
}
