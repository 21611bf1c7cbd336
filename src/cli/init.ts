import type { Command } from "commander";

/** `uniqlint init`: what was found, a configuration, and where to put uniqlint in the editor, the commit and the build. */
export function addInit(program: Command): void {
  program
    .command("init")
    .description("look at the project, write a configuration, and say how to go on")
    .option("--yes", "write without asking")
    .option("--no-color", "print without colours")
    .action(async (options: { yes?: boolean; color: boolean }) => {
      const { runInit } = await import("./run-init.ts");
      await runInit(options);
    });
}
