import { resolve } from "node:path";
import { rules } from "../rules/index.ts";
import { checkConfig } from "./disk/config-schema.ts";
import type { Config } from "./disk/config-schema.ts";
import { changeRequested } from "./disk/git-changes.ts";
import { lintTargets } from "./disk/lint-targets.ts";
import { findTargets } from "./disk/targets.ts";
import { describeReport } from "./report/json.ts";
import type { JsonReport } from "./report/json.ts";

export { defineConfig } from "./disk/define-config.ts";
export type { Config } from "./disk/config-schema.ts";
export type { DatabaseOverride } from "./disk/overrides.ts";
export type { Family, Finding, Fix, Problem, Severity } from "./model/finding.ts";
export type { Project } from "./model/project.ts";
export type { Rule, RuleOptions } from "./model/rule.ts";
export type { JsonReport } from "./report/json.ts";

export type LintProjectOptions = {
  /** Folder of the project; paths in the result are relative to it. */
  root: string;
  /** Files and folders below the root; all of it if none is given. */
  paths?: string[];
  /** Wins over the project's own configuration file; `migrations.appliedThrough` stands here, too. */
  config?: Config;
  /** Only what came since the current branch and this commit parted, as `--since`. */
  since?: string;
  /** Only what the next commit holds, as `--staged`. */
  staged?: boolean;
};

/** Lints a project; the result is what `uniqlint --format json` prints. Rejects when the job cannot be done. */
export async function lintProject({ root, paths = [], config = {}, since, staged }: LintProjectOptions): Promise<JsonReport> {
  const names = rules.map(({ name }) => name);
  const override = checkConfig(config, "config", names);
  const targets = findTargets(root, paths);
  return describeReport(await lintTargets(targets, { names, load: () => Promise.resolve(rules) }, { cwd: resolve(root), configFile: null, override, change: changeRequested({ since, staged }) }));
}
