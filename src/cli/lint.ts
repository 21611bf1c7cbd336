import type { Command } from "commander";
import { rules } from "../../rules/index.ts";
import { lintTargets } from "../disk/lint-targets.ts";
import { findTargets } from "../disk/targets.ts";
import { formatJson } from "../report/json.ts";
import { formatPretty, formatUnread, plural } from "../report/pretty.ts";
import type { Report } from "../report/report.ts";
import { checkFormat, readConfigPath, readLimit, readOverride } from "./options.ts";
import { hasColour, terminalWidth, writeReport } from "./output.ts";

type Options = {
  format: string;
  output?: string;
  config?: string;
  preset?: string;
  rule: string[];
  quiet?: boolean;
  maxWarnings?: string;
  stats?: boolean;
  color: boolean;
};

/** Places that are listed on the terminal; the JSON has all. */
const mostUnread = 10;

/** `uniqlint [lint] [paths…]`. Sets the exit code: 0 nothing wrong, 1 findings; what could not be done is thrown as a `failure`. */
export function addLint(program: Command): void {
  program
    .command("lint [paths...]", { isDefault: true })
    .description("compare what the code assumes to be unique with what the database keeps unique (the default command)")
    .option("--format <name>", "pretty or json", "pretty")
    .option("--output <file>", "write the report there, a summary to the terminal")
    .option("--config <file>", "a configuration other than uniqlint.config.* or package.json")
    .option("--preset <name>", "recommended or strict")
    .option("--rule <name=level>", "set one rule to off, warning or error; may be repeated", (value: string, all: string[]) => [...all, value], [])
    .option("--quiet", "report errors only")
    .option("--max-warnings <number>", "more warnings than this are a failure, too")
    .option("--stats", "tell how much was seen and resolved")
    .option("--no-color", "print without colours")
    .action(async (paths: string[], options: Options, command: Command) => {
      const commands = command.parent?.commands.map((other) => other.name()) ?? [];
      process.exitCode = await runLint(paths, options, commands);
    });
}

async function runLint(paths: string[], options: Options, commands: string[]): Promise<number> {
  const format = checkFormat(options.format);
  const limit = readLimit(options.maxWarnings);
  const cwd = process.cwd();
  const override = readOverride(options.preset, options.rule, rules.map(({ name }) => name));
  const configFile = readConfigPath(options.config);
  const whole = await lintTargets(findTargets(cwd, paths, commands), rules, { cwd, configFile, override });
  print(options.quiet === true ? errorsOnly(whole) : whole, format, options);
  const { errors, warnings } = whole.summary;
  const tooMany = limit !== null && warnings > limit;
  if (tooMany) process.stderr.write(`uniqlint: ${plural(warnings, "warning")}, more than the ${limit} that --max-warnings allows\n`);
  return errors > 0 || tooMany ? 1 : 0;
}

function print(report: Report, format: "pretty" | "json", { output, color, stats }: Options): void {
  const colour = output === undefined && hasColour("stdout", color);
  const style = { width: output === undefined ? terminalWidth() : 80, stats: stats === true };
  const text = format === "json" ? formatJson(report) : formatPretty(report, { ...style, colour });
  if (format === "pretty") process.stderr.write(formatUnread(report.unread, report.sources, mostUnread, hasColour("stderr", color)));
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
  return { ...report, findings, summary: { ...report.summary, warnings: 0 } };
}
