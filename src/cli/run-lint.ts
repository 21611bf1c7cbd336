import { rules } from "../../rules/index.ts";
import { lintTargets } from "../disk/lint-targets.ts";
import { findTargets } from "../disk/targets.ts";
import { formatJson } from "../report/json.ts";
import { formatPretty, formatUnread, plural } from "../report/pretty.ts";
import type { Report } from "../report/report.ts";
import { lintAndFix } from "./fix.ts";
import type { LintOptions } from "./options.ts";
import { checkFormat, readChange, readConfigPath, readFixing, readLimit, readOverride } from "./options.ts";
import { hasColour, terminalWidth, writeReport } from "./output.ts";

/** Places that are listed on the terminal; the JSON has all. */
const mostUnread = 10;

/** Lints and prints; gives the exit code: 0 nothing wrong, 1 findings. `commands`: names that a mistyped path may have meant. */
export async function runLint(paths: string[], options: LintOptions, commands: string[]): Promise<number> {
  const format = checkFormat(options.format);
  const limit = readLimit(options.maxWarnings);
  const cwd = process.cwd();
  const override = readOverride(options.preset, options.rule, rules.map(({ name }) => name));
  const configFile = readConfigPath(options.config);
  const fixing = readFixing(options);
  const targets = findTargets(cwd, paths, commands);
  const lintOptions = { cwd, configFile, override, change: readChange(options) };
  const { report: whole, told } = fixing === null ? { report: await lintTargets(targets, rules, lintOptions), told: null } : await lintAndFix(targets, rules, lintOptions, fixing);
  if (told !== null) process.stderr.write(`uniqlint: ${told}\n`);
  print(options.quiet === true ? errorsOnly(whole) : whole, format, options);
  const { errors, warnings } = whole.summary;
  const tooMany = limit !== null && warnings > limit;
  if (tooMany) process.stderr.write(`uniqlint: ${plural(warnings, "warning")}, more than the ${limit} that --max-warnings allows\n`);
  return errors > 0 || tooMany ? 1 : 0;
}

function print(report: Report, format: "pretty" | "json", { output, color, stats }: LintOptions): void {
  const colour = output === undefined && hasColour("stdout", color);
  const style = { width: output === undefined ? terminalWidth() : 80, stats: stats === true };
  const text = format === "json" ? formatJson(report) : formatPretty(report, { ...style, colour });
  if (format === "pretty") {
    process.stderr.write(formatUnread(report.unread, report.sources, mostUnread, hasColour("stderr", color)));
    for (const note of report.notes) process.stderr.write(`uniqlint: ${note}\n`);
  }
  if (output === undefined) {
    process.stdout.write(text);
    if (format === "json" && stats === true) process.stderr.write(summaryOf(report, hasColour("stderr", color), true));
    return;
  }
  writeReport(output, text);
  process.stderr.write(summaryOf(report, hasColour("stderr", color), stats === true));
}

/** The closing lines of the pretty report alone. */
function summaryOf(report: Report, colour: boolean, stats: boolean): string {
  return formatPretty({ ...report, findings: [] }, { colour, stats, width: terminalWidth() });
}

function errorsOnly(report: Report): Report {
  const findings = report.findings.filter(({ severity }) => severity === "error");
  return { ...report, findings, notes: [], summary: { ...report.summary, warnings: 0 } };
}
