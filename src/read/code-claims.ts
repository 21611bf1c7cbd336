import type { Claim } from "../model/facts.ts";

/** A claim within one comment; offsets from the comment's start. */
export type FoundClaim = Pick<Claim, "text" | "kind" | "columns" | "denies"> & { words?: string[]; start: number; end: number };

/** Declarations of a key that are commented out, each with the group that lists its columns. */
const SHAPES: { pattern: RegExp; columns(match: RegExpExecArray): string[] }[] = [
  { pattern: /^[^\S\n]*@@unique\(\s*(?:fields:\s*)?\[([^\]]*)\][^\n]*/gm, columns: (match) => listed(match[1]) },
  { pattern: /^[^\S\n]*(\w+)[^\S\n]+[A-Z]\w*\??(?:[^\S\n]+@(?!unique)[\w.]+(?:\([^()\n]*\))?)*[^\S\n]+@unique(?:\([^()\n]*\))?(?:[^\S\n]+@[\w.]+(?:\([^()\n]*\))?)*[^\S\n]*$/gm, columns: (match) => listed(match[1]) },
  { pattern: /^[^\S\n]*CREATE\s+UNIQUE\s+INDEX\b[^;(]*?\bON\s+[\w."]+\s*(?:USING\s+\w+\s*)?\(((?:[^()]|\([^()]*\))*)\)[^\n]*/gim, columns: (match) => listed(match[1]) },
  { pattern: /^[^\S\n]*(?:ALTER\s+TABLE\s+[^;]*?)?(?:ADD\s+)?(?:CONSTRAINT\s+[\w"]+\s+)?UNIQUE\s*\(((?:[^()]|\([^()]*\))*)\)[^\S\n]*[,;)]?[^\S\n]*$/gm, columns: (match) => listed(match[1]) },
  { pattern: /^[^\S\n]*(?:\w+:\s*)?(?:\w+\.)?unique(?:Index)?\([^()\n]*\)\s*\.on\(((?:[^()]|\([^()]*\))*)\)[^\n]*/gm, columns: (match) => listed(match[1]) },
  { pattern: /^[^\S\n]*(\w+):\s*\w+\([^\n]*\)\.unique\([^()\n]*\)[^\n]*/gm, columns: (match) => listed(match[1]) },
];

/** Commented-out `@@unique`, CREATE UNIQUE INDEX, `uniqueIndex().on()` and the like. Columns that are expressions make the list unknown: []. */
export function readCodeClaims(text: string): FoundClaim[] {
  const found: FoundClaim[] = [];
  for (const { pattern, columns } of SHAPES) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + (match[0].length - match[0].trimStart().length);
      const end = match.index + match[0].trimEnd().length;
      if (found.some((each) => each.start < end && start < each.end)) continue;
      found.push({ text: text.slice(start, end).replace(/\s+/g, " "), kind: "code", columns: columns(match), denies: false, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Names of a column list: `a, "b" DESC, table.c`. */
function listed(list: string | undefined): string[] {
  const items = (list ?? "").split(",").map((item) => /^\s*(?:[\w$]+\.)?["`]?([A-Za-z_$][\w$]*)["`]?(?:\s+(?:ASC|DESC|NULLS\s+\w+|\w+_ops))*\s*$/i.exec(item)?.[1]);
  return items.every((item) => item !== undefined) ? items : [];
}
