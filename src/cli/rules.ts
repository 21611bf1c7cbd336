import type { Command } from "commander";
import { hasColour } from "./output.ts";

/** `uniqlint rules` and `uniqlint explain RULE`. */
export function addRules(program: Command): void {
  program
    .command("rules")
    .description("list the rules")
    .option("--no-color", "print without colours")
    .action(async (options: { color: boolean }) => {
      const { listRules } = await import("./run-rules.ts");
      process.stdout.write(listRules(hasColour("stdout", options.color)));
    });
  program
    .command("explain <rule>")
    .description("say what a rule finds, why it matters and what to do")
    .option("--no-color", "print without colours")
    .action(async (name: string, options: { color: boolean }) => {
      const { explainRule } = await import("./run-rules.ts");
      process.stdout.write(explainRule(name, hasColour("stdout", options.color)));
    });
}
