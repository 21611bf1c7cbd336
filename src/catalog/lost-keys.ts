import type { Catalog } from "../model/catalog.ts";
import type { Database, Migration } from "../model/project.ts";
import { replay, type ReplayStep } from "./replay.ts";

/** The statement after which something of the catalog was gone for good. `end`: what is there when its whole migration has run. */
export type Loss = { migration: Migration; step: ReplayStep; end: Catalog };

/**
 * When did `holds` become false and stay so? null: it holds still, it never did, or the migrations do not say. `holds` gives null where a
 * catalog does not tell. What one migration makes and takes away again, nobody has relied on.
 */
export function lossOf(database: Database, holds: (catalog: Catalog) => boolean | null): Loss | null {
  if (database.migrated === null || holds(database.migrated) !== false) return null;
  const migration = database.migrations.findLast(({ before }) => holds(before) === true);
  if (!migration) return null;
  const steps = replay(migration);
  const step = steps.findLast(({ before, after }) => before !== after && holds(before) === true && holds(after) === false);
  return step ? { migration, step, end: steps.at(-1)?.after ?? step.after } : null;
}
