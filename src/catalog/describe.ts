import type { KeyPart, UniqueKey } from "../model/catalog.ts";

const nouns = { primary: "primary key", constraint: "unique constraint", index: "unique index", exclusion: "exclusion constraint" } as const;

/** For messages: `unique index "x" (org_id, external_ref) where deleted_at is null`, `primary key (id)`. */
export function describeKey(key: UniqueKey): string {
  const name = key.name === null || key.kind === "primary" ? "" : ` "${key.name}"`;
  const where = key.where === null ? "" : ` where ${key.where.text}`;
  return `${nouns[key.kind]}${name} ${describeParts(key.parts)}${key.nullsNotDistinct ? " nulls not distinct" : ""}${where}`;
}

/** `(org_id, lower(email))`. */
export function describeParts(parts: readonly KeyPart[]): string {
  return `(${parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ")})`;
}

/** `(org_id, external_ref)`. */
export function describeColumns(columns: Iterable<string>): string {
  return `(${[...columns].join(", ")})`;
}
