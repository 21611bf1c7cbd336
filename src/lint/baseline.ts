import type { Finding } from "../model/finding.ts";

/** Findings that are known and accepted for now. */
export type Baseline = { version: 1; findings: BaselineEntry[] };
/** `rule` and `file` are for people; `fingerprint` decides, so moved lines stay known. `file` is relative to the folder uniqlint runs in. */
export type BaselineEntry = { fingerprint: string; rule: string; file: string };

/** Findings that a baseline does not know, and its entries that were not found again. An entry covers one finding. */
export function subtractBaseline(findings: Finding[], baseline: Baseline): { fresh: Finding[]; gone: BaselineEntry[] } {
  const left = new Map<string, BaselineEntry[]>();
  for (const entry of baseline.findings) left.set(entry.fingerprint, [...(left.get(entry.fingerprint) ?? []), entry]);
  const fresh = findings.filter(({ fingerprint }) => left.get(fingerprint)?.pop() === undefined);
  return { fresh, gone: [...left.values()].flat() };
}

/** The baseline of these findings. `kept`: entries about files that were not linted. Sorted, so that a change shows as few lines as can be. */
export function makeBaseline(findings: Finding[], kept: BaselineEntry[]): Baseline {
  const entries = findings.map(({ fingerprint, rule, at }) => ({ fingerprint, rule, file: at.path }));
  const key = ({ file, rule, fingerprint }: BaselineEntry): string => JSON.stringify([file, rule, fingerprint]);
  return { version: 1, findings: [...entries, ...kept].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)) };
}
