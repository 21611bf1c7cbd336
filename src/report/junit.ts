import type { Finding } from "../model/finding.ts";
import { groupByFile } from "./report.ts";
import type { Report } from "./report.ts";
import { repositoryPath } from "./repository-path.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";

/**
 * `--format junit`: a suite a file, a failed test a finding, warnings too (as ESLint's formatter did). A report without findings holds one test
 * that passed, since many readers take an empty report for a broken one.
 */
export function formatJunit(report: Report, { prefix }: { prefix: string }): string {
  const suites = [...groupByFile(report.findings)].map(([path, findings]) => formatSuite(path, prefix, findings, report.sources));
  const clean = element("testsuite", { name: "uniqlint", tests: 1, errors: 0, failures: 0 }, [element("testcase", { classname: "uniqlint", name: "no findings" }, [])]);
  const count = Math.max(1, report.findings.length);
  const attributes = { name: "uniqlint", tests: count, errors: 0, failures: report.findings.length, time: (report.summary.durationMs / 1000).toFixed(3) };
  return `<?xml version="1.0" encoding="utf-8"?>\n${element("testsuites", attributes, suites.length > 0 ? suites : [clean])}\n`;
}

function formatSuite(file: string, prefix: string, findings: Finding[], sources: Sources): string {
  const path = repositoryPath(prefix, file);
  const cases = findings.map((finding) => {
    const { start } = locate(sources, finding.at);
    const related = finding.see.map(({ at, message }) => `${repositoryPath(prefix, at.path)}:${locate(sources, at).start.line}: ${message}`);
    const text = [`${path}:${start.line}:${start.column}: ${finding.severity}: ${finding.message}`, ...related].join("\n");
    const failure = element("failure", { type: finding.severity, message: finding.message }, [escapeXml(text)]);
    return element("testcase", { classname: path, name: `${finding.rule} (${start.line}:${start.column})`, file: path, line: start.line }, [failure]);
  });
  return element("testsuite", { name: path, tests: cases.length, errors: 0, failures: cases.length }, cases);
}

function element(name: string, attributes: Record<string, string | number>, content: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return content.length === 0 ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${content.join("")}</${name}>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;" };

/** For text and attributes alike. Characters that XML 1.0 cannot hold, not even as an entity, become a replacement character. */
function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  return allowed.replace(/[&<>"\n\r\t]/g, (character) => entities[character] ?? character);
}
