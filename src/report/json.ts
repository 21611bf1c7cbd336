import type { Finding, Fix } from "../model/finding.ts";
import type { Span } from "../model/span.ts";
import type { Report, Summary } from "./report.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";

/** What `--format json` prints, as data. */
export type JsonReport = ReturnType<typeof describeReport>;

/** `--format json`. */
export function formatJson(report: Report): string {
  return `${JSON.stringify(describeReport(report), null, 2)}\n`;
}

/** Shape and key order are a promise to other programs; `version` changes when they do. */
export function describeReport(report: Report) {
  const { sources } = report;
  return {
    version: 1,
    tool: { name: report.tool.name, version: report.tool.version },
    findings: report.findings.map((finding) => describeFinding(finding, sources)),
    unread: report.unread.map(({ at, message }) => {
      const { start } = locate(sources, at);
      return { file: at.path, line: start.line, column: start.column, message };
    }),
    summary: describeSummary(report.summary),
  };
}

function describeFinding(finding: Finding, sources: Sources) {
  return {
    rule: finding.rule,
    family: finding.family,
    severity: finding.severity,
    message: finding.message,
    ...describePlace(finding.at, sources),
    table: finding.table,
    columns: finding.columns,
    sqlstate: finding.sqlstate,
    related: finding.see.map(({ at, message }) => ({ ...describePlace(at, sources), message })),
    fix: finding.fix === null ? null : describeFix(finding.fix),
    suggestions: finding.suggestions.map(describeFix),
    fingerprint: finding.fingerprint,
  };
}

function describePlace(at: Span, sources: Sources) {
  const { start, end } = locate(sources, at);
  return { file: at.path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function describeFix(fix: Fix) {
  return {
    title: fix.title,
    edits: fix.edits.map(({ at, text }) => ({ file: at.path, start: at.start, end: at.end, text })),
  };
}

function describeSummary(summary: Summary) {
  const { conflict, insert, lookup, handler } = summary.sites;
  const count = ({ seen, resolved }: { seen: number; resolved: number }) => ({ seen, resolved });
  return {
    files: summary.files,
    tables: summary.tables,
    keys: summary.keys,
    migrations: summary.migrations,
    sites: { conflict: count(conflict), insert: count(insert), lookup: count(lookup), handler: count(handler) },
    errors: summary.errors,
    warnings: summary.warnings,
    suppressed: summary.suppressed,
    durationMs: summary.durationMs,
  };
}
