import type { Catalog, Table, UniqueKey } from "../model/catalog.ts";
import type { Database, Site } from "../model/project.ts";
import { partTexts } from "./words.ts";
import { partColumns } from "./keys.ts";
import { samePredicate } from "./predicate.ts";
import { typesOf } from "./predicate-types.ts";
import { insertedValue } from "./violations.ts";

/**
 * May an absent key of this table be taken for a fact? Not where a part of its declaration was not read, and not where no table of the
 * database declares any key: then the keys are kept somewhere else.
 */
export function provesAbsence(database: Database, table: Table): boolean {
  if (!versionsOfTable(database, table.id).every((version) => version.complete) && !isBuiltWhole(database, table.id)) return false;
  return declaresKeys(database.catalog);
}

/** Its migrations were all read, and have all that is known of the schema's declaration: what else stands there (an index that is left to them) they build too. */
function isBuiltWhole(database: Database, id: string): boolean {
  const [merged, declared, built] = [database.catalog, database.schema, database.migrated].map((catalog) => catalog?.tables[id]);
  if (!merged?.complete || !built?.complete || !declared) return false;
  const columns = new Set(built.columns.map((column) => column.name));
  return declared.columns.every((column) => columns.has(column.name)) && declared.keys.every((key) => built.keys.some((other) => isSameKey(key, other, built)));
}

const declaring = new WeakMap<Catalog, boolean>();

function declaresKeys(catalog: Catalog): boolean {
  let found = declaring.get(catalog);
  if (found === undefined) declaring.set(catalog, (found = Object.values(catalog.tables).some((table) => table.keys.length > 0)));
  return found;
}

/** The table as merged, as the ORM schema declares it and as the migrations build it: sources may disagree. */
export function versionsOfTable(database: Database, id: string): Table[] {
  return [database.catalog, database.schema, database.migrated].flatMap((catalog) => catalog?.tables[id] ?? []);
}

/**
 * Do two keys of a table promise the same? Names, and whether it is a constraint or an index, do not matter. The types of the table's columns
 * tell more predicates to be one.
 */
export function isSameKey(a: UniqueKey, b: UniqueKey, table: Pick<Table, "columns"> = { columns: [] }): boolean {
  if (a.nullsNotDistinct !== b.nullsNotDistinct || !samePredicate(a.where, b.where, typesOf(table))) return false;
  const [left, right] = [new Set(partTexts(a)), new Set(partTexts(b))];
  return left.size === right.size && [...left].every((part) => right.has(part));
}

type Write = Pick<Site, "kind" | "columns" | "columnsComplete"> & Partial<Pick<Site, "conflict">>;

/**
 * Is it certain that this write raises no unique violation? Every key has a part that is fresh or NULL, or that an UPDATE leaves alone, with
 * its predicate. What DO UPDATE sets may violate any key, so that is never certain.
 */
export function cannotViolate(table: Table, site: Write): boolean {
  if (site.columns === null || site.conflict?.action === "update") return false;
  const written = new Set(site.columns.map((item) => item.column));
  return table.keys.every((key) => {
    if (key.kind === "exclusion" || key.parts.length === 0) return false;
    if (site.kind === "update") return site.columnsComplete && ![...partColumns(key), ...(key.where?.columns ?? [])].some((column) => written.has(column));
    return key.parts.some((part) => part.kind === "column" && isApart(table, site, key, part.column));
  });
}

/** No other row can hold the value that this insert puts into the column. */
function isApart(table: Table, site: Write, key: UniqueKey, name: string): boolean {
  const { kind } = insertedValue(table, site, name);
  if (kind === "null") return !key.nullsNotDistinct;
  if (kind !== "fresh") return false;
  const written = site.columns?.find((item) => item.column === name);
  if (written?.value.sometimes === true) return false;
  // Of a row that was just made only the reference to it is new; what else it holds, others may hold too.
  return written?.value.origin !== "created" || (written.value.byCallers !== true && table.foreignKeys.some((one) => one.columns.includes(name)));
}
