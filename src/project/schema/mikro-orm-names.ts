import { createHash } from "node:crypto";

/** UnderscoreNamingStrategy, the default on SQL: a digit before a capital is no end of a word (`oauth2Token` → `oauth2token`). */
export function underscore(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

/** `users_org_id_email_unique`; beyond 63 characters the end gives way to a hash, as version 6 makes it. */
export function keyName(table: string, columns: string[], type: "unique" | "index" | "foreign"): string {
  const name = `${table}_${columns.map((column) => column.replaceAll(".", "_")).join("_")}_${type}`.toLowerCase();
  return name.length <= 63 ? name : `${name.slice(0, 55 - type.length)}_${createHash("md5").update(name).digest("hex").slice(0, 5)}_${type}`;
}
