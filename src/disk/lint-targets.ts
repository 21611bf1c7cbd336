import { compareFindings } from "../lint/check.ts";
import type { Finding, Fix } from "../model/finding.ts";
import type { RuleSource } from "../model/rule.ts";
import type { Span, Unread } from "../model/span.ts";
import { plural } from "../report/pretty.ts";
import { addSummaries, countOld, summarize } from "../report/report.ts";
import type { Report, Summary } from "../report/report.ts";
import { makeSources } from "../report/sources.ts";
import type { CacheOptions } from "./cache-folder.ts";
import type { Config } from "./config-schema.ts";
import { findChange, isEmpty } from "./git-changes.ts";
import type { ChangeRequest } from "./git-changes.ts";
import { ownPackage } from "./own-package.ts";
import { configFolders, showFrom } from "./targets.ts";
import type { Target } from "./targets.ts";

export type LintOptions = {
  cwd: string;
  /** Absolute path of the configuration that the user named; null: each project's own. */
  configFile: string | null;
  /** Wins over the configuration. */
  override: Config;
  /** Only what this change can have brought; null: everything. */
  change: ChangeRequest | null;
  /** Absent: nothing is kept for the next run. */
  cache?: CacheOptions;
};

/** Lints each project with its own configuration; paths in the report are relative to the current folder. */
export async function lintTargets(targets: Target[], rules: RuleSource, options: LintOptions): Promise<Report> {
  const texts = new Map<string, () => string | null>();
  const findings: Finding[] = [];
  const unread: Unread[] = [];
  const summaries: Summary[] = [];
  let old = 0;
  for (const target of targets) {
    const started = performance.now();
    const change = options.change === null ? null : findChange(target.root, options.change);
    // A hook runs at every commit, and many of them touch nothing that matters here. The readers take longer to load than git to answer.
    if (change !== null && isEmpty(change)) continue;
    const [{ loadConfig }, { lintFolder }] = await Promise.all([import("./config.ts"), import("./lint-folder.ts")]);
    const config = await loadConfig(configFolders(options.cwd, target.root), options.configFile, rules.names);
    const linted = await lintFolder(target, mergeConfig(config, options.override), rules, change, options.cache ?? null);
    const show = showFrom(options.cwd, target.root);
    const move = (at: Span): Span => {
      const path = show(at.path);
      texts.set(path, () => linted.text(at.path));
      return { ...at, path };
    };
    findings.push(...linted.findings.map((finding) => moveFinding(finding, move)));
    unread.push(...linted.unread.map(({ at, message }) => ({ at: move(at), message })));
    old += countOld(linted.old, linted.findings);
    summaries.push(summarize(linted.counts, linted.findings, linted.suppressed, Math.round(performance.now() - started)));
  }
  const { name, version } = ownPackage();
  return {
    findings: findings.sort(compareFindings),
    unread,
    notes: [...(old > 0 ? [oldNote(old)] : []), ...(summaries.length === 0 ? ["no change of a schema, a migration or code, so nothing was linted"] : [])],
    summary: addSummaries(summaries),
    sources: makeSources((path) => texts.get(path)?.() ?? null),
    tool: { name, version },
  };
}

/** Old migrations cannot be changed any more; whoever meets them for the first time is told how to leave them out. */
function oldNote(old: number): string {
  return `${plural(old, "finding")} in migrations that may have run already; --since REF lints only new ones, as does migrations.appliedThrough in the configuration`;
}

/** The second wins, rule by rule. */
export function mergeConfig(config: Config, override: Config): Config {
  return { ...config, ...override, rules: { ...config.rules, ...override.rules } };
}

function moveFinding(finding: Finding, move: (at: Span) => Span): Finding {
  const moveFix = (fix: Fix): Fix => ({ ...fix, edits: fix.edits.map(({ at, text }) => ({ at: move(at), text })) });
  return {
    ...finding,
    at: move(finding.at),
    see: finding.see.map(({ at, message }) => ({ at: move(at), message })),
    fix: finding.fix === null ? null : moveFix(finding.fix),
    suggestions: finding.suggestions.map(moveFix),
  };
}
