import type { Span } from "../../model/span.ts";
import type { Evaluated } from "../program.ts";

export type PropertyKind = "scalar" | "primary" | "many-to-one" | "one-to-one" | "many-to-many" | "embedded" | "none";

/** One property of an entity as it is declared. `options`: what its decorator, schema or builder says. `optional`: `?` or null in its type. */
export type PropertyDraft = {
  name: string;
  kind: PropertyKind;
  options: Map<string, Evaluated>;
  /** The entity or embeddable that it holds. */
  target: Evaluated | null;
  typeText: string | null;
  optional: boolean;
  hasInitializer: boolean;
  /** Keys that are written at the property. */
  keys: KeyDraft[];
  complete: boolean;
  at: Span;
};

/** `@Unique({ properties, name, expression, options })`; `properties` null: not known. */
export type KeyDraft = { unique: boolean; properties: string[] | null; options: Map<string, Evaluated>; at: Span };

/** An entity as its class, schema or builder says (reference §12.1). */
export type EntityDraft = {
  name: string;
  path: string;
  declared: string;
  options: Map<string, Evaluated>;
  properties: PropertyDraft[];
  keys: KeyDraft[];
  /** A class that is only extended, or only embedded. */
  isTable: boolean;
  /** The class that it extends, where that is an entity too: both are one table. */
  extends: string | null;
  complete: boolean;
  at: Span;
};
