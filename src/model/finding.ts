import type { Span } from "./span.ts";

export type Severity = "error" | "warning";
/** Of a finding: its rule's, or "suppressions" for what is said about comments that switch rules off. */
export type Family = "assumed" | "migrations" | "inserts" | "suppressions";

/** What a rule yields. */
export type Problem = {
  message: string;
  at: Span;
  /** The other end: the schema line that should have held the key, the index that comes closest. */
  see?: { at: Span; message: string }[];
  /** Where it differs from the rule's own. */
  severity?: Severity;
  /** `public.tenants`. */
  table?: string | null;
  columns?: string[] | null;
  /** What the database answers, e.g. "42P10". */
  sqlstate?: string | null;
  suggestions?: Fix[];
  fix?: Fix | null;
};

/** Edits that belong together: all of them or none. One at 0 to 0 of a file that is not there makes that file. */
export type Fix = { title: string; edits: { at: Span; text: string }[] };

/** A problem with the rule that found it. */
export type Finding = Required<Omit<Problem, "see">> & {
  rule: string;
  family: Family;
  see: { at: Span; message: string }[];
  /** Stable under moved lines: rule, file, table, columns and the text of the line. */
  fingerprint: string;
};
