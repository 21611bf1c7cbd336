import { asStrings, callChain, elementOf, memberOf } from "../evaluate.ts";
import { objectOfParameter } from "../parameter-keys.ts";
import type { Evaluated } from "../program.ts";
import type { Linked } from "./adapter.ts";

/** SQL with its holes filled: `values[n]` is what `$n` stands for; `map` leads offsets back into the file of the template; `many`: it writes a list's rows, null: one row or a list. */
export type SqlPiece = { text: string; values: Map<string, Evaluated>; map(offset: number): number; many: boolean | null; partial: boolean; partialTarget: boolean };

export const UNKNOWN_NAME = "__unknown_ident__";
const DEEPEST = 6;

type Builder = { linked: Linked; text: string; pieces: { at: number; file: number; exact: boolean }[]; values: Map<string, Evaluated>; home: { path: string; start: number; end: number }; many: boolean | null; partial: boolean; partialTarget: boolean; next: number; dropUnknown: boolean };

/** A string or template as SQL that a parser can read (reference §3.2). `dropUnknown`: holes that are no value vanish, for a second try. */
export function buildSql(linked: Linked, value: Evaluated, home: Builder["home"], firstParameter: number, dropUnknown: boolean): SqlPiece | null {
  const builder: Builder = { linked, text: "", pieces: [], values: new Map(), home, many: false, partial: false, partialTarget: false, next: firstParameter, dropUnknown };
  if (!append(builder, value, 0)) return null;
  return { text: builder.text, values: builder.values, map: (offset) => mapOffset(builder, offset), many: builder.many, partial: builder.partial, partialTarget: builder.partialTarget };
}

function append(builder: Builder, value: Evaluated, depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (value.kind === "string") {
    const exact = value.at.path === builder.home.path && value.at.end - value.at.start === value.value.length + 2;
    addText(builder, value.value, exact ? value.at.start + 1 : null);
    return true;
  }
  if (value.kind !== "template") return false;
  const near = value.at.path === builder.home.path;
  for (const [i, quasi] of value.quasis.entries()) {
    addText(builder, quasi, near ? (value.quasiStarts[i] ?? null) : null);
    const hole = value.holes[i];
    if (hole !== undefined) addHole(builder, hole, value.tag, depth);
  }
  return true;
}

function addText(builder: Builder, text: string, file: number | null): void {
  builder.pieces.push({ at: builder.text.length, file: file ?? builder.home.start, exact: file !== null });
  builder.text += text;
}

function mapOffset(builder: Builder, offset: number): number {
  const piece = builder.pieces.findLast((each) => each.at <= offset);
  if (piece === undefined) return builder.home.start;
  return piece.exact ? Math.min(piece.file + (offset - piece.at), builder.home.end) : piece.file;
}

function addHole(builder: Builder, hole: Evaluated, tag: Evaluated | null, depth: number): void {
  const fixed = fixedText(builder, hole, tag, depth);
  if (fixed === "done") return;
  if (fixed !== null) {
    addAt(builder, fixed, hole);
    return;
  }
  if (hole.kind === "alternatives") {
    builder.partial = true;
    const chosen = hole.of.find((each) => each.kind === "template") ?? hole.of.find((each) => each.kind !== "undefined" && each.kind !== "null");
    if (chosen !== undefined) return addHole(builder, chosen, tag, depth + 1);
  }
  addUnknown(builder, hole);
}

function addAt(builder: Builder, text: string, hole: Evaluated): void {
  builder.pieces.push({ at: builder.text.length, file: hole.at.path === builder.home.path ? hole.at.start : builder.home.start, exact: false });
  builder.text += text;
}

/** Text that a hole surely stands for; "done": it was added already; null: a value, or not known. */
function fixedText(builder: Builder, hole: Evaluated, tag: Evaluated | null, depth: number): string | null {
  const table = builder.linked.tables.tableOf(hole);
  if (table !== null) return table.table.replace(/^public\./, "").split(".").map(quote).join(".");
  const column = builder.linked.tables.columnOf(hole);
  if (column !== null) return column.column === null ? UNKNOWN_NAME : isBareNamePlace(builder.text) ? quote(column.column) : `${quote(column.table.table.split(".").at(-1) ?? "")}.${quote(column.column)}`;
  if (hole.kind === "template" && (hole.tag !== null || tag === null)) return append(builder, hole, depth + 1) ? "done" : null;
  if (hole.kind === "string" && tag === null) return hole.value;
  if (hole.kind === "undefined" && tag === null) return "";
  return hole.kind === "call" || hole.kind === "member" ? helperText(builder, hole, tag, depth) : null;
}

/** Inside the parentheses of a column list or a conflict target a column stands without its table. */
function isBareNamePlace(before: string): boolean {
  return /(?:insert\s+into\s+[^()]*|on\s+conflict\s*)\([^()]*$/i.test(before) || /\bset\s*$/i.test(before);
}

/** `sql.raw("…")`, `Prisma.join(…)`, `sql.identifier(…)`, `sql("name")`, `sql(rows, "a", "b")`, `Prisma.empty`. */
function helperText(builder: Builder, hole: Evaluated, tag: Evaluated | null, depth: number): string | null {
  const { root, links } = callChain(hole);
  const link = links.at(-1);
  if (link === undefined) return null;
  if (link.name === "empty") return "";
  if (link.args === null) return null;
  const [first, ...rest] = link.args;
  if (root.kind === "template" && links.length >= 1) return append(builder, root, depth + 1) ? "done" : null;
  if (link.name === "raw" || link.name === "unsafe") return first === undefined ? null : append(builder, first, depth + 1) ? "done" : null;
  if (link.name === "identifier" || link.name === "ident" || link.name === "ref" || link.name === "table" || link.name === "id") return identifierText(first);
  if (link.name === "join" && first?.kind === "array" && first.complete && first.items.length > 0) return joined(builder, first.items, rest[0], tag, depth);
  if (link.name === "join" || link.name === "array" || link.name === "unnest") {
    builder.many = true;
    return null;
  }
  return link.name === "" && links.length === 1 && tag !== null ? postgresHelper(builder, first, rest) : null;
}

/** `sql.join([a, b], sql`, `)` of a list that is known. */
function joined(builder: Builder, items: Evaluated[], glue: Evaluated | undefined, tag: Evaluated | null, depth: number): "done" {
  for (const [i, item] of items.entries()) {
    if (i > 0 && (glue === undefined || !append(builder, glue, depth + 1))) addText(builder, ", ", null);
    addHole(builder, item, tag, depth + 1);
  }
  return "done";
}

function identifierText(value: Evaluated | undefined): string | null {
  if (value?.kind === "string") return value.value.split(".").map(quote).join(".");
  if (value?.kind !== "array") return UNKNOWN_NAME;
  const names = value.items.flatMap((item) => (item.kind === "string" ? [quote(item.value)] : []));
  return names.length === value.items.length ? names.join(".") : UNKNOWN_NAME;
}

/** postgres.js' and Bun's `sql(…)` as a helper: a name, a list of names or values, or rows to insert. */
function postgresHelper(builder: Builder, first: Evaluated | undefined, rest: Evaluated[]): string | null {
  if (first === undefined) return null;
  if (first.kind === "string") return first.value.split(".").map(quote).join(".");
  // Two of them: a list of one would name a row.
  if (/\bin\s*$/i.test(builder.text)) return `(${bind(builder, first)}, ${bind(builder, first)})`;
  if (first.kind === "array" && first.items.length > 0 && first.items.every((item) => item.kind === "string")) return first.items.map((item) => (item.kind === "string" ? quote(item.value) : "")).join(", ");
  const row = rowOf(builder, first);
  const named = rest.flatMap((item) => asStrings(item) ?? []);
  const keys = named.length > 0 ? named : row?.kind === "object" && row.complete ? [...row.entries.keys()] : [];
  const isSet = /\bset\s*$/i.test(builder.text);
  if (!isSet && !/\binto\s+\S+\s*$/i.test(builder.text)) return null;
  if (keys.length === 0) return isSet ? null : `select ${bind(builder, first)}`;
  const value = (key: string): string => bind(builder, (row?.kind === "object" ? row.entries.get(key) : undefined) ?? memberOf(builder.linked.program, row === null || first.kind === "parameter" ? first : row, key));
  return isSet ? keys.map((key) => `${quote(key)} = ${value(key)}`).join(", ") : `(${keys.map(quote).join(", ")}) values (${keys.map(value).join(", ")})`;
}

/** What a row of `sql(rows)` is; null: not known. A list has many of them, and what is handed in may be one row or a list. */
function rowOf(builder: Builder, value: Evaluated): Evaluated | null {
  if (value.kind === "object") return value;
  const { program } = builder.linked;
  const element = value.kind === "array" ? (value.items[0] ?? null) : elementOf(program, value);
  if (value.kind === "array" || element !== null) builder.many = true;
  else if (!builder.many) builder.many = null;
  return element ?? (value.kind === "parameter" ? objectOfParameter(program, value) : null);
}

function bind(builder: Builder, value: Evaluated): string {
  const name = `$${String(builder.next++)}`;
  builder.values.set(name, value);
  return name;
}

const NAME_PLACE = /\b(?:into|update|from|join|only|table)\s+(?:"?\w+"?\.)?$/i;
const TARGET_PLACE = /\bon\s+conflict\s*$/i;
const VALUE_PLACE = /(?:[=,(<>+\-*/|]|\b(?:values|like|ilike|in|any|then|else|limit|offset|when|between|and|or|where|on|not|select|is|as|by|set|interval|returning))\s*$/i;

function addUnknown(builder: Builder, hole: Evaluated): void {
  const before = builder.text;
  if (/"$/.test(before) || NAME_PLACE.test(before)) return addAt(builder, UNKNOWN_NAME, hole);
  if (/'[^'"\n]{0,40}$/.test(before) && (before.split("'").length - 1) % 2 === 1) return addAt(builder, "x", hole);
  if (builder.dropUnknown && !VALUE_PLACE.test(before)) {
    builder.partial = true;
    builder.partialTarget ||= TARGET_PLACE.test(before);
    return addAt(builder, " ", hole);
  }
  addAt(builder, bind(builder, hole), hole);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
