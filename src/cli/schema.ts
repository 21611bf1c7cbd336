import type { Command } from "commander";
import type { SchemaOptions } from "./options.ts";

/** `uniqlint schema`: the tables and unique keys that it knows, and where it knows them from. */
export function addSchema(program: Command): void {
  program
    .command("schema [path]")
    .description("print the tables and unique keys that were found")
    .option("--format <name>", "pretty, json or markdown", "pretty")
    .option("--source <name>", "migrations (what they build), schema (what the ORM declares) or all", "all")
    .option("--config <file>", "a configuration other than uniqlint.config.* or package.json")
    .option("--no-color", "print without colours")
    .action(async (path: string | undefined, options: SchemaOptions) => {
      const { runSchema } = await import("./run-schema.ts");
      await runSchema(path, options);
    });
}
