/**
 * The questions that rules ask; all of them are pure, and none throws. A null or an empty list means "not known or not there": check
 * `table.complete` before an absent key is taken for a fact.
 */
import type { ArbiterVerdict } from "./arbiter.ts";
import { inferArbiter } from "./arbiter.ts";
import type { Project, Site } from "../model/project.ts";
import { databaseOf, tableOf } from "./tables.ts";

export { allKeys, columnOf, databaseOf, findKeysByName, findTable, relationNames, tableOf, type TableRef } from "./tables.ts";
export { keyColumns, keysOn, keysTouching, keysWithin, partColumns, primaryKeyOf, totalKeysWithin } from "./keys.ts";
export { insertedValue, isFresh, keysViolatedBy, surelyLiesIn } from "./violations.ts";
export type { RowValue } from "./row-value.ts";
export { allowsAbsence } from "./absence.ts";
export { meaningOfRest, type RestMeaning } from "./lookup-rest.ts";
export { conflictRowMayLieIn } from "./conflict-row.ts";
export { speaksOfUnique } from "./error-words.ts";
export { coveredBy, fileOf, handlersOf, siteOf, sitesOn } from "./sites.ts";
export { describeColumns, describeKey, describeParts } from "./describe.ts";
export { nearestNames } from "./nearest.ts";
export { lostArbiter, strangersOf } from "./former.ts";
export { catalogBefore, replay, type ReplayStep } from "./replay.ts";
export { withRequired } from "./required.ts";
export { implies } from "./predicate.ts";
export { inferArbiter, type ArbiterMismatch, type ArbiterVerdict } from "./arbiter.ts";
export { checksBefore, isConstant, isHistory, type Check } from "./checks.ts";
export { cutName } from "./names.ts";
export { joinWords, partTexts, placeOfColumn, placeOfKey, placeOfTable, quoteName, quotePart, quoteTable, tableTitle } from "./words.ts";
export { cannotViolate, isSameKey, provesAbsence, versionsOfTable } from "./proof.ts";
export { isHandledOnEveryWay, isLookedUp, isIsolated, isPassedOver, isRetried, isSerialized, isViolationHandled, sharesTransaction } from "./guards.ts";
export { whyNever, type NeverTrue } from "./error-shapes.ts";
export { keyBuilds, type KeyBuild } from "./builds.ts";
export { buildConcurrently, dropBefore, dropSql, runOutside } from "./rewrites.ts";
export { completeDedup } from "./complete-dedup.ts";
export { concurrentRecipe, whereToRun, whyInTransaction } from "./recipes.ts";
export { misfitBelow, type Misfit } from "./partition-keys.ts";
export { commentText, pendingMigrations, speaksOfDuplicates, splitPredicate, statementsBefore } from "./history.ts";
export { declareKey } from "./declare-key.ts";
export { skipConflict } from "./skip-conflict.ts";
export { walkCauses } from "./walk-causes.ts";
export { repeatPredicate } from "./repeat-predicate.ts";
export { lossOf, type Loss } from "./lost-keys.ts";
export { columnsAlike, mayHoldDuplicates } from "./duplicates.ts";

/** What the database answers to the site's conflict clause; null: it has none, or its table is not resolved. */
export function arbiterOf(project: Project, site: Site): ArbiterVerdict | null {
  const table = tableOf(project, site);
  const dialect = databaseOf(project, site.database)?.catalog.dialect;
  return table === null || dialect === undefined || site.conflict === null ? null : inferArbiter(table, site.conflict, dialect);
}
