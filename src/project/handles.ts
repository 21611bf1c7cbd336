import type { Span } from "../model/span.ts";
import type { Evaluated } from "./program.ts";

const HANDLE = "handle of a library";

/** What stands for an object that a library hands to a function of the project (`knex`, `db`, `pgm`, `oc`), or one that is made from it (a table's builder). */
export function handleOf(name: string, at: Span): Evaluated {
  return { kind: "external", at, package: HANDLE, subpath: "", name };
}

/** The name that `handleOf` was given; null: it is no such object. */
export function handleName(value: Evaluated): string | null {
  return value.kind === "external" && value.package === HANDLE ? value.name : null;
}
