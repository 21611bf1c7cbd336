import { Command, CommanderError } from "commander";
import { ownPackage } from "../disk/own-package.ts";
import { isFailure } from "../lint/failure.ts";
import { addInit } from "./init.ts";
import { addLint } from "./lint.ts";
import { addRules } from "./rules.ts";
import { addSchema } from "./schema.ts";

const examples = `Examples:
  uniqlint                                   the project of the current folder
  uniqlint apps/web packages/db              parts of it, judged with all of it
  uniqlint --since origin/main               what a branch brings
  uniqlint --staged                          what the next commit brings, for a hook
  uniqlint --rule no-redundant-index=off     without one rule
  uniqlint --report sarif=uniqlint.sarif     one more report, for a build server
  uniqlint explain no-check-then-insert      why a rule is there, and what to do`;

/** Runs a command line (without the program's own name) and gives the exit code: 0 nothing wrong, 1 findings, 2 the job could not be done. */
export async function runCommandLine(args: string[]): Promise<number> {
  let code = 0;
  const program = new Command("uniqlint")
    .description("Lints the gap between what code assumes to be unique and what the database really keeps unique.")
    .version(ownPackage().version)
    .showHelpAfterError("(uniqlint --help lists the options)")
    .exitOverride();
  addLint(program, (given) => {
    code = given;
  });
  addSchema(program);
  addRules(program);
  addInit(program);
  // Commands are made before the settings above can reach them.
  for (const command of program.commands) command.copyInheritedSettings(program);
  program.addHelpText("after", () => helpOfLint(program));
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return report(error);
  }
}

/** The default command's options belong to the first help that people see. */
function helpOfLint(program: Command): string {
  const lint = program.commands.find((command) => command.name() === "lint");
  const help = lint?.helpInformation() ?? "";
  return `\nOptions of lint:\n${help.slice(help.indexOf("Options:") + "Options:".length + 1).trimEnd()}\n\n${examples}`;
}

function report(error: unknown): number {
  // Commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = isFailure(error) ? error.message : `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`uniqlint: ${message}\n`);
  if (isFailure(error) && error.cause instanceof Error && process.env["DEBUG"] === "uniqlint") process.stderr.write(`${error.cause.stack}\n`);
  return 2;
}
