import type { Span } from "../../model/span.ts";
import type { Evaluated } from "../program.ts";

/**
 * An entity of TypeORM as its decorators or its EntitySchema declare it, before its naming strategy gives names and before its relations are
 * followed. `given`: a name that is written; `"unknown"`: one is, but it is computed.
 */
export type EntityDraft = {
  path: string;
  /** Class, or `name` of the EntitySchema. */
  name: string;
  at: Span;
  kind: "table" | "view" | "materialized-view" | "child";
  given: Given;
  schema: Given;
  /** False: synchronize leaves the table alone; migrations may make it. */
  synchronizes: boolean;
  columns: ColumnDraft[];
  relations: RelationDraft[];
  embedded: EmbeddedDraft[];
  uniques: UniqueDraft[];
  indexes: IndexDraft[];
  /** @TableInheritance: the discriminator column; null: none. */
  inheritance: { name: Given; type: string | null } | null;
  tree: string | null;
  /** Keys of the classes that it inherits from (see entityKey), itself first. */
  lineage: string[];
  /** Calls of its own set a primary key before it is inserted (@BeforeInsert). */
  hooks: boolean;
  /** A decorator or a base class that is not read may add columns, of the primary key too. */
  hidden: boolean;
  complete: boolean;
};

export type Given = { kind: "none" } | { kind: "text"; value: string } | { kind: "unknown" };

export type ColumnDraft = {
  /** Path of properties: `name`, `address.city`. */
  property: string;
  given: Given;
  /** Of the embedded objects around it. */
  prefixes: string[];
  type: string | null;
  primary: boolean;
  primaryName: string | null;
  nullable: boolean | null;
  default: { by: "database" | "client"; fresh: boolean; literal?: string } | null;
  generated: boolean;
  at: Span;
};

export type RelationKind = "many-to-one" | "one-to-one" | "one-to-many" | "many-to-many";
export type JoinColumn = { given: Given; references: string | null; foreignKeyName: string | null };

export type RelationDraft = {
  property: string;
  prefixes: string[];
  kind: RelationKind;
  /** What the target is called: a class, the name of a schema. */
  target: Evaluated | null;
  /** Property of the target that leads back; null: none, or not known. */
  inverse: string | null;
  nullable: boolean | null;
  primary: boolean;
  onDelete: string | null;
  /** createForeignKeyConstraints is not false. */
  constrained: boolean;
  cascades: boolean;
  /** @JoinColumn as written, one each; null: it has none. */
  joinColumns: JoinColumn[] | null;
  joinTable: JoinTable | null;
  at: Span;
};
export type JoinTable = { given: Given; schema: Given; columns: JoinColumn[]; inverse: JoinColumn[]; at: Span };

export type EmbeddedDraft = { property: string; prefix: Given | { kind: "off" }; target: Evaluated | null; isArray: boolean; at: Span };

/** `properties`: of columns or relations, as paths; null: not known. */
export type UniqueDraft = { name: Given; properties: string[] | null; deferrable: boolean; at: Span };
export type IndexDraft = UniqueDraft & { unique: boolean; where: Given; synchronizes: boolean; method: string };

export const NONE: Given = { kind: "none" };

/** A name or text as given: absent or undefined is none. */
export function givenOf(value: Evaluated | undefined): Given {
  if (value === undefined || value.kind === "undefined" || value.kind === "null") return NONE;
  return value.kind === "string" ? { kind: "text", value: value.value } : { kind: "unknown" };
}

export function textOf(given: Given): string | null {
  return given.kind === "text" ? given.value : null;
}

export function entityKey(path: string, name: string): string {
  return `${path}\0${name}`;
}
