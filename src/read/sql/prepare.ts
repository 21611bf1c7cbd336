import { blank, blankSegments, findSegments, type Segment } from "./segments.ts";

/** SQL text made readable for Postgres' parser, in the same length, so that every offset still holds. */
export type Prepared = {
  text: string;
  segments: Segment[];
  /** Name of a parameter by the offset of the `$1` that stands for it. */
  parameters: Map<number, string>;
  /** Offsets of Drizzle's breakpoints. */
  breakpoints: number[];
};

/** For files: psql's commands, COPY data and the sections that go down are blanked too. */
export function prepareFile(original: string): Prepared {
  const text = cutDownSections(blankCommands(blankCopyData(original.replace(/^\ufeff/, " "))));
  return prepareText(text);
}

/** Named parameters (`@name`, `:name`, `:'name'`, `$(name)`) become `$1`; breakpoints end statements. */
export function prepareText(text: string): Prepared {
  const segments = findSegments(text);
  const parameters = new Map<number, string>();
  const code = blankSegments(text, segments, ["comment", "string", "identifier", "dollar"]);
  const edits: { start: number; text: string }[] = [];
  for (const match of code.matchAll(named)) {
    const name = match.slice(1).find((group) => group !== undefined) ?? "";
    const start = match.index;
    parameters.set(start, name);
    edits.push({ start, text: "$1".padEnd(match[0].length) });
  }
  for (const list of code.matchAll(/\b(?:values|in)\s+(?=:[A-Za-z_])/gi)) wrapList(edits, parameters, list.index + list[0].length);
  for (const match of code.matchAll(/\\(?:g|gset|gexec|gdesc|watch|crosstabview)\b[^\n]*/g)) edits.push({ start: match.index, text: `;${" ".repeat(match[0].length - 1)}` });
  for (const segment of segments) editSegment(text, segment, edits, parameters);
  const made = applyEdits(text, edits);
  const breakpoints = segments.filter(({ kind, start, end }) => kind === "comment" && isBreakpoint(text.slice(start, end))).map(({ start }) => start);
  return { text: made, segments: edits.length > 0 ? findSegments(made) : segments, parameters, breakpoints };
}

/** `:name` of psql, PgTyped, Sequelize; `@name` of sqlc; `$(name)`, `${name}`, `$<name>` of pg-promise; `$name` of PgTyped and Sequelize. Not `::type`, `a[1:2]`, `@>`. */
const named = /(?<![:\w\])}"'$]):([A-Za-z_]\w*)!?(?![\w(]*:=)|(?<![\w@<>!~&|#?*)\]"'])@([A-Za-z_]\w*)|\$(?:[({<]([A-Za-z_]\w*)[)}>]|([A-Za-z_]\w*)!?(?![\w$(]))/g;

/** `VALUES :rows`, `IN :ids` (PgTyped): a list that needs its parentheses. */
function wrapList(edits: { start: number; text: string }[], parameters: Map<number, string>, at: number): void {
  const edit = edits.find((e) => e.start === at);
  const name = parameters.get(at);
  if (!edit || name === undefined || edit.text.length < 4) return;
  edit.text = "($1)".padEnd(edit.text.length);
  parameters.delete(at);
  parameters.set(at + 1, name);
}

function editSegment(text: string, segment: Segment, edits: { start: number; text: string }[], parameters: Map<number, string>): void {
  const { kind, start, end } = segment;
  const colon = text.charAt(start - 1) === ":" && !/[:\w\])]/.test(text.charAt(start - 2));
  if (kind === "string" && colon && end - start > 2) {
    parameters.set(start - 1, text.slice(start + 1, end - 1));
    edits.push({ start: start - 1, text: "$1".padEnd(end - start + 1) });
  } else if (kind === "identifier" && colon) {
    edits.push({ start: start - 1, text: " " });
  } else if (kind === "comment" && isBreakpoint(text.slice(start, end)) && !/(?:^|;)\s*$/.test(text.slice(Math.max(0, start - 200), start))) {
    edits.push({ start, text: ";".padEnd(end - start) });
  }
}

/** Drizzle's mark between the parts that it sends one by one. */
export function isBreakpoint(comment: string): boolean {
  return /^-->\s*statement-breakpoint/.test(comment);
}

function applyEdits(text: string, edits: { start: number; text: string }[]): string {
  let made = "";
  let at = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    if (edit.start < at) continue;
    made += text.slice(at, edit.start) + edit.text;
    at = edit.start + edit.text.length;
  }
  return made + text.slice(at);
}

/** Rows between `COPY … FROM stdin;` and `\.`. */
function blankCopyData(text: string): string {
  if (!/\bfrom\s+stdin\b/i.test(text)) return text;
  const head = /^[ \t]*COPY\b[^;]*?\bFROM\s+STDIN\b[^;]*;[ \t]*\r?\n/gim;
  let made = "";
  let at = 0;
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const start = match.index + match[0].length;
    const close = /^\\\.[ \t]*\r?$/m.exec(text.slice(start));
    const end = close ? start + close.index + 2 : text.length;
    made += text.slice(at, start) + blank(text.slice(start, end));
    at = end;
    head.lastIndex = end;
  }
  return made + text.slice(at);
}

/** Lines such as `\connect db` and `\restrict …`. */
function blankCommands(text: string): string {
  return text.includes("\\") ? text.replace(/^\\[a-z!?.][^\n]*$/gim, blank) : text;
}

const sections = [
  { up: /^--\s*\+goose\s+up\b/i, down: /^--\s*\+goose\s+down\b/i },
  { up: /^--\s*\+migrate\s+up\b/i, down: /^--\s*\+migrate\s+down\b/i },
  { up: /^--\s*migrate:up\b/i, down: /^--\s*migrate:down\b/i },
  { up: /^--\s*up migration\b/i, down: /^--\s*down migration\b/i },
];

/** goose, sql-migrate, dbmate and node-pg-migrate keep both directions in one file: only the part that goes up stays. */
function cutDownSections(text: string): string {
  if (!/^\s*--\s*(?:\+goose|\+migrate|migrate:down|down migration)/im.test(text)) return text;
  const comments = findSegments(text).filter((segment) => segment.kind === "comment");
  for (const { up, down } of sections) {
    let made = "";
    let at = 0;
    let from: number | null = null;
    for (const { start, end } of comments) {
      const comment = text.slice(start, end);
      if (from === null && down.test(comment)) from = start;
      else if (from !== null && up.test(comment)) {
        made += text.slice(at, from) + blank(text.slice(from, start));
        at = start;
        from = null;
      }
    }
    if (from !== null) return made + text.slice(at, from) + blank(text.slice(from));
    if (at > 0) return made + text.slice(at);
  }
  return text;
}
