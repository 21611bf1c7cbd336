import type { ColumnDefault } from "../../model/catalog.ts";
import type { Span } from "../../model/span.ts";
import type { Evaluated } from "../program.ts";

/** One attribute of a model. `unique`: true, or the name of the key that it is part of (empty: an object that names none). */
export type Attribute = {
  property: string;
  column: string;
  type: string | null;
  nullable: boolean | null;
  /** It is said that it may be NULL, which an association asks for. */
  allowsNull: boolean;
  primary: boolean;
  /** The database counts. */
  numbered: boolean;
  default: ColumnDefault | null;
  unique: true | string | null;
  /** Only an association says that it is unique. */
  joins?: true;
  references: { model: Evaluated; key: string | null; onDelete: string | null } | null;
  /** Sequelize adds it by itself: `id`, time stamps, keys of a join table. */
  implied: boolean;
  at: Span;
};

/** A model as its declaration says; associations add to `attributes` later. */
export type SequelizeModel = {
  name: string;
  singular: string;
  plural: string;
  table: string;
  schema: string | null;
  underscored: boolean;
  attributes: Attribute[];
  /** Options of the declaration: indexes and the names of time stamps are there. */
  options: Evaluated | null;
  /** Time stamps that Sequelize writes, by attribute. */
  stamps: { created: string | null; updated: string | null };
  /** False: an attribute, an option or an association could not be read. */
  complete: boolean;
  /** File, and the top-level name there; null: none. */
  path: string;
  declared: string | null;
  at: Span;
};

/** What `new Sequelize({ define })` says for all models. */
export type Defaults = { define: ReadonlyMap<string, Evaluated>; schema: string | null };

export const NO_DEFAULTS: Defaults = { define: new Map(), schema: null };

/** `own`: not written behind the column itself. `joins`: an association made it. */
export type ModelKey = { columns: string[]; own: boolean; joins: boolean; at: Span };

/** Unique keys of `unique: …`, by name, in the order in which Sequelize meets them. */
export function uniqueKeysOf(model: SequelizeModel): Map<string, ModelKey> {
  const keys = new Map<string, ModelKey>();
  for (const attribute of model.attributes) {
    if (attribute.unique === null) continue;
    const name = attribute.unique === true || attribute.unique === "" ? `${model.table}_${attribute.property}_unique` : attribute.unique;
    const key = keys.get(name) ?? { columns: [], own: false, joins: attribute.joins === true, at: attribute.at };
    key.columns.push(attribute.column);
    key.own = attribute.unique !== true;
    keys.set(name, key);
  }
  return keys;
}

export function primaryOf(model: SequelizeModel): Attribute[] {
  return model.attributes.filter((attribute) => attribute.primary);
}
