import { concurrentRecipe, cutName, describeColumns, findTable, joinWords, keyBuilds, misfitBelow, partTexts, pendingMigrations, placeOfTable, quoteTable, replay, tableTitle, type Misfit, type ReplayStep } from "../src/catalog/lookup.ts";
import type { Table, UniqueKey } from "../src/model/catalog.ts";
import type { Problem } from "../src/model/finding.ts";
import type { Migration } from "../src/model/project.ts";
import type { Rule } from "../src/model/rule.ts";
import type { SchemaChange } from "../src/model/schema-change.ts";

export const noImpossiblePartitionedKey: Rule = {
  name: "no-impossible-partitioned-key",
  family: "migrations",
  summary: "Forbid unique keys that Postgres refuses on partitioned tables",
  why: "Each partition has an index of its own, so a key that lacks a column of PARTITION BY cannot be kept over all of them (0A000), and nothing is built or dropped CONCURRENTLY on the partitioned table itself (0A000).",
  fix: "Add the columns of PARTITION BY to the key, or keep the narrower one in a table that is not partitioned; build CONCURRENTLY partition by partition.",
  severity: "error",
  preset: "recommended",
  *check(project) {
    for (const database of project.databases) {
      if (database.catalog.dialect !== "postgres") continue;
      for (const migration of pendingMigrations(database)) {
        for (const step of replay(migration)) yield* checkStep(migration, step);
      }
    }
  },
};

/** Not inside a DO block, which may ask first or catch the refusal. */
function* checkStep(migration: Migration, step: ReplayStep): Iterable<Problem> {
  if (step.statement.nested) return;
  for (const change of step.statement.changes) {
    const problem = change.kind === "drop-index" ? droppedConcurrently(step, change) : change.kind === "create-index" && change.unique && change.concurrently ? builtConcurrently(migration, step, change) : null;
    if (problem) yield problem;
    else for (const { table, key } of keysOf(step, change)) yield* judge(step, change, table, key);
  }
}

type Key = Pick<UniqueKey, "kind" | "parts"> & { at?: SchemaChange["at"] };

/** Keys that a change gives to a table, those too that a new partition gets because its parent has them. */
function keysOf(step: ReplayStep, change: SchemaChange): { table: Table; key: Key }[] {
  const on = (table: Table | null, keys: Key[]): { table: Table; key: Key }[] => (table === null ? [] : keys.map((key) => ({ table, key })));
  switch (change.kind) {
    case "create-table": {
      const made = findTable(step.after, change.table, step.searchPath);
      return made === null || step.before.tables[made.id] ? [] : on(made, [...change.keys, ...made.keys.filter(({ partOf }) => partOf !== undefined)]);
    }
    case "attach-partition": {
      const partition = findTable(step.before, change.partition, step.searchPath);
      return on(partition, findTable(step.before, change.table, step.searchPath)?.keys ?? []);
    }
    case "create-index":
      return change.unique ? on(findTable(step.before, change.table, step.searchPath), [{ ...change.index, kind: "index" }]) : [];
    case "add-key":
      return change.usingIndex === null ? on(findTable(step.before, change.table, step.searchPath), [change.key]) : [];
    case "add-column":
      return on(findTable(step.before, change.table, step.searchPath), change.keys);
    default:
      return [];
  }
}

function* judge(step: ReplayStep, change: SchemaChange, table: Table, key: Key): Iterable<Problem> {
  const alone = change.kind === "create-index" && change.only;
  const misfit = misfitBelow(alone ? {} : step.before.tables, table, key);
  if (misfit === null) return;
  const place = placeOfTable(misfit.table);
  yield {
    message: `${key.kind === "primary" ? "A primary key" : "A unique key"} of ${tableTitle(table.id)} on ${describeColumns(partTexts(key))} fails with 0A000, ${misfit.answer}. ${adviceOn(misfit, key)}`,
    at: key.at ?? change.at,
    see: place && place.path !== change.at.path ? [{ at: place, message: `${tableTitle(misfit.table.id)} is partitioned here` }] : [],
    table: table.id,
    columns: partTexts(key),
    sqlstate: "0A000",
  };
}

function adviceOn({ lacks, table }: Misfit, key: Key): string {
  const columns = joinWords(partTexts(key));
  if (lacks === null) return `Partition by a column instead of an expression, or build the key on each partition, where it keeps ${columns} unique within that one only.`;
  const missing = (table.partitionKey ?? []).filter((column) => column !== null && !partTexts(key).includes(column));
  return `Add ${joinWords(missing.map(String))} to the key; where ${columns} alone must be unique over all partitions, keep it in a table of its own that is not partitioned, and write both in one transaction.`;
}

function builtConcurrently(migration: Migration, step: ReplayStep, change: Extract<SchemaChange, { kind: "create-index" }>): Problem | null {
  const table = findTable(step.before, change.table, step.searchPath);
  if (table?.partitioned !== true) return null;
  const build = keyBuilds(migration).find(({ at }) => at.start === change.at.start);
  const advice = change.only || build === undefined ? "Leave CONCURRENTLY out: the table itself holds no rows." : concurrentRecipe(build);
  return refused(table, change, partTexts(change.index), `CREATE UNIQUE INDEX CONCURRENTLY fails with 0A000, cannot create index on partitioned table "${table.name}" concurrently. ${advice}`);
}

function droppedConcurrently(step: ReplayStep, change: Extract<SchemaChange, { kind: "drop-index" }>): Problem | null {
  if (!change.concurrently) return null;
  for (const { schema, name } of change.indexes) {
    const cut = cutName(name);
    const table = Object.values(step.before.tables).find((one) => one.partitioned && (schema === null ? step.searchPath.includes(one.schema) : one.schema === schema) && one.keys.some((key) => key.kind === "index" && key.name === cut));
    const key = table?.keys.find((one) => one.name === cut);
    if (!table || !key) continue;
    return refused(
      table,
      change,
      partTexts(key),
      `DROP INDEX CONCURRENTLY fails with 0A000, cannot drop partitioned index "${cut}" concurrently. Leave CONCURRENTLY out, which takes an ACCESS EXCLUSIVE lock on ${quoteTable(table.id)} and all of its partitions for a moment: set lock_timeout, and try again when it runs out.`,
    );
  }
  return null;
}

function refused(table: Table, change: SchemaChange, columns: string[], message: string): Problem {
  return { message, at: change.at, table: table.id, columns, sqlstate: "0A000" };
}
