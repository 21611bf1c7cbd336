import type { Span } from "./span.ts";

/** One .prisma file, as written. Several files of a folder make one schema (project/schema/prisma.ts). */
export type PrismaFacts = {
  datasource: { provider: string | null; relationMode: string | null; schemas: string[]; at: Span } | null;
  generators: { name: string; provider: string | null; output: string | null; previewFeatures: string[]; engineType: string | null }[];
  models: PrismaModel[];
  enums: { name: string; at: Span }[];
};

export type PrismaModel = {
  name: string;
  /** `type`: composite types of MongoDB. */
  kind: "model" | "view" | "type";
  /** @@map. */
  map: string | null;
  schema: string | null;
  ignored: boolean;
  fields: PrismaField[];
  /** @id, @unique, @@id, @@unique, @@index; those of a field name one field. */
  keys: PrismaKey[];
  /** False: a line of it could not be read, so that a missing key proves nothing. */
  complete: boolean;
  at: Span;
};

export type PrismaField = {
  name: string;
  map: string | null;
  type: string;
  nullable: boolean;
  list: boolean;
  ignored: boolean;
  /** Text of @default's argument, e.g. `cuid()`, `autoincrement()`, `now()`, `dbgenerated("…")`, `0`; null: none. */
  default: string | null;
  updatedAt: boolean;
  /** `@db.VarChar(20)` → `VarChar(20)`. */
  nativeType: string | null;
  relation: { name: string | null; fields: string[]; references: string[]; onDelete: string | null; map: string | null; at: Span } | null;
  at: Span;
};

export type PrismaKey = {
  kind: "id" | "unique" | "index";
  fields: { name: string; sort: string | null; ops: string | null }[];
  /** `name:` – the client's selector (of @@index in old schemas: the database's name). */
  name: string | null;
  /** `map:` – the database's name. */
  map: string | null;
  /** Text of `where:`, of raw(…) its string. */
  where: string | null;
  method: string | null;
  at: Span;
};
