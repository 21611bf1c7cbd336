import type { ProjectInput } from "../model/input.ts";
import { createResolver } from "../project/resolve.ts";
import type { Link } from "./scan.ts";

export type Links = Map<string, Link>;

/** Handlers and look-ups may stand this many files up from a write: a route, a service, a repository. */
const LEVELS = 2;

/** Files that call, by imports, what writes: what stands around a call there stands around the write. Sorted. */
export function callersOfWriters(input: ProjectInput, writers: ReadonlySet<string>, links: Links): string[] {
  const resolve = createResolver(input);
  const fileOf = (path: string, specifier: string): string | null => {
    const target = resolve(path, specifier);
    return target?.kind === "file" ? target.path : null;
  };
  const [importers, askers] = [importersBy(links, fileOf, ({ from }) => from), importersBy(links, fileOf, ({ types }) => types)];
  /** Who imports a file, or an interface that a class of it implements: which class that is, a container decides. */
  const callersOf = (file: string): Iterable<string> => {
    const interfaces = (links.get(file)?.implemented ?? []).flatMap((specifier) => fileOf(file, specifier) ?? []);
    return [...(importers.get(file) ?? []), ...interfaces.flatMap((each) => [...(importers.get(each) ?? []), ...(askers.get(each) ?? [])])];
  };
  const found = new Set<string>();
  let called: Iterable<string> = writers;
  for (let level = 0; level < LEVELS; level++) {
    const known = new Set(called);
    const next = new Set<string>();
    // A set that grows while it is walked: what hands a file on is as good as the file.
    for (const file of known) {
      for (const path of callersOf(file)) {
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

function importersBy(links: Links, fileOf: (path: string, specifier: string) => string | null, specifiers: (link: Link) => string[]): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>();
  for (const [path, link] of links) {
    for (const specifier of specifiers(link)) {
      const file = fileOf(path, specifier);
      if (file === null) continue;
      const list = importers.get(file);
      if (list === undefined) importers.set(file, new Set([path]));
      else list.add(path);
    }
  }
  return importers;
}
