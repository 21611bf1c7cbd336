import type { ChalkInstance } from "chalk";
import type { LineIndex } from "./position.ts";
import { lineText, positionAt } from "./position.ts";
import { displayWidth, printable } from "./text-width.ts";

export type FrameOptions = {
  /** Columns of the terminal that the frame may fill. */
  width: number;
  /** Lines shown before and after the range. */
  context: number;
  colour: ChalkInstance;
  paint: (text: string) => string;
};

/** At most so many lines of a range are shown; a longer one is cut after its first lines. */
const longest = 4;

/**
 * The lines of a range with line numbers, and carets below its first line, as lines of text without indentation. `context: 0`: the first
 * line alone.
 */
export function drawFrame(lines: LineIndex, start: number, end: number, options: FrameOptions): string[] {
  const from = positionAt(lines, start);
  const to = positionAt(lines, Math.max(start, end));
  const lastMarked = options.context === 0 ? from.line : Math.min(to.line, from.line + longest - 1);
  const first = Math.max(1, from.line - options.context);
  const last = Math.min(lines.starts.length, lastMarked + options.context);
  const gutter = String(last).length;
  const drawn: string[] = [];
  for (let line = first; line <= last; line += 1) {
    const text = lineText(lines, line);
    // Blank lines around the range tell nothing.
    if (line !== from.line && text.trim() === "") continue;
    const range = line === from.line ? markedRange(text, from.column - 1, to.line === line ? to.column - 1 : null) : null;
    drawn.push(...drawLine(text, { line, gutter, isMarked: line >= from.line && line <= lastMarked }, range, options));
  }
  return drawn;
}

function markedRange(text: string, from: number, to: number | null): { from: number; to: number } {
  return { from, to: Math.max(from + 1, to ?? text.trimEnd().length) };
}

type Row = { line: number; gutter: number; isMarked: boolean };

function drawLine(text: string, { line, gutter, isMarked }: Row, range: { from: number; to: number } | null, options: FrameOptions): string[] {
  const room = Math.max(20, options.width - gutter - 3);
  const { shown, before, marked } = crop(text, range, room);
  const number = `${String(line).padStart(gutter)} │`;
  const code = `${options.colour.dim(number)} ${isMarked ? shown : options.colour.dim(shown)}`.trimEnd();
  if (range === null) return [code];
  const carets = `${" ".repeat(before)}${options.paint("^".repeat(Math.max(1, marked)))}`;
  return [code, `${options.colour.dim(`${" ".repeat(gutter)} │`)} ${carets}`];
}

/** Cuts a long line so that the start of its range is seen; widths are columns of the terminal. */
function crop(text: string, range: { from: number; to: number } | null, room: number) {
  const from = range?.from ?? 0;
  const to = Math.min(range?.to ?? 0, Math.max(text.length, from + 1));
  let head = printable(text.slice(0, from));
  const middle = printable(text.slice(from, to));
  const tail = printable(text.slice(to));
  const needed = displayWidth(head) + Math.min(displayWidth(middle), Math.floor(room / 2));
  if (needed > room) head = `…${lastColumns(head, Math.max(0, room - Math.min(displayWidth(middle), Math.floor(room / 2)) - 1))}`;
  const before = displayWidth(head);
  const whole = head + middle + tail;
  const shown = displayWidth(whole) > room ? `${firstColumns(whole, room - 1)}…` : whole;
  return { shown, before, marked: Math.min(displayWidth(middle), room - before) };
}

function firstColumns(text: string, columns: number): string {
  let taken = "";
  let width = 0;
  for (const character of text) {
    width += displayWidth(character);
    if (width > columns) break;
    taken += character;
  }
  return taken;
}

function lastColumns(text: string, columns: number): string {
  const characters = [...text];
  let width = 0;
  let from = characters.length;
  while (from > 0 && width + displayWidth(characters[from - 1] ?? "") <= columns) {
    from -= 1;
    width += displayWidth(characters[from] ?? "");
  }
  return characters.slice(from).join("");
}
