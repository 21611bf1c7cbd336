import type { Suppression } from "../model/facts.ts";
import type { Finding } from "../model/finding.ts";
import type { Span } from "../model/span.ts";
import { indexLines, positionAt } from "../report/position.ts";
import type { LineIndex } from "../report/position.ts";

/** One file as suppressions see it. `statements`: of .sql files, in order; empty elsewhere. */
export type SuppressedFile = { text: string; suppressions: Suppression[]; statements: Span[] };

/**
 * Takes out the findings that comments switch off. `find` gives a finding's file; null: it has no suppressions.
 * `used` holds every suppression that switched a finding off.
 */
export function suppress(
  findings: Finding[],
  find: (path: string) => SuppressedFile | null,
): { kept: Finding[]; suppressed: Finding[]; used: Set<Suppression> } {
  const used = new Set<Suppression>();
  const lines = new Map<string, LineIndex>();
  const suppressed: Finding[] = [];
  const kept = findings.filter((finding) => {
    const { path } = finding.at;
    const file = find(path);
    if (file === null || file.suppressions.length === 0) return true;
    let index = lines.get(path);
    if (index === undefined) lines.set(path, (index = indexLines(file.text)));
    const by = findSuppression(finding, file, index);
    if (by === null) return true;
    used.add(by);
    suppressed.push(finding);
    return false;
  });
  return { kept, suppressed, used };
}

function findSuppression(finding: Finding, file: SuppressedFile, lines: LineIndex): Suppression | null {
  const line = positionAt(lines, finding.at.start).line;
  let block: Suppression | null = null;
  for (const suppression of file.suppressions) {
    if (!names(suppression, finding.rule)) continue;
    switch (suppression.kind) {
      case "disable-line":
        if (positionAt(lines, suppression.at.start).line === line) return suppression;
        break;
      case "disable-next-line":
        if (coversNext(suppression, finding, line, file, lines)) return suppression;
        break;
      case "disable":
        if (suppression.at.start < finding.at.start) block ??= suppression;
        break;
      case "enable":
        if (suppression.at.start < finding.at.start) block = null;
        break;
    }
  }
  return block;
}

function names(suppression: Suppression, rule: string): boolean {
  return suppression.rules.length === 0 || suppression.rules.includes(rule);
}

/** The line after the comment; in SQL all of the statement that follows it, however many lines it has. */
function coversNext(suppression: Suppression, finding: Finding, line: number, file: SuppressedFile, lines: LineIndex): boolean {
  const { start, end } = suppression.at;
  if (positionAt(lines, Math.max(start, end - 1)).line + 1 === line) return true;
  const next = file.statements.find((statement) => statement.end > end);
  if (next === undefined) return false;
  // A comment in the middle of a statement covers its next line only.
  const leads = next.start >= start || onlyComments(file.text.slice(next.start, start));
  return leads && finding.at.start >= start && finding.at.start < next.end;
}

function onlyComments(sql: string): boolean {
  return sql.replace(/--[^\n]*|\/\*[^]*?\*\//g, "").trim() === "";
}
