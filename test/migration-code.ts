import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import type { Catalog } from "../src/model/catalog.ts";
import type { Runner } from "../src/model/project.ts";
import { readCodeMigration, type CodeMigration } from "../src/project/migrations/code.ts";
import { createProgram } from "../src/project/modules.ts";
import { projectOf } from "./project-files.ts";

/** One migration's code as it is read. Needs `loadSqlParser()` to have been awaited. */
export function readCode(runner: Runner, code: string, more: Record<string, string> = {}): CodeMigration {
  const read = readCodeMigration(createProgram(projectOf({ "migrations/001.ts": code, ...more })), runner, "migrations/001.ts");
  if (read === null) throw new Error("no migration");
  return read;
}

export function catalogOf(...read: CodeMigration[]): Catalog {
  return fold(emptyCatalog("postgres"), read.flatMap(({ statements }) => statements).flatMap(({ changes }) => changes), "built");
}
