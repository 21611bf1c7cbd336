import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { Severity } from "../model/finding.ts";
import type { AppliedThrough } from "./applied.ts";
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

type Check = (value: unknown, name: string) => string | null;

const oneOf = (...allowed: unknown[]): Check => (value, name) =>
  allowed.includes(value) ? null : `"${name}" must be ${allowed.map((item) => JSON.stringify(item)).join(", ")}, not ${JSON.stringify(value)}`;
const isText: Check = (value, name) => (typeof value === "string" ? null : `"${name}" must be a string`);
const isTexts: Check = (value, name) => ([value].flat().every((item) => typeof item === "string") ? null : `"${name}" must be a string or a list of strings`);
const isNames: Check = (value, name) =>
  [value].flat().every((item) => typeof item === "string" || Number.isSafeInteger(item)) ? null : `"${name}" must be the name or the number of a migration, or a list of them`;
const isFlag: Check = (value, name) => (typeof value === "boolean" ? null : `"${name}" must be true or false`);

const isLevel = oneOf("off", "warning", "error");

const runners = [
  "drizzle", "prisma", "supabase", "node-pg-migrate", "knex", "kysely", "typeorm", "sequelize", "mikro-orm", "goose", "dbmate", "golang-migrate",
  "atlas", "flyway", "graphile-migrate", "psql", "unknown",
];

const databaseKeys: Record<string, Check> = {
  schema: isTexts,
  migrations: (value, name) => (value === false ? null : isTexts(value, name)),
  runner: oneOf(...runners),
  runnerVersion: isText,
  dialect: oneOf("postgres", "mysql", "sqlite", "other"),
  enabled: isFlag,
};

/** Checks a configuration; the first mistake is a `failure` that names the file and the nearest right name. */
export function checkConfig(value: unknown, file: string, rules: string[]): Config {
  const config = asObject(value);
  if (config === null) throw failure(`${file}: the configuration must be an object`);
  const keys: Record<string, Check> = {
    preset: oneOf("recommended", "strict"),
    rules: (given, name) => checkRules(given, name, rules),
    suppressions: (given, name) => checkKeys(given, name, { unused: isLevel, withoutReason: isLevel }),
    ignore: isTexts,
    includeTests: isFlag,
    migrations: (given, name) => checkKeys(given, name, { appliedThrough: isNames }),
    databases: (given, name) => checkEach(given, name, (database, inner) => checkKeys(database, inner, databaseKeys)),
  };
  const problem = checkKeys(config, "", keys);
  if (problem !== null) throw failure(`${file}: ${problem}`);
  const ignore = config["ignore"];
  return { ...(config as Config), ...(typeof ignore === "string" ? { ignore: [ignore] } : {}) };
}

/** What is wrong with `NAME=level`; null: nothing. */
export function checkRule(name: string, level: unknown, rules: string[]): string | null {
  if (!rules.includes(name)) return `no rule is named "${name}"${didYouMean(name, rules)}`;
  const allowed = ["off", "warning", "error"];
  if (allowed.includes(level as string)) return null;
  return `the level of ${name} must be off, warning or error, not ${JSON.stringify(level)}${typeof level === "string" ? didYouMean(level, allowed) : ""}`;
}

function checkRules(value: unknown, name: string, rules: string[]): string | null {
  return checkEach(value, name, (level, rule) => checkRule(rule.slice(name.length + 1), level, rules));
}

function checkEach(value: unknown, name: string, check: Check): string | null {
  const object = asObject(value);
  if (object === null) return `"${name}" must be an object`;
  for (const [key, inner] of Object.entries(object)) {
    const problem = check(inner, `${name}.${key}`);
    if (problem !== null) return problem;
  }
  return null;
}

function checkKeys(value: unknown, name: string, keys: Record<string, Check>): string | null {
  const object = asObject(value);
  if (object === null) return `"${name}" must be an object`;
  for (const [key, inner] of Object.entries(object)) {
    const check = keys[key];
    const full = name === "" ? key : `${name}.${key}`;
    if (check === undefined) return `"${full}" is not an option${didYouMean(key, Object.keys(keys))}`;
    const problem = inner === undefined ? null : check(inner, full);
    if (problem !== null) return problem;
  }
  return null;
}
