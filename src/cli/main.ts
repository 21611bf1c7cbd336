#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { isFailure } from "../lint/failure.ts";
import { ownPackage } from "../disk/own-package.ts";
import { addLint } from "./lint.ts";
import { surviveClosedPipes } from "./output.ts";
import { addRules } from "./rules.ts";
import { addSchema } from "./schema.ts";

/** Exit codes: 0 nothing wrong, 1 findings, 2 the job could not be done. */
async function main(): Promise<void> {
  surviveClosedPipes();
  const program = new Command("uniqlint")
    .description("Lints the gap between what code assumes to be unique and what the database really keeps unique.")
    .version(ownPackage().version)
    .showHelpAfterError("(uniqlint --help lists the options)")
    .exitOverride();
  addLint(program);
  addSchema(program);
  addRules(program);
  // Commands are made before the settings above can reach them.
  for (const command of program.commands) command.copyInheritedSettings(program);
  program.addHelpText("after", () => helpOfLint(program));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** The default command's options belong to the first help that people see. */
function helpOfLint(program: Command): string {
  const lint = program.commands.find((command) => command.name() === "lint");
  const help = lint?.helpInformation() ?? "";
  return `\nOptions of lint:\n${help.slice(help.indexOf("Options:") + "Options:".length + 1).trimEnd()}`;
}

function report(error: unknown): number {
  // Commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isFailure(error)) {
    process.stderr.write(`uniqlint: ${error.message}\n`);
    if (process.env["DEBUG"] === "uniqlint" && error.cause instanceof Error) process.stderr.write(`${error.cause.stack}\n`);
    return 2;
  }
  process.stderr.write(`uniqlint: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 2;
}

await main();
