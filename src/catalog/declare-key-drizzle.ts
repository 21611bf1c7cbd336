import type { Index, Table } from "../model/catalog.ts";
import type { Fix } from "../model/finding.ts";
import type { Span } from "../model/span.ts";
import { endsWithComma, importOf, indentAt, scanBracket } from "./code-text.ts";
import { cutName } from "./names.ts";

type Edits = Fix["edits"];

/** The edits that declare a unique key over these columns in a Drizzle schema, the plainest that there is; null: none is sure. */
export function declareInDrizzle(table: Table, columns: string[], index: Index | null, text: (path: string) => string | null): Edits | null {
  const place = index?.declared[0] ?? table.declared[0];
  const source = place === undefined ? null : text(place.path);
  if (place === undefined || source === null) return null;
  const call = new RegExp("\\b(pgTable|[\\w$]+\\.table)\\s*\\(").exec(source.slice(place.start, place.end));
  return index === null ? addToTable(table, columns, place, source, call) : makeUnique(place, source);
}

/** `index("a_idx").on(…)` becomes `uniqueIndex("a_idx").on(…)`. */
function makeUnique(place: Span, source: string): Edits | null {
  if (!/^index\s*\(/.test(source.slice(place.start, place.end))) return null;
  return withImport(source, place.path, [{ at: { path: place.path, start: place.start, end: place.start + "index".length }, text: "uniqueIndex" }]);
}

/** As one more entry of the list that the table's third argument gives, or as that argument. */
function addToTable(table: Table, columns: string[], place: Span, source: string, call: RegExpExecArray | null): Edits | null {
  const properties = columns.map((name) => table.columns.find((column) => column.name === name)?.property);
  if (call === null || call[1] !== "pgTable" || properties.some((property) => typeof property !== "string" || !/^[\w$]+$/.test(property))) return null;
  const open = place.start + call.index + call[0].length - 1;
  const bracket = scanBracket(source, open);
  if (bracket === null) return null;
  const name = cutName(`${table.name}_${columns.join("_")}_key`);
  const key = (row: string): string => `uniqueIndex("${name}").on(${properties.map((property) => `${row}.${property}`).join(", ")})`;
  const at = (offset: number): Span => ({ path: place.path, start: offset, end: offset });
  const last = endsWithComma(source, bracket.close) ? bracket.commas.slice(0, -1) : bracket.commas;
  if (last.length === 1) {
    const text = endsWithComma(source, bracket.close) ? ` (table) => [${key("table")}],` : `, (table) => [${key("table")}]`;
    return withImport(source, place.path, [{ at: at(endOfText(source, bracket.close)), text }]);
  }
  const extra = last.length === 2 ? source.slice(last[1]) : "";
  const list = /^,\s*\(?\s*([\w$]+)\s*(?::\s*[\w$<>.]+)?\)?\s*=>\s*\[/.exec(extra);
  if (list === null) return null;
  const opened = (last[1] ?? 0) + list[0].length;
  const isEmpty = /^\s*\]/.test(source.slice(opened));
  const newLine = /^[ \t]*\r?\n([ \t]*)/.exec(source.slice(opened));
  const added = newLine === null || isEmpty ? `${key(list[1] ?? "")}${isEmpty ? "" : ", "}` : `\n${newLine[1] ?? indentAt(source, opened)}${key(list[1] ?? "")},`;
  return withImport(source, place.path, [{ at: at(opened), text: added }]);
}

/** Behind the last character before an offset that is no space. */
function endOfText(source: string, offset: number): number {
  return source.slice(0, offset).trimEnd().length;
}

/** `uniqueIndex` has to come from where the table comes from. */
function withImport(source: string, path: string, edits: Edits): Edits | null {
  const found = importOf(source, "uniqueIndex", "drizzle-orm/pg-core");
  if (found === null) return null;
  return found === "there" ? edits : [{ at: { path, start: found.at, end: found.at }, text: found.insert }, ...edits];
}
