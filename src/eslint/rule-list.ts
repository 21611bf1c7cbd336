// Written by scripts/docs.mjs from the rules.
import type { Rule } from "../model/rule.ts";

export type RuleInfo = Required<Pick<Rule, "name" | "family" | "summary" | "severity" | "preset" | "edits">>;

/** Every rule, by name. */
export const ruleList: RuleInfo[] = [
  { name: "no-assumed-returning-row", family: "inserts", summary: "Forbid counting on the row of RETURNING where a conflict gives none", severity: "error", preset: "recommended", edits: [] },
  { name: "no-assumed-single-row", family: "assumed", summary: "Forbid taking one row for the row where no unique key says that there is only one", severity: "warning", preset: "strict", edits: [] },
  { name: "no-blanket-do-nothing", family: "inserts", summary: "Forbid DO NOTHING without a target where the row can conflict with several keys", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-cascading-dedup", family: "migrations", summary: "Forbid removing duplicates whose children are deleted or cut off with them", severity: "error", preset: "recommended", edits: [] },
  { name: "no-check-then-insert", family: "assumed", summary: "Forbid a look-up that decides about an insert which the database does not guard", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "no-concurrent-index-in-transaction", family: "migrations", summary: "Forbid CONCURRENTLY where the migration runs inside a transaction", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "no-constraint-index-mixup", family: "migrations", summary: "Forbid treating a unique index as a constraint, or a constraint as an index", severity: "error", preset: "recommended", edits: [] },
  { name: "no-dropped-key-in-use", family: "migrations", summary: "Forbid dropping or changing a unique key that code still names", severity: "error", preset: "recommended", edits: [] },
  { name: "no-impossible-partitioned-key", family: "migrations", summary: "Forbid unique keys that Postgres refuses on partitioned tables", severity: "error", preset: "recommended", edits: [] },
  { name: "no-misattributed-violation", family: "inserts", summary: "Forbid taking every unique violation for one key's where the row can violate several", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-mismatched-dedup", family: "migrations", summary: "Forbid removing duplicates by another rule than the key that is built after it", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "no-non-atomic-upsert", family: "assumed", summary: "Forbid upserts that are a SELECT and an INSERT where callers can race", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-nullable-conflict-target", family: "inserts", summary: "Forbid upserts that may write NULL into a column of their conflict target", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-recovery-in-aborted-transaction", family: "inserts", summary: "Forbid going on in a transaction after a unique violation was caught in it", severity: "error", preset: "recommended", edits: [] },
  { name: "no-redundant-index", family: "assumed", summary: "Forbid plain indexes that a unique key already serves", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-refresh-without-key", family: "assumed", summary: "Forbid REFRESH MATERIALIZED VIEW CONCURRENTLY where the view has no whole unique index", severity: "error", preset: "recommended", edits: [] },
  { name: "no-repeated-row-in-upsert", family: "inserts", summary: "Forbid upserts of many rows of which two may have the same key", severity: "warning", preset: "strict", edits: [] },
  { name: "no-schema-drift", family: "assumed", summary: "Forbid unique keys on which schema and migrations disagree", severity: "error", preset: "recommended", edits: [] },
  { name: "no-unbacked-unique-claim", family: "assumed", summary: "Forbid comments and names that claim a unique key which does not exist", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-uncovered-unique-key", family: "inserts", summary: "Forbid upserts that can violate a unique key their conflict target does not cover", severity: "error", preset: "recommended", edits: [] },
  { name: "no-unenforced-unique-key", family: "assumed", summary: "Forbid unique keys with a column that is NULL in the rows they are meant for", severity: "warning", preset: "recommended", edits: [] },
  { name: "no-unknown-constraint-name", family: "assumed", summary: "Forbid handlers that match a constraint or column which no unique key has", severity: "error", preset: "recommended", edits: [] },
  { name: "no-unmatched-conflict-target", family: "assumed", summary: "Forbid conflict targets that no unique key matches", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "no-unreachable-conflict-handler", family: "assumed", summary: "Forbid recovery code for a unique violation that cannot run", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "no-unverified-concurrent-index", family: "migrations", summary: "Forbid CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS without a look at the index's validity", severity: "warning", preset: "recommended", edits: ["suggestions"] },
  { name: "require-concurrent-unique-index", family: "migrations", summary: "Require that unique keys on existing tables are built CONCURRENTLY", severity: "error", preset: "recommended", edits: ["suggestions"] },
  { name: "require-conflict-handling", family: "inserts", summary: "Require that inserts which can be repeated handle the unique violation", severity: "warning", preset: "recommended", edits: ["suggestions"] },
  { name: "require-dedup-before-unique", family: "migrations", summary: "Require that duplicates are looked for before a unique key is built over existing rows", severity: "warning", preset: "recommended", edits: [] },
  { name: "require-unique-external-id", family: "assumed", summary: "Require a unique key on columns that hold another system's identifier", severity: "warning", preset: "recommended", edits: [] },
];
