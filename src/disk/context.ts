import type { FileFacts, Import } from "../model/facts.ts";
import type { DatabaseSource } from "../model/input.ts";
import type { Files } from "./files.ts";
import type { Look } from "./looks.ts";
import type { Package } from "./packages.ts";
import { owningPackage } from "./packages.ts";
import { foldersUp } from "./paths.ts";

/** What every finder of databases works with. */
export type Discovery = {
  files: Files;
  packages: Package[];
  /** Files that may hold facts. */
  candidates: string[];
  facts(path: string): FileFacts | null;
  imports(path: string): Import[];
  /** What the text of one of many files says; of "" where it cannot be read. Whoever keeps a project asks again when the file changes. */
  look: Look;
  /** The files that these lead to by imports and re-exports, themselves too. */
  reach(paths: string[]): Set<string>;
};

/** A database as it was found. `named`: the file (or folder) that its id is made of. */
export type Found = Omit<DatabaseSource, "id"> & { named: string };

const roots = ["package.json", "go.mod", "Cargo.toml", "pyproject.toml", "Gemfile", "pom.xml", "build.gradle", "composer.json"];

/** The folder of the program that a file belongs to: the nearest that holds a manifest of any language; else `otherwise`. */
export function homeOf({ files, packages }: Discovery, dir: string, otherwise: string): string {
  for (const above of foldersUp(dir)) {
    const names = files.list(above);
    if (roots.some((name) => names.includes(name))) return above;
  }
  return owningPackage(packages, dir)?.info.dir ?? otherwise;
}
