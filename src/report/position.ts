/** Where lines start, so that offsets become lines and columns only when something is printed. */
export type LineIndex = { text: string; starts: number[] };

/** Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export type Position = { line: number; column: number };

/** Finds the start of every line. `\n`, `\r\n` and a lone `\r` end a line, as in editors. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return { text, starts };
}

/** The position of an offset; offsets outside of the text are moved to its ends. */
export function positionAt(index: LineIndex, offset: number): Position {
  const inside = Math.max(0, Math.min(offset, index.text.length));
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((index.starts[middle] ?? 0) <= inside) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: inside - (index.starts[low] ?? 0) + 1 };
}

/** Text of a line (counted from 1) without its end; "" when there is none. */
export function lineText(index: LineIndex, line: number): string {
  const start = index.starts[line - 1];
  if (start === undefined) return "";
  return index.text.slice(start, index.starts[line] ?? index.text.length).replace(/[\r\n]+$/, "");
}
