import { expect, test } from "vitest";
import { compareFindings } from "./compare-findings.ts";
import type { FoundFinding } from "./compare-findings.ts";

const found = (rule: string, line: number, more: Partial<FoundFinding> = {}): FoundFinding => ({
  rule,
  file: "a.ts",
  line,
  severity: "error",
  message: "no key matches",
  sqlstate: "42P10",
  ...more,
});

test("what is expected and found gives nothing", () => {
  expect(compareFindings([{ rule: "r", file: "a.ts", line: 1, message: "key", sqlstate: "42P10" }], [found("r", 1)])).toEqual([]);
});

test("missing, too much and different are told apart", () => {
  const lines = compareFindings(
    [
      { rule: "r", file: "a.ts", line: 1, severity: "warning" },
      { rule: "r", file: "a.ts", line: 2 },
    ],
    [found("r", 1), found("s", 3)],
  );
  expect(lines).toEqual([
    "≠ a.ts:1 r (warning): severity is error, not warning",
    "- a.ts:2 r",
    "+ a.ts:3 s (error): no key matches",
  ]);
});

test("each expected finding stands for one, and two on one line find their own", () => {
  const both = [found("r", 1, { message: "about a" }), found("r", 1, { message: "about b" })];
  expect(compareFindings([{ rule: "r", file: "a.ts", line: 1 }], both)).toHaveLength(1);
  expect(
    compareFindings(
      [
        { rule: "r", file: "a.ts", line: 1, message: "about b" },
        { rule: "r", file: "a.ts", line: 1, message: "about a" },
      ],
      both,
    ),
  ).toEqual([]);
});
