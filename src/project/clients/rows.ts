import { elementOf, evaluateName } from "../evaluate.ts";
import { objectOfParameter } from "../parameter-keys.ts";
import type { Evaluated } from "../program.ts";
import type { TableBinding } from "../schema/bindings.ts";
import type { DraftWritten, Linked } from "./adapter.ts";

/** `repeats`: the rows are made of a list that is handed in, and nothing is seen to take what comes twice out of it. */
export type Rows = { columns: DraftWritten[] | null; complete: boolean; rows: "one" | "many" | "unknown"; repeats?: true };

const UNKNOWN: Rows = { columns: null, complete: false, rows: "unknown" };

/**
 * Written columns of `values(…)`, `set(…)`, supabase's `insert(…)`: an object, a list, a mapped list. `columnOf` gives a key's column, null when the
 * table has none. `inside`: offsets of the call; an object built elsewhere may have been added to since.
 */
export function rowsOf(linked: Linked, value: Evaluated, columnOf: (key: string) => string | null, inside: { path: string; start: number; end: number }): Rows {
  switch (value.kind) {
    case "object":
      return { ...objectColumns(value, columnOf, isInside(value, inside)), rows: "one" };
    case "array":
      return listRows(linked, value, columnOf, inside);
    case "call":
      return mappedRows(linked, value, columnOf);
    case "parameter":
      return parameterRow(linked, value, columnOf);
    case "alternatives":
      return mergeAlternatives(value.of.filter((each) => each.kind !== "undefined" && each.kind !== "null").map((each) => rowsOf(linked, each, columnOf, inside)));
    default:
      return UNKNOWN;
  }
}

/** `values(input)`: one row, as its type or its callers tell. */
function parameterRow(linked: Linked, value: Extract<Evaluated, { kind: "parameter" }>, columnOf: (key: string) => string | null): Rows {
  const object = objectOfParameter(linked.program, value);
  return object === null ? UNKNOWN : { ...objectColumns(object, columnOf, true), rows: "one" };
}

function isInside(value: Evaluated, { path, start, end }: { path: string; start: number; end: number }): boolean {
  return value.at.path === path && value.at.start >= start && value.at.end <= end;
}

function objectColumns(value: Extract<Evaluated, { kind: "object" }>, columnOf: (key: string) => string | null, literal: boolean): Pick<Rows, "columns" | "complete"> {
  const columns: DraftWritten[] = [];
  let complete = value.complete && literal;
  for (const [key, item] of value.entries) {
    if (item.kind === "undefined") continue;
    const column = columnOf(key);
    if (column === null) complete = false;
    else columns.push({ column, at: item.at, source: item, value: null });
  }
  return { columns, complete };
}

function listRows(linked: Linked, value: Extract<Evaluated, { kind: "array" }>, columnOf: (key: string) => string | null, inside: Parameters<typeof rowsOf>[3]): Rows {
  const literal = isInside(value, inside);
  // A list that starts empty is filled somewhere else.
  if (value.items.length === 0) return { ...UNKNOWN, rows: "many" };
  const merged = mergeAlternatives(value.items.map((item) => rowsOf(linked, item, columnOf, inside)));
  const one = value.items.length === 1 && value.complete && literal;
  return { columns: merged.columns, complete: merged.complete && value.complete && literal, rows: one ? "one" : "many" };
}

function mappedRows(linked: Linked, value: Extract<Evaluated, { kind: "call" }>, columnOf: (key: string) => string | null): Rows {
  const row = elementOf(linked.program, value);
  if (row === null) return UNKNOWN;
  if (row.kind === "unknown") return { ...UNKNOWN, rows: "many" };
  const inner = rowsOf(linked, row, columnOf, { path: row.at.path, start: row.at.start, end: row.at.end });
  return { ...inner, rows: "many", ...(mayRepeat(value) && !isNumbered(inner) ? { repeats: true as const } : {}) };
}

/** What takes repetitions out, or a name that says that it was done. */
const DISTINCT = /uniq|distinct|dedup|group|keyBy|^(?:entries|keys)$/i;

/** `input.items.filter(…).map(…)`: down to a parameter, through methods that keep what comes twice. */
function mayRepeat(list: Evaluated): boolean {
  switch (list.kind) {
    case "call":
      return !list.new && list.args.every((item) => item.kind === "function") && mayRepeat(list.callee);
    case "member":
      return !DISTINCT.test(list.name) && mayRepeat(list.of);
    case "parameter":
      return !list.members.some((name) => DISTINCT.test(name));
    default:
      return false;
  }
}

/** `(item, index) => ({ position: index })`: the second parameter of a callback is another number in each row. */
function isNumbered({ columns }: Rows): boolean {
  return (columns ?? []).some(({ source }) => source?.kind === "parameter" && source.position === 1 && source.members.length === 0);
}

function mergeAlternatives(all: Rows[]): Rows {
  const [first] = all;
  if (first === undefined) return UNKNOWN;
  const columns = new Map<string, DraftWritten>();
  for (const rows of all) for (const written of rows.columns ?? []) if (!columns.has(written.column)) columns.set(written.column, written);
  const known = all.every((rows) => rows.columns !== null);
  const rows = all.every((each) => each.rows === first.rows) ? first.rows : "unknown";
  const same = all.every((each) => each.columns?.length === columns.size);
  return { columns: all.some((each) => each.columns !== null) ? [...columns.values()] : null, complete: known && same && all.every((each) => each.complete), rows };
}

/** Property → column of a Drizzle table. */
export function propertyColumn(table: TableBinding): (key: string) => string | null {
  return (key) => table.columns.get(key) ?? null;
}

/** The value of a table's declaration, as code elsewhere would see it. */
export function valueOfTable(linked: Linked, table: TableBinding): Evaluated {
  return evaluateName(linked.program, table.path, table.name);
}
