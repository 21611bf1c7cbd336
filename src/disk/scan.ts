import { isGenerated } from "../project/files.ts";
import { importedFrom, mayCallWriters, mayReexport, mayWrite } from "../read/callers.ts";
import { canHoldFacts } from "../read/candidates.ts";
import { isCode } from "./languages.ts";

export type Scan = { link: { from: string[]; calls: boolean; reexports: boolean } | null; holds: boolean; generated: boolean; writes: boolean };

/** What a look at a text tells, without a parse. */
export function scanText(path: string, text: string): Scan {
  const [calls, reexports] = [mayCallWriters(path, text), isCode(path) && mayReexport(text)];
  const holds = canHoldFacts(path, text);
  return {
    link: calls || reexports ? { from: importedFrom(text), calls, reexports } : null,
    holds,
    // A generated client; generated tables are as good as written ones.
    generated: holds && isCode(path) && isGenerated(path) && !text.includes("drizzle-orm"),
    writes: holds && mayWrite(text),
  };
}
