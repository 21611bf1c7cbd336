import type { UniqueKey } from "../model/catalog.ts";
import type { Conflict, Site } from "../model/project.ts";
import { conditionOf, type Condition } from "./predicate-tree.ts";
import { mayHold } from "./row-predicate.ts";
import type { RowValue } from "./row-value.ts";

/**
 * Can the row that DO UPDATE reaches lie in another key's predicate? That row is in the arbiter: it satisfies the arbiter's predicate and, as
 * NULLs never conflict, holds no NULL in its columns, but the inserted row's values; then SET changes it.
 */
export function conflictRowMayLieIn(key: UniqueKey, arbiter: UniqueKey, conflict: Pick<Conflict, "sets">, inserted: Site["columns"] = null): boolean {
  if (key.where === null) return true;
  const known = new Map<string, RowValue>();
  if (arbiter.where) learn(conditionOf(arbiter.where.text), known);
  for (const part of arbiter.parts) {
    if (part.kind === "column" && !arbiter.nullsNotDistinct && !known.has(part.column)) known.set(part.column, { kind: "given", literal: literalIn(inserted, part.column), present: true });
  }
  if (conflict.sets === null || conflict.sets === "all") {
    // The written values may replace any but the arbiter's own columns, which are equal in both rows.
    const own = new Set(arbiter.parts.flatMap((part) => (part.kind === "column" ? [part.column] : [])));
    for (const column of [...known.keys()]) if (!own.has(column)) known.delete(column);
  } else {
    for (const { column, value } of conflict.sets) {
      if (value.origin === "null") known.set(column, { kind: "null" });
      else if (value.origin === "literal") known.set(column, { kind: "given", literal: value.text });
      else known.delete(column);
    }
  }
  return mayHold(key.where, (column) => known.get(column) ?? { kind: "unknown" });
}

/** The arbiter's columns are equal in both rows. */
function literalIn(inserted: Site["columns"], column: string): string | null {
  const value = inserted?.find((item) => item.column === column)?.value;
  return value?.origin === "literal" ? value.text : null;
}

/** What a condition that is true says of single columns. */
function learn(condition: Condition, known: Map<string, RowValue>): void {
  if (condition.kind === "and") for (const item of condition.items) learn(item, known);
  if (condition.kind !== "atom") return;
  const { form, columns } = condition.atom;
  const [column] = columns ?? [];
  if (column === undefined || columns?.length !== 1 || form.kind === "other") return;
  if (form.left.replaceAll('"', "") !== column) return;
  if (form.kind === "null-test") known.set(column, form.isNull ? { kind: "null" } : { kind: "given", literal: null, present: true });
  else if (form.kind === "boolean") known.set(column, { kind: "given", literal: String(!form.negated) });
  else if (form.op === "=" && form.constant.kind === "string") known.set(column, { kind: "given", literal: `'${form.constant.value}'` });
}
