import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CacheOptions } from "../disk/cache-folder.ts";
import { checkRule } from "../disk/config-schema.ts";
import type { Config } from "../disk/config-schema.ts";
import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { Severity } from "../model/finding.ts";
import { formatNames } from "../report/formats.ts";
import type { FormatName } from "../report/formats.ts";

/** As commander gives them. */
export type LintOptions = {
  format?: string;
  output?: string;
  report?: string[];
  baseline?: string;
  updateBaseline?: boolean;
  reportUnusedSuppressions?: boolean;
  config?: string;
  preset?: string;
  rule?: string[];
  since?: string;
  staged?: boolean;
  fix?: boolean;
  fixSuggestions?: boolean;
  quiet?: boolean;
  maxWarnings?: string;
  stats?: boolean;
  cache: boolean;
  cacheLocation?: string;
  color: boolean;
};

/** As commander gives them. */
export type SchemaOptions = { format: string; source: string; config?: string; color: boolean };

/** `--format`, or a `failure`. Without it GitHub's own where GitHub reads the log. */
export function readFormat(written: string | undefined): FormatName {
  if (written === undefined) return (process.env["GITHUB_ACTIONS"] ?? "") === "" ? "pretty" : "github";
  return checkChoice("--format", written, formatNames);
}

/** `--report FORMAT=FILE`, one more report each. */
export function readReports(written: string[] = []): { format: FormatName; file: string }[] {
  return written.map((text) => {
    const [format = "", ...rest] = text.split("=");
    const file = rest.join("=");
    if (file === "") throw failure(`--report wants FORMAT=FILE, not "${text}"`);
    return { format: checkChoice("--report", format, formatNames), file };
  });
}

/** One of some words, or a `failure`. */
export function checkChoice<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw failure(`${option} must be ${allowed.join(", ")}, not "${value}"${didYouMean(value, allowed)}`);
}

/** What --preset, --rule NAME=level and --report-unused-suppressions say, as a configuration. */
export function readOverride({ preset, rule: written = [], reportUnusedSuppressions }: Pick<LintOptions, "preset" | "rule" | "reportUnusedSuppressions">, rules: string[]): Config {
  const levels: Record<string, Severity | "off"> = {};
  for (const text of written) {
    const [name = "", level] = text.split("=", 2);
    if (level === undefined) throw failure(`--rule wants NAME=off, NAME=warning or NAME=error, not "${text}"`);
    const problem = checkRule(name, level, rules);
    if (problem !== null) throw failure(`--rule ${text}: ${problem}`);
    levels[name] = level as Severity | "off";
  }
  return {
    ...(preset === undefined ? {} : { preset: checkChoice("--preset", preset, ["recommended", "strict"]) }),
    ...(written.length === 0 ? {} : { rules: levels }),
    ...(reportUnusedSuppressions === true ? { suppressions: { unused: "warning" as const } } : {}),
  };
}

/** `--max-warnings`: a whole number; null: any number is fine. */
export function readLimit(written: string | undefined): number | null {
  if (written === undefined || written === "-1") return null;
  if (!/^\d+$/.test(written)) throw failure(`--max-warnings wants a number, not "${written}"`);
  return Number(written);
}

/** Which edits --fix and --fix-suggestions make; null: none. */
export function readFixing({ fix, fixSuggestions, staged }: Pick<LintOptions, "fix" | "fixSuggestions" | "staged">): "safe" | "suggested" | null {
  if (fix !== true && fixSuggestions !== true) return null;
  if (staged === true) throw failure("--staged lints what git's index holds, and --fix writes to the disk: name one of them");
  return fixSuggestions === true ? "suggested" : "safe";
}

/** `--baseline FILE`; null: none. `update`: it is to be written anew. */
export function readBaselineOptions({ baseline, updateBaseline, since, staged }: LintOptions): { file: string; update: boolean } | null {
  const update = updateBaseline === true;
  if (baseline === undefined) {
    if (update) throw failure("--update-baseline needs --baseline FILE: the file that it writes");
    return null;
  }
  if (update && (since !== undefined || staged === true)) throw failure("--update-baseline needs all findings: leave out --since and --staged");
  return { file: baseline, update };
}

/** `--no-cache` and `--cache-location FOLDER`; null: nothing is kept. */
export function readCacheOptions({ cache, cacheLocation }: Pick<LintOptions, "cache" | "cacheLocation">): CacheOptions | null {
  if (!cache) return null;
  const location = cacheLocation === undefined ? null : resolve(cacheLocation);
  if (location !== null && existsSync(location) && !statSync(location).isDirectory()) throw failure(`--cache-location wants a folder, and ${cacheLocation ?? ""} is none`);
  return { location };
}

/** `--config FILE` as an absolute path. */
export function readConfigPath(written: string | undefined): string | null {
  if (written === undefined) return null;
  const path = resolve(written);
  if (!existsSync(path)) throw failure(`no such configuration file: ${written}`);
  return path;
}
