import type { Catalog } from "../model/catalog.ts";
import type { Migration } from "../model/project.ts";
import type { Statement } from "../model/statement.ts";
import { applyChange } from "./fold.ts";
import { openSession, snapshot } from "./session.ts";

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
  const session = openSession(migration.before, "built");
  let before = snapshot(session);
  for (const [index, statement] of migration.statements.entries()) {
    const searchPath = session.searchPath;
    for (const change of statement.changes) applyChange(session, change);
    const after = statement.changes.length === 0 ? before : snapshot(session);
    steps.push({ statement, index, before, after, searchPath });
    before = after;
  }
  memo.set(migration, steps);
  return steps;
}
