import { blankSegments, findSegments } from "../../read/sql/segments.ts";
import { asString, asStrings } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { UNKNOWN_NAME, type SqlPiece } from "./sql-template.ts";

/** What a client puts into a text by itself: `values[n]` for the n-th place, `named` for places with a name. */
export type Bindings = { values: Evaluated[]; named: Evaluated | null };

/** Values of a list are numbered behind all others. */
const FIRST_OF_LIST = 1000;

type Edit = { start: number; end: number; text: string };

/** Places that Postgres does not know are turned into `$n`, and names into names: Knex' and MikroORM's `?` and `??`, pg-promise's filters, PgTyped's lists. */
export function fillPlaces(piece: SqlPiece, bindings: Bindings, isRaw: boolean): SqlPiece {
  const code = blankSegments(piece.text, findSegments(piece.text), ["comment", "string", "identifier"]);
  const edits = [...questionMarks(code, bindings, isRaw), ...filtered(code, bindings, piece.values), ...names(code, bindings), ...lists(code)].sort((a, b) => a.start - b.start);
  for (const [i, each] of bindings.values.entries()) piece.values.set(`$${String(i + 1)}`, each);
  if (bindings.named?.kind === "object") for (const [name, each] of bindings.named.entries) piece.values.set(name, each);
  return edits.length === 0 ? piece : edited(piece, edits);
}

function edited(piece: SqlPiece, edits: Edit[]): SqlPiece {
  const starts: { at: number; from: number }[] = [{ at: 0, from: 0 }];
  let text = "";
  let from = 0;
  for (const edit of edits) {
    if (edit.start < from) continue;
    text += piece.text.slice(from, edit.start);
    starts.push({ at: text.length, from: edit.start });
    text += edit.text;
    from = edit.end;
    starts.push({ at: text.length, from });
  }
  text += piece.text.slice(from);
  const map = (offset: number): number => {
    const start = starts.findLast((each) => each.at <= offset) ?? { at: 0, from: 0 };
    return piece.map(start.from + (offset - start.at));
  };
  return { ...piece, text, map };
}

/** A `?` of jsonb operators stays: such a text has `$1` for its values. */
function questionMarks(code: string, { values }: Bindings, isRaw: boolean): Edit[] {
  if (/\$\d/.test(code) || !(isRaw || /[=(,]\s*\?(?!\w|\||&)/.test(code))) return [];
  let n = 0;
  return [...code.matchAll(/\\\?|\?\??/g)].map(({ 0: mark, index }) => {
    const text = mark === "\\?" ? "?" : mark === "??" ? nameText(values[n]) : `$${String(n + 1)}`;
    if (mark !== "\\?") n++;
    return { start: index, end: index + mark.length, text };
  });
}

function nameText(value: Evaluated | undefined): string {
  const listed = value?.kind === "object" && value.complete ? [...value.entries.keys()] : asStrings(value);
  return listed === null ? `"${UNKNOWN_NAME}"` : listed.map((name) => name.split(".").map((part) => `"${part.replaceAll('"', '""')}"`).join(".")).join(", ");
}

const FILTER = String.raw`(?::(?:name|alias|csv|list|raw|value|json)|[~^#])`;
const FILTERED = new RegExp(String.raw`\$(?:(\d+)(${FILTER})|[(<{[/]\s*(\w+)\s*(${FILTER})\s*[)>}\]/])`, "g");

/** pg-promise's `$1:name`, `$<table~>`, `$(rows:csv)`. */
function filtered(code: string, bindings: Bindings, values: SqlPiece["values"]): Edit[] {
  let next = FIRST_OF_LIST;
  return [...code.matchAll(FILTERED)].map((match) => {
    const value = match[1] === undefined ? entryOf(bindings, match[3] ?? "") : bindings.values[Number(match[1]) - 1];
    const how = (match[2] ?? match[4] ?? "").replace(":", "");
    const isList = (how === "csv" || how === "list") && value?.kind !== "object" && /\bin\s*\(\s*$/i.test(code.slice(0, match.index));
    const list = (how === "csv" || how === "list") && value?.kind === "object" ? [...value.entries.values()] : isList ? [value, value] : [value];
    const bind = (each: Evaluated | undefined): string => {
      const name = `$${String(next++)}`;
      if (each !== undefined) values.set(name, each);
      return name;
    };
    const text = how === "name" || how === "alias" || how === "~" ? nameText(value) : how === "raw" || how === "^" ? (asString(value) ?? "null") : list.map(bind).join(", ");
    return { start: match.index, end: match.index + match[0].length, text };
  });
}

function entryOf({ named }: Bindings, name: string): Evaluated | undefined {
  return named?.kind === "object" ? named.entries.get(name) : undefined;
}

/** Knex' `:table:`. */
function names(code: string, bindings: Bindings): Edit[] {
  if (bindings.named === null) return [];
  return [...code.matchAll(/(?<![:\w]):(\w+):(?!:)/g)].map((match) => ({ start: match.index, end: match.index + match[0].length, text: nameText(entryOf(bindings, match[1] ?? "")) }));
}

/** PgTyped's `$$rows(id, email)` and `$$ids`, in tagged templates. A list of values has two, as a list of one would name a row. */
function lists(code: string): Edit[] {
  return [...code.matchAll(/\$\$?([A-Za-z_]\w*)!?\s*\(([\w\s,!]+)\)|\$\$([A-Za-z_]\w*)!?(?!\w*\$)(?=[\s;)]|$)/g)].map((match) => {
    const count = match[2] === undefined ? 2 : match[2].split(",").length;
    return { start: match.index, end: match.index + match[0].length, text: `(${Array.from({ length: count }, () => "$1").join(", ")})` };
  });
}
