import type { ProjectInput } from "../model/input.ts";
import { indexCalls } from "./call-index.ts";
import { createNames } from "./names.ts";
import type { Program } from "./program.ts";
import { createResolver } from "./resolve.ts";

/**
 * Puts the files of a project together: import specifiers resolved, names followed. Files are read only when a name leads to them. `kept`: what
 * was worked out already for the same files.
 */
export function createProgram(input: ProjectInput, kept: Partial<Pick<Program, "resolve" | "calls">> = {}): Program {
  const { resolve = createResolver(input), calls = indexCalls(input) } = kept;
  const names = createNames(input, resolve);
  return { input, facts: (path) => input.facts(path), resolve, calls, ...names };
}
