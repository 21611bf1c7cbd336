/** A part of SQL text that is not code; offsets are UTF-16, `end` exclusive. `dollar`: `$tag$…$tag$`. */
export type Segment = { kind: "comment" | "string" | "identifier" | "dollar"; start: number; end: number };

const opening = /--|\/\*|'|"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/g;

/**
 * Comments, strings, quoted identifiers and dollar quotes of SQL text, in order. Written here, because Postgres' own scanner gives up on
 * text that never ends, and because offsets are wanted before anything can be parsed. What never ends reaches to the end of the text.
 */
export function findSegments(text: string): Segment[] {
  const found: Segment[] = [];
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const start = match.index;
    const open = match[0];
    if (open.startsWith("$") && start > 0 && /[\w$\u0080-\uffff]/.test(text.charAt(start - 1))) {
      opening.lastIndex = start + 1;
      continue;
    }
    const segment = closeSegment(text, start, open);
    found.push(segment);
    opening.lastIndex = segment.end;
  }
  return found;
}

function closeSegment(text: string, start: number, open: string): Segment {
  const after = (end: number, length: number) => (end < 0 ? text.length : end + length);
  if (open === "--") {
    const end = text.indexOf("\n", start);
    return { kind: "comment", start, end: end < 0 ? text.length : text.charAt(end - 1) === "\r" ? end - 1 : end };
  }
  if (open === "/*") return { kind: "comment", start, end: endOfBlockComment(text, start) };
  if (open === '"') return { kind: "identifier", start, end: endOfQuoted(text, start, '"', false) };
  if (open === "'") {
    const escapes = /(?:^|[^\w$\u0080-\uffff])[eE]$/.test(text.slice(Math.max(0, start - 2), start));
    return { kind: "string", start, end: endOfQuoted(text, start, "'", escapes) };
  }
  return { kind: "dollar", start, end: after(text.indexOf(open, start + open.length), open.length) };
}

/** Block comments nest in SQL. */
function endOfBlockComment(text: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(text); match; match = edge.exec(text)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function endOfQuoted(text: string, start: number, quote: string, escapes: boolean): number {
  for (let i = start + 1; ; i++) {
    const end = text.indexOf(quote, i);
    if (end < 0) return text.length;
    if (escapes && backslashesBefore(text, end, start) % 2 === 1) {
      i = end;
    } else if (text.charAt(end + 1) === quote) {
      i = end + 1;
    } else {
      return end + 1;
    }
  }
}

function backslashesBefore(text: string, at: number, start: number): number {
  let n = 0;
  while (at - 1 - n > start && text.charAt(at - 1 - n) === "\\") n++;
  return n;
}

/** Index of the first segment that ends after `offset`; segments.length when there is none. */
export function segmentAfter(segments: Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.end ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The text with everything but code made blank (line breaks stay), so that patterns find code only. Same length. */
export function blankSegments(text: string, segments: Segment[], kinds: Segment["kind"][]): string {
  let made = "";
  let at = 0;
  for (const { kind, start, end } of segments) {
    if (!kinds.includes(kind)) continue;
    made += text.slice(at, start) + blank(text.slice(start, end));
    at = end;
  }
  return made + text.slice(at);
}

/** Spaces of the same length; line breaks stay. */
export function blank(text: string): string {
  return text.includes("\n") ? text.split("\n").map((line) => " ".repeat(line.length)).join("\n") : " ".repeat(text.length);
}

/** A comment without its marks. */
export function commentText(text: string): string {
  if (text.startsWith("--")) return text.replace(/^-+/, "").trim();
  return text.replace(/^\/\*+/, "").replace(/\*+\/$/, "").replace(/^[ \t]*\*(?!\/)[ \t]?/gm, "").trim();
}
