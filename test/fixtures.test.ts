import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import { compareFindings } from "./compare-findings.ts";
import type { ExpectedFinding } from "./compare-findings.ts";
import { lintFixture, prepare } from "./lint-fixture.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

beforeAll(prepare);

/** Folders in `fixtures/<dir>`, so many levels down. */
function folders(dir: string, depth: number): string[] {
  if (!existsSync(join(fixtures, dir))) return [];
  const below = readdirSync(join(fixtures, dir), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return below.flatMap(({ name }) => (depth === 1 ? [`${dir}/${name}`] : folders(`${dir}/${name}`, depth - 1))).sort();
}

function expectedOf(folder: string): ExpectedFinding[] {
  const file = join(fixtures, folder, "expected.json");
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as { findings: ExpectedFinding[] }).findings;
}

describe("whole projects give exactly the findings of their expected.json", () => {
  test.each([...folders("incidents", 2), ...folders("projects", 1)])("%s", (folder) => {
    expect(existsSync(join(fixtures, folder, "expected.json")), "expected.json is missing").toBe(true);
    expect(compareFindings(expectedOf(folder), lintFixture(join(fixtures, folder), null))).toEqual([]);
  });
});

describe("rules find what is bad and accept what is good", () => {
  // What a server answers is test/proofs.test.ts' to ask.
  const all = folders("rules", 2).filter((folder) => !folder.endsWith("/proof"));

  test("a rule's fixtures are named bad… or good…", () => {
    expect(all.filter((folder) => !/\/(bad|good)[^/]*$/.test(folder))).toEqual([]);
  });

  test.runIf(all.length > 0).each(all)("%s", (folder) => {
    const [, rule = "", name = ""] = folder.split("/");
    const expected = name.startsWith("bad") ? expectedOf(folder).filter((finding) => finding.rule === rule) : [];
    if (name.startsWith("bad")) expect(expected, "a bad fixture expects a finding").not.toEqual([]);
    const found = lintFixture(join(fixtures, folder), rule);
    expect(compareFindings(expected, found)).toEqual([]);
    // ESLint drops what a rule's declaration does not promise.
    const declared = rules.find(({ name: other }) => other === rule)?.edits ?? [];
    expect(found.flatMap(({ edits }) => edits).filter((edit) => !declared.includes(edit)), `"edits" of ${rule}`).toEqual([]);
  });
});
