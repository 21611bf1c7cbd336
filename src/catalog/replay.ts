import type { Catalog } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { Statement } from "../model/statement.ts";
import { fold } from "./fold.ts";

/** One statement of a migration with the catalog that it meets. */
export type ReplayStep = {
  statement: Statement;
  /** Index in `migration.statements`. */
  index: number;
  before: Catalog;
  after: Catalog;
  /** Schemas that an unqualified name is looked for in: give it to findTable. */
  searchPath: string[];
};

const memo = new WeakMap<Migration, ReplayStep[]>();

/** What existed when the migration started. */
export function catalogBefore(migration: Migration): Catalog {
  return migration.before;
}

/** The migration statement by statement. Worked out once. */
export function replay(migration: Migration): ReplayStep[] {
  const known = memo.get(migration);
  if (known) return known;
  const steps: ReplayStep[] = [];
  let before = migration.before;
  for (const [index, statement] of migration.statements.entries()) {
    const after = statement.changes.length === 0 ? before : fold(before, statement.changes, "built");
    steps.push({ statement, index, before, after, searchPath: ["public"] });
    before = after;
  }
  memo.set(migration, steps);
  return steps;
}
