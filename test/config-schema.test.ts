import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import { configJsonSchema } from "../src/disk/config-json-schema.ts";
import { checkConfig } from "../src/disk/config-schema.ts";

const names = rules.map(({ name }) => name);
const validate = new Ajv({ allowUnionTypes: true }).compile(configJsonSchema(rules));

/** Editors judge by the schema, uniqlint by its own check: a configuration that one accepts is none that the other refuses. */
describe("the JSON schema and the check agree", () => {
  const own = (config: unknown): boolean => {
    try {
      checkConfig(config, "uniqlint.config.json", names);
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ["nothing", {}, true],
    ["$schema", { $schema: "./node_modules/uniqlint/config.schema.json" }, true],
    ["a preset", { preset: "strict" }, true],
    ["another preset", { preset: "all" }, false],
    ["levels", { rules: { "no-schema-drift": "off", "no-redundant-index": "error" } }, true],
    ["ESLint's level", { rules: { "no-schema-drift": "warn" } }, false],
    ["an unknown rule", { rules: { "no-drift": "off" } }, false],
    ["rules as a list", { rules: ["no-schema-drift"] }, false],
    ["one glob", { ignore: "a/**" }, true],
    ["globs", { ignore: ["a/**", "b"] }, true],
    ["a number for a glob", { ignore: [1] }, false],
    ["a flag", { includeTests: true }, true],
    ["a word for a flag", { includeTests: "yes" }, false],
    ["a migration's number", { migrations: { appliedThrough: 42 } }, true],
    ["migrations of several databases", { migrations: { appliedThrough: ["0042_a", 7] } }, true],
    ["half a migration", { migrations: { appliedThrough: 4.2 } }, false],
    ["a database", { databases: { db: { schema: ["a.ts"], migrations: false, runner: "psql", dialect: "postgres", enabled: true, runnerVersion: "1" } } }, true],
    ["a database without migrations, said with true", { databases: { db: { migrations: true } } }, false],
    ["an unknown key of a database", { databases: { db: { runer: "psql" } } }, false],
    ["suppressions", { suppressions: { unused: "warning", withoutReason: "error" } }, true],
    ["an unknown key", { presett: "strict" }, false],
    ["no object", [], false],
  ])("%s", (_, config, isRight) => {
    expect([own(config), validate(config)]).toEqual([isRight, isRight]);
  });
});
