import type { Catalog, Table, UniqueKey } from "../model/catalog.ts";
import type { Database, Migration } from "../model/project.ts";
import { quoteIdentifier, quoteLiteral } from "../read/sql/canonical-text.ts";
import type { KeyBuild } from "./builds.ts";
import { recentMigrations, splitPredicate } from "./history.ts";
import { partColumns } from "./keys.ts";
import { implies } from "./predicate.ts";
import { typesOf } from "./predicate-types.ts";
import { renameInPart, renameInPredicate } from "./rename-text.ts";
import { columnOf } from "./tables.ts";

/**
 * May the rows that a key is built over hold duplicates of it? Not where its table, one of its columns or the rows of its predicate came
 * with this deploy (unless a default gave all rows the same), where a value is made for each row, and where a key that was at least as strong held until now.
 */
export function mayHoldDuplicates(database: Database, build: KeyBuild): boolean {
  const alike = columnsAlike(build);
  if (partColumns(build.key).length === 0 || build.newColumns.some((column) => !alike.includes(column))) return false;
  const columns = partColumns(build.key).filter((column) => !alike.includes(column));
  if (columns.some((column) => columnOf(build.earlier, column)?.default?.fresh === true)) return false;
  if (build.table.keys.some((key) => isStronger(key, build, build.table))) return false;
  const recent = recentMigrations(database, build.migration);
  if (holdsNewValue(build, [build.migration, ...recent])) return false;
  return [build.migration, ...recent].every(({ before }) => allowsDuplicates(build, before, columns));
}

/** Columns of the key that came in this migration with a constant as their default: that is what each row holds, so they tell no rows apart. */
export function columnsAlike({ newColumns, key, step, table }: KeyBuild): string[] {
  if (!key.parts.every((part) => part.kind === "column")) return [];
  const made = step.after.tables[table.id] ?? table;
  return newColumns.filter((name) => {
    const literal = columnOf(made, name)?.default?.literal;
    return literal !== undefined && literal !== "null";
  });
}

/** As far as a catalog of just before says it. */
function allowsDuplicates(build: KeyBuild, before: Catalog, columns: string[]): boolean {
  const found = before.tables[build.earlier.id];
  if (!found) return false;
  const then = withNamesOf(found, build.table);
  if (found !== build.earlier && lacks(then, columns)) return false;
  if (then.keys.some((key) => isStronger(key, build, then))) return false;
  return !conjunctsOf(build).some((conjunct) => heldNowhere(conjunct, then, build.table));
}

/** The table as it was, with columns that were renamed since under their new names: they keep the place where they were declared. */
function withNamesOf(then: Table, now: Table): Table {
  return now.columns.reduce((table, { name, at }) => {
    const old = at === null ? undefined : table.columns.find((column) => column.at?.path === at.path && column.at.start === at.start);
    return old === undefined || old.name === name ? table : renameIn(table, old.name, name);
  }, then);
}

function renameIn(table: Table, from: string, to: string): Table {
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === from ? { ...column, name: to } : column)),
    keys: table.keys.map((key) => ({ ...key, parts: key.parts.map((part) => renameInPart(part, from, to)), where: renameInPredicate(key.where, from, to) })),
  };
}

function lacks(table: Table, columns: string[]): boolean {
  return table.columns.length > 0 && columns.some((column) => columnOf(table, column) === null);
}

function conjunctsOf({ key }: KeyBuild): string[] {
  return key.where === null ? [] : splitPredicate(key.where);
}

/** Do two rows that would collide in the new key collide in this one, too? */
function isStronger(key: UniqueKey, { key: built }: KeyBuild, table: Table): boolean {
  if (key.kind === "exclusion" || key.valid === false || key.parts.length === 0) return false;
  const columns = new Set(built.parts.flatMap((part) => (part.kind === "column" ? [part.column] : [])));
  const expressions = new Set(built.parts.flatMap((part) => (part.kind === "column" ? [] : [part.expression])));
  const follows = key.parts.every((part) =>
    part.kind === "column" ? columns.has(part.column) : expressions.has(part.expression) || (part.columns.length > 0 && part.columns.every((column) => columns.has(column))),
  );
  if (!follows || (built.nullsNotDistinct && !key.nullsNotDistinct && !isNeverNull(key, table))) return false;
  if (key.where === null) return true;
  // Rows with NULL in a column never collide, unless the key says so.
  const given = built.nullsNotDistinct ? [] : [...columns].map((column) => `${quoteIdentifier(column)} is not null`);
  const text = [...(built.where === null ? [] : [`(${built.where.text})`]), ...given].join(" and ");
  return implies({ parameters: false, ...built.where, text, columns: [...columns] }, key.where, typesOf(table)) === "yes";
}

function isNeverNull(key: UniqueKey, table: Table): boolean {
  return key.parts.every((part) => (part.kind === "column" ? columnOf(table, part.column)?.nullable === false : /^coalesce\(.*, (?:'.*'|-?\d+)(?:::\w+)?\)$/.test(part.expression)));
}

/** A condition that no row met then: on a column that had to be there first, with a default that says otherwise, or NULL where it was refused. */
function heldNowhere(conjunct: string, then: Table, now: Table): boolean {
  return now.columns.some((column) => {
    const name = quoteIdentifier(column.name);
    if (!conjunct.includes(name)) return false;
    const before = columnOf(then, column.name);
    if (before !== null) return before.nullable === false && conjunct === `${name} is null`;
    if (then.columns.length === 0) return false;
    const value = column.default === null ? null : (column.default.literal ?? undefined);
    return value !== undefined && !column.generated && excludes(conjunct, name, value);
  });
}

/** Is the condition false for a column that holds this constant (null: NULL)? */
function excludes(conjunct: string, name: string, value: string | null): boolean {
  if (conjunct === name || conjunct === `${name} is true`) return value !== "true";
  if (conjunct === `not ${name}` || conjunct === `${name} is false`) return value !== "false";
  if (conjunct === `${name} is null`) return value !== null;
  if (conjunct === `${name} is not null`) return value === null;
  const compared = conjunct.startsWith(`${name} = `) ? conjunct.slice(name.length + 3) : null;
  return compared !== null && /^(?:'(?:[^']|'')*'|-?\d+)$/.test(compared) && compared !== value;
}

/** A value of an enum that was added just now. */
function holdsNewValue(build: KeyBuild, migrations: Migration[]): boolean {
  const changes = migrations.flatMap(({ statements }) => statements.flatMap((statement) => statement.changes));
  const added = changes.flatMap((change) => (change.kind === "add-enum-value" ? [` = ${quoteLiteral(change.value)}`] : []));
  return conjunctsOf(build).some((conjunct) => added.some((end) => conjunct.endsWith(end)));
}
