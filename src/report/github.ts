import type { Finding } from "../model/finding.ts";
import { plural } from "./pretty.ts";
import type { Report } from "./report.ts";
import { repositoryPath } from "./repository-path.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";

/**
 * `--format github`: a workflow command a finding, which GitHub shows at the line of the pull request, and a closing line for the log
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 */
export function formatGithub(report: Report, { prefix }: { prefix: string }): string {
  const commands = report.findings.map((finding) => formatCommand(finding, report.sources, prefix));
  const { errors, warnings } = report.summary;
  return [...commands, `uniqlint: ${plural(errors, "error")}, ${plural(warnings, "warning")}`, ""].join("\n");
}

function formatCommand(finding: Finding, sources: Sources, prefix: string): string {
  const { start, end } = locate(sources, finding.at);
  // Columns of a range over several lines are refused, and with them its lines.
  const columns = start.line === end.line ? { col: start.column, endColumn: end.column } : {};
  const properties = { file: repositoryPath(prefix, finding.at.path), line: start.line, endLine: end.line, ...columns, title: `uniqlint ${finding.rule}` };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const related = finding.see.map(({ at, message }) => `${repositoryPath(prefix, at.path)}:${locate(sources, at).start.line}: ${message}`);
  return `::${finding.severity} ${written.join(",")}::${escapeMessage([finding.message, ...related].join("\n"))}`;
}

/** As actions/toolkit writes them: a line feed would end the command. */
function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
