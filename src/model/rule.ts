import type { Family, Problem, Severity } from "./finding.ts";
import type { Project } from "./project.ts";

/** A rule is plain data and one pure function. Its name equals its file's. */
export type Rule = {
  name: string;
  family: Exclude<Family, "suppressions">;
  /** One sentence in the imperative, no full stop: "Forbid conflict targets that no unique key matches". */
  summary: string;
  /** What goes wrong, in Postgres' words. */
  why: string;
  /** What to do. */
  fix: string;
  severity: Severity;
  /** `recommended`: precise enough to stop a build; `strict`: only there. */
  preset: "recommended" | "strict";
  /** What its problems may bring beside the message; editors want to know before a rule runs. Absent: nothing. */
  edits?: ("fix" | "suggestions")[];
  /**
   * What it says about a place in code follows from the schemas and migrations, from the sites, handlers and claims of that file, from what these
   * refer to (ids in guards and covers), and from inserts elsewhere that its look-ups decide about, so that an editor need not link the whole project. Rules of the family "migrations" speak of places in
   * schemas and migrations only, and there anything of the project may count.
   */
  check(project: Project, options: RuleOptions): Iterable<Problem>;
};

/** What is told about a rule, to people and to other programs. */
export type RuleInfo = Omit<Rule, "check">;

/** Rules that are loaded when they are to run: their readers take long to load, and their names often are enough. */
export type RuleSource = { names: string[]; load(): Promise<Rule[]> };

export type RuleOptions = {
  preset: "recommended" | "strict";
  /** Also tests, seeds, one-off scripts and generated files. */
  includeIncidental: boolean;
  /** A file's text, for those who rewrite it; null: it cannot be read. */
  text(path: string): string | null;
};
