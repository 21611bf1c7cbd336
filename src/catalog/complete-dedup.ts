import type { Fix } from "../model/finding.ts";
import type { Migration } from "../model/project.ts";
import type { Dedup, Statement } from "../model/statement.ts";
import { blankSegments, findSegments } from "../read/sql/segments.ts";
import { renameInText } from "./rename-text.ts";

/** A condition that a dedup lacks, in canonical text, and the columns of its table that it names. */
export type Condition = { text: string; columns: string[] };

/**
 * Conditions put into a dedup, so that it looks at no other rows: where ROW_NUMBER() numbers them; where a DELETE compares two rows of its table (USING, or
 * one sub-query), in both readings of it, since else a row outside would take one inside away. null: it is none of these forms, or its rows come from
 * more than its table, or hang on an OR.
 */
export function completeDedup(migration: Migration, { at, nested }: Statement, dedup: Dedup, conditions: Condition[], read: (path: string) => string | null): Fix | null {
  if (conditions.length === 0 || nested || migration.applied === true || !/\.sql$/i.test(at.path)) return null;
  const text = read(at.path)?.slice(at.start, at.end) ?? "";
  const code = blankSegments(text, findSegments(text), ["comment", "string", "dollar"]);
  const readings = findWindow(code, dedup) ?? findPair(code, dedup) ?? findNested(code, dedup);
  if (readings === null) return null;
  const edits = readings.flatMap((reading) => {
    const said = squeezed(text.slice(reading.at, reading.end));
    const added = reading.aliases
      .map((alias) => conditions.map((one) => grouped(one.columns.reduce((now, column) => qualified(now, column, alias), one.text))).join(" AND "))
      // One of two readings may say it already.
      .filter((one) => !said.includes(squeezed(one)))
      .join(" AND ");
    if (added === "") return [];
    const place = { path: at.path, start: at.start + reading.at, end: at.start + reading.at };
    return [{ at: place, text: reading.hasWhere ? ` ${added} AND` : ` WHERE ${added}` }];
  });
  return edits.length === 0 ? null : { title: `Look only at rows WHERE ${conditions.map(({ text: said }) => grouped(said)).join(" AND ")}`, edits };
}

/** Where a reading of the table takes conditions: behind its WHERE, or behind its FROM. `end`: of that WHERE. `aliases`: what columns must be called by, of each table that it speaks of; null: nothing. */
type Reading = { at: number; end: number; hasWhere: boolean; aliases: (string | null)[] };

const NAME = String.raw`(?:\w+\.|"[^"]+"\.)?(\w+|"[^"]+")`;
const ALIAS = String.raw`(?:\s+(?:as\s+)?(?!(?:where|group|order|using|set)\b)(\w+))?`;

function findWindow(code: string, dedup: Dedup): Reading[] | null {
  const [window, ...others] = [...code.matchAll(/\brow_number\s*\(\s*\)\s*over\s*\(/gi)];
  if (window === undefined || others.length > 0 || (code.match(/\bpartition\b/gi) ?? []).length !== 1) return null;
  const select = endOfParentheses(code, window.index + window[0].length) + 1;
  const reading = readFrom(code, select, endOfParentheses(code, select), dedup);
  return reading === null || /\b(?:or|group|having|window|limit|offset|fetch|union|order)\b/i.test(code.slice(reading.at, reading.end)) ? null : [reading];
}

/** `DELETE FROM t a USING t b WHERE …`. */
function findPair(code: string, dedup: Dedup): Reading[] | null {
  const found = new RegExp(String.raw`^delete\s+from\s+(?:only\s+)?${NAME}${ALIAS}\s+using\s+(?:only\s+)?${NAME}${ALIAS}\s+where\b`, "i").exec(code);
  const [own, alias, other, otherAlias] = found?.slice(1) ?? [];
  if (!found || own === undefined || other === undefined || !isTable(own, dedup) || !isTable(other, dedup) || /\bselect\b/i.test(code)) return null;
  return hasOr(code.slice(found[0].length)) ? null : [{ at: found[0].length, end: code.length, hasWhere: true, aliases: [alias ?? own, otherAlias ?? other] }];
}

/** `DELETE FROM t WHERE id NOT IN (SELECT min(id) FROM t GROUP BY x)`, `… WHERE EXISTS (SELECT FROM t b WHERE …)`. */
function findNested(code: string, dedup: Dedup): Reading[] | null {
  const found = new RegExp(String.raw`^delete\s+from\s+(?:only\s+)?${NAME}${ALIAS}\s+where\b`, "i").exec(code);
  const [select, ...others] = [...code.matchAll(/\(\s*select\b/gi)];
  if (!found || select === undefined || others.length > 0 || !isTable(found[1] ?? "", dedup)) return null;
  const from = select.index + select[0].length;
  const inner = readFrom(code, from, endOfParentheses(code, from), dedup);
  if (inner === null || /\b(?:having|window|union|intersect|except)\b/i.test(code.slice(inner.at, inner.end)) || hasOr(code.slice(found[0].length)) || hasOr(code.slice(inner.at, inner.end))) return null;
  return [{ at: found[0].length, end: select.index, hasWhere: true, aliases: [null] }, inner];
}

/** The FROM of the query between two offsets, where it reads the table alone. */
function readFrom(code: string, start: number, end: number, dedup: Dedup): Reading | null {
  const found = new RegExp(String.raw`^(?:[^()]|\([^()]*\))*?\bfrom\s+${NAME}${ALIAS}\s*(?=(?:where|group|order)\b|$)`, "i").exec(code.slice(start, end));
  if (found === null || !isTable(found[1] ?? "", dedup)) return null;
  const hasWhere = /^where\b/i.test(code.slice(start + found[0].length));
  return { at: start + (hasWhere ? found[0].length + "where".length : found[0].trimEnd().length), end, hasWhere, aliases: [null] };
}

function isTable(name: string, { table }: Dedup): boolean {
  return name.replaceAll('"', "").toLowerCase() === table.name.toLowerCase();
}

/** An OR in no parentheses of its own. */
function hasOr(code: string): boolean {
  let depth = 0;
  const shown = code.replace(/[^]/g, (char) => {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    return depth > 0 ? " " : char;
  });
  return /\bor\b/i.test(shown);
}

function qualified(text: string, column: string, alias: string | null): string {
  return alias === null ? text : renameInText(text, column, column, alias);
}

function grouped(condition: string): string {
  return /\bor\b/i.test(condition) ? `(${condition})` : condition;
}

function squeezed(sql: string): string {
  return sql.replace(/\s+/g, " ").toLowerCase();
}

/** Where the parentheses close that `from` stands in; the end of the text where they do not. */
function endOfParentheses(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "(") depth += 1;
    if (code[at] === ")" && (depth -= 1) < 0) return at;
  }
  return code.length;
}
