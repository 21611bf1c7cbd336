import type { Column, NotNull, Table } from "../model/catalog.ts";
import { defaultNotNullName } from "./default-names.ts";
import { childrenOf, putTable, refuse, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

/** `name`: of the constraint. `local`: NO INHERIT. `below`: tables below get it too. */
type Options = { name?: string | null; local?: true; below?: boolean };

/**
 * NOT NULL on a column, which Postgres 18 keeps as a constraint `table_column_not_null`; tables below get it under the same name
 * (`ATExecSetNotNull` in src/backend/commands/tablecmds.c).
 */
export function requireValue(session: Session, table: Table, name: string, { name: given = null, local, below = true }: Options = {}): Table {
  const column = columnOf(table, name);
  if (!column) return table;
  const there = column.notNull;
  const notNull: NotNull | undefined = there ?? (session.dialect === "postgres" ? { name: given ?? defaultNotNullName(session, table, name), ...(local ? { local } : {}) } : undefined);
  const own = notNull?.inherited ? { ...notNull } : notNull;
  if (own?.inherited) delete own.inherited;
  let changed = putColumn(session, table, name, (one) => ({ ...one, nullable: false, ...(own ? { notNull: own } : {}) }));
  if (below && !own?.local) for (const child of childrenOf(session, table.id)) inheritNotNull(session, child, name, own?.name ?? null);
  changed = session.tables[table.id] ?? changed;
  return changed;
}

/** A child keeps its own constraint if it has one; else it gets the parent's, by the parent's name. */
function inheritNotNull(session: Session, child: Table, name: string, constraint: string | null): void {
  const column = columnOf(child, name);
  if (!column || column.notNull) return;
  putColumn(session, child, name, (one) => ({ ...one, nullable: false, ...(constraint === null ? {} : { notNull: { name: constraint, inherited: true } }) }));
  for (const below of childrenOf(session, child.id)) inheritNotNull(session, below, name, constraint);
}

/** DROP NOT NULL, or DROP CONSTRAINT of it: below, it goes where nothing else asks for it. */
export function allowNull(session: Session, table: Table, name: string): void {
  putColumn(session, table, name, withoutNotNull);
  for (const child of childrenOf(session, table.id)) releaseNotNull(session, child, name);
}

/** A parent no longer gives NOT NULL. */
export function releaseNotNull(session: Session, child: Table, name: string): void {
  const own = columnOf(child, name)?.notNull;
  if (own?.inherited === true && !givenByParents(session, child, name)) allowNull(session, child, name);
}

/** Is there a parent whose NOT NULL this column inherits? */
export function givenByParents(session: Session, table: Table, name: string): boolean {
  return (table.parents ?? []).some((id) => {
    const column = session.tables[id] && columnOf(session.tables[id], name);
    return column?.notNull !== undefined && !column.notNull.local;
  });
}

function withoutNotNull({ notNull: _notNull, ...column }: Column): Column {
  return { ...column, nullable: true };
}

/** DROP NOT NULL is refused for a column of the primary key, and where a parent asks for it. */
export function dropNotNull(session: Session, table: Table, name: string, inPrimary: boolean): void {
  if (inPrimary || givenByParents(session, table, name)) refuse(session, "42P16");
  else allowNull(session, table, name);
}

/** Changes one column of one table. */
export function putColumn(session: Session, table: Table, name: string, change: (column: Column) => Column): Table {
  return putTable(session, { ...table, columns: table.columns.map((column) => (column.name === name ? change(column) : column)) });
}
