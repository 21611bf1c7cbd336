import { describeKey, isSameKey, joinWords, partColumns, placeOfKey, tableTitle, totalKeysWithin } from "../src/catalog/lookup.ts";
import type { Catalog, Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem, Severity } from "../src/model/finding.ts";
import type { Database } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";

/** Tools that write migrations out of the schema; Sequelize's are written by hand. */
const GENERATORS = new Set<Database["orm"]>(["drizzle", "prisma", "typeorm", "mikro-orm"]);

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
      if (database.schema && database.migrated && database.complete) yield* compare(database, database.schema, database.migrated);
    }
  },
};

function* compare(database: Database, schema: Catalog, migrated: Catalog): Iterable<Problem> {
  // Only where the schema gives the migrations: a schema that merely mirrors tables for queries may leave keys out.
  const generates = database.orm === "sql" || (GENERATORS.has(database.orm) && database.migrations.every((migration) => migration.runner === database.orm));
  const pairs = Object.values(schema.tables).flatMap((declared) => {
    const built = migrated.tables[declared.id];
    return built && areComparable(declared, built) ? [{ declared, built }] : [];
  });
  const count = (side: "declared" | "built") => pairs.reduce((sum, pair) => sum + pair[side].keys.length, 0);
  yield* together(pairs.flatMap(({ declared, built }) => [...findUnbuilt(database, declared, built, generates ? "error" : "warning")]), count("declared"), "declares keys that no migration builds");
  // A schema without a single key leaves them to SQL.
  if (!generates || count("declared") === 0) return;
  yield* together(pairs.flatMap(({ declared, built }) => [...findUndeclared(database, declared, built)]), count("built"), "leaves out keys that migrations build");
}

function areComparable(declared: Table, built: Table): boolean {
  return built.built.length > 0 && declared.kind === "table" && built.kind === "table" && declared.complete && built.complete;
}

/** Sources that disagree all over are not each other's: that is one fact, not dozens. */
function* together(problems: Problem[], keys: number, what: string): Iterable<Problem> {
  const [first] = problems;
  if (!first || problems.length < 10 || problems.length * 4 < keys) return yield* problems;
  const tables = [...new Set(problems.flatMap(({ table }) => (table == null ? [] : [tableTitle(table)])))];
  const named = tables.length > 5 ? `${tables.slice(0, 5).join(", ")} and ${tables.length - 5} others` : joinWords(tables);
  yield {
    message: `The schema ${what}, ${problems.length} of ${keys}, on ${named}: one of the two is not what production was made from.`,
    at: first.at,
    see: first.see ?? [],
    severity: "warning",
    table: null,
    columns: null,
    sqlstate: null,
  };
}

/** `severity`: a schema that gives the migrations must agree with them; one that is written by hand beside them is merely wrong. */
function* findUnbuilt(database: Database, declared: Table, built: Table, severity: Severity): Iterable<Problem> {
  for (const key of declared.keys) {
    if (built.keys.some((other) => isSameKey(key, other, built)) || !isComparable(key, built)) continue;
    const at = key.declared[0] ?? declared.declared[0];
    if (!at) continue;
    const rival = findRival(key, built);
    if (rival ? cannotSayNulls(database, key, rival) : severity === "warning" && repeats(key, built)) continue;
    const place = rival ? placeOfBuilt(rival) : built.built[0];
    yield {
      message: rival
        ? `The schema declares ${describeKey(key)} on ${tableTitle(declared.id)}, but the migrations build ${describeKey(rival)}: production does not keep what the schema says.`
        : `The schema declares ${describeKey(key)} on ${tableTitle(declared.id)}, but no migration builds it: ${consequence(key, built)}.`,
      at,
      severity,
      see: place ? [{ at: place, message: rival ? describeKey(rival) : `${tableTitle(declared.id)} is created here` }] : [],
      table: declared.id,
      columns: partColumns(key),
      sqlstate: rival ? null : "42P10",
    };
  }
}

/** Migrations that are written by hand build a wider key, so the column is meant to repeat: a `@OneToOne` that should be a `@ManyToOne`. */
function repeats(key: UniqueKey, built: Table): boolean {
  const columns = partColumns(key);
  return built.keys.some((other) => other.where === null && other.parts.length > columns.length && columns.every((column) => partColumns(other).includes(column)));
}

/** Drizzle's `uniqueIndex()` has no words for NULLS NOT DISTINCT, so a migration says it by hand. */
function cannotSayNulls(database: Database, declared: UniqueKey, built: UniqueKey): boolean {
  return database.orm === "drizzle" && declared.kind === "index" && built.nullsNotDistinct && !declared.nullsNotDistinct && declared.where === null && built.where === null && built.kind === "index";
}

/** A key over fewer columns keeps these apart as well. */
function consequence(key: UniqueKey, built: Table): string {
  const target = "ON CONFLICT on it answers 42P10";
  return totalKeysWithin(built, partColumns(key)).length > 0 ? target : `production accepts duplicates, and ${target}`;
}

function* findUndeclared(database: Database, declared: Table, built: Table): Iterable<Problem> {
  for (const key of built.keys) {
    if (key.kind === "exclusion" || key.kind === "primary" || !canDeclare(database, key) || !isComparable(key, declared)) continue;
    if (declared.keys.some((other) => isSameKey(key, other, built)) || findRival(key, declared)) continue;
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

/** Same columns, another predicate or another treatment of NULL; of a primary key the other one. */
function findRival(key: UniqueKey, table: Table): UniqueKey | null {
  const columns = [...partColumns(key)].sort().join();
  const same = table.keys.find((other) => [...partColumns(other)].sort().join() === columns);
  return same ?? (key.kind === "primary" ? table.keys.find((other) => other.kind === "primary") : undefined) ?? null;
}

/** Two predicates or expressions that are written differently may still be the same: that is not known here. */
function isComparable(key: UniqueKey, table: Table): boolean {
  const rival = findRival(key, table);
  if (!rival) return true;
  const written = (item: UniqueKey) => item.where !== null || item.parts.some((part) => part.kind === "expression");
  return !(written(key) && written(rival));
}

/** Who makes migrations out of a schema in SQL; to the others it is a sketch, from which types are made. */
const SQL_DIFFING = new Set(["atlas", "supabase", "unknown"]);

/** Prisma's schema has no words for predicates (before 7) and expressions, TypeORM's entities have none for expressions. */
function canDeclare(database: Database, key: UniqueKey): boolean {
  if (database.orm === "sql") return database.migrations.every(({ runner }) => SQL_DIFFING.has(runner));
  if (database.orm !== "prisma" && database.orm !== "typeorm") return true;
  return (key.where === null || database.orm === "typeorm") && !key.nullsNotDistinct && key.parts.every((part) => part.kind === "column");
}

function placeOfBuilt(key: UniqueKey) {
  return key.built[key.built.length - 1] ?? placeOfKey(key);
}
