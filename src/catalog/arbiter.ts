import type { Dialect, Table, UniqueKey } from "../model/catalog.ts";
import type { Conflict } from "../model/project.ts";

/**
 * What Postgres answers to an ON CONFLICT clause (https://www.postgresql.org/docs/current/sql-insert.html, "conflict_target").
 * `none`: refused, with the SQLSTATE and the key that comes closest; `unknown`: outside of the decision procedure, so say nothing.
 */
export type ArbiterVerdict =
  | { kind: "match"; keys: UniqueKey[] }
  | {
      kind: "none";
      sqlstate: "42P10" | "42704" | "42809" | "42601" | "55000";
      /** Postgres' words. */
      answer: string;
      closest: { key: UniqueKey; why: ArbiterMismatch } | null;
    }
  | { kind: "unknown"; why: string };

export type ArbiterMismatch =
  | { kind: "predicate"; needs: string }
  | { kind: "missing-columns"; columns: string[] }
  | { kind: "extra-columns"; columns: string[] }
  | { kind: "other-columns" }
  | { kind: "expression"; expression: string }
  | { kind: "deferrable" }
  | { kind: "not-a-constraint" }
  | { kind: "invalid" }
  | { kind: "collation-or-opclass" }
  | { kind: "near-name"; name: string };

/** Which keys of `table` does this conflict target infer, as Postgres does it (reference §2.1–2.3)? */
export function inferArbiter(table: Table, conflict: Pick<Conflict, "action" | "target">, dialect: Dialect = "postgres"): ArbiterVerdict {
  void dialect;
  void table;
  void conflict;
  throw new Error("not written yet");
}
