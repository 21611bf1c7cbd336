import type { Finding, Problem, Severity } from "../model/finding.ts";
import type { Project } from "../model/project.ts";
import type { Rule, RuleOptions } from "../model/rule.ts";
import type { Span } from "../model/span.ts";
import { failure } from "./failure.ts";
import { addFingerprints } from "./fingerprint.ts";
import { suppress } from "./suppress.ts";
import { findSuppressionProblems } from "./suppression-problems.ts";
import type { SuppressionLevels } from "./suppression-problems.ts";

export type CheckOptions = RuleOptions & {
  /** Rule → what the configuration says; others keep their own severity. */
  levels: Record<string, Severity | "off">;
  /** Absent: nothing is said about suppressions. */
  suppressions?: SuppressionLevels;
  /** Statements of a .sql file, in order; empty for others. */
  statements(path: string): Span[];
};

export type CheckResult = {
  /** Sorted by file, line, column, rule. */
  findings: Finding[];
  /** Those that comments switch off. */
  suppressed: Finding[];
};

/** Runs rules on a project. A rule that throws is an internal error which names it (`failure`), never a crash. */
export function check(project: Project, rules: Rule[], options: CheckOptions): CheckResult {
  const active = rules.filter((rule) => isActive(rule, options));
  const all = active.flatMap((rule) => runRule(rule, project, options));
  const files = new Map(project.files.map((file) => [file.path, file]));
  const relevant = options.includeIncidental ? all : all.filter((finding) => !isIncidental(files.get(finding.at.path)));
  const { kept, suppressed, used } = suppress(dropRepeated(relevant.sort(compareFindings)), (path) => {
    const file = files.get(path);
    if (file === undefined || file.suppressions.length === 0) return null;
    return { text: options.text(path) ?? "", suppressions: file.suppressions, statements: options.statements(path) };
  });
  const judged = project.files.filter((file) => options.includeIncidental || !isIncidental(file)).flatMap((file) => file.suppressions);
  const about = findSuppressionProblems(judged, used, {
    ran: active.map(({ name }) => name),
    all: rules.map(({ name }) => name),
    levels: options.suppressions ?? { unused: "off", withoutReason: "off" },
  });
  return { findings: addFingerprints([...kept, ...about].sort(compareFindings), options.text), suppressed };
}

/** A rule that is named in the configuration runs in every preset. */
function isActive(rule: Rule, options: CheckOptions): boolean {
  const level = options.levels[rule.name];
  if (level !== undefined) return level !== "off";
  return options.preset === "strict" || rule.preset === "recommended";
}

function runRule(rule: Rule, project: Project, options: CheckOptions): Finding[] {
  const level = options.levels[rule.name];
  const given = { preset: options.preset, includeIncidental: options.includeIncidental, text: options.text };
  try {
    return Array.from(rule.check(project, given), (problem) => makeFinding(rule, problem, level));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(`internal error in rule ${rule.name}: ${reason}`, error);
  }
}

function makeFinding(rule: Rule, problem: Problem, level: Severity | "off" | undefined): Finding {
  return {
    rule: rule.name,
    family: rule.family,
    // "error" in the configuration raises all; "warning" lowers all.
    severity: level === undefined || level === "off" ? (problem.severity ?? rule.severity) : level,
    message: problem.message,
    at: problem.at,
    see: problem.see ?? [],
    table: problem.table ?? null,
    columns: problem.columns ?? null,
    sqlstate: problem.sqlstate ?? null,
    suggestions: problem.suggestions ?? [],
    fix: problem.fix ?? null,
    fingerprint: "",
  };
}

const incidentalEntries = new Set(["test", "seed", "script"]);

function isIncidental(file: Project["files"][number] | undefined): boolean {
  return file !== undefined && (file.generated || (file.entry !== null && incidentalEntries.has(file.entry)));
}

/** By file, place and rule; offsets order as lines and columns do. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.at.path, b.at.path) ||
    a.at.start - b.at.start ||
    compareText(a.rule, b.rule) ||
    a.at.end - b.at.end ||
    compareText(a.message, b.message)
  );
}

/** By UTF-16 units: the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function dropRepeated(sorted: Finding[]): Finding[] {
  const key = ({ rule, at, message }: Finding) => JSON.stringify([rule, at.path, at.start, at.end, message]);
  const seen = new Set<string>();
  return sorted.filter((finding) => {
    const own = key(finding);
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}
