import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { Chalk } from "chalk";
import type { ChalkInstance } from "chalk";
import type { Finding } from "../model/finding.ts";
import type { Span, Unread } from "../model/span.ts";
import { drawFrame } from "./code-frame.ts";
import type { Report, Summary } from "./report.ts";
import { ruleUrl } from "./rule-url.ts";
import { describeSqlstate } from "./sqlstate.ts";
import { locate } from "./sources.ts";
import type { Sources } from "./sources.ts";
import { displayWidth, printable, wrap } from "./text-width.ts";

export type PrettyOptions = {
  colour: boolean;
  width: number;
  stats: boolean;
  /** The folder that paths are relative to, if places and rules are to be links (OSC 8); null: plain text. */
  links: string | null;
};

/** More related places than this are only counted. */
const mostRelated = 3;

/** `--format pretty`: for people, in a terminal or a log. */
export function formatPretty(report: Report, options: PrettyOptions): string {
  const colour = new Chalk({ level: options.colour ? 1 : 0 });
  // Beyond this, lines of prose are hard to read.
  const width = Math.max(40, Math.min(options.width, 120));
  const findings = report.findings.map((finding) => formatFinding(finding, report, { colour, width, links: options.links }));
  const summary = formatSummary(report, colour, width);
  const stats = options.stats ? formatStats(report.summary) : [];
  return `${[...findings.map((lines) => lines.join("\n")), [...summary, ...stats].join("\n")].join("\n\n")}\n`;
}

type Style = { colour: ChalkInstance; width: number; links: string | null };

function formatFinding(finding: Finding, { sources, tool }: Report, style: Style): string[] {
  const { colour, width, links } = style;
  const paint = finding.severity === "error" ? colour.red : colour.yellow;
  const place = linkPlace(showPlace(finding.at, sources), finding.at, style);
  const rule = colour.dim(finding.rule);
  const lines = [`${place}  ${paint(finding.severity)}  ${links === null || finding.family === "suppressions" ? rule : link(rule, ruleUrl(finding.rule, tool.version))}`];
  lines.push(...wrap(printableLines(finding.message), width - 2).map((line) => `  ${colour.bold(line)}`));
  lines.push("", ...frame(finding.at, sources, style, 1, paint));
  for (const { at, message } of finding.see.slice(0, mostRelated)) {
    lines.push("", ...related(at, showPlace(at, sources), message, style), ...frame(at, sources, style, 0, colour.cyan));
  }
  const more = finding.see.length - mostRelated;
  if (more > 0) lines.push("", `  ${colour.dim(`and ${plural(more, "other place")}`)}`);
  const closing: string[] = [];
  if (finding.sqlstate !== null) closing.push(...wrap(describeSqlstate(finding.sqlstate), width - 2).map((line) => `  ${colour.magenta(line)}`));
  for (const fix of [...(finding.fix === null ? [] : [finding.fix]), ...finding.suggestions]) {
    closing.push(...wrap(printableLines(fix.title), width - 9).map((line, index) => `  ${index === 0 ? colour.green("Help:") : "     "} ${line}`));
  }
  return closing.length > 0 ? [...lines, "", ...closing] : lines;
}

function related(at: Span, place: string, message: string, style: Style): string[] {
  const words = printableLines(message);
  const shown = linkPlace(place, at, style);
  if (displayWidth(place) + displayWidth(words) + 6 <= style.width) return [`  ${shown}  ${words}`];
  return [`  ${shown}`, ...wrap(words, style.width - 2).map((line) => `  ${line}`)];
}

function linkPlace(shown: string, { path }: Span, { colour, links }: Style): string {
  const underlined = colour.underline(shown);
  return links === null ? underlined : link(underlined, pathToFileURL(resolve(links, path)).href);
}

/** OSC 8: terminals show the text and open the address. */
function link(text: string, url: string): string {
  return `\u001b]8;;${url}\u0007${text}\u001b]8;;\u0007`;
}

function frame(at: Span, sources: Sources, { colour, width }: Style, context: number, paint: (text: string) => string): string[] {
  const lines = sources.lines(at.path);
  if (lines === null) return [`  ${colour.dim("(the file cannot be read)")}`];
  return drawFrame(lines, at.start, at.end, { width: width - 4, context, colour, paint }).map((line) => `    ${line}`);
}

function showPlace(at: Span, sources: Sources): string {
  const { start } = locate(sources, at);
  return printable(`${at.path}:${start.line}:${start.column}`);
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function formatSummary({ summary, findings }: Report, colour: ChalkInstance, width: number): string[] {
  const { errors, warnings, sites } = summary;
  const files = new Set(findings.map((finding) => finding.at.path)).size;
  const found = `${plural(errors, "error")}, ${plural(warnings, "warning")}${files > 0 ? ` in ${plural(files, "file")}` : ""}`;
  const paint = errors > 0 ? colour.red.bold : warnings > 0 ? colour.yellow.bold : colour.green.bold;
  const rest = [
    plural(summary.tables, "table"),
    plural(summary.keys, "key"),
    ...(summary.migrations > 0 ? [plural(summary.migrations, "migration")] : []),
    `${sites.conflict.resolved} of ${plural(sites.conflict.seen, "conflict site")} resolved`,
    ...(summary.suppressed > 0 ? [`${summary.suppressed} suppressed`] : []),
  ].join(", ");
  if (displayWidth(found) + displayWidth(rest) + 3 <= width) return [`${paint(found)} ${colour.dim(`· ${rest}`)}`];
  return [paint(found), ...wrap(rest, width).map((line) => colour.dim(line))];
}

function formatStats(summary: Summary): string[] {
  const rows = (["conflict", "insert", "lookup", "handler"] as const).map((kind) => {
    const { seen, resolved } = summary.sites[kind];
    const share = seen === 0 ? "" : `  ${Math.round((100 * resolved) / seen)}%`;
    return `  ${kind.padEnd(10)}${String(resolved).padStart(7)} of ${String(seen).padStart(7)} resolved${share}`;
  });
  return ["", ...rows, `  ${"files".padEnd(10)}${String(summary.files).padStart(7)} read in ${(summary.durationMs / 1000).toFixed(2)} s`];
}

/** The places that could not be understood, as a short list: one line for each reason, at most `limit` lines. */
export function formatUnread(unread: Unread[], sources: Sources, limit: number, colours: boolean): string {
  if (unread.length === 0) return "";
  const colour = new Chalk({ level: colours ? 1 : 0 });
  const byReason = new Map<string, Unread[]>();
  for (const entry of unread) byReason.set(entry.message, [...(byReason.get(entry.message) ?? []), entry]);
  const lines = [...byReason].slice(0, limit).flatMap(([message, [first, ...others]]) => {
    if (first === undefined) return [];
    const more = others.length > 0 ? `, and ${others.length} more like it` : "";
    return [`  ${showPlace(first.at, sources)}  ${printable(message.split("\n")[0] ?? "")}${more}`];
  });
  const rest = byReason.size > limit ? [`  and ${plural(byReason.size - limit, "other reason")}`] : [];
  const hint = unread.length > lines.length ? [colour.dim("  (--format json lists all)")] : [];
  return `${[colour.dim(`${plural(unread.length, "place")} could not be read:`), ...lines, ...rest, ...hint].join("\n")}\n`;
}

/** `1 error`, `2 errors`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
