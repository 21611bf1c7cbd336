import type { Finding, Fix } from "../model/finding.ts";

/** The fixes of findings: safe ones, and with `suggested` also those that a person should read, where there is no choice between several. */
export function fixesOf(findings: Finding[], which: "safe" | "suggested"): Fix[] {
  return findings.flatMap(({ fix, suggestions }) => (fix !== null ? [fix] : which === "suggested" && suggestions.length === 1 ? suggestions : []));
}

/**
 * The texts of the files that fixes change or make, by path. A fix is applied whole or not at all: not where one before it edits the same place or
 * makes the same file, and not where `read` gives no text (null: there is no such file; undefined: it is not to be changed).
 */
export function applyFixes(fixes: Fix[], read: (path: string) => string | null | undefined): { texts: Map<string, string>; applied: Fix[] } {
  const taken = new Map<string, Fix["edits"]>();
  const applied: Fix[] = [];
  for (const fix of fixes) {
    if (fix.edits.length === 0 || !fix.edits.every((edit) => mayEdit(edit, read(edit.at.path), taken.get(edit.at.path) ?? []))) continue;
    for (const edit of fix.edits) taken.set(edit.at.path, [...(taken.get(edit.at.path) ?? []), edit]);
    applied.push(fix);
  }
  return { texts: new Map([...taken].map(([path, edits]) => [path, applyEdits(read(path) ?? "", edits)])), applied };
}

function mayEdit({ at }: Fix["edits"][number], text: string | null | undefined, others: Fix["edits"]): boolean {
  if (text === undefined || at.end > (text ?? "").length) return false;
  // Edits that touch have no order; the next pass takes the second.
  return others.every((other) => other.at.end < at.start || at.end < other.at.start);
}

/** From the end, so that the offsets of those before stay right. */
function applyEdits(text: string, edits: Fix["edits"]): string {
  return [...edits].sort((a, b) => b.at.start - a.at.start || b.at.end - a.at.end).reduce((made, { at, text: own }) => made.slice(0, at.start) + own + made.slice(at.end), text);
}
