import type { Dialect } from "../../model/catalog.ts";
import type { PrismaModel } from "../../model/prisma.ts";

/**
 * Names that Prisma Migrate gives where the schema gives none (reference §5.2). Too long ones lose the end of their table-and-columns
 * part, never the suffix. Limits in bytes: PostgreSQL 63, MySQL 64; SQLite has none.
 */
export function defaultName(dialect: Dialect, table: string, columns: string[], suffix: string): string {
  const stem = [table, ...columns].join("_");
  const limit = dialect === "sqlite" ? Infinity : dialect === "mysql" ? 64 : 63;
  return cutBytes(stem, limit - suffix.length) + suffix;
}

/** The longest beginning that fits in so many bytes of UTF-8 and splits no character. */
export function cutBytes(text: string, bytes: number): string {
  let size = 0;
  let cut = "";
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) return cut;
    cut += character;
  }
  return text;
}

export function tableNameOf(model: PrismaModel): string {
  return model.map ?? model.name;
}

/** A field's column; a name that is no field stays as it is. */
export function columnNameOf(model: PrismaModel, field: string): string {
  return model.fields.find((candidate) => candidate.name === field)?.map ?? field;
}

/** `prisma.userAccount` for UserAccount, `uRLThing` for URLThing. */
export function accessorOf(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}
