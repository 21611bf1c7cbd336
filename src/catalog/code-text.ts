import type { Span } from "../model/span.ts";

/**
 * Edits of TypeScript as text. Spans come from the parser; what is scanned here are the few characters between them, by their brackets, strings
 * and comments.
 */

/** Offsets of the top-level commas and of the closing bracket after an opening one; null: it does not close. */
export function scanBracket(text: string, open: number): { commas: number[]; close: number } | null {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? "";
    const after = skipWords(text, at);
    if (after > at) {
      at = after - 1;
    } else if ("([{".includes(character)) {
      depth += 1;
    } else if (")]}".includes(character)) {
      depth -= 1;
      if (depth === 0) return { commas, close: at };
    } else if (character === "," && depth === 1) {
      commas.push(at);
    }
  }
  return null;
}

/** Behind the string, template or comment that begins here; `at` itself when none does. */
function skipWords(text: string, at: number): number {
  const rest = text.slice(at, at + 2);
  if (rest === "//") return endOr(text, text.indexOf("\n", at), 0);
  if (rest === "/*") return endOr(text, text.indexOf("*/", at + 2), 2);
  const quote = rest[0] ?? "";
  if (!`"'\``.includes(quote) || quote === "") return at;
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] === "\\") next += 1;
    else if (text[next] === quote) return next + 1;
  }
  return text.length;
}

function endOr(text: string, found: number, length: number): number {
  return found < 0 ? text.length : found + length;
}

/** The space before the first character of the line on which an offset stands. */
export function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** May these words be put into a statement, at its place in a .sql file or in a string of code? One in quotes has one line, and other quotes would end it. */
export function mayStandInSql(source: string, { path, start, end }: Span, words: string): boolean {
  if (path.endsWith(".sql")) return true;
  return !/[`\\]|\$\{/.test(words) && (source.slice(start, end).includes("\n") || !/["']/.test(words));
}

/** Is the last thing before this offset, space left out, a comma? */
export function endsWithComma(text: string, offset: number): boolean {
  return /,\s*$/.test(text.slice(0, offset));
}

/**
 * How a name of a package is to be had in a file: where it is imported already no edit, next to another import of that package an edit; null: the
 * package is not imported by name.
 */
export function importOf(text: string, name: string, from: string): { at: number; insert: string } | "there" | null {
  const statement = new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*["']${from.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}["']`).exec(text);
  if (statement === null) return null;
  const names = (statement[1] ?? "").split(",").map((each) => each.trim());
  if (names.includes(name)) return "there";
  // Under another name it would be another edit.
  if (names.some((each) => each.startsWith(`${name} as `))) return null;
  const end = statement.index + statement[0].indexOf("{") + 1 + (statement[1] ?? "").trimEnd().length;
  if (!endsWithComma(text, end)) return { at: end, insert: `, ${name}` };
  return { at: end, insert: (statement[1] ?? "").includes("\n") ? `\n${indentAt(text, end)}${name},` : ` ${name},` };
}
