import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import type { Finding } from "../src/model/finding.ts";
import { formatReport } from "../src/report/formats.ts";
import type { FormatName, FormatOptions } from "../src/report/formats.ts";
import type { Report } from "../src/report/report.ts";
import { makeSources } from "../src/report/sources.ts";

const texts: Record<string, string> = {
  "src/a,b:1.ts": "await db\n  .insert(tenants)\n  .values(row);\n",
  "src/schéma.ts": "export const tenants = pgTable(\"a & b\");\n",
};

function span(path: string, words: string) {
  const start = (texts[path] ?? "").indexOf(words);
  return { path, start, end: start + words.length };
}

const error: Finding = {
  rule: "no-unmatched-conflict-target",
  family: "assumed",
  severity: "error",
  message: "100% sure: <no> key on tenants_name is `@@unique`.\nPostgres refuses \u0007 it.",
  at: span("src/a,b:1.ts", ".insert(tenants)\n  .values(row)"),
  see: [{ at: span("src/schéma.ts", "tenants"), message: "it has only @id and #1" }],
  table: "public.tenants",
  columns: ["org_id"],
  sqlstate: "42P10",
  suggestions: [{ title: "Make it unique", edits: [{ at: span("src/schéma.ts", "pgTable"), text: "table" }, { at: { path: "new.sql", start: 0, end: 0 }, text: "SELECT 1;" }] }],
  fix: null,
  fingerprint: "0123456789abcdef0123456789abcdef",
};
const warning: Finding = { ...error, rule: "no-redundant-index", severity: "warning", message: "Not needed.", at: span("src/schéma.ts", "pgTable"), see: [], sqlstate: null, suggestions: [], fingerprint: "f".repeat(32) };

function report(findings: Finding[]): Report {
  const none = { seen: 0, resolved: 0 };
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    findings,
    notes: ["a note"],
    unread: [{ at: { path: "src/schéma.ts", start: 0, end: 0 }, message: "the table is computed" }],
    summary: { files: 2, tables: 1, keys: 1, migrations: 0, sites: { conflict: none, insert: none, lookup: none, handler: none }, errors: count("error"), warnings: count("warning"), suppressed: 0, durationMs: 1234 },
    sources: makeSources((path) => texts[path] ?? null),
    tool: { name: "uniqlint", version: "0.1.0" },
  };
}

const options: FormatOptions = { colour: false, width: 80, stats: false, links: null, prefix: "", link: () => null, rules };
/** As a run in a folder of the repository. */
const below: FormatOptions = { ...options, prefix: "packages/api/", link: (path, line) => `https://example.org/${path}#L${line}` };

describe("a place outside of the current folder", () => {
  test("is named from the repository, as servers look it up", () => {
    texts["../db/schéma.sql"] = "SELECT 1;\r\n";
    const at = { path: "../db/schéma.sql", start: 0, end: 6 };
    const outside = report([{ ...error, at, see: [{ at, message: "here" }] }]);
    const written = (name: FormatName, base: FormatOptions = below): string => formatReport(name, outside, base);
    for (const name of ["github", "gitlab", "junit", "markdown", "sarif"] as const) expect([name, written(name)]).toEqual([name, expect.not.stringContaining("..") as string]);
    expect(written("github")).toContain("file=packages/db/schéma.sql,line=1,");
    expect(written("junit")).toContain("packages/db/schéma.sql:1: here");
    expect(written("sarif")).toContain('"packages/db/sch%C3%A9ma.sql"');
    expect(written("markdown")).toContain("(https://example.org/packages/db/schéma.sql#L1)");
    expect(written("github", options)).toContain("file=../db/schéma.sql,");
  });
});

describe("github", () => {
  test("a command a finding; what would end a command or a property is escaped, as the runner undoes it", () => {
    expect(formatReport("github", report([error, warning]), below)).toBe(
      "::error file=packages/api/src/a%2Cb%3A1.ts,line=2,endLine=3,title=uniqlint no-unmatched-conflict-target::100%25 sure: <no> key on tenants_name is `@@unique`.%0APostgres refuses \u0007 it.%0Apackages/api/src/schéma.ts:1: it has only @id and #1\n" +
        "::warning file=packages/api/src/schéma.ts,line=1,endLine=1,col=24,endColumn=31,title=uniqlint no-redundant-index::Not needed.\n" +
        "uniqlint: 1 error, 1 warning\n",
    );
  });
});

describe("gitlab", () => {
  test("a list of issues with the fields that GitLab asks for", () => {
    const issues = JSON.parse(formatReport("gitlab", report([error, warning]), below)) as unknown[];
    expect(issues).toEqual([
      expect.objectContaining({ check_name: "no-unmatched-conflict-target", severity: "major", fingerprint: error.fingerprint, location: { path: "packages/api/src/a,b:1.ts", lines: { begin: 2, end: 3 } } }),
      expect.objectContaining({ check_name: "no-redundant-index", description: "Not needed.", severity: "minor", location: { path: "packages/api/src/schéma.ts", lines: { begin: 1, end: 1 } } }),
    ]);
    expect(formatReport("gitlab", report([]), options)).toBe("[]\n");
  });
});

describe("junit", () => {
  const read = (text: string) => {
    expect(XMLValidator.validate(text)).toBe(true);
    return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", isArray: (name) => name === "testsuite" || name === "testcase", trimValues: false, htmlEntities: true }).parse(text) as {
      testsuites: { tests: string; failures: string; time: string; testsuite: { name: string; testcase: { name: string; failure?: { type: string; message: string; "#text": string } }[] }[] };
    };
  };

  test("well-formed whatever a message holds; a suite a file", () => {
    const { testsuites } = read(formatReport("junit", report([error, warning]), below));
    expect(testsuites).toMatchObject({ tests: "2", failures: "2", time: "1.234" });
    expect(testsuites.testsuite.map(({ name }) => name)).toEqual(["packages/api/src/a,b:1.ts", "packages/api/src/schéma.ts"]);
    const failure = testsuites.testsuite[0]?.testcase[0]?.failure;
    expect(failure?.type).toBe("error");
    expect(failure?.message).toBe("100% sure: <no> key on tenants_name is `@@unique`.\nPostgres refuses \ufffd it.");
  });

  test("line ends stay, as characters that readers do not change", () => {
    expect(formatReport("junit", report([{ ...error, message: "a\r\nb" }]), options)).toContain('message="a&#13;&#10;b"');
  });

  test("nothing found is a test that passed, not an empty report", () => {
    const { testsuites } = read(formatReport("junit", report([]), options));
    expect(testsuites).toMatchObject({ tests: "1", failures: "0" });
    expect(testsuites.testsuite[0]?.testcase[0]?.failure).toBeUndefined();
  });
});

describe("markdown", () => {
  test("errors first, with places as links, code, and words that mean nothing to Markdown", () => {
    const text = formatReport("markdown", report([warning, error]), below);
    expect(text).toMatch(/^<!-- uniqlint -->\n### ❌ uniqlint: 1 error, 1 warning\n/);
    expect(text.indexOf("**error**")).toBeLessThan(text.indexOf("**warning**"));
    expect(text).toContain("[`packages/api/src/a,b:1.ts:2`](https://example.org/packages/api/src/a,b:1.ts#L2)");
    expect(text).toContain("> 100% sure: \\<no\\> key on tenants_name is \\`@@<!-- -->unique\\`.\n> Postgres refuses");
    expect(text).toContain("```ts\n  .insert(tenants)\n  .values(row);\n```".replaceAll("  .", "."));
    expect(text).toContain("it has only @<!-- -->id and #<!-- -->1");
  });

  test("a comment stays within what servers take, and says what it leaves out", () => {
    const text = formatReport("markdown", report(Array.from({ length: 3000 }, () => error)), options);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/…and \d{4} other findings; the log has all of them\./);
  });

  test("of a line that is as long as a table only what is at the place", () => {
    texts["src/dump.sql"] = `INSERT INTO users VALUES ${"(1, 'a'), ".repeat(10_000)}(2, 'b') ON CONFLICT (id) DO NOTHING;`;
    const at = (words: string) => ({ ...error, at: span("src/dump.sql", words) });
    expect(formatReport("markdown", report([at("INSERT")]), options)).toMatch(/```sql\nINSERT INTO users VALUES (?:\(1, 'a'\), )+.{0,9}…\n```/);
    expect(formatReport("markdown", report([at("ON CONFLICT")]), options)).toContain("```sql\n…ON CONFLICT (id) DO NOTHING;\n```");
    expect(formatReport("markdown", report([at("INSERT")]), options).length).toBeLessThan(2000);
  });

  test("a fence that the code cannot close", () => {
    texts["src/ticks.sql"] = "SELECT '```';";
    const text = formatReport("markdown", report([{ ...error, at: { path: "src/ticks.sql", start: 0, end: 13 } }]), options);
    expect(text).toContain("````sql\nSELECT '```';\n````");
  });
});

describe("sarif", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "uniqlint-sarif-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What Microsoft's validator says: the schema, and the rules of the specification that a schema cannot hold. */
  function validate(text: string): string[] {
    const [input, output] = [join(folder, "report.sarif"), join(folder, "verdict.sarif")];
    writeFileSync(input, text);
    const tool = join(import.meta.dirname, "../node_modules/.bin/sarif-multitool");
    const { stderr, error: failed } = spawnSync(tool, ["validate", input, "--output", output, "--log", "ForceOverwrite"], { encoding: "utf8", env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" } });
    if (failed !== undefined) throw failed;
    const verdict = JSON.parse(readFileSync(output, "utf8").replace(/^\uFEFF/, "")) as Log;
    const run = verdict.runs[0];
    if (run === undefined) throw new Error(stderr);
    const said = [...(run.results ?? []), ...(run.invocations?.[0]?.toolExecutionNotifications ?? [])];
    return said.filter(({ level }) => level === "error" || level === undefined).map((result) => JSON.stringify(result.message));
  }

  test("is valid, with and without findings", () => {
    expect(validate(formatReport("sarif", report([error, warning]), below))).toEqual([]);
    expect(validate(formatReport("sarif", report([]), options))).toEqual([]);
  }, 60_000);

  test("the validator is able to refuse", () => {
    expect(validate(formatReport("sarif", report([error]), options).replace('"startLine": 2', '"startLine": 9'))).not.toEqual([]);
  }, 60_000);

  test("places, related places, fingerprints, fixes and what could not be read", () => {
    const run = (JSON.parse(formatReport("sarif", report([error]), below)) as Log).runs[0];
    const [result] = run?.results ?? [];
    expect(result).toMatchObject({
      ruleId: "no-unmatched-conflict-target",
      level: "error",
      partialFingerprints: { "uniqlint/v1": error.fingerprint },
      locations: [{ physicalLocation: { artifactLocation: { uri: "packages/api/src/a%2Cb%3A1.ts" }, region: { startLine: 2, startColumn: 3, endLine: 3, endColumn: 15 } } }],
      relatedLocations: [{ message: { text: "it has only @id and #1" }, physicalLocation: { artifactLocation: { uri: "packages/api/src/sch%C3%A9ma.ts" } } }],
      fixes: [{ description: { text: "Make it unique" }, artifactChanges: [{ replacements: [{ deletedRegion: { startColumn: 24, endColumn: 31 }, insertedContent: { text: "table" } }] }, { artifactLocation: { uri: "packages/api/new.sql" } }] }],
    });
    expect(run?.tool.driver.rules?.[result?.ruleIndex ?? -1]?.id).toBe("no-unmatched-conflict-target");
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.map(({ message }) => message.text)).toEqual(["Not read: the table is computed", "a note"]);
  });
});
