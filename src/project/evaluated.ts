import type { Span } from "../model/span.ts";
import type { Evaluated } from "./program.ts";

/** More than this many possible values say nothing any more (reference §1.3 R4). */
const MOST_ALTERNATIVES = 4;

export function unknown(at: Span, text: string): Evaluated {
  return { kind: "unknown", at, text };
}

/** One value out of several possible ones: equal ones once, unknown when there are more than four. */
export function alternatives(at: Span, of: Evaluated[]): Evaluated {
  const out: Evaluated[] = [];
  for (const value of of.flatMap(possibilities)) if (!out.some((other) => isSame(other, value))) out.push(value);
  const [only] = out;
  if (only === undefined || out.length > MOST_ALTERNATIVES) return unknown(at, "");
  return out.length === 1 ? only : { kind: "alternatives", at, of: out };
}

/** The values that something may have: of alternatives each, else the one. */
export function possibilities(value: Evaluated): Evaluated[] {
  return value.kind === "alternatives" ? value.of : [value];
}

function isSame(a: Evaluated, b: Evaluated): boolean {
  if (a === b) return true;
  if (a.kind === "string" || a.kind === "number" || a.kind === "boolean") return b.kind === a.kind && b.value === a.value;
  if (a.kind === "declaration") return b.kind === "declaration" && a.path === b.path && a.name === b.name;
  return a.kind === b.kind && (a.kind === "null" || a.kind === "undefined");
}

/** The one string that a value is; null: another kind of value, or not known. */
export function asString(value: Evaluated | null | undefined): string | null {
  return value?.kind === "string" ? value.value : null;
}

/** A complete list of strings, a single string too; null: not that. */
export function asStrings(value: Evaluated | null | undefined): string[] | null {
  if (value?.kind === "string") return [value.value];
  if (value?.kind !== "array" || !value.complete) return null;
  const out = value.items.flatMap((item) => (item.kind === "string" ? [item.value] : []));
  return out.length === value.items.length ? out : null;
}

export type EvaluatedObject = Extract<Evaluated, { kind: "object" }>;
export type EvaluatedArray = Extract<Evaluated, { kind: "array" }>;

export function asObject(value: Evaluated | null | undefined): EvaluatedObject | null {
  return value?.kind === "object" ? value : null;
}

/** The entry of an object that is known to be one; undefined: not there, or not known. */
export function entryOf(value: Evaluated | null | undefined, name: string): Evaluated | undefined {
  return value?.kind === "object" ? value.entries.get(name) : undefined;
}

/** Truthiness where it is certain; null: not known. */
export function truthOf(value: Evaluated): boolean | null {
  switch (value.kind) {
    case "string":
    case "number":
    case "boolean":
      return Boolean(value.value);
    case "null":
    case "undefined":
      return false;
    case "array":
    case "object":
    case "function":
    case "module":
      return true;
    default:
      return null;
  }
}

/** Is a value plain data (or leads straight to something named), so that the name that held it adds nothing? */
export function isFolded(value: Evaluated): boolean {
  if (value.kind === "alternatives") return value.of.every(isFolded);
  return value.kind !== "call" && value.kind !== "member" && value.kind !== "unknown" && value.kind !== "parameter";
}
