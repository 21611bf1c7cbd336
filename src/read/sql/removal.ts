import type * as Tree from "libpg-query";
import type { Node } from "libpg-query";
import type { KeyPart } from "../../model/catalog.ts";
import type { Dedup } from "../../model/statement.ts";
import { as, lastName } from "./nodes.ts";

/** A DELETE or UPDATE with the parts that the two statements share. */
export type Removal = {
  relation: Tree.RangeVar;
  /** Alias or name. */
  own: string;
  from: Node[];
  where: Node | undefined;
  /** Sub-queries of the statement, its CTEs, and what temporary tables that it reads were made from. */
  queries: Tree.SelectStmt[];
  deletes: boolean;
  /** The queries are those of loops around it, not its own. */
  loop: boolean;
};

/** What the two forms of dedup find out; the rest follows from the statement. */
export type Duplicates = Pick<Dedup, "grouping" | "where" | "among" | "nullsEqual" | "order" | "ties">;

/** Does the FROM of a query (joins included) read this table? Gives the name that it has there. */
export function nameInFrom(from: Node[] | undefined, table: Tree.RangeVar): string | null {
  for (const node of from ?? []) {
    const join = as(node, "JoinExpr");
    const inside = join ? nameInFrom([join.larg, join.rarg].flatMap((arm) => arm ?? []), table) : null;
    if (inside !== null) return inside;
    const range = as(node, "RangeVar");
    const sameSchema = range?.schemaname === undefined || table.schemaname === undefined || range.schemaname === table.schemaname;
    if (range && range.relname === table.relname && sameSchema) return range.alias?.aliasname ?? range.relname ?? null;
  }
  return null;
}

/** Is the column one that no two rows share: the row's address, or `id` as the usual primary key? */
export function isRowIdentity(text: string): boolean {
  return /^(?:ctid|id)(?: desc)?$/.test(text);
}

/** Name of the function called, if the node is a call. */
export function functionName(node: Node | undefined): string | null {
  return lastName(as(node, "FuncCall")?.funcname);
}

export function columnPart(column: string): KeyPart {
  return { kind: "column", column, collation: null, opclass: null };
}
