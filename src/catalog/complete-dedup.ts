import type { Fix } from "../model/finding.ts";
import type { Migration } from "../model/project.ts";
import type { Dedup, Statement } from "../model/statement.ts";
import { blankSegments, findSegments } from "../read/sql/segments.ts";

/**
 * Conditions (canonical) put into the query that numbers the rows, so that it looks at no others. null: it is not that form, or its rows come
 * from more than its table, or hang on an OR.
 */
export function completeDedup(migration: Migration, { at, nested }: Statement, dedup: Dedup, conditions: string[], read: (path: string) => string | null): Fix | null {
  if (conditions.length === 0 || nested || migration.applied === true || !/\.sql$/i.test(at.path)) return null;
  const text = read(at.path)?.slice(at.start, at.end) ?? "";
  const code = blankSegments(text, findSegments(text), ["comment", "string", "dollar"]);
  const [window, ...others] = [...code.matchAll(/\brow_number\s*\(\s*\)\s*over\s*\(/gi)];
  if (window === undefined || others.length > 0 || (code.match(/\bpartition\b/gi) ?? []).length !== 1) return null;
  const select = endOfParentheses(code, window.index + window[0].length) + 1;
  const end = endOfParentheses(code, select);
  const from = /^[^()]*?\bfrom\s+(?:\w+\.|"\w+"\.)?(\w+|"\w+")(?:\s+(?:as\s+)?(?!where\b)\w+)?\s*(?=where\b|$)/i.exec(code.slice(select, end));
  if (from === null || from[1]?.replaceAll('"', "").toLowerCase() !== dedup.table.name.toLowerCase()) return null;
  const start = select + from[0].length;
  const rest = code.slice(start, end);
  if (/\b(?:or|group|having|window|limit|offset|fetch|union|order)\b/i.test(rest)) return null;
  const added = conditions.map((condition) => (/\bor\b/i.test(condition) ? `(${condition})` : condition)).join(" AND ");
  const edit = rest === "" ? { offset: select + from[0].trimEnd().length, text: ` WHERE ${added}` } : { offset: start + "where".length, text: ` ${added} AND` };
  const place = { path: at.path, start: at.start + edit.offset, end: at.start + edit.offset };
  return { title: `Look only at rows WHERE ${added}`, edits: [{ at: place, text: edit.text }] };
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
