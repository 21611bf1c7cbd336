import type { ESLint, Linter } from "eslint";
import type { Settings } from "./protocol.ts";
import { ruleList } from "./rule-list.ts";
import type { RuleInfo } from "./rule-list.ts";

export type ConfigName = "recommended" | "strict" | "migrations";

/** The plugin's configurations. Without `files`: they apply to what a project lints anyway, and to its SQL and Prisma schemas. */
export function makeConfigs(plugin: ESLint.Plugin): Record<ConfigName, Linter.Config[]> {
  const strict: Settings = { preset: "strict" };
  return {
    recommended: make("recommended", ({ preset }) => preset === "recommended"),
    strict: make("strict", () => true, { settings: { uniqlint: strict } }),
    migrations: make("migrations", ({ family }) => family === "migrations"),
  };

  function make(name: ConfigName, has: (rule: RuleInfo) => boolean, more: Linter.Config = {}): Linter.Config[] {
    const plugins = { uniqlint: plugin };
    const chosen = ruleList.filter(has).map(({ name: rule, severity }) => [`uniqlint/${rule}`, severity === "error" ? "error" : "warn"] as const);
    return [
      { name: `uniqlint/${name}`, plugins, rules: Object.fromEntries(chosen), ...more },
      { name: `uniqlint/${name}/sql`, files: ["**/*.sql"], plugins, language: "uniqlint/sql" },
      { name: `uniqlint/${name}/prisma`, files: ["**/*.prisma"], plugins, language: "uniqlint/prisma" },
    ];
  }
}
