import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { checkRule } from "../disk/config-schema.ts";
import type { Config } from "../disk/config-schema.ts";
import type { ChangeRequest } from "../disk/git-changes.ts";
import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { Severity } from "../model/finding.ts";

/** As commander gives them. */
export type LintOptions = {
  format: string;
  output?: string;
  config?: string;
  preset?: string;
  rule: string[];
  since?: string;
  staged?: boolean;
  fix?: boolean;
  fixSuggestions?: boolean;
  quiet?: boolean;
  maxWarnings?: string;
  stats?: boolean;
  color: boolean;
};

/** As commander gives them. */
export type SchemaOptions = { format: string; source: string; config?: string; color: boolean };

/** Formats that the command line promises; those that are not `ready` come with a later version. */
const formats: Record<string, boolean> = { pretty: true, json: true, sarif: false, github: false, gitlab: false, junit: false, markdown: false };

/** `--format`, or a `failure`. */
export function checkFormat(format: string): "pretty" | "json" {
  if (format === "pretty" || format === "json") return format;
  if (formats[format] === false) throw failure(`--format ${format} is not available yet; there are pretty and json`);
  throw failure(`no format is named "${format}"${didYouMean(format, ["pretty", "json"])}; there are pretty and json`);
}

/** One of some words, or a `failure`. */
export function checkChoice<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw failure(`${option} must be ${allowed.join(", ")}, not "${value}"${didYouMean(value, allowed)}`);
}

/** What --preset and --rule NAME=level say, as a configuration. */
export function readOverride(preset: string | undefined, written: string[], rules: string[]): Config {
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
  };
}

/** `--max-warnings`: a whole number; null: any number is fine. */
export function readLimit(written: string | undefined): number | null {
  if (written === undefined || written === "-1") return null;
  if (!/^\d+$/.test(written)) throw failure(`--max-warnings wants a number, not "${written}"`);
  return Number(written);
}

/** `--since REF` or `--staged`; null: everything is linted. */
export function readChange({ since, staged }: Pick<LintOptions, "since" | "staged">): ChangeRequest | null {
  if (since === undefined) return staged === true ? { kind: "staged" } : null;
  if (staged === true) throw failure("--since and --staged are two ways to say what is new: name one of them");
  return { kind: "since", ref: since };
}

/** Which edits --fix and --fix-suggestions make; null: none. */
export function readFixing({ fix, fixSuggestions, staged }: Pick<LintOptions, "fix" | "fixSuggestions" | "staged">): "safe" | "suggested" | null {
  if (fix !== true && fixSuggestions !== true) return null;
  if (staged === true) throw failure("--staged lints what git's index holds, and --fix writes to the disk: name one of them");
  return fixSuggestions === true ? "suggested" : "safe";
}

/** `--config FILE` as an absolute path. */
export function readConfigPath(written: string | undefined): string | null {
  if (written === undefined) return null;
  const path = resolve(written);
  if (!existsSync(path)) throw failure(`no such configuration file: ${written}`);
  return path;
}
