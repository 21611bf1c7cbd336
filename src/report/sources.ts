import type { Span } from "../model/span.ts";
import { indexLines, positionAt } from "./position.ts";
import type { LineIndex, Position } from "./position.ts";

/** Texts of the files that are printed. */
export type Sources = {
  /** Lines of a file; null: it cannot be read. */
  lines(path: string): LineIndex | null;
};

/** Makes Sources of a function that gives texts; each file is indexed once. */
export function makeSources(text: (path: string) => string | null): Sources {
  const known = new Map<string, LineIndex | null>();
  return {
    lines(path) {
      let lines = known.get(path);
      if (lines === undefined) {
        const content = text(path);
        lines = content === null ? null : indexLines(content);
        known.set(path, lines);
      }
      return lines;
    },
  };
}

/** A span in lines and columns; a file that cannot be read counts as one empty line. */
export function locate(sources: Sources, at: Span): { start: Position; end: Position } {
  const lines = sources.lines(at.path);
  if (lines === null) return { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return { start: positionAt(lines, at.start), end: positionAt(lines, Math.max(at.start, at.end)) };
}
