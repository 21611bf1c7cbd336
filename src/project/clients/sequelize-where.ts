import type { TableBinding } from "../schema/bindings.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import type { DraftWritten, Linked } from "./adapter.ts";

export type Where = { match: DraftWritten[] | null; rest: string[] };

/** Equality columns of a `where`: `{ orgId, email: { [Op.eq]: x }, [Op.and]: […] }`; everything else goes to `rest`. */
export function whereOf(linked: Linked, table: TableBinding, value: Evaluated | undefined): Where {
  if (value === undefined || value.kind === "undefined") return { match: [], rest: [] };
  if (value.kind !== "object") return { match: null, rest: [] };
  const match: DraftWritten[] = [];
  const rest: string[] = value.complete ? [] : ["…"];
  for (const [key, item] of value.entries) {
    if (item.kind === "undefined") continue;
    const column = table.columns.get(key);
    if (column !== undefined) addColumn(linked, column, item, match, rest);
    else if (key === "Op.and") for (const each of item.kind === "array" && item.complete ? item.items : [item]) addAll(whereOf(linked, table, each), match, rest);
    else rest.push(`${key}: ${valueText(linked.program, item)}`);
  }
  return { match, rest };
}

function addAll(more: Where, match: DraftWritten[], rest: string[]): void {
  if (more.match === null) rest.push("…");
  else match.push(...more.match);
  rest.push(...more.rest);
}

function addColumn(linked: Linked, column: string, item: Evaluated, match: DraftWritten[], rest: string[]): void {
  const exact = exactValue(item);
  if (exact === null) rest.push(`${column}: ${valueText(linked.program, item)}`);
  else if (exact.kind === "null") rest.push(`${column} is null`);
  else match.push({ column, at: item.at, source: exact, value: null });
}

/** `v`, `{ [Op.eq]: v }`, a list of one; null: another comparison. */
function exactValue(item: Evaluated): Evaluated | null {
  if (item.kind === "alternatives" && item.of.some((each) => each.kind === "undefined")) return null;
  if (item.kind === "array") return item.complete && item.items.length === 1 ? (item.items[0] ?? null) : null;
  if (item.kind !== "object") return item;
  if (!item.complete || item.entries.size !== 1) return null;
  const [[operator, value] = ["", item]] = item.entries;
  if (operator === "Op.in" || operator === "in") return value.kind === "array" ? exactValue(value) : null;
  return operator === "Op.eq" || operator === "Op.is" ? value : null;
}
