import { describeKey, isSameKey, partColumns, placeOfKey, tableTitle } from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Database } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

export const noSchemaDrift: Rule = {
  name: "no-schema-drift",
  family: "assumed",
  summary: "Forbid unique keys on which schema and migrations disagree",
  why: "The types and the code follow the schema, but production has what the migrations built.",
  fix: "Add the migration that builds the key, or declare in the schema what the migrations built.",
  severity: "error",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      if (!database.schema || !database.migrated || !database.complete) continue;
      // Only where the schema gives the migrations: a schema that merely mirrors tables for queries may leave keys out.
      const generates = database.orm === "sql" || database.migrations.every((migration) => migration.runner === database.orm);
      // A schema without a single key leaves them to SQL.
      const silent = Object.values(database.schema.tables).every((table) => table.keys.length === 0);
      for (const declared of Object.values(database.schema.tables)) {
        const built = database.migrated.tables[declared.id];
        if (!built || built.built.length === 0 || declared.kind !== "table" || built.kind !== "table") continue;
        if (!declared.complete || !built.complete) continue;
        yield* findUnbuilt(declared, built);
        if (generates && !silent) yield* findUndeclared(database, declared, built);
      }
    }
  },
};

function* findUnbuilt(declared: Table, built: Table): Iterable<Problem> {
  for (const key of declared.keys) {
    if (built.keys.some((other) => isSameKey(key, other)) || !isComparable(key, built)) continue;
    const at = key.declared[0] ?? declared.declared[0];
    if (!at) continue;
    const rival = findRival(key, built);
    const place = rival ? placeOfBuilt(rival) : built.built[0];
    yield {
      message: rival
        ? `The schema declares ${describeKey(key)} on ${tableTitle(declared.id)}, but the migrations build ${describeKey(rival)}: production does not keep what the schema says.`
        : `The schema declares ${describeKey(key)} on ${tableTitle(declared.id)}, but no migration builds it: production accepts duplicates, and ON CONFLICT on it answers 42P10.`,
      at,
      see: place ? [{ at: place, message: rival ? describeKey(rival) : `${tableTitle(declared.id)} is created here` }] : [],
      table: declared.id,
      columns: partColumns(key),
      sqlstate: rival ? null : "42P10",
    };
  }
}

function* findUndeclared(database: Database, declared: Table, built: Table): Iterable<Problem> {
  for (const key of built.keys) {
    if (key.kind === "exclusion" || key.kind === "primary" || !canDeclare(database, key) || !isComparable(key, declared)) continue;
    if (declared.keys.some((other) => isSameKey(key, other)) || findRival(key, declared)) continue;
    const at = placeOfBuilt(key);
    if (!at) continue;
    yield {
      message: `A migration builds ${describeKey(key)} on ${tableTitle(built.id)}, but the schema does not declare it: the next generated migration may drop it.`,
      at,
      see: declared.declared[0] ? [{ at: declared.declared[0], message: `${tableTitle(declared.id)} is declared here` }] : [],
      severity: "warning",
      table: built.id,
      columns: partColumns(key),
      sqlstate: null,
    };
  }
}

/** Same columns, another predicate or another treatment of NULL. */
function findRival(key: UniqueKey, table: Table): UniqueKey | null {
  const columns = [...partColumns(key)].sort().join();
  return table.keys.find((other) => [...partColumns(other)].sort().join() === columns) ?? null;
}

/** Two predicates or expressions that are written differently may still be the same: that is not known here. */
function isComparable(key: UniqueKey, table: Table): boolean {
  const rival = findRival(key, table);
  if (!rival) return true;
  const written = (item: UniqueKey) => item.where !== null || item.parts.some((part) => part.kind === "expression");
  return !(written(key) && written(rival));
}

/** Prisma's schema has no words for predicates (before 7) and expressions. */
function canDeclare(database: Database, key: UniqueKey): boolean {
  if (database.orm !== "prisma") return true;
  return key.where === null && !key.nullsNotDistinct && key.parts.every((part) => part.kind === "column");
}

function placeOfBuilt(key: UniqueKey) {
  return key.built[key.built.length - 1] ?? placeOfKey(key);
}
