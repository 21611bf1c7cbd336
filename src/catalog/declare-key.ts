import type { Table } from "../model/catalog.ts";
import type { Fix } from "../model/finding.ts";
import type { Database } from "../model/project.ts";
import { declareInDrizzle } from "./declare-key-drizzle.ts";
import { declareInPrisma } from "./declare-key-prisma.ts";
import { describeColumns } from "./describe.ts";

/**
 * A suggestion that declares a unique key over these columns, all rows of the table, in the ORM's schema. Its migration is not written: it is the tool
 * that keeps both in step. Empty: the schema is SQL, of another ORM, or not written in a form that one edit extends.
 */
export function declareKey(database: Database, id: string, columns: string[], text: (path: string) => string | null): Fix[] {
  const table = database.schema?.tables[id];
  if (table === undefined || columns.length === 0 || columns.some((name) => !table.columns.some((column) => column.name === name))) return [];
  const index = table.indexes.find((own) => isOver(own, columns)) ?? null;
  const edits = database.orm === "drizzle" ? declareInDrizzle(table, columns, index, text) : database.orm === "prisma" ? declareInPrisma(table, columns, index, text) : null;
  if (edits === null) return [];
  const tool = database.orm === "drizzle" ? "drizzle-kit generate" : "prisma migrate dev";
  return [{ title: `Declare ${describeColumns(columns)} of ${table.name} unique; ${tool} writes the migration, which needs rows without duplicates.`, edits }];
}

/** A plain index over just these columns, all rows. */
function isOver({ parts, where, method, include = [] }: Table["indexes"][number], columns: string[]): boolean {
  if (where !== null || method !== "btree" || include.length > 0 || parts.length !== columns.length) return false;
  return parts.every((part) => part.kind === "column" && columns.includes(part.column) && part.opclass === null && part.collation === null);
}
