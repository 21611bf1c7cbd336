import type { Finding } from "../model/finding.ts";
import type { Unread } from "../model/span.ts";
import type { ProjectCounts } from "../report/report.ts";
import type { Scan } from "./scan.ts";
import type { Sources } from "./sources.ts";

/** All that is found in one state of a project's files. Plain data. */
export type State = {
  findings: Finding[];
  /** Path of each finding that a comment switches off. */
  suppressed: string[];
  unread: Unread[];
  counts: ProjectCounts;
  /** Migrations that may have run long ago. */
  old: string[];
  /** Why silence would mean nothing: no schema was found. null: one was. */
  nothing: string | null;
};

/** A state, and what it was made of. */
export type Linted = {
  state: State;
  sources: Sources;
  made: {
    /** Files whose content counts as a whole. */
    read: ReadonlySet<string>;
    /** Files that were looked at, and what the look told. */
    scans: ReadonlyMap<string, Scan | null>;
    /** Of all databases. */
    migrations: string[];
    /** Of which git was asked what brought them. */
    doubts: string[];
  };
};
