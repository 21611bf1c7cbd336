import type { Finding } from "../model/finding.ts";
import type { Span } from "../model/span.ts";
import { lineText } from "./position.ts";
import { plural } from "./pretty.ts";
import type { Report } from "./report.ts";
import { repositoryPath } from "./repository-path.ts";
import { ruleUrl } from "./rule-url.ts";
import { describeSqlstate } from "./sqlstate.ts";
import { locate } from "./sources.ts";

export type MarkdownOptions = { prefix: string; link: (path: string, line: number) => string | null };

/** GitHub takes comments of at most 65,536 characters, and nobody reads half of that. */
const longest = 30_000;

/** Lines of code under a place, and UTF-16 units of each: a dump's line may be as long as a table. */
const mostLines = 6;
const longestLine = 300;

const fences: Record<string, string> = { sql: "sql", prisma: "prisma", ts: "ts", tsx: "tsx", mts: "ts", cts: "ts", js: "js", jsx: "jsx", mjs: "js", cjs: "js" };

/** `--format markdown`: a comment on a pull request, or the summary of a job. The first line lets a program find its comment again. */
export function formatMarkdown(report: Report, options: MarkdownOptions): string {
  const { errors, warnings } = report.summary;
  const icon = errors > 0 ? "❌" : warnings > 0 ? "⚠️" : "✅";
  const head = `<!-- uniqlint -->\n### ${icon} uniqlint: ${plural(errors, "error")}, ${plural(warnings, "warning")}\n`;
  const clean = report.findings.length === 0 ? ["Code and database agree about what is unique.\n"] : [];
  const blocks = [...report.findings].sort(bySeverity).map((finding) => formatFinding(finding, report, options));
  const shown = fitting(blocks, longest);
  const rest = blocks.length - shown.length;
  const more = rest > 0 ? [`…and ${plural(rest, "other finding")}; the log has all of them.\n`] : [];
  const { tables, keys, migrations, sites } = report.summary;
  const counts = [plural(tables, "table"), plural(keys, "key"), plural(migrations, "migration"), `${sites.conflict.resolved} of ${plural(sites.conflict.seen, "conflict site")} resolved`];
  const unread = report.unread.length > 0 ? [`${plural(report.unread.length, "place")} could not be read`] : [];
  return `${[head, ...clean, ...shown, ...more, ...report.notes.map((note) => `${escapeMarkdown(note)}\n`), `<sub>${[...counts, ...unread].join(" · ")}</sub>`].join("\n")}\n`;
}

/** Errors first; the order stays otherwise. */
function bySeverity(a: Finding, b: Finding): number {
  return Number(a.severity === "warning") - Number(b.severity === "warning");
}

function fitting(blocks: string[], limit: number): string[] {
  let length = 0;
  const end = blocks.findIndex((block) => (length += block.length) > limit);
  return end < 0 ? blocks : blocks.slice(0, Math.max(1, end));
}

function formatFinding(finding: Finding, report: Report, options: MarkdownOptions): string {
  const { rule, severity, message, at, see, sqlstate } = finding;
  const lines = [
    `**${severity}** [${rule}](${ruleUrl(rule, report.tool.version)}) · ${showPlace(at, report, options)}`,
    "",
    `> ${escapeMarkdown(message).replaceAll("\n", "\n> ")}`,
    "",
    ...quoteCode(at, report),
    ...see.map((other) => `- ${showPlace(other.at, report, options)} ${escapeMarkdown(other.message)}`),
    ...(see.length > 0 ? [""] : []),
    ...(sqlstate === null ? [] : [describeSqlstate(sqlstate), ""]),
    ...[...(finding.fix === null ? [] : [finding.fix]), ...finding.suggestions].flatMap(({ title }) => [`**Help:** ${escapeMarkdown(title)}`, ""]),
  ];
  return lines.join("\n");
}

function showPlace(at: Span, { sources }: Report, { prefix, link }: MarkdownOptions): string {
  const { line } = locate(sources, at).start;
  const path = repositoryPath(prefix, at.path);
  const url = link(path, line);
  const shown = code(`${path}:${line}`);
  return url === null ? shown : `[${shown}](${url})`;
}

function quoteCode(at: Span, { sources }: Report): string[] {
  const lines = sources.lines(at.path);
  if (lines === null) return [];
  const { start, end } = locate(sources, at);
  const last = Math.min(end.line, start.line + mostLines - 1);
  const quoted = Array.from({ length: last - start.line + 1 }, (_, index) => shorten(lineText(lines, start.line + index), index === 0 ? start.column - 1 : 0));
  const fence = "`".repeat(Math.max(3, ...quoted.map((line) => longestTicks(line) + 1)));
  const language = fences[at.path.slice(at.path.lastIndexOf(".") + 1)] ?? "";
  return [`${fence}${language}`, ...dedent(quoted), ...(end.line > last ? ["…"] : []), fence, ""];
}

/** Of a long line what begins at the place (counted from 0), or the line's own beginning where that shows it. */
function shorten(line: string, place: number): string {
  if (line.length <= longestLine) return line;
  const from = place > longestLine / 2 ? place : 0;
  return `${from > 0 ? "…" : ""}${line.slice(from, from + longestLine)}${from + longestLine < line.length ? "…" : ""}`;
}

function dedent(lines: string[]): string[] {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const least = indents.length === 0 ? 0 : Math.min(...indents);
  return lines.map((line) => line.slice(least));
}

function longestTicks(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

/** An inline code span that may hold backticks. */
function code(text: string): string {
  const ticks = "`".repeat(longestTicks(text) + 1);
  return ticks.length === 1 ? `\`${text}\`` : `${ticks} ${text} ${ticks}`;
}

/** Plain words: no emphasis, no HTML, and nobody is called by `@unique` or `#1`. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*[\]<>|~]|(?<!\w)_|_(?!\w)/g, "\\$&").replace(/([@#])(?=\w)/g, "$1<!-- -->");
}
