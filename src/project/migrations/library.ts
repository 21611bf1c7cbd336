import type { CallFact } from "../../model/facts.ts";
import type { Span } from "../../model/span.ts";
import type { Evaluated, Program } from "../program.ts";
import type { Sent } from "./sent.ts";
import type { FunctionValue, Visit } from "./walk.ts";

/** What a library's reader works with while one migration is read. */
export type Reading = {
  program: Program;
  path: string;
  /** The call that is read just now. */
  fact: CallFact;
  send(sent: Sent): void;
  /** Something that may change the schema and cannot be read. */
  unread(at: Span, message: string): void;
  /** The migration leaves its runner's transaction. */
  optOut(): void;
  /** Goes on with the calls of a function, read by the library or by a visitor of its own. */
  follow(fn: FunctionValue, args: Evaluated[], visit?: Visit): void;
  /** The same place, or that of the call where the place lies in another file. */
  home(at: Span): Span;
};

/** Where the function that goes up stands: exported, or a method of a class. */
export type UpFunction = { fn: FunctionValue; path: string; className: string | null };

/** How one library's migrations are read. */
export type MigrationLibrary = {
  /** What the runner calls `up` with; `at`: where that function stands. */
  handles(at: Span): Evaluated[];
  /** Reads one call; false: it is none of the library's, so what it calls is followed. */
  read(call: Evaluated, reading: Reading): boolean;
  /** Says the file, outside of `up`, that it leaves the runner's transaction? Absent: it cannot. */
  optsOut?(program: Program, up: UpFunction): boolean;
};
