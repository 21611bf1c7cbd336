import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import type { Rule } from "../src/model/rule.ts";

const root = join(import.meta.dirname, "..");

const names = readdirSync(join(root, "rules"))
  .filter((file) => file.endsWith(".ts") && file !== "index.ts")
  .map((file) => file.slice(0, -".ts".length))
  .sort();

function ruleOf(name: string): Rule {
  const rule = rules.find((candidate) => candidate.name === name);
  expect(rule, `rules/index.ts lists ${name}`).toBeDefined();
  return rule as Rule;
}

function fixturesOf(name: string, kind: string): string[] {
  const folder = join(root, "fixtures/rules", name);
  return existsSync(folder) ? readdirSync(folder).filter((entry) => entry.startsWith(kind)) : [];
}

test("rules/index.ts lists the files of rules/, sorted, and nothing else", () => {
  expect(rules.map((rule) => rule.name)).toEqual(names);
});

describe.each(names)("%s", (name) => {
  test("forbids or requires something, and says why and what to do in sentences", () => {
    const rule = ruleOf(name);
    expect(rule.summary).toMatch(/^(Forbid|Require) .*[^.]$/);
    // A sentence: a capital (or code) at the start, a full stop at the end.
    expect(rule.why).toMatch(/^[A-Z`].*\.$/s);
    expect(rule.fix).toMatch(/^[A-Z`].*\.$/s);
  });

  test("has a bad and a good fixture", () => {
    expect(fixturesOf(name, "bad"), `fixtures/rules/${name}/bad*`).not.toEqual([]);
    expect(fixturesOf(name, "good"), `fixtures/rules/${name}/good*`).not.toEqual([]);
  });

  test("has a page", () => {
    expect(existsSync(join(root, "rules", `${name}.md`))).toBe(true);
  });
});

/** Runs on dist, as `npm run docs` does; `npm test` builds it first. */
test("the rules' pages, the README's table and rules/index.ts are up to date", () => {
  const check = () => execFileSync(process.execPath, [join(root, "scripts/docs.mjs"), "--check"], { encoding: "utf8", stdio: "pipe" });
  expect(check).not.toThrow();
});
