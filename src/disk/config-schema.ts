import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { Severity } from "../model/finding.ts";
import type { AppliedThrough } from "./applied.ts";
import { levels, options } from "./config-options.ts";
import type { Option } from "./config-options.ts";
import { asObject } from "./values.ts";
import type { DatabaseOverride } from "./overrides.ts";

/** `uniqlint.config.ts`, or the `uniqlint` key of package.json. None is needed. */
export type Config = {
  preset?: "recommended" | "strict";
  /** Rule → level; a rule named here runs in every preset. */
  rules?: Record<string, Severity | "off">;
  /** Levels of what is said about comments that switch rules off: those that switch nothing off, and those that give no reason. Both are off by default. */
  suppressions?: { unused?: Severity | "off"; withoutReason?: Severity | "off" };
  /** Globs relative to the linted folder. */
  ignore?: string[];
  /** Also tests, seeds, one-off scripts and generated files. */
  includeTests?: boolean;
  migrations?: {
    /** The last migration that has run in production, by name or number: rules about migrations speak of later ones only. Several databases: a list. */
    appliedThrough?: AppliedThrough;
  };
  /** Corrections of what discovery finds, by database id. */
  databases?: Record<string, DatabaseOverride>;
};

/** Checks a configuration; the first mistake is a `failure` that names the file and the nearest right name. */
export function checkConfig(value: unknown, file: string, rules: string[]): Config {
  const config = asObject(value);
  if (config === null) throw failure(`${file}: the configuration must be an object`);
  // Editors find the options by it.
  const { $schema: _, ...own } = config;
  const problem = checkKeys(own, "", options, rules);
  if (problem !== null) throw failure(`${file}: ${problem}`);
  const ignore = own["ignore"];
  return { ...(own as Config), ...(typeof ignore === "string" ? { ignore: [ignore] } : {}) };
}

/** What is wrong with a value; null: nothing. */
function checkOption(value: unknown, name: string, option: Option, rules: string[]): string | null {
  const all = [value].flat();
  switch (option.kind) {
    case "choice":
      return option.of.includes(value as string) ? null : `"${name}" must be ${option.of.map((item) => JSON.stringify(item)).join(", ")}, not ${JSON.stringify(value)}${typeof value === "string" ? didYouMean(value, option.of) : ""}`;
    case "text":
      return typeof value === "string" ? null : `"${name}" must be a string`;
    case "texts":
    case "texts or false":
      if (value === false && option.kind === "texts or false") return null;
      return all.every((item) => typeof item === "string") ? null : `"${name}" must be a string or a list of strings`;
    case "names":
      return all.every((item) => typeof item === "string" || Number.isSafeInteger(item)) ? null : `"${name}" must be the name or the number of a migration, or a list of them`;
    case "flag":
      return typeof value === "boolean" ? null : `"${name}" must be true or false`;
    case "rules":
      return checkEach(value, name, (level, rule) => checkRule(rule, level, rules));
    case "object":
      return checkKeys(value, name, option.keys, rules);
    case "each":
      return checkEach(value, name, (inner, key) => checkKeys(inner, `${name}.${key}`, option.of, rules));
  }
}

/** What is wrong with `NAME=level`; null: nothing. */
export function checkRule(name: string, level: unknown, rules: string[]): string | null {
  if (!rules.includes(name)) return `no rule is named "${name}"${didYouMean(name, rules)}`;
  if (levels.includes(level as string)) return null;
  return `the level of ${name} must be off, warning or error, not ${JSON.stringify(level)}${typeof level === "string" ? didYouMean(level, levels) : ""}`;
}

function checkEach(value: unknown, name: string, check: (inner: unknown, key: string) => string | null): string | null {
  const object = asObject(value);
  if (object === null) return `"${name}" must be an object`;
  for (const [key, inner] of Object.entries(object)) {
    const problem = check(inner, key);
    if (problem !== null) return problem;
  }
  return null;
}

function checkKeys(value: unknown, name: string, keys: Record<string, Option>, rules: string[]): string | null {
  return checkEach(value, name, (inner, key) => {
    const option = keys[key];
    const full = name === "" ? key : `${name}.${key}`;
    if (option === undefined) return `"${full}" is not an option${didYouMean(key, Object.keys(keys))}`;
    return inner === undefined ? null : checkOption(inner, full, option, rules);
  });
}
