import type { ProjectInput } from "../model/input.ts";
import { createNames } from "./names.ts";
import type { Program } from "./program.ts";
import { createResolver } from "./resolve.ts";

/** Puts the files of a project together: import specifiers resolved, names followed. Files are read only when a name leads to them. */
export function createProgram(input: ProjectInput): Program {
  const resolve = createResolver(input);
  const names = createNames(input, resolve);
  return { input, facts: (path) => input.facts(path), resolve, ...names };
}
