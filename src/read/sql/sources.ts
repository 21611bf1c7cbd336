import type { Node } from "libpg-query";
import type { Span } from "../../model/span.ts";
import type { Prepared } from "./prepare.ts";
import { findSegments, segmentAfter } from "./segments.ts";
import type { Scope, SqlSource } from "./scope.ts";

export function sourceOf(prepared: Prepared, span: (start: number, end: number) => Span): SqlSource {
  return { ...prepared, span, variables: new Set(), temporary: new Map() };
}

/** The text inside a string or dollar quote of a statement, as a source of its own; null: there is none at or after `at`. */
export function quotedSource(scope: Scope, at: number): SqlSource | null {
  const { source } = scope;
  let index = segmentAfter(source.segments, at);
  let segment = source.segments[index];
  while (segment && segment.kind !== "dollar" && segment.kind !== "string") segment = source.segments[++index];
  if (!segment || segment.start >= scope.end) return null;
  const raw = source.text.slice(segment.start, segment.end);
  const open = segment.kind === "dollar" ? (/^\$[^$]*\$/.exec(raw)?.[0].length ?? 0) : 1;
  const inside = raw.slice(open, raw.length - open);
  // A doubled quote is one quote: the same length keeps the offsets.
  const text = segment.kind === "dollar" ? inside : inside.replaceAll("''", " '");
  const base = segment.start + open;
  return { text, segments: findSegments(text), span: (start, end) => source.span(base + start, base + end), parameters: new Map(), variables: new Set(), temporary: source.temporary ?? new Map<string, Node>() };
}

/** Text that stands nowhere as such (put together at run time): every place in it is `at`. */
export function madeSource(text: string, at: Span): SqlSource {
  return { text, segments: findSegments(text), span: () => at, parameters: new Map(), variables: new Set() };
}
