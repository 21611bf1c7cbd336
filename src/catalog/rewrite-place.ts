import type { Database, Migration } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { blankSegments, findSegments } from "../read/sql/segments.ts";
import { speaksOfDuplicates } from "./history.ts";
import type { ReplayStep } from "./replay.ts";

/** A file's text; null: it cannot be read. */
export type ReadText = (path: string) => string | null;

/** A statement in the .sql file that holds it. */
export type Place = { database: Database; migration: Migration; step: ReplayStep; text: string; /** Where the part that goes up ends. */ end: number };

/** null where the file is none of SQL, has run, or says more than what could be read. */
export function findPlace(database: Database, migration: Migration, step: ReplayStep, read: ReadText): Place | null {
  const { statement } = step;
  if (!/\.sql$/i.test(migration.path) || migration.applied === true || statement.nested) return null;
  if (migration.statements.some(({ transaction }) => transaction !== null)) return null;
  const text = read(migration.path);
  if (text === null || /^--[ \t]*\+goose[ \t]+StatementBegin/im.test(text)) return null;
  const down = DOWN.exec(text)?.index ?? text.length;
  const place = { database, migration, step, text, end: down };
  return statement.at.end <= down && !holdsMore(place) ? place : null;
}

const DOWN = /^--[ \t]*(?:\+goose[ \t]+down|migrate:down)\b/im;
const DIRECTIVE = /^--[ \t]*(?:\+goose|migrate:|atlas:|pg-delta:)/i;

/** Something between the statements that is no comment: a psql command, or what could not be read. */
function holdsMore({ migration, text, end }: Place): boolean {
  let rest = blankSegments(text, findSegments(text), ["comment"]).slice(0, end);
  for (const { at } of migration.statements) rest = rest.slice(0, at.start) + " ".repeat(at.end - at.start) + rest.slice(at.end);
  return /[^\s;\ufeff]/.test(rest);
}

export function isAlone({ migration }: Place): boolean {
  return migration.statements.length === 1;
}

export function ownText({ text, step }: Place): string {
  return text.slice(step.statement.at.start, step.statement.at.end);
}

/** The statement with its semicolon and what stands before it since the last one; comments on the line where that one ends belong to that. */
export function rangeOf({ migration, step, text }: Place): { start: number; end: number } {
  const { at } = step.statement;
  const end = at.end + (/^\s*;/.exec(text.slice(at.end))?.[0].length ?? 0);
  const before = migration.statements[step.index - 1];
  if (before === undefined) return { start: startOfLead(text, at.start), end: end + (/^[ \t]*\r?\n(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0].length ?? 0) };
  const start = before.at.end + (/^\s*;(?:[ \t]*--[^\r\n]*)?/.exec(text.slice(before.at.end))?.[0].length ?? 0);
  return { start, end };
}

/** Comments directly above the first statement; the file's head stays. */
function startOfLead(text: string, at: number): number {
  let start = text.lastIndexOf("\n", at - 1) + 1;
  if (text.slice(start, at).trim() !== "") return at;
  for (let above = start; above > 0; start = above) {
    above = text.lastIndexOf("\n", start - 2) + 1;
    const line = text.slice(above, start).trimStart();
    if (!line.startsWith("--") || DIRECTIVE.test(line)) break;
  }
  return start;
}

/** What stands above the statement, for the file that it moves to. */
export function leadOf(place: Place): string {
  const { text, step } = place;
  return text.slice(rangeOf(place).start, step.statement.at.start).replace(/^\s+/, "").replaceAll("\r\n", "\n");
}

/** Comments elsewhere in the file which say that duplicates were looked for: a build that moves takes them with it. Empty where its own lead says so. */
export function precheckOf(place: Place): string {
  const { migration, text, end } = place;
  const lead = leadOf(place);
  if (speaksOfDuplicates(lead)) return "";
  const blocks = findBlocks(text, migration.comments.filter(({ at }) => at.end <= end).map(({ at }) => at)).map(withoutDirectives);
  return blocks.filter((block) => speaksOfDuplicates(block) && !lead.includes(block)).map((block) => `${block}\n`).join("");
}

/** Comments with those on the lines under them. */
function findBlocks(text: string, comments: Span[]): string[] {
  const blocks: { start: number; end: number }[] = [];
  for (const { start, end } of comments) {
    const last = blocks.at(-1);
    if (last && /^\r?\n[ \t]*$/.test(text.slice(last.end, start))) last.end = end;
    else blocks.push({ start, end });
  }
  return blocks.map(({ start, end }) => text.slice(start, end).replaceAll("\r\n", "\n"));
}

function withoutDirectives(comment: string): string {
  return comment.split("\n").map((line) => line.trimStart()).filter((line) => !DIRECTIVE.test(line)).join("\n");
}
