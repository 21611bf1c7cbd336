import { isGenerated } from "../project/files.ts";
import { implementedFrom, importedFrom, mayCallWriters, mayReexport, mayWrite, typesFrom } from "../read/callers.ts";
import { canHoldFacts } from "../read/candidates.ts";
import { isCode } from "./languages.ts";

export type Scan = { link: Link | null; holds: boolean; generated: boolean; writes: boolean };

/**
 * `from`: specifiers that a file imports values from; `types`: types only; `implemented`: what its classes implement; `calls`: it may call what it
 * imports; `reexports`: it hands some of it on.
 */
export type Link = { from: string[]; types: string[]; implemented: string[]; calls: boolean; reexports: boolean };

/** What a look at a text tells, without a parse. */
export function scanText(path: string, text: string): Scan {
  const [calls, reexports] = [mayCallWriters(path, text), isCode(path) && mayReexport(text)];
  const implemented = isCode(path) ? implementedFrom(text) : [];
  const holds = canHoldFacts(path, text);
  return {
    link: calls || reexports || implemented.length > 0 ? { from: importedFrom(text), types: typesFrom(text), implemented, calls, reexports } : null,
    holds,
    // A generated client; generated tables are as good as written ones.
    generated: holds && isCode(path) && isGenerated(path) && !text.includes("drizzle-orm"),
    writes: holds && mayWrite(text),
  };
}
