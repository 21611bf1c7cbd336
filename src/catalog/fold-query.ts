import type { Table } from "../model/catalog.ts";
import type { QueryShape } from "../model/schema-change.ts";
import { resolve, type Session } from "./session.ts";
import { columnOf } from "./tables.ts";

export type FoundQuery = {
  columns: string[];
  reads: NonNullable<Table["reads"]>;
  /** A view of a temporary table is temporary too. */
  temporary: boolean;
  /** False: a table that it reads is not known whole, so that names may be missing. */
  complete: boolean;
};

/** Which columns a query gives, and which tables and columns it reads, in this catalog. */
export function shapeOf(session: Session, shape: QueryShape): FoundQuery {
  const sources = shape.sources.map(({ table, alias }) => ({ alias, table: resolve(session, table) }));
  const under = (alias: string | null): Table[] => sources.flatMap((source) => (source.table && (alias === null || source.alias === alias) ? source.table : []));
  const starred = shape.outputs.flatMap((output) => ("all" in output ? output.all : []));
  const columns = shape.outputs.flatMap((output) => ("name" in output ? output.name : (under(output.all)[0]?.columns.map((column) => column.name) ?? [])));
  const reads = sources.flatMap(({ alias, table }) => {
    if (!table) return [];
    const whole = starred.includes(alias) || starred.includes(null);
    const named = shape.reads.filter(({ source, column }) => (source === null || source === alias) && (column === "*" || columnOf(table, column))).map(({ column }) => column);
    const all = whole || named.includes("*");
    return { table: table.id, columns: all ? table.columns.map((column) => column.name) : [...new Set(named)] };
  });
  return {
    columns,
    reads,
    temporary: sources.some(({ table }) => table?.temporary === true),
    complete: starred.every((alias) => under(alias)[0]?.complete === true),
  };
}
