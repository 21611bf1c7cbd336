import { createHash } from "node:crypto";
import type { Finding } from "../model/finding.ts";
import { indexLines, lineText, positionAt } from "../report/position.ts";
import type { LineIndex } from "../report/position.ts";

/**
 * Gives each finding a name that stays when lines move: made of its rule, file, table, columns and the text of its line. Equal ones are
 * counted in order. 32 hexadecimal digits.
 */
export function addFingerprints(findings: Finding[], text: (path: string) => string | null): Finding[] {
  const seen = new Map<string, number>();
  const files = new Map<string, LineIndex>();
  return findings.map((finding) => {
    const { path, start } = finding.at;
    let lines = files.get(path);
    if (lines === undefined) files.set(path, (lines = indexLines(text(path) ?? "")));
    const line = lineText(lines, positionAt(lines, start).line).trim().replace(/\s+/g, " ");
    const parts = JSON.stringify([finding.rule, path, finding.table, finding.columns, line]);
    const count = seen.get(parts) ?? 0;
    seen.set(parts, count + 1);
    const fingerprint = createHash("sha256").update(count === 0 ? parts : `${parts}#${count}`).digest("hex").slice(0, 32);
    return { ...finding, fingerprint };
  });
}
