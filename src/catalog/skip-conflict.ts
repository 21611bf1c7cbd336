import type { Table, UniqueKey } from "../model/catalog.ts";
import type { Fix } from "../model/finding.ts";
import type { Site } from "../model/project.ts";
import { mayStandInSql, scanBracket } from "./code-text.ts";
import { describeColumns } from "./describe.ts";
import { primaryKeyOf } from "./keys.ts";
import { quoteName } from "./words.ts";

/**
 * A suggestion that lets an insert pass over a row that is there already: ON CONFLICT (key) DO NOTHING. Only where nobody asks for the row, since
 * then there may be none. Empty: the key is partial or has expressions, or the insert is not written out at its place.
 */
export function skipConflict(site: Site, table: Table, key: UniqueKey, text: (path: string) => string | null): Fix[] {
  const source = text(site.at.path);
  const columns = key.parts.flatMap((part) => (part.kind === "column" ? [part.column] : []));
  if (source === null || site.conflict !== null || site.returning !== "none" || key.where !== null || key.deferrable || columns.length !== key.parts.length) return [];
  // Where the id is made here, what comes after may count on it.
  if (site.columns?.some(({ column, value }) => value.origin === "generated" && primaryKeyOf(table)?.parts.some((part) => part.kind === "column" && part.column === column)) !== false) return [];
  const written = source.slice(site.at.start, site.at.end);
  const clause = site.client === "drizzle" ? drizzleClause(written, table, columns) : site.client === "raw-sql" || site.client === "sqlc" ? sqlClause(written, columns) : null;
  if (clause === null || (site.client !== "drizzle" && !mayStandInSql(source, site.at, clause))) return [];
  const end = site.at.start + written.replace(/[\s;]+$/, "").length;
  return [{ title: `Pass over rows whose ${describeColumns(columns)} is there already`, edits: [{ at: { path: site.at.path, start: end, end }, text: clause }] }];
}

function drizzleClause(written: string, table: Table, columns: string[]): string | null {
  const [, name] = /\.insert\(\s*([\w$.]+)\s*\)/.exec(written) ?? [];
  const properties = columns.map((column) => table.columns.find((own) => own.name === column)?.property);
  const values = /\.values\(/.exec(written);
  // What runs the statement, or asks for its rows, would stand before the clause.
  const isLast = values !== null && scanBracket(written, values.index + values[0].length - 1)?.close === written.length - 1;
  if (name === undefined || !isLast || properties.some((property) => typeof property !== "string" || !/^[\w$]+$/.test(property))) return null;
  const parts = properties.map((property) => `${name}.${property}`);
  return `.onConflictDoNothing({ target: ${parts.length === 1 ? parts[0] : `[${parts.join(", ")}]`} })`;
}

function sqlClause(written: string, columns: string[]): string | null {
  if (!/^\s*insert\s/i.test(written) || /\b(?:returning|on\s+conflict)\b/i.test(written)) return null;
  return ` ON CONFLICT (${columns.map(quoteName).join(", ")}) DO NOTHING`;
}
