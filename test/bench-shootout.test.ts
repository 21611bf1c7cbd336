import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** The benchmark as it is called, without the tools of others; it takes the build, and `npm test` builds first. */
const script = join(import.meta.dirname, "../bench/shootout.mjs");

test("uniqlint is right in all cases of the comparison", () => {
  const { stdout, stderr } = spawnSync(process.execPath, [script, "--tools", "uniqlint"], { encoding: "utf8" });
  expect(stderr).toBe("");
  const lines = stdout.split("\n").map((line) => line.replace(/^\| | \|$/g, ""));
  expect(lines.filter((line) => line.endsWith("✗"))).toEqual([]);
  expect(lines.filter((line) => / \| (?:flag|silent) \| (?:flags|silent)(?: ✗)?$/.test(line))).toHaveLength(93);
  expect(lines).toContain("CREATE UNIQUE INDEX on an older table | lock | flag | flags");
}, 180_000);
