import { changeRequested } from "../disk/git-changes.ts";
import { lintTargets } from "../disk/lint-targets.ts";
import { findTargets } from "../disk/targets.ts";
import { formatReport } from "../report/formats.ts";
import type { FormatName, FormatOptions } from "../report/formats.ts";
import { ruleList } from "../eslint/rule-list.ts";
import type { RuleInfo, RuleSource } from "../model/rule.ts";
import { formatPretty, formatUnread, plural } from "../report/pretty.ts";
import { onlyErrors } from "../report/report.ts";
import type { Report } from "../report/report.ts";
import { applyBaseline } from "./baseline.ts";
import { lintAndFix } from "./fix.ts";
import type { LintOptions } from "./options.ts";
import { readBaselineOptions, readCacheOptions, readConfigPath, readFixing, readFormat, readLimit, readOverride, readReports } from "./options.ts";
import { hasColour, hasLinks, showProgress, terminalWidth, writeReport } from "./output.ts";
import { findServer } from "./server.ts";

/** Places that are listed on the terminal; the JSON has all. */
const mostUnread = 10;

const rules: RuleSource = { names: ruleList.map(({ name }) => name), load: () => import("../../rules/index.ts").then((module) => module.rules) };

/** Lints and prints; gives the exit code: 0 nothing wrong, 1 findings. `commands`: names that a mistyped path may have meant. */
export async function runLint(paths: string[], options: LintOptions, commands: string[]): Promise<number> {
  const format = readFormat(options.format);
  const others = readReports(options.report);
  const baseline = readBaselineOptions(options);
  const limit = readLimit(options.maxWarnings);
  const cwd = process.cwd();
  const override = readOverride(options, rules.names);
  const configFile = readConfigPath(options.config);
  const fixing = readFixing(options);
  const change = changeRequested(options);
  const targets = findTargets(cwd, paths, commands);
  const cache = readCacheOptions(options);
  const lintOptions = { cwd, configFile, override, change, ...(cache === null ? {} : { cache }) };
  const lint = () => (fixing === null ? lintTargets(targets, rules, lintOptions).then((report) => ({ report, told: null })) : lintAndFix(targets, rules, lintOptions, fixing));
  const { report: found, told: changed } = await lint().finally(showProgress("Reading schemas, migrations and code …"));
  if (changed !== null) process.stderr.write(`uniqlint: ${changed}\n`);
  const fresh = baseline === null ? found : applyBaseline(found, { ...baseline, asked: change === null ? paths : null });
  const report = options.quiet === true ? onlyErrors(fresh) : fresh;
  // SARIF alone tells about the rules themselves.
  const told = [format, ...others.map((other) => other.format)].includes("sarif") ? await rules.load() : [];
  for (const other of others) writeReport(other.file, formatReport(other.format, report, styleFor(options, told, cwd, false)));
  print(report, format, options, told, cwd);
  const { errors, warnings } = fresh.summary;
  const tooMany = limit !== null && warnings > limit;
  if (tooMany) process.stderr.write(`uniqlint: ${plural(warnings, "warning")}, more than the ${limit} that --max-warnings allows\n`);
  return errors > 0 || tooMany ? 1 : 0;
}

function print(report: Report, format: FormatName, options: LintOptions, rules: RuleInfo[], cwd: string): void {
  const { output, color, stats } = options;
  const colour = hasColour("stderr", color);
  const text = formatReport(format, report, styleFor(options, rules, cwd, output === undefined));
  if (format === "pretty") process.stderr.write(formatUnread(report.unread, report.sources, mostUnread, colour));
  if (format === "pretty" || format === "github" || options.updateBaseline === true) for (const note of report.notes) process.stderr.write(`uniqlint: ${note}\n`);
  if (output === undefined) process.stdout.write(text);
  else writeReport(output, text);
  if (output !== undefined || (format !== "pretty" && stats === true)) process.stderr.write(summaryOf(report, colour, stats === true));
}

function styleFor({ color, stats }: LintOptions, rules: RuleInfo[], cwd: string, toTerminal: boolean): FormatOptions {
  const colour = toTerminal && hasColour("stdout", color);
  const width = toTerminal ? terminalWidth() : 80;
  return { colour, width, stats: stats === true, links: colour && hasLinks() ? cwd : null, rules, ...findServer(cwd, process.env) };
}

/** The closing lines of the pretty report alone. */
function summaryOf(report: Report, colour: boolean, stats: boolean): string {
  return formatPretty({ ...report, findings: [] }, { colour, stats, width: terminalWidth(), links: null });
}
