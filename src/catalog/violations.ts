import type { Column, KeyPart, Table, UniqueKey } from "../model/catalog.ts";
import type { Site, Written } from "../model/project.ts";
import { partColumns } from "./keys.ts";
import { columnOf } from "./tables.ts";
import { mayHold } from "./row-predicate.ts";
import type { RowValue } from "./row-value.ts";

/** Every row gets another value when the statement does not give one: serial, identity, uuid, cuid, now(). */
export function isFresh(column: Column): boolean {
  return column.default?.fresh === true || /^(small|big)?serial\d?\b/.test(column.type ?? "");
}

/** The value of one column in a row that `site` inserts. */
export function insertedValue(table: Table, site: Pick<Site, "columns" | "columnsComplete">, name: string): RowValue {
  const column = columnOf(table, name);
  const written = site.columns?.find((one) => one.column === name);
  if (written && written.value.origin !== "default" && written.value.origin !== "undefined") return writtenValue(written);
  if (site.columns === null || (!written && !site.columnsComplete) || !column || column.generated) return { kind: "unknown" };
  if (isFresh(column)) return { kind: "fresh" };
  if (column.default) return { kind: "given", literal: null };
  return column.nullable === true ? { kind: "null" } : { kind: "unknown" };
}

function writtenValue(written: Written): RowValue {
  switch (written.value.origin) {
    case "generated":
    case "created":
      return { kind: "fresh" };
    case "null":
      return { kind: "null" };
    case "literal":
      return { kind: "given", literal: written.value.text };
    default:
      return { kind: "given", literal: null };
  }
}

/**
 * Keys that this insert can violate: every part gets a value that another row may hold too, and the row may lie in the key's predicate. Not: a
 * part that is fresh or was created in this flow, a part that stays NULL (but for NULLS NOT DISTINCT), a part of which nothing is known.
 */
export function keysViolatedBy(table: Table, site: Pick<Site, "columns" | "columnsComplete">): UniqueKey[] {
  if (site.columns === null) return [];
  const value = (name: string): RowValue => insertedValue(table, site, name);
  return table.keys.filter((key) => {
    if (key.parts.length === 0 || !key.parts.every((part) => partCollides(part, key, value))) return false;
    return key.where === null || mayHold(key.where, value);
  });
}

/**
 * Is nothing open about whether the inserted row lies in the key's predicate? A column of the predicate that is no part of the key must be written
 * with a constant, or be left to its default.
 */
export function surelyLiesIn(table: Table, site: Pick<Site, "columns" | "columnsComplete">, key: UniqueKey): boolean {
  const own = new Set(partColumns(key));
  return (key.where?.columns ?? []).every((name) => {
    const written = site.columns?.find((item) => item.column === name);
    return own.has(name) || !written || written.value.origin === "literal" || insertedValue(table, site, name).kind === "null";
  });
}

function partCollides(part: KeyPart, key: UniqueKey, value: (name: string) => RowValue): boolean {
  if (part.kind === "column") {
    const { kind } = value(part.column);
    return kind === "given" || (kind === "null" && key.nullsNotDistinct);
  }
  // coalesce(a, …) holds a value even where a column is NULL, so one given column is enough; a fresh or unknown one makes it silent.
  const kinds = part.columns.map((column) => value(column).kind);
  return kinds.length > 0 && kinds.every((kind) => kind === "given" || (kind === "null" && /^coalesce\(/.test(part.expression)));
}
