import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Finding } from "../src/model/finding.ts";
import { formatJson } from "../src/report/json.ts";
import { indexLines, lineText, positionAt } from "../src/report/position.ts";
import { formatPretty, formatUnread } from "../src/report/pretty.ts";
import type { Report } from "../src/report/report.ts";
import { formatSchemaJson, formatSchemaMarkdown, formatSchemaPretty } from "../src/report/schema.ts";
import { makeSources } from "../src/report/sources.ts";
import { displayWidth, printable, wrap } from "../src/report/text-width.ts";

const code = "await db\n  .insert(tenants)\n  .values(row)\n  .onConflictDoNothing({ target: [tenants.orgId, tenants.externalRef] });\n";
const schema = "export const tenants = pgTable(\n  index(\"tenants_external_ref_idx\").on(t.orgId, t.externalRef),\n);\n";
const texts: Record<string, string> = { "src/a.ts": code, "src/schema.ts": schema };

function span(path: string, words: string) {
  const start = (texts[path] ?? "").indexOf(words);
  return { path, start, end: start + words.length };
}

const finding: Finding = {
  rule: "no-unmatched-conflict-target",
  family: "assumed",
  severity: "error",
  message: "No unique key on public.tenants has exactly (org_id, external_ref), so Postgres refuses this statement every time it runs.",
  at: span("src/a.ts", "[tenants.orgId, tenants.externalRef]"),
  see: [{ at: span("src/schema.ts", 'index("tenants_external_ref_idx").on(t.orgId, t.externalRef)'), message: "this index is not unique" }],
  table: "public.tenants",
  columns: ["org_id", "external_ref"],
  sqlstate: "42P10",
  suggestions: [{ title: "Make the index unique", edits: [{ at: span("src/schema.ts", "index"), text: "uniqueIndex" }] }],
  fix: null,
  fingerprint: "0123456789abcdef0123456789abcdef",
};

const counts = { conflict: { seen: 3, resolved: 2 }, insert: { seen: 5, resolved: 5 }, lookup: { seen: 0, resolved: 0 }, handler: { seen: 1, resolved: 1 } };

function report(findings: Finding[] = [finding]): Report {
  return {
    findings,
    notes: [],
    unread: [{ at: { path: "src/a.ts", start: 9, end: 9 }, message: "the table is computed" }],
    summary: { files: 2, tables: 1, keys: 1, migrations: 0, sites: counts, errors: findings.length, warnings: 0, suppressed: 0, durationMs: 12 },
    sources: makeSources((path) => texts[path] ?? null),
    tool: { name: "uniqlint", version: "0.1.0" },
  };
}

describe("positions", () => {
  test("lines and columns count from 1, in UTF-16 units, over every kind of line end", () => {
    const lines = indexLines("a\r\nbc\n\n😀d\re");
    expect([0, 1, 3, 4, 6, 7, 9, 11].map((offset) => positionAt(lines, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 3 },
      { line: 5, column: 1 },
    ]);
    expect([1, 2, 3, 4, 5, 6].map((line) => lineText(lines, line))).toEqual(["a", "bc", "", "😀d", "e", ""]);
  });

  test("offsets outside of the text are moved into it", () => {
    const lines = indexLines("ab");
    expect([positionAt(lines, -5), positionAt(lines, 99)]).toEqual([{ line: 1, column: 1 }, { line: 1, column: 3 }]);
  });
});

describe("json", () => {
  test("is the contract, key for key and in its order", () => {
    const expected = {
      version: 1,
      tool: { name: "uniqlint", version: "0.1.0" },
      findings: [
        {
          rule: "no-unmatched-conflict-target",
          family: "assumed",
          severity: "error",
          message: finding.message,
          file: "src/a.ts",
          line: 4,
          column: 34,
          endLine: 4,
          endColumn: 70,
          table: "public.tenants",
          columns: ["org_id", "external_ref"],
          sqlstate: "42P10",
          related: [{ file: "src/schema.ts", line: 2, column: 3, endLine: 2, endColumn: 63, message: "this index is not unique" }],
          fix: null,
          suggestions: [{ title: "Make the index unique", edits: [{ file: "src/schema.ts", start: 34, end: 39, text: "uniqueIndex" }] }],
          fingerprint: "0123456789abcdef0123456789abcdef",
        },
      ],
      unread: [{ file: "src/a.ts", line: 2, column: 1, message: "the table is computed" }],
      summary: {
        files: 2,
        tables: 1,
        keys: 1,
        migrations: 0,
        sites: { conflict: { seen: 3, resolved: 2 }, insert: { seen: 5, resolved: 5 }, lookup: { seen: 0, resolved: 0 }, handler: { seen: 1, resolved: 1 } },
        errors: 1,
        warnings: 0,
        suppressed: 0,
        durationMs: 12,
      },
    };
    expect(formatJson(report())).toBe(`${JSON.stringify(expected, null, 2)}\n`);
  });

  test("a place in a file that cannot be read is its beginning", () => {
    const lost = { ...finding, at: { path: "gone.ts", start: 40, end: 50 } };
    const parsed = JSON.parse(formatJson(report([lost]))) as { findings: Record<string, unknown>[] };
    expect(parsed.findings[0]).toMatchObject({ file: "gone.ts", line: 1, column: 1, endLine: 1, endColumn: 1 });
  });
});

describe("pretty", () => {
  test("place, message, code with carets, the other end, Postgres' answer, help, summary", () => {
    expect(formatPretty(report(), { colour: false, width: 80, stats: false, links: null })).toBe(
      [
        "src/a.ts:4:34  error  no-unmatched-conflict-target",
        "  No unique key on public.tenants has exactly (org_id, external_ref), so",
        "  Postgres refuses this statement every time it runs.",
        "",
        "    3 │   .values(row)",
        // One column too wide for 80.
        "    4 │   .onConflictDoNothing({ target: [tenants.orgId, tenants.externalRef] }…",
        "      │                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "",
        "  src/schema.ts:2:3  this index is not unique",
        '    2 │   index("tenants_external_ref_idx").on(t.orgId, t.externalRef),',
        "      │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "",
        "  Postgres: 42P10 there is no unique or exclusion constraint matching the ON",
        "  CONFLICT specification",
        "  Help: Make the index unique",
        "",
        "1 error, 0 warnings in 1 file · 1 table, 1 key, 2 of 3 conflict sites resolved",
        "",
      ].join("\n"),
    );
  });

  test("colours change nothing but colours", () => {
    const plain = formatPretty(report(), { colour: false, width: 80, stats: true, links: null });
    const coloured = formatPretty(report(), { colour: true, width: 80, stats: true, links: null });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test("nothing found is one line", () => {
    expect(formatPretty(report([]), { colour: false, width: 80, stats: false, links: null })).toBe("0 errors, 0 warnings · 1 table, 1 key, 2 of 3 conflict sites resolved\n");
  });

  test("stats tell seen and resolved of each kind", () => {
    const text = formatPretty(report([]), { colour: false, width: 80, stats: true, links: null });
    expect(text).toContain("  conflict        2 of       3 resolved  67%");
    expect(text).toContain("  files           2 read in 0.01 s");
  });

  test("no line is wider than the terminal, however wide the code", () => {
    const long = `${"x".repeat(300)}("${"漢字".repeat(40)}")`;
    const wide = { ...report([{ ...finding, at: { path: "w.ts", start: 301, end: 381 }, see: [] }]), sources: makeSources(() => `\t${long}\n`) };
    const lines = formatPretty(wide, { colour: false, width: 80, stats: false, links: null }).split("\n");
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    const carets = lines.findIndex((line) => line.includes("^"));
    expect(displayWidth(lines[carets]?.split("^")[0] ?? "")).toBe(displayWidth(lines[carets - 1]?.split('("')[0] ?? ""));
  });

  test("a range of many lines is cut; of the other end only the first line is shown", () => {
    const content = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`).join("\n");
    const whole = { path: "m.ts", start: 0, end: content.length };
    const many = { ...report([{ ...finding, at: whole, see: [{ at: whole, message: "here" }], sqlstate: null, suggestions: [] }]), sources: makeSources(() => content) };
    const text = formatPretty(many, { colour: false, width: 80, stats: false, links: null });
    expect(text).toContain("    1 │ line 1\n      │ ^^^^^^\n    2 │ line 2\n    3 │ line 3\n    4 │ line 4\n    5 │ line 5\n");
    expect(text).toContain("  m.ts:1:1  here\n    1 │ line 1\n      │ ^^^^^^\n\n");
  });

  test("control characters in sources do not reach the terminal", () => {
    expect(printable("a\u001b[31mb\tc\u202e")).toBe("a·[31mb  c·");
    const evil = { ...report([{ ...finding, message: "\u001b]0;x\u0007", see: [] }]), sources: makeSources(() => code.replaceAll("db", "\u001b[2J")) };
    // eslint-disable-next-line no-control-regex
    expect(formatPretty(evil, { colour: false, width: 80, stats: false, links: null })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test("unread places are a short list by reason", () => {
    const { unread, sources } = report();
    const place = unread[0];
    if (place === undefined) throw new Error("none");
    const other = { at: { path: "src/schema.ts", start: 0, end: 0 }, message: "syntax error" };
    expect(formatUnread([place], sources, 5, false)).toBe("1 place could not be read:\n  src/a.ts:2:1  the table is computed\n");
    expect(formatUnread([place, other, place, place], sources, 1, false)).toBe(
      "4 places could not be read:\n  src/a.ts:2:1  the table is computed, and 2 more like it\n  and 1 other reason\n  (--format json lists all)\n",
    );
    expect(formatUnread([], sources, 1, false)).toBe("");
  });

  test("wraps words, keeps breaks, lets long words stand alone", () => {
    expect(wrap("one two three\nfour", 8)).toEqual(["one two", "three", "four"]);
    expect(wrap("a veryveryverylong b", 8)).toEqual(["a", "veryveryverylong", "b"]);
  });
});

describe("schema", () => {
  const column = { property: null, default: null, at: null };
  const catalogs = [
    {
      id: "db",
      catalog: {
        dialect: "postgres" as const,
        tables: {
          "public.tenants": {
            id: "public.tenants", schema: "public", name: "tenants", kind: "table" as const, temporary: false, partitioned: false, inherits: [],
            columns: [
              { ...column, name: "id", type: "uuid", nullable: false, generated: false },
              { ...column, name: "org_id", type: "uuid", nullable: true, generated: false },
            ],
            keys: [
              { name: "tenants_pkey", kind: "primary" as const, parts: [{ kind: "column" as const, column: "id", collation: null, opclass: null }], include: [], where: null, nullsNotDistinct: false, deferrable: false, valid: null, declared: [], built: [span("src/schema.ts", "index")] },
              { name: "tenants_low", kind: "index" as const, parts: [{ kind: "expression" as const, expression: "lower(ref)", columns: ["ref"], collation: null, opclass: null }], include: [], where: { text: "a is null", columns: ["a"], parameters: false }, nullsNotDistinct: true, deferrable: false, valid: null, declared: [], built: [] },
            ],
            indexes: [],
            foreignKeys: [{ name: null, columns: ["org_id"], table: "public.tenants", references: [], onDelete: "cascade" as const, declared: [], built: [] }],
            checks: [], complete: true, declared: [], built: [],
          },
        },
      },
    },
  ];
  const sources = makeSources((path) => texts[path] ?? null);

  test("json is the contract; a foreign key without columns names the primary key's", () => {
    expect(JSON.parse(formatSchemaJson(catalogs, sources))).toEqual({
      version: 1,
      tables: [
        {
          schema: "public",
          name: "tenants",
          columns: [
            { name: "id", type: "uuid", nullable: false, generated: false },
            { name: "org_id", type: "uuid", nullable: true, generated: false },
          ],
          keys: [
            { name: "tenants_pkey", kind: "primary", columns: ["id"], expressions: [], where: null, nullsNotDistinct: false, deferrable: false, declared: [], built: [{ file: "src/schema.ts", line: 2 }] },
            { name: "tenants_low", kind: "index", columns: [], expressions: ["lower(ref)"], where: "a is null", nullsNotDistinct: true, deferrable: false, declared: [], built: [] },
          ],
          indexes: [],
          foreignKeys: [{ columns: ["org_id"], table: "public.tenants", references: ["id"], onDelete: "cascade" }],
        },
      ],
    });
  });

  test("pretty and markdown", () => {
    expect(formatSchemaPretty(catalogs, false)).toBe("public.tenants\n  primary    (id)  tenants_pkey\n  index      (lower(ref)), where a is null, nulls not distinct  tenants_low\n");
    expect(formatSchemaMarkdown(catalogs)).toContain("| `tenants_low` | index | `lower(ref)` | `where a is null`, `nulls not distinct` |");
  });
});
