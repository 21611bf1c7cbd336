import type { Span } from "../../model/span.ts";
import { asObject } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { sent, UNKNOWN_VALUE } from "./sent.ts";
import { piece, quote } from "./sql-text.ts";

/** Rows that a migration changes through its library's query builder: which table and columns is known, which rows is not. */
export function sendRowWrite(reading: Reading, at: Span, table: string | null, action: "delete" | "update" | "truncate", values: Evaluated | undefined, transaction: boolean): void {
  if (table === null) return;
  const name = table.split(".").map(quote).join(".");
  const columns = asObject(values)?.complete === true ? [...(asObject(values)?.entries.keys() ?? [])] : [];
  if (action === "update" && columns.length === 0) return;
  const sets = columns.map((column) => `${quote(column)} = ${UNKNOWN_VALUE}`).join(", ");
  const text = { delete: `delete from ${name} where ${UNKNOWN_VALUE}`, update: `update ${name} set ${sets} where ${UNKNOWN_VALUE}`, truncate: `truncate ${name}` }[action];
  reading.send(sent(at, [piece(at, text)], { transaction }));
}
