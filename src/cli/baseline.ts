import { realpathSync } from "node:fs";
import { relative, resolve } from "node:path";
import { readBaseline, writeBaseline } from "../disk/baseline-file.ts";
import { failure } from "../lint/failure.ts";
import { makeBaseline, subtractBaseline } from "../lint/baseline.ts";
import { plural } from "../report/pretty.ts";
import { withFindings } from "../report/report.ts";
import type { Report } from "../report/report.ts";

export type BaselineRequest = {
  file: string;
  update: boolean;
  /** Paths that were linted; empty: all; null: only a change, so that nothing can be said about entries that were not found again. */
  asked: string[] | null;
};

/** Takes the findings of a baseline out of a report, and writes the baseline where that was asked for. */
export function applyBaseline(report: Report, { file, update, asked }: BaselineRequest): Report {
  const path = resolve(file);
  const known = readBaseline(path, file);
  if (known === null && !update) throw failure(`no such baseline: ${file} (--update-baseline writes it)`);
  const { fresh, gone } = subtractBaseline(report.findings, known ?? { version: 1, findings: [] });
  const [stale, elsewhere] = split(gone, (entry) => asked !== null && isAsked(entry.file, asked));
  if (update) {
    writeBaseline(path, file, makeBaseline(report.findings, elsewhere));
    const note = `${file}: ${plural(report.findings.length, "finding")}, ${fresh.length} of them new, and ${plural(stale.length, "entry").replace(/entrys$/, "entries")} removed`;
    return withFindings(report, [], [note]);
  }
  const count = report.findings.length - fresh.length;
  const notes = [
    ...(count > 0 ? [`${plural(count, "finding")} of the baseline ${count === 1 ? "is" : "are"} not shown`] : []),
    ...(stale.length > 0 ? [`${plural(stale.length, "finding")} of the baseline ${stale.length === 1 ? "is" : "are"} gone: --update-baseline takes ${stale.length === 1 ? "it" : "them"} out`] : []),
  ];
  return withFindings(report, fresh, notes);
}

function split<T>(all: T[], test: (item: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((item) => !test(item))];
}

/** Was this file, relative to the current folder, among what was linted? */
function isAsked(file: string, asked: string[]): boolean {
  if (asked.length === 0) return true;
  const cwd = realpathSync(process.cwd());
  return asked.some((path) => {
    const way = relative(realpathSync(resolve(cwd, path)), resolve(cwd, file));
    return way === "" || (!way.startsWith("..") && resolve(cwd, path, way) === resolve(cwd, file));
  });
}

