import type { LintOptions } from "../disk/lint-targets.ts";
import { lintTargets } from "../disk/lint-targets.ts";
import type { Target } from "../disk/targets.ts";
import { writeFixes } from "../disk/write-fixes.ts";
import { fixesOf } from "../lint/fix.ts";
import type { RuleSource } from "../model/rule.ts";
import { plural } from "../report/pretty.ts";
import type { Report } from "../report/report.ts";

/** As ESLint's: a fix may bring what the next one fixes, and this many times is enough for any that come to an end. */
const mostPasses = 10;

/** Lints, fixes and lints again until nothing more can be fixed. `told`: what was changed, in one line; null: nothing. */
export async function lintAndFix(targets: Target[], rules: RuleSource, options: LintOptions, which: "safe" | "suggested"): Promise<{ report: Report; told: string | null }> {
  const roots = targets.map(({ root }) => root);
  const paths = new Set<string>();
  let count = 0;
  for (let pass = 0; ; pass += 1) {
    const report = await lintTargets(targets, rules, options);
    const written = pass < mostPasses ? writeFixes(options.cwd, roots, fixesOf(report.findings, which)) : { fixes: 0, paths: [] };
    for (const path of written.paths) paths.add(path);
    count += written.fixes;
    if (written.fixes === 0) return { report, told: count === 0 ? null : `${plural(count, "fix").replace(/fixs$/, "fixes")} in ${plural(paths.size, "file")}: ${[...paths].sort().join(", ")}` };
  }
}
