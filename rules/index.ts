// Written by scripts/docs.mjs from the files of this folder.
import type { Rule } from "../src/model/rule.ts";
import { noAssumedReturningRow } from "./no-assumed-returning-row.ts";
import { noAssumedSingleRow } from "./no-assumed-single-row.ts";
import { noBlanketDoNothing } from "./no-blanket-do-nothing.ts";
import { noCascadingDedup } from "./no-cascading-dedup.ts";
import { noCheckThenInsert } from "./no-check-then-insert.ts";
import { noConcurrentIndexInTransaction } from "./no-concurrent-index-in-transaction.ts";
import { noConstraintIndexMixup } from "./no-constraint-index-mixup.ts";
import { noDroppedKeyInUse } from "./no-dropped-key-in-use.ts";
import { noImpossiblePartitionedKey } from "./no-impossible-partitioned-key.ts";
import { noMisattributedViolation } from "./no-misattributed-violation.ts";
import { noMismatchedDedup } from "./no-mismatched-dedup.ts";
import { noNonAtomicUpsert } from "./no-non-atomic-upsert.ts";
import { noNullableConflictTarget } from "./no-nullable-conflict-target.ts";
import { noRecoveryInAbortedTransaction } from "./no-recovery-in-aborted-transaction.ts";
import { noRedundantIndex } from "./no-redundant-index.ts";
import { noRefreshWithoutKey } from "./no-refresh-without-key.ts";
import { noRepeatedRowInUpsert } from "./no-repeated-row-in-upsert.ts";
import { noSchemaDrift } from "./no-schema-drift.ts";
import { noUnbackedUniqueClaim } from "./no-unbacked-unique-claim.ts";
import { noUncoveredUniqueKey } from "./no-uncovered-unique-key.ts";
import { noUnenforcedUniqueKey } from "./no-unenforced-unique-key.ts";
import { noUnknownConstraintName } from "./no-unknown-constraint-name.ts";
import { noUnmatchedConflictTarget } from "./no-unmatched-conflict-target.ts";
import { noUnreachableConflictHandler } from "./no-unreachable-conflict-handler.ts";
import { noUnverifiedConcurrentIndex } from "./no-unverified-concurrent-index.ts";
import { requireConcurrentUniqueIndex } from "./require-concurrent-unique-index.ts";
import { requireConflictHandling } from "./require-conflict-handling.ts";
import { requireDedupBeforeUnique } from "./require-dedup-before-unique.ts";
import { requireUniqueExternalId } from "./require-unique-external-id.ts";

/** Every rule, by name. */
export const rules: Rule[] = [
  noAssumedReturningRow,
  noAssumedSingleRow,
  noBlanketDoNothing,
  noCascadingDedup,
  noCheckThenInsert,
  noConcurrentIndexInTransaction,
  noConstraintIndexMixup,
  noDroppedKeyInUse,
  noImpossiblePartitionedKey,
  noMisattributedViolation,
  noMismatchedDedup,
  noNonAtomicUpsert,
  noNullableConflictTarget,
  noRecoveryInAbortedTransaction,
  noRedundantIndex,
  noRefreshWithoutKey,
  noRepeatedRowInUpsert,
  noSchemaDrift,
  noUnbackedUniqueClaim,
  noUncoveredUniqueKey,
  noUnenforcedUniqueKey,
  noUnknownConstraintName,
  noUnmatchedConflictTarget,
  noUnreachableConflictHandler,
  noUnverifiedConcurrentIndex,
  requireConcurrentUniqueIndex,
  requireConflictHandling,
  requireDedupBeforeUnique,
  requireUniqueExternalId,
];
