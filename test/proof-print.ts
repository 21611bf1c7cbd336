import type { FieldDef } from "pg";

/** One answer of the server to one statement, values in its own text form. */
export type Answer = {
  /** null: no rows asked for. */
  fields: Pick<FieldDef, "name" | "dataTypeID">[] | null;
  rows: (string | null)[][];
  /** The command tag: `INSERT 0 1`. */
  tag: string;
};

/** What the server says about an error or a notice. */
export type Said = { severity?: string; code?: string; message?: string; detail?: string; hint?: string };

/** Types that psql aligns to the right: int8, int2, int4, oid, xid, float4, float8, numeric. */
const NUMBERS = new Set([20, 21, 23, 26, 28, 700, 701, 1700]);
const TELLS_ROWS_AND_TAG = /^(INSERT|UPDATE|DELETE|MERGE) /;

/** As psql prints it. */
export function printAnswer({ fields, rows, tag }: Answer): string[] {
  if (fields === null) return [tag];
  const table = printTable(fields, rows);
  return TELLS_ROWS_AND_TAG.test(tag) ? [...table, "", tag] : table;
}

/** As psql prints it with `\set VERBOSITY verbose`, without places in the server's source. */
export function printSaid({ severity, code, message, detail, hint }: Said): string[] {
  return [`${severity}:  ${code}: ${message}`, ...(detail ? [`DETAIL:  ${detail}`] : []), ...(hint ? [`HINT:  ${hint}`] : [])];
}

function printTable(fields: NonNullable<Answer["fields"]>, rows: Answer["rows"]): string[] {
  const widths = fields.map(({ name }, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]): string => ` ${cells.join(" | ")}`.trimEnd();
  return [
    line(fields.map(({ name }, i) => centre(name, widths[i] ?? 0))),
    widths.map((width) => "-".repeat(width + 2)).join("+"),
    ...rows.map((row) => line(fields.map(({ dataTypeID }, i) => align(row[i] ?? "", widths[i] ?? 0, NUMBERS.has(dataTypeID))))),
    `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`,
  ];
}

function align(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

function centre(text: string, width: number): string {
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}
