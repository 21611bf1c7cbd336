import type { Declaration, FileFacts } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";
import type { Span } from "../model/span.ts";
import type { CallIndex } from "./call-index.ts";

/** Names followed across files: what `link` gives to the adapters. */
export type Program = {
  input: ProjectInput;
  facts(path: string): FileFacts | null;
  /** Where an import specifier leads: a file of the project, or a package. null: nowhere known. */
  resolve(from: string, specifier: string): ModuleTarget | null;
  /** Follows a top-level name of a file, through imports, re-exports and barrels, to where it is declared. */
  lookup(path: string, name: string): Symbol | null;
  /** The same for a name that a file exports ("default" too). */
  lookupExport(path: string, name: string): Symbol | null;
  /** Names that a file exports, through its barrels too. */
  exportedNames(path: string): string[];
  calls: CallIndex;
};

export type ModuleTarget = { kind: "file"; path: string } | { kind: "package"; name: string; subpath: string };

export type Symbol =
  | { kind: "declaration"; path: string; name: string; declaration: Declaration }
  /**
   * `import { eq } from "drizzle-orm"`: package "drizzle-orm", subpath "", name "eq" ("default", "*"). An import that leads to no file keeps its
   * specifier (`./generated/client`) as the package.
   */
  | { kind: "external"; package: string; subpath: string; name: string }
  /** A namespace: `import * as schema from "./schema"`. */
  | { kind: "module"; path: string };

/** A value as far as it is known from text alone. `at`: where the expression stands (its own file). */
export type Evaluated = { at: Span } & (
  | { kind: "string"; value: string }
  | { kind: "number"; value: number }
  | { kind: "boolean"; value: boolean }
  | { kind: "null" }
  | { kind: "undefined" }
  | { kind: "array"; items: Evaluated[]; complete: boolean }
  /** Later entries already override earlier ones; `complete: false`: an unknown spread or computed key may add or override. */
  | { kind: "object"; entries: Map<string, Evaluated>; complete: boolean }
  /** A declaration of the project that does not fold to data: a table, a class, a function, a client instance. */
  | { kind: "declaration"; path: string; name: string; declaration: Declaration }
  /** As Symbol's; a global (`crypto`, `Object`) has package "". */
  | { kind: "external"; package: string; subpath: string; name: string }
  | { kind: "module"; path: string }
  /** A function expression or declaration: index into the facts of its file. `closure`: what an inlined function around it was called with. */
  | { kind: "function"; path: string; function: number; closure?: Env }
  /** A class that is no declaration of the top level: index into the classes of its file. `closure`: as of a function. */
  | { kind: "class"; path: string; class: number; closure?: Env }
  /** `of.name` where `of` did not fold further. */
  | { kind: "member"; of: Evaluated; name: string }
  /** A call that was not inlined (R5): a builder chain's link, a helper that is not one return. `complete: false`: a spread argument is missing. */
  | { kind: "call"; callee: Evaluated; args: Evaluated[]; complete: boolean; new: boolean }
  /** As Expression's: `quasiStarts[i]` is where quasi i stands in the file of `at`. */
  | { kind: "template"; tag: Evaluated | null; quasis: string[]; quasiStarts: number[]; holes: Evaluated[] }
  /** At most four. */
  | { kind: "alternatives"; of: Evaluated[] }
  | { kind: "parameter"; path: string; function: number; position: number; members: string[] }
  | { kind: "unknown"; text: string }
);

/** What locals of one file stand for while a function of it is evaluated: index into FileFacts.code.locals → value. `self`: what `this` is. */
export type Env = { path: string; locals: Map<number, Evaluated>; self?: Self };

/** An instance of a class of the project, by the file that declares it. `args`: what its constructor is given; null: not known. */
export type Self = { path: string; name: string; args: Evaluated[] | null };
