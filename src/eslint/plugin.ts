import type { ESLint, Linter } from "eslint";
import { ownPackage } from "../disk/own-package.ts";
import { makeConfigs } from "./configs.ts";
import type { ConfigName } from "./configs.ts";
import { languages } from "./languages.ts";
import { ruleList } from "./rule-list.ts";
import { makeRule } from "./rules.ts";

const { name, version } = ownPackage();

type Plugin = ESLint.Plugin & { configs: Record<ConfigName, Linter.Config[]> };

const plugin: Plugin = {
  meta: { name, version, namespace: "uniqlint" },
  rules: Object.fromEntries(ruleList.map((rule) => [rule.name, makeRule(rule, version)])),
  languages,
  configs: {} as Plugin["configs"],
};
// They hold the plugin that holds them.
Object.assign(plugin.configs, makeConfigs(plugin));

export default plugin;
