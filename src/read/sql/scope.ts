import type { Node, SelectStmt } from "libpg-query";
import type { Span } from "../../model/span.ts";
import { segmentAfter, type Segment } from "./segments.ts";

/** One text of SQL while it is read: a file, a string in code, the body of a function. */
export type SqlSource = {
  /** Same length as the original; what the parser does not know is replaced. */
  text: string;
  segments: Segment[];
  /** UTF-16 offsets of `text` → a place in the file. */
  span: (start: number, end: number) => Span;
  /** Names of parameters by the offset at which a `$n` stands for them. */
  parameters: Map<number, string>;
  /** Names that are variables of the function around, so no columns. */
  variables: ReadonlySet<string>;
  /** Offsets at which a runner's next chunk begins. */
  breakpoints?: number[];
  /** Queries that temporary tables of the same text were made from, by name: a removal of duplicates may read its rows from there. */
  temporary?: Map<string, Node>;
  /** In a PL/pgSQL body: queries that were seen before, so a loop may run over their rows. */
  loops?: SelectStmt[];
};

/** One statement in it. `offset` translates the tree's locations. */
export type Scope = { source: SqlSource; start: number; end: number; offset: (location: number | undefined) => number };

/** From `start` to `end`, both UTF-16 offsets of the source's text. */
export function spanOf(scope: Scope, start: number, end: number): Span {
  return scope.source.span(start, Math.max(start, end));
}

/** The clause that starts at a tree's location: up to a comma, closing parenthesis or one of the words at the same depth. */
export function clauseSpan(scope: Scope, location: number | null | undefined, stops: readonly string[] = []): Span {
  const start = location === null || location === undefined ? scope.start : scope.offset(location);
  return spanOf(scope, start, clauseEnd(scope, start, stops));
}

const token = /[(),;]|[A-Za-z_][\w$]*/g;

export function clauseEnd(scope: Scope, start: number, stops: readonly string[]): number {
  const { text } = scope.source;
  let depth = 0;
  for (const { word, at } of codeTokens(scope, start)) {
    if (word === "(") depth++;
    else if (word === ")" && --depth < 0) return trimEnd(text, start, at);
    else if (depth === 0 && at > start && (word === "," || word === ";" || stops.includes(word.toLowerCase()))) return trimEnd(text, start, at);
  }
  return trimEnd(text, start, scope.end);
}

/** Offset behind the parenthesis that closes the first one at or after `start`. */
export function closingParenthesis(scope: Scope, start: number): number {
  let depth = 0;
  for (const { word, at } of codeTokens(scope, start)) {
    if (word === "(") depth++;
    if (word === ")" && --depth <= 0) return at + 1;
  }
  return scope.end;
}

/** Words and punctuation of code, outside of strings and comments. */
export function* codeTokens(scope: Scope, start: number): Iterable<{ word: string; at: number }> {
  const { text, segments } = scope.source;
  let next = segmentAfter(segments, start);
  let at = start;
  while (at < scope.end) {
    const segment = segments[next];
    const stop = Math.min(scope.end, segment ? Math.max(segment.start, at) : scope.end);
    token.lastIndex = at;
    for (let match = token.exec(text); match && match.index < stop; match = token.exec(text)) {
      const resume = token.lastIndex;
      yield { word: match[0], at: match.index };
      token.lastIndex = resume;
    }
    if (!segment) return;
    at = Math.max(stop, segment.end);
    next++;
  }
}

export function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}
