import { callChain } from "../chains.ts";
import { asString, asStrings } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { literalOf, quote, rawPieces } from "./sql-text.ts";

/** How places of other files are told, and what is done about a text that is not known. */
export type Places = Pick<Reading, "home" | "unread">;

/** `schema.table`, `table`. */
export function nameText(name: string): string {
  return name.split(".").map(quote).join(".");
}

/** withSchema() counts for names that have no schema of their own. */
export function tableText(schema: string | null, name: string): string {
  return nameText(schema === null || name.includes(".") ? name : `${schema}.${name}`);
}

/** `sql`…``, `sql.raw("…")`, `sql.ref("a")` and the like; null: it is none of them, or not known. */
export function sqlPieces(reading: Places, value: Evaluated | undefined): Piece[] | null {
  if (value?.kind === "string") return null;
  return rawPieces(reading, value, (hole) => helperText(reading, hole));
}

export function sqlText(reading: Places, value: Evaluated | undefined): string | null {
  return sqlPieces(reading, value)?.map(({ text }) => text).join("") ?? null;
}

/** Helpers of `sql`, inside a template or alone. */
function helperText(reading: Places, value: Evaluated): string | null {
  const { root, links } = callChain(value);
  const [first] = links;
  if (root.kind !== "external" || first?.args == null || links.length !== 1) return null;
  const [given, second] = first.args;
  const name = asString(given);
  switch (first.name) {
    case "raw":
      return name ?? (given === undefined ? null : (rawPieces(reading, given)?.map(({ text }) => text).join("") ?? null));
    case "ref":
    case "table":
      return name === null ? null : nameText(name);
    case "id":
      return asStrings({ kind: "array", at: value.at, items: first.args, complete: first.complete })?.map(quote).join(".") ?? null;
    case "lit":
    case "literal":
    case "val":
    case "value":
      return literalOf(given) ?? UNKNOWN_VALUE;
    case "join": {
      const items = given?.kind === "array" && given.complete ? given.items.map((item) => sqlText(reading, item) ?? literalOf(item)) : [null];
      const glue = second === undefined ? ", " : sqlText(reading, second);
      return items.includes(null) || glue === null ? null : items.join(glue);
    }
    default:
      return null;
  }
}
