import { describe, expect, test } from "vitest";
import { check } from "../src/lint/check.ts";
import type { CheckOptions } from "../src/lint/check.ts";
import { isFailure } from "../src/lint/failure.ts";
import { didYouMean, nearest } from "../src/lint/nearest.ts";
import type { Suppression } from "../src/model/facts.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Project, ProjectFile } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

const text = "one();\ntwo();\nthree();\nfour();\n";

/** Where a word of `text` stands. */
function at(word: string, path = "a.ts", inside = text) {
  const start = inside.indexOf(word);
  return { path, start, end: start + word.length };
}

function rule(name: string, problems: Problem[], more: Partial<Rule> = {}): Rule {
  return { name, family: "assumed", summary: "", why: "", fix: "", severity: "error", preset: "recommended", check: () => problems, ...more };
}

function project(files: Partial<ProjectFile>[] = [{}]): Project {
  const counts = { conflict: { seen: 0, resolved: 0 }, insert: { seen: 0, resolved: 0 }, lookup: { seen: 0, resolved: 0 }, handler: { seen: 0, resolved: 0 } };
  const whole = files.map((file) => ({ path: "a.ts", entry: null, generated: false, suppressions: [], ...file }));
  return { databases: [], sites: [], handlers: [], claims: [], refreshes: [], repairs: [], files: whole, unread: [], counts };
}

const options: CheckOptions = { preset: "recommended", includeIncidental: false, levels: {}, text: () => text, statements: () => [] };

describe("check", () => {
  test("sorts by file, place and rule, and drops what was said twice", () => {
    const twice = { message: "x", at: at("two") };
    const rules = [rule("b", [twice, twice, { message: "z", at: at("one", "b.ts") }]), rule("a", [{ message: "y", at: at("two") }, { message: "w", at: at("four") }])];
    const { findings } = check(project(), rules, options);
    expect(findings.map((finding) => [finding.at.path, finding.at.start, finding.rule, finding.message])).toEqual([
      ["a.ts", 7, "a", "y"],
      ["a.ts", 7, "b", "x"],
      ["a.ts", 23, "a", "w"],
      ["b.ts", 0, "b", "z"],
    ]);
  });

  test("fills in what a rule leaves out", () => {
    const [finding] = check(project(), [rule("a", [{ message: "x", at: at("one") }])], options).findings;
    expect(finding).toMatchObject({ family: "assumed", severity: "error", see: [], table: null, columns: null, sqlstate: null, suggestions: [], fix: null });
  });

  test("presets and levels decide which rules run, and how loud", () => {
    const problem = { message: "x", at: at("one") };
    const strict = rule("strict-rule", [problem], { preset: "strict" });
    const plain = rule("plain", [{ ...problem, severity: "warning" }]);
    const run = (more: Partial<CheckOptions>) => check(project(), [strict, plain], { ...options, ...more }).findings.map(({ rule: name, severity }) => `${name} ${severity}`);
    expect(run({})).toEqual(["plain warning"]);
    expect(run({ preset: "strict" })).toEqual(["plain warning", "strict-rule error"]);
    expect(run({ levels: { "strict-rule": "warning", plain: "off" } })).toEqual(["strict-rule warning"]);
    expect(run({ levels: { plain: "error" } })).toEqual(["plain error"]);
  });

  test("tests, seeds, scripts and generated files are silent unless asked for", () => {
    const files: Partial<ProjectFile>[] = [{ path: "t.ts", entry: "test" }, { path: "s.ts", entry: "seed" }, { path: "o.ts", entry: "script" }, { path: "g.ts", generated: true }, { path: "m.ts", entry: "migration" }, { path: "r.ts", entry: "route" }];
    const problems = files.map(({ path }) => ({ message: "x", at: at("one", path) }));
    const run = (includeIncidental: boolean) => check(project(files), [rule("a", problems)], { ...options, includeIncidental }).findings.map((finding) => finding.at.path);
    expect(run(false)).toEqual(["m.ts", "r.ts"]);
    expect(run(true)).toEqual(["g.ts", "m.ts", "o.ts", "r.ts", "s.ts", "t.ts"]);
  });

  test("a rule that throws is an internal error with its name", () => {
    const broken: Rule = {
      ...rule("broken", []),
      check: () => {
        throw new TypeError("x is undefined");
      },
    };
    let caught: unknown = null;
    try {
      check(project(), [broken], options);
    } catch (error) {
      caught = error;
    }
    expect(isFailure(caught)).toBe(true);
    expect((caught as Error).message).toBe("internal error in rule broken: x is undefined");
  });

  test("a fingerprint stays when lines move, and differs for the same words on two lines", () => {
    const prints = (content: string, words: number[]) =>
      check(project(), [rule("a", words.map((start) => ({ message: "x", at: { path: "a.ts", start, end: start + 3 } })))], { ...options, text: () => content }).findings.map(({ fingerprint }) => fingerprint);
    const [first] = prints("one();\n", [0]);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(prints("// new\n\n   one();\n", [11])).toEqual([first]);
    expect(prints("other();\n", [0])).not.toEqual([first]);
    const both = prints("one();\none();\n", [0, 7]);
    expect(both[0]).toBe(first);
    expect(both[1]).not.toBe(first);
  });
});

describe("suppressions", () => {
  function run(content: string, suppressions: Suppression[], statements: { path: string; start: number; end: number }[] = [], path = "a.ts") {
    const words = [...content.matchAll(/\b[a-z]+(?=\(\))/g)].map((match) => ({ message: match[0], at: { path, start: match.index, end: match.index + match[0].length } }));
    const result = check(project([{ path, suppressions }]), [rule("a", words)], { ...options, text: () => content, statements: () => statements });
    return { ...result, left: result.findings.map(({ message }) => message) };
  }

  /** A suppression whose comment is this part of the text. */
  function comment(content: string, written: string, kind: Suppression["kind"], rules: string[] = []): Suppression {
    const start = content.indexOf(written);
    return { kind, rules, reason: null, at: { path: "a.ts", start, end: start + written.length } };
  }

  test("the next line, by name or all rules, and no other line", () => {
    const content = "// off\none();\ntwo();\n";
    expect(run(content, [comment(content, "// off", "disable-next-line")]).left).toEqual(["two"]);
    expect(run(content, [comment(content, "// off", "disable-next-line", ["a", "b"])]).left).toEqual(["two"]);
    const other = run(content, [comment(content, "// off", "disable-next-line", ["b"])]);
    expect(other.left).toEqual(["one", "two"]);
    expect(other.suppressed).toEqual([]);
  });

  test("the same line", () => {
    const content = "one(); // off\ntwo();\n";
    const result = run(content, [comment(content, "// off", "disable-line")]);
    expect([result.left, result.suppressed.map(({ message }) => message)]).toEqual([["two"], ["one"]]);
  });

  test("a block from disable to enable, for its rules only", () => {
    const content = "one();\n/* off */\ntwo();\nthree();\n/* on */\nfour();\n";
    const off = comment(content, "/* off */", "disable");
    expect(run(content, [off]).left).toEqual(["one"]);
    expect(run(content, [off, comment(content, "/* on */", "enable")]).left).toEqual(["one", "four"]);
    expect(run(content, [off, comment(content, "/* on */", "enable", ["b"])]).left).toEqual(["one"]);
  });

  test("in SQL all of the statement that follows, and of a comment inside one the next line only", () => {
    const content = "first();\n-- off\n-- why\nsecond(\n),\nthird();\nfourth();\n";
    const statements = [
      { path: "a.ts", start: 0, end: 7 },
      // Its leading comments may or may not be part of a statement.
      { path: "a.ts", start: content.indexOf("-- off"), end: content.indexOf("third") + 7 },
      { path: "a.ts", start: content.indexOf("fourth"), end: content.length - 2 },
    ];
    expect(run(content, [comment(content, "-- off", "disable-next-line")], statements).left).toEqual(["first", "fourth"]);
    const bare = statements.with(1, { path: "a.ts", start: content.indexOf("second"), end: content.indexOf("third") + 7 });
    expect(run(content, [comment(content, "-- off", "disable-next-line")], bare).left).toEqual(["first", "fourth"]);
    const inside = "create(\n-- off\none(),\ntwo()\n);\n";
    expect(run(inside, [comment(inside, "-- off", "disable-next-line")], [{ path: "a.ts", start: 0, end: inside.length - 2 }]).left).toEqual(["two"]);
  });
});

describe("nearest", () => {
  test("finds what was meant, and nothing for a word that is far from all", () => {
    const names = ["no-schema-drift", "no-redundant-index"];
    expect(nearest("no-schema-drif", names)).toBe("no-schema-drift");
    expect(nearest("NO-SCHEMA-DRIFT", names)).toBe("no-schema-drift");
    expect(nearest("semicolons", names)).toBeNull();
    expect(didYouMean("json ", ["json", "pretty"])).toBe(' (did you mean "json"?)');
  });
});
