/** A comment's place in the text, marks included. */
export type PrismaComment = { start: number; end: number };

/**
 * The text as the schema parser can take it, every offset unchanged: comments and a byte order mark become spaces, an object literal
 * (`where: { active: true }`) becomes a string of the same length, and line breaks inside brackets become spaces.
 */
export type ScannedPrisma = { code: string; comments: PrismaComment[] };

/** Separates comments from code. Quotes hide comment marks, so that `"https://…"` stays a string. */
export function scanPrisma(text: string): ScannedPrisma {
  const code = text.split("");
  const comments: PrismaComment[] = [];
  if (text.charCodeAt(0) === 0xfeff) code[0] = " ";
  let at = 0;
  while (at < text.length) {
    const end = skipString(text, at) ?? commentEnd(text, at);
    if (end === null) {
      at += 1;
      continue;
    }
    if (text[at] !== '"') {
      comments.push({ start: at, end });
      blank(code, at, end);
    }
    at = end;
  }
  return { code: code.join(""), comments };
}

/** Replaces what stands between the offsets by spaces; line breaks stay. */
export function blank(code: string[], start: number, end: number): void {
  for (let i = start; i < end; i++) if (code[i] !== "\n" && code[i] !== "\r") code[i] = " ";
}

/** The offset after the string that starts at `at`; null: none starts there. A string ends with its line at the latest. */
export function skipString(text: string, at: number): number | null {
  if (text[at] !== '"') return null;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
    else if (text[i] === "\n") return i;
  }
  return text.length;
}

function commentEnd(text: string, at: number): number | null {
  if (text[at] !== "/") return null;
  if (text[at + 1] === "/") {
    const end = text.slice(at).search(/\r?\n/);
    return end < 0 ? text.length : at + end;
  }
  if (text[at + 1] !== "*") return null;
  const end = text.indexOf("*/", at + 2);
  return end < 0 ? text.length : end + 2;
}
