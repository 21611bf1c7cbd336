import { callChain } from "../chains.ts";
import { asString, asStrings } from "../evaluate.ts";
import { handleName } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import type { Reading } from "./library.ts";
import { UNKNOWN_VALUE } from "./sent.ts";
import type { Piece } from "./sent.ts";
import { literalOf, piece, quote, rawPieces } from "./sql-text.ts";

/** Raw SQL with Knex' bindings put in: `?` a value, `??` a name. null: not known. */
export function rawText(reading: Pick<Reading, "home" | "unread">, text: Evaluated | undefined, bindings: Evaluated | undefined): Piece[] | null {
  const pieces = rawPieces(reading, text);
  if (pieces === null || bindings === undefined || bindings.kind === "undefined") return pieces;
  if (bindings.kind === "object") return named(pieces, bindings);
  const values = bindings.kind === "array" ? [...bindings.items] : [bindings];
  const isComplete = bindings.kind !== "array" || bindings.complete;
  const out: Piece[] = [];
  for (const each of pieces) {
    let from = 0;
    for (const match of each.text.matchAll(/\\\?|\?\??/g)) {
      if (match[0].startsWith("\\")) continue;
      const value = values.shift();
      const known = isComplete ? value : undefined;
      const name = asString(known);
      if (match[0] === "??" && name === null) return null;
      out.push(cut(each, from, match.index), piece(each.at, match[0] === "??" ? names(name ?? "") : (literalOf(known) ?? UNKNOWN_VALUE)));
      from = match.index + match[0].length;
    }
    out.push(cut(each, from, each.text.length));
  }
  return out;
}

/** `:name` and `:name:`. */
function named(pieces: Piece[], bindings: Extract<Evaluated, { kind: "object" }>): Piece[] | null {
  const out: Piece[] = [];
  for (const each of pieces) {
    let from = 0;
    for (const match of each.text.matchAll(/(?<!:):(\w+)(:?)/g)) {
      const value = bindings.entries.get(match[1] ?? "");
      if (value === undefined && bindings.complete) continue;
      const name = asString(value);
      if (match[2] === ":" && name === null) return null;
      out.push(cut(each, from, match.index), piece(each.at, match[2] === ":" ? names(name ?? "") : (literalOf(value) ?? UNKNOWN_VALUE)));
      from = match.index + match[0].length;
    }
    out.push(cut(each, from, each.text.length));
  }
  return out;
}

function cut(of: Piece, start: number, end: number): Piece {
  const text = of.text.slice(start, end);
  return of.exact ? { text, at: { ...of.at, start: of.at.start + start, end: of.at.start + end }, exact: true } : { ...of, text };
}

function names(name: string): string {
  return name.split(".").map(quote).join(".");
}

/** `knex.raw("now()")`, `knex.fn.now()`, `knex.fn.uuid()` as an expression; null: it is none of them. */
export function expressionText(reading: Reading, value: Evaluated | undefined): string | null {
  if (value === undefined) return null;
  const { root, links } = callChain(value);
  const name = handleName(root);
  if (name !== "knex" && name !== "trx") return null;
  const [first, second] = links;
  if (first?.name === "raw") return rawText(reading, first.args?.[0], first.args?.[1])?.map(({ text }) => text).join("") ?? null;
  if (first?.name !== "fn" || second?.args == null) return null;
  if (second.name === "now") return "CURRENT_TIMESTAMP";
  return second.name === "uuid" ? "(gen_random_uuid())" : null;
}

/** One column or several, each a name or a raw expression; null: not known. */
export function columnsOf(reading: Reading, value: Evaluated | undefined): { names: string[]; text: string } | null {
  const list = value?.kind === "array" && value.complete ? value.items : value === undefined || value.kind === "array" ? [] : [value];
  const found = list.map((item) => {
    const name = asString(item);
    if (name !== null) return { name, text: names(name) };
    const text = expressionText(reading, item);
    return text === null ? null : { name: text, text };
  });
  const known = found.filter((item) => item !== null);
  if (known.length === 0 || known.length < found.length) return null;
  return { names: known.map((item) => item.name), text: known.map((item) => item.text).join(", ") };
}

const COMPARE = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "is", "is not"]);

/** `knex.whereNull("deleted_at")` as a partial index' predicate; null: not known. */
export function predicateText(reading: Reading, value: Evaluated): string | null {
  const { root, links } = callChain(value);
  if (handleName(root) !== "knex" && handleName(root) !== "trx") return null;
  const conditions = links.map(({ name, args }) => conditionOf(reading, name.replace(/^andWhere/, "where"), args ?? []));
  const known = conditions.filter((condition) => condition !== null);
  return known.length === 0 || known.length < conditions.length ? null : known.join(" and ");
}

function conditionOf(reading: Reading, method: string, args: Evaluated[]): string | null {
  const [first, second, third] = args;
  const column = asString(first);
  if (method === "whereRaw") return rawText(reading, first, second)?.map(({ text }) => text).join("") ?? null;
  if (method === "where" && first?.kind === "object") return objectCondition(first);
  if (column === null) return null;
  const name = names(column);
  switch (method) {
    case "whereNull":
      return `${name} is null`;
    case "whereNotNull":
      return `${name} is not null`;
    case "whereIn":
    case "whereNotIn": {
      const values = second?.kind === "array" && second.complete ? second.items.map(literalOf) : [null];
      return values.includes(null) ? null : `${name} ${method === "whereIn" ? "in" : "not in"} (${values.join(", ")})`;
    }
    case "whereNot":
    case "where": {
      const operator = third === undefined ? "=" : (asString(second)?.toLowerCase() ?? "");
      const literal = literalOf(third ?? second);
      if (!COMPARE.has(operator) || literal === null) return null;
      const test = literal === "null" ? `${name} ${operator === "=" || operator === "is" ? "is" : "is not"} null` : `${name} ${operator} ${literal}`;
      return method === "where" ? test : `not ${test}`;
    }
    default:
      return null;
  }
}

function objectCondition(object: Extract<Evaluated, { kind: "object" }>): string | null {
  const parts = [...object.entries].map(([name, value]) => {
    const literal = literalOf(value);
    return literal === null ? null : literal === "null" ? `${names(name)} is null` : `${names(name)} = ${literal}`;
  });
  return object.complete && parts.length > 0 && !parts.includes(null) ? parts.join(" and ") : null;
}

/** A list of plain names; null: not known. */
export function namesOf(value: Evaluated | undefined): string[] | null {
  return asStrings(value);
}
