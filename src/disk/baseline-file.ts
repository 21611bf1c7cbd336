import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { failure } from "../lint/failure.ts";
import type { Baseline, BaselineEntry } from "../lint/baseline.ts";
import { messageOf } from "./errors.ts";
import { asObject, asString } from "./values.ts";

/** Reads a baseline; null: there is no such file. One that is no baseline is a `failure` that names it. */
export function readBaseline(path: string, shown: string): Baseline | null {
  if (!existsSync(path)) return null;
  const object = asObject(parse(path, shown));
  if (object?.["version"] !== 1) throw failure(`${shown} is no baseline of this version of uniqlint: it must hold "version": 1`);
  const findings = object["findings"];
  if (!Array.isArray(findings)) throw failure(`${shown} is no baseline: "findings" must be a list`);
  return { version: 1, findings: findings.map((entry, index) => readEntry(entry, index, shown)) };
}

function parse(path: string, shown: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw failure(`cannot read the baseline ${shown}: ${messageOf(error)}`, error);
  }
}

function readEntry(value: unknown, index: number, shown: string): BaselineEntry {
  const entry = asObject(value);
  const fingerprint = asString(entry?.["fingerprint"]);
  if (fingerprint === null) throw failure(`${shown} is no baseline: its ${index + 1}. finding has no "fingerprint"`);
  return { fingerprint, rule: asString(entry?.["rule"]) ?? "", file: asString(entry?.["file"]) ?? "" };
}

/** Writes a baseline, a line a finding: two branches that each fix one merge without a conflict. */
export function writeBaseline(path: string, shown: string, { version, findings }: Baseline): void {
  const lines = findings.map((entry) => `    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  try {
    writeFileSync(path, `{\n  "version": ${version},\n  "findings": ${list}\n}\n`);
  } catch (error) {
    throw failure(`cannot write the baseline ${shown}: ${messageOf(error)}`, error);
  }
}
