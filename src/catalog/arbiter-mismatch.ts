/** What keeps a key from being the arbiter of a conflict target. */
export type ArbiterMismatch =
  /** The key's predicate, which the clause does not imply. */
  | { kind: "predicate"; needs: string }
  /** The key holds these too, the target does not name them. */
  | { kind: "missing-columns"; columns: string[] }
  /** The target names these, the key does not hold them. */
  | { kind: "extra-columns"; columns: string[] }
  | { kind: "other-columns" }
  /** The key holds this expression, the target names columns, or the reverse. */
  | { kind: "expression"; expression: string }
  | { kind: "deferrable" }
  | { kind: "not-a-constraint" }
  | { kind: "invalid" }
  | { kind: "collation-or-opclass" }
  | { kind: "near-name"; name: string };
