import type { Dialect } from "../model/catalog.ts";
import { rawChain } from "../project/chains.ts";
import { isAside } from "./asides.ts";
import type { Discovery } from "./context.ts";
import { isCode } from "./languages.ts";
import { owningPackage } from "./packages.ts";
import { folderOf } from "./paths.ts";

/** Files that declare tables of one database as far as can be told. `home`: folder of their package. */
export type Group = { home: string; dialect: Dialect; paths: string[] };

/** The files that import what declares tables, of those whose text may tell so: parsing every file would take most of the time. */
export function findDeclaring(discovery: Discovery, tells: (path: string) => boolean, declares: (imported: { from: string; name: string }) => boolean): string[] {
  return discovery.candidates.filter((path) => {
    if (isAside(path) || !isCode(path) || !tells(path)) return false;
    return (discovery.imports(path)).some((imported) => !imported.typeOnly && declares(imported));
  });
}

/** Functions in which what declares tables is called: decorators of the project's own, by name. */
export function wrappersIn(discovery: Discovery, paths: string[], declares: (imported: { from: string; name: string }) => boolean): string[] {
  return paths.flatMap((path) => {
    const code = discovery.facts(path)?.code;
    const locals = new Set(code?.imports.flatMap((each) => (!each.typeOnly && declares(each) ? [each.local] : [])));
    return (code?.calls ?? []).flatMap(({ expression, function: inside }) => {
      const { root, links } = rawChain(expression);
      if (root.kind !== "name" || !locals.has(root.name) || links[0]?.new === true) return [];
      let outer = inside === null ? undefined : code?.functions[inside];
      while (outer?.parent != null) outer = code?.functions[outer.parent];
      return outer?.name == null || !/^\w+$/.test(outer.name) ? [] : [outer.name];
    });
  });
}

/** A group whose files lead to another's is one database with it. */
export function joinGroups(discovery: Discovery, groups: Group[]): Group[] {
  const joined: Group[] = [];
  for (const group of groups) {
    const reached = discovery.reach(group.paths);
    const owner = joined.find((other) => {
      if (other.dialect !== group.dialect) return false;
      return other.paths.some((path) => reached.has(path)) || group.paths.some((path) => discovery.reach(other.paths).has(path));
    });
    if (owner === undefined) joined.push({ ...group });
    else owner.paths = [...owner.paths, ...group.paths];
  }
  return joined;
}

/** Folder of the package that a file belongs to. */
export function packageOf({ packages }: Discovery, file: string): string {
  return owningPackage(packages, folderOf(file))?.info.dir ?? folderOf(file);
}
