import type { Table, UniqueKey } from "../model/catalog.ts";
import { keyColumns } from "./keys.ts";

/** What names one thing out in the world: a row that has none names nothing, and any number of rows may name nothing. */
const IDENTIFIER =
  /(^|_)(external|ext|remote|provider|source|upstream|foreign|third_party|stripe|github|google|slack|discord|shopify|paddle|twilio|openai|message|event|request|idempotency|dedup(e|lication)?|transaction|payment|invoice|subscription|charge|order|tracking|correlation)_?(id|key|ref|reference|uid|sid|number|no|token|hash)$|(^|_)(e?mail|phone|slug|handle|user_?name|code|sku|barcode|isbn|number|token|hash|checksum|fingerprint|url|uri|domain|sid|uuid|uid|key|address)$/;

/**
 * May a NULL in this column of the key mean that the row has no such thing: an external id, an e-mail address? Then its rows need not collide. A key
 * of that one column says nothing else.
 */
export function allowsAbsence(table: Table, key: UniqueKey, column: string): boolean {
  const columns = keyColumns(key);
  if (columns === null || columns.length === 1) return true;
  const references = table.foreignKeys.some((one) => one.columns.includes(column));
  return !references && IDENTIFIER.test(column.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase());
}
