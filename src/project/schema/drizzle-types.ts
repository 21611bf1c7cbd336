import type { ChainLink } from "../chains.ts";
import { entryOf } from "../evaluated.ts";

/** drizzle's column builders whose SQL type is not their own name in lower case. */
const TYPES: Record<string, string> = {
  doublePrecision: "double precision",
  double: "double precision",
  int: "integer",
  decimal: "numeric",
  halfvec: "halfvec",
};

const SERIAL = /^(small|big)?serial/;

/** The SQL type of a builder call, lower case: `varchar("a", { length: 20 }).array()` → `varchar(20)[]`. */
export function columnType(builder: string, call: ChainLink, links: ChainLink[]): string | null {
  if (builder === "") return null;
  const options = call.args?.find((arg) => arg.kind === "object");
  let type = TYPES[builder] ?? builder.toLowerCase();
  const length = entryOf(options, "length");
  if (length?.kind === "number") type += `(${String(length.value)})`;
  const zone = entryOf(options, "withTimezone");
  if ((type === "timestamp" || type === "time") && zone?.kind === "boolean" && zone.value) type += " with time zone";
  return links.some((link) => link.name === "array") ? `${type}[]` : type;
}

export function isSerial(type: string | null): boolean {
  return type !== null && SERIAL.test(type);
}
