import type { ProjectInput } from "../model/input.ts";
import { createResolver } from "../project/resolve.ts";

/** `from`: specifiers that a file imports values from; `calls`: it may call what it imports; `reexports`: it hands some of it on. */
export type Links = Map<string, { from: string[]; calls: boolean; reexports: boolean }>;

/** Handlers and look-ups may stand this many files up from a write: a route, a service, a repository. */
const LEVELS = 2;

/** Files that call, by imports, what writes: what stands around a call there stands around the write. Sorted. */
export function callersOfWriters(input: ProjectInput, writers: ReadonlySet<string>, links: Links): string[] {
  const resolve = createResolver(input);
  const importers = new Map<string, Set<string>>();
  for (const [path, { from }] of links) {
    for (const specifier of from) {
      const target = resolve(path, specifier);
      if (target?.kind !== "file") continue;
      const list = importers.get(target.path);
      if (list === undefined) importers.set(target.path, new Set([path]));
      else list.add(path);
    }
  }
  const found = new Set<string>();
  let called: Iterable<string> = writers;
  for (let level = 0; level < LEVELS; level++) {
    const known = new Set(called);
    const next = new Set<string>();
    // A set that grows while it is walked: what hands a file on is as good as the file.
    for (const file of known) {
      for (const path of importers.get(file) ?? []) {
        const link = links.get(path);
        if (link?.reexports === true) known.add(path);
        if (link?.calls === true && !found.has(path)) next.add(path);
      }
    }
    for (const path of next) found.add(path);
    called = next;
  }
  return [...found].sort();
}
