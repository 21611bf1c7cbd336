import type { Table, UniqueKey } from "../model/catalog.ts";

/** What Postgres answers (0A000) to a key that cannot hold over all partitions of a table. `lacks`: the column; null: an expression. */
export type Misfit = { table: Table; lacks: string | null; answer: string };

/**
 * Why a key cannot be had on a partitioned table: each partition has an index of its own, so the key has to hold all columns that say which partition a
 * row is in (`DefineIndex` in src/backend/commands/indexcmds.c). null: it can, or nothing is known.
 */
export function misfitOf(table: Table, key: Pick<UniqueKey, "kind" | "parts">): Misfit | null {
  if (key.kind === "exclusion") return null;
  const held = new Set(key.parts.flatMap((part) => (part.kind === "column" ? [part.column] : [])));
  const lacks = table.partitionKey?.find((column) => column === null || !held.has(column));
  if (lacks === undefined) return null;
  const kind = key.kind === "primary" ? "PRIMARY KEY" : "UNIQUE";
  const answer =
    lacks === null
      ? `unsupported ${kind} constraint with partition key definition: ${kind} constraints cannot be used when partition keys include expressions`
      : `unique constraint on partitioned table must include all partitioning columns: ${kind} constraint on table "${table.name}" lacks column "${lacks}" which is part of the partition key`;
  return { table, lacks, answer };
}

/** The same of a table with all partitions below it, which get the key as well. */
export function misfitBelow(tables: Record<string, Table>, table: Table, key: Pick<UniqueKey, "kind" | "parts">): Misfit | null {
  const own = misfitOf(table, key);
  if (own !== null || !table.partitioned) return own;
  for (const child of Object.values(tables)) {
    const found = child.parents?.includes(table.id) === true && child.id !== table.id ? misfitBelow(tables, child, key) : null;
    if (found !== null) return found;
  }
  return null;
}
