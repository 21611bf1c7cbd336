import type { Command } from "commander";
import type { LintOptions } from "./options.ts";

/** For an option that may be repeated. */
const collect = (value: string, all: string[] = []): string[] => [...all, value];

/** `uniqlint [lint] [paths…]`. `done` takes the exit code; what could not be done is thrown as a `failure`. */
export function addLint(program: Command, done: (code: number) => void): void {
  program
    .command("lint [paths...]", { isDefault: true })
    .description("compare what the code assumes to be unique with what the database keeps unique (the default command)")
    .option("--format <name>", "pretty, json, sarif, github, gitlab, junit or markdown (default: pretty; github where GITHUB_ACTIONS is set)")
    .option("--output <file>", "write the report there, a summary to the terminal")
    .option("--report <format=file>", "write one more report; may be repeated", collect)
    .option("--config <file>", "a configuration other than uniqlint.config.* or package.json")
    .option("--preset <name>", "recommended or strict")
    .option("--rule <name=level>", "set one rule to off, warning or error; may be repeated", collect)
    .option("--since <ref>", "only what is new since the current branch left this commit, branch or tag")
    .option("--staged", "only what the next commit brings, as git's index has it")
    .option("--baseline <file>", "leave out the findings that this file lists")
    .option("--update-baseline", "write the findings of today to that file")
    .option("--report-unused-suppressions", "warn about comments that switch off nothing")
    .option("--fix", "make the edits that change no meaning")
    .option("--fix-suggestions", "make those, too, that a person should read: review them before they are committed")
    .option("--quiet", "report errors only")
    .option("--max-warnings <number>", "more warnings than this are a failure, too")
    .option("--no-cache", "keep nothing for the next run, and take nothing from earlier ones")
    .option("--cache-location <folder>", "keep it there (default: node_modules/.cache/uniqlint, else .uniqlintcache)")
    .option("--stats", "tell how much was seen and resolved")
    .option("--no-color", "print without colours")
    .action(async (paths: string[], options: LintOptions, command: Command) => {
      const commands = command.parent?.commands.map((other) => other.name()) ?? [];
      // The readers take most of the start-up time, and help or a mistyped option needs none of them.
      const { runLint } = await import("./run-lint.ts");
      done(await runLint(paths, options, commands));
    });
}
