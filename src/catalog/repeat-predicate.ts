import type { Fix } from "../model/finding.ts";
import type { Site } from "../model/project.ts";
import { importOf, mayStandInSql } from "./code-text.ts";

/**
 * A suggestion that repeats a partial index's predicate in a conflict clause: `targetWhere` (or, of DO NOTHING, `where`) in Drizzle, WHERE behind the
 * columns in SQL. Empty: the clause is not written out at its place, or the client cannot say it.
 */
export function repeatPredicate(site: Site, needs: string, text: (path: string) => string | null): Fix[] {
  const { conflict, client } = site;
  const source = conflict === null ? null : text(conflict.at.path);
  if (conflict === null || source === null || /[`\\]|\$\{/.test(needs)) return [];
  const { path, start, end } = conflict.at;
  const at = { path, start: end, end };
  if (client === "drizzle") {
    if (!/\btarget\s*:\s*$/.test(source.slice(0, start))) return [];
    const found = importOf(source, "sql", "drizzle-orm");
    if (found === null) return [];
    const name = conflict.action === "nothing" ? "where" : "targetWhere";
    const imported = found === "there" ? [] : [{ at: { path, start: found.at, end: found.at }, text: found.insert }];
    return [{ title: `Repeat the index's predicate: ${name}: sql\`${needs}\``, edits: [...imported, { at, text: `, ${name}: sql\`${needs}\`` }] }];
  }
  if (client !== "raw-sql" && client !== "sqlc") return [];
  const isWritten = /\bon\s+conflict\s*$/i.test(source.slice(0, start)) && /^\([^()]*\)$/.test(source.slice(start, end));
  if (!isWritten || !mayStandInSql(source, site.at, needs)) return [];
  return [{ title: `Repeat the index's predicate: WHERE ${needs}`, edits: [{ at, text: ` WHERE ${needs}` }] }];
}
