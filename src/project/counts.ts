import type { Project, Site } from "../model/project.ts";

/** How many of the places that matter were seen, and of how many table and target are known. */
export function countSites(sites: Site[], handlers: Project["handlers"]): Project["counts"] {
  const counts: Project["counts"] = {
    conflict: { seen: 0, resolved: 0 },
    insert: { seen: 0, resolved: 0 },
    lookup: { seen: 0, resolved: 0 },
    handler: { seen: 0, resolved: 0 },
  };
  for (const site of sites) {
    const count = site.conflict !== null ? counts.conflict : site.kind === "lookup" ? counts.lookup : site.kind === "insert" || site.kind === "upsert" ? counts.insert : null;
    if (count === null) continue;
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
