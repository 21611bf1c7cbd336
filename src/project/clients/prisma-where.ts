import type { KeyPart } from "../../model/catalog.ts";
import { entryOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import type { DraftWritten, Linked } from "./adapter.ts";
import type { Model } from "./prisma-receiver.ts";

export type Where = { match: DraftWritten[] | null; rest: string[] };

/** Equality columns of a `where`; relation filters, ranges, OR and NOT go to `rest`. Compound selectors are taken apart. */
export function whereOf(linked: Linked, model: Model, value: Evaluated | undefined): Where {
  if (value === undefined || value.kind === "undefined") return { match: [], rest: [] };
  if (value.kind !== "object") return { match: null, rest: [] };
  const out: { match: DraftWritten[]; rest: string[] } = { match: [], rest: value.complete ? [] : ["…"] };
  for (const [key, item] of value.entries) {
    if (item.kind === "undefined") continue;
    const compound = Object.hasOwn(model.columns, key) ? null : compoundOf(model, key, item);
    if (Object.hasOwn(model.columns, key)) addField(linked, model.columns[key] ?? key, key, item, out);
    else if (compound !== null) out.match.push(...compound);
    else if (key === "AND") for (const each of item.kind === "array" ? item.items : [item]) addAll(out, whereOf(linked, model, each));
    else out.rest.push(`${key}: ${valueText(linked.program, item)}`);
  }
  return out;
}

function addAll(out: { match: DraftWritten[]; rest: string[] }, more: Where): void {
  if (more.match === null) out.rest.push("…");
  else out.match.push(...more.match);
  out.rest.push(...more.rest);
}

function addField(linked: Linked, column: string, key: string, item: Evaluated, out: { match: DraftWritten[]; rest: string[] }): void {
  const exact = exactValue(item);
  if (exact === null) out.rest.push(`${key}: ${valueText(linked.program, item)}`);
  else if (exact.kind === "null") out.rest.push(`${column} is null`);
  else out.match.push({ column, at: item.at, source: exact, value: null });
}

/** `v`, `{ equals: v }`, `{ in: [v] }`; null: another comparison. */
function exactValue(item: Evaluated): Evaluated | null {
  if (item.kind === "alternatives" && item.of.some((each) => each.kind === "undefined")) return null;
  if (item.kind !== "object") return item;
  if (!item.complete || item.entries.size !== 1) return null;
  const among = entryOf(item, "in");
  if (among?.kind === "array" && among.complete && among.items.length === 1) return among.items[0] ?? null;
  return entryOf(item, "equals") ?? null;
}

/** `orgId_e164: { orgId, e164 }`. */
function compoundOf(model: Model, key: string, item: Evaluated): DraftWritten[] | null {
  if (item.kind !== "object" || Object.hasOwn(model.relations, key)) return null;
  const fields = Object.hasOwn(model.selectors, key) ? model.selectors[key] : [...item.entries.keys()];
  if (fields === undefined || fields.length < 1) return null;
  const written = fields.flatMap((field) => {
    const column = Object.hasOwn(model.columns, field) ? model.columns[field] : undefined;
    const value = entryOf(item, field);
    return column === undefined ? [] : [{ column, at: value?.at ?? item.at, source: value ?? null, value: value === undefined ? { text: `${key}.${field}`, origin: "unknown" as const, nullable: null } : null }];
  });
  return written.length === fields.length ? written : null;
}

export type Selector = {
  name: string;
  parts: KeyPart[];
  match: DraftWritten[];
  /** Is it a unique selector of the schema? */
  known: boolean;
  /** More than one unique selector stands in the where. */
  several: boolean;
  /** Other filters beside it. */
  extra: boolean;
};

/** The unique selector of a `where`, also one that the schema does not have (after `as any`); null: the where is not known. */
export function selectorOf(model: Model, value: Evaluated): Selector | null {
  if (value.kind !== "object" || !value.complete) return null;
  const keys = [...value.entries].filter(([, item]) => item.kind !== "undefined").map(([key]) => key);
  const known = keys.filter((key) => Object.hasOwn(model.selectors, key));
  const made = known.length > 0 ? known : keys.filter((key) => Object.hasOwn(model.columns, key) || compoundOf(model, key, value.entries.get(key) as Evaluated) !== null);
  const chosen = known.length > 0 ? known.slice(0, 1) : made;
  const match = chosen.flatMap((key) => fieldsOf(model, key, value.entries.get(key) as Evaluated) ?? []);
  if (match.length === 0) return null;
  const parts = match.map((written): KeyPart => ({ kind: "column", column: written.column, collation: null, opclass: null }));
  return { name: chosen.join(", "), parts, match, known: known.length > 0, several: known.length > 1, extra: keys.length > chosen.length };
}

function fieldsOf(model: Model, key: string, item: Evaluated): DraftWritten[] | null {
  const column = Object.hasOwn(model.columns, key) ? model.columns[key] : undefined;
  if (column !== undefined) return [{ column, at: item.at, source: item, value: null }];
  const compound = compoundOf(model, key, item);
  if (compound !== null) return compound;
  // The selector is known although the object behind it is not.
  const fields = Object.hasOwn(model.selectors, key) ? (model.selectors[key] ?? []) : [];
  const written = fields.flatMap((field) => {
    const name = Object.hasOwn(model.columns, field) ? model.columns[field] : undefined;
    return name === undefined ? [] : [{ column: name, at: item.at, source: null, value: { text: `${key}.${field}`, origin: "unknown" as const, nullable: null } }];
  });
  return written.length > 0 ? written : null;
}
