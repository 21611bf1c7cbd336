import type { Index, Table } from "../model/catalog.ts";
import type { Fix } from "../model/finding.ts";

/** The edits that declare a unique key over these columns in a Prisma schema: `@@index` made `@@unique`, or a line of the model; null: none is sure. */
export function declareInPrisma(table: Table, columns: string[], index: Index | null, text: (path: string) => string | null): Fix["edits"] | null {
  const place = index?.declared[0] ?? table.declared[0];
  const source = place === undefined ? null : text(place.path);
  if (place === undefined || source === null) return null;
  const written = source.slice(place.start, place.end);
  if (index !== null) {
    // What else an index may be given (type, sort) a key does not take.
    if (!/^@@index\(\s*\[[^\]()]*\]\s*\)$/.test(written)) return null;
    return [{ at: { path: place.path, start: place.start, end: place.start + "@@index".length }, text: "@@unique" }];
  }
  const fields = columns.map((name) => table.columns.find((column) => column.name === name)?.property);
  if (fields.some((field) => typeof field !== "string") || !/^model\s[^]*\}$/.test(written)) return null;
  const end = place.end - 1;
  const lead = source[end - 1] === "\n" ? "" : "\n";
  return [{ at: { path: place.path, start: end, end }, text: `${lead}  @@unique([${fields.join(", ")}])\n` }];
}
