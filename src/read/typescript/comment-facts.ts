import { ts } from "ts-morph";
import type { FileFacts } from "../../model/facts.ts";
import type { Span } from "../../model/span.ts";
import { mayHoldClaim, readClaims, readSuppressions } from "../comments.ts";
import type { Reader } from "./state.ts";

type Comment = { text: string; at: Span };

/** Claims and suppressions of a file's comments, each claim with the function and declaration that it stands in or right before. */
export function noteComments(reader: Reader): Pick<FileFacts, "claims" | "suppressions"> {
  const wantsSuppressions = reader.text.includes("uniqlint-");
  const wantsClaims = mayHoldClaim(reader.text);
  if (!wantsSuppressions && !wantsClaims) return { claims: [], suppressions: [] };
  const comments = mayMatter(reader.text) ? findComments(reader) : [];
  if (comments.length === 0) return { claims: [], suppressions: [] };
  const blocks = wantsClaims ? joinLines(reader, comments).filter((each) => mayHoldClaim(each.text)) : [];
  const claims = readClaims(blocks.map((each) => ({ ...each, declaration: declarationAt(reader, each.at), function: functionAt(reader, each.at) })));
  return { claims, suppressions: wantsSuppressions ? readSuppressions(comments) : [] };
}

/** Of a file with a function `up` every comment: prechecks of migrations are documented there. Others' comments are only asked for claims. */
export function noteMigrationComments(reader: Reader): void {
  if (!reader.facts.functions.some((fact) => fact.name !== null && /(?:^|\.)up$/.test(fact.name))) return;
  const comments = findComments(reader).map(({ text, at }) => ({ text: plainText(text), at }));
  if (comments.length > 0) reader.facts.comments = comments;
}

function plainText(text: string): string {
  if (text.startsWith("//")) return text.replace(/^\/+/, "").trim();
  return text.replace(/^\/\*+/, "").replace(/\*+\/$/, "").replace(/^[ \t]*\*(?!\/)[ \t]?/gm, "").trim();
}

const OPENING = /\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$)/g;

function mayMatter(code: string): boolean {
  return Array.from(code.matchAll(OPENING)).some(([text]) => mayHoldClaim(text) || text.includes("uniqlint-"));
}

/** Every comment. What looks like one inside a string, a template, a regular expression or JSX text is none. */
function findComments(reader: Reader): Comment[] {
  const opening = new RegExp(OPENING);
  const masks = maskedRanges(reader.source);
  const found: Comment[] = [];
  let mask = 0;
  for (let match = opening.exec(reader.text); match !== null; match = opening.exec(reader.text)) {
    const at = match.index;
    while (mask < masks.length && (masks[mask]?.end ?? 0) <= at) mask++;
    const around = masks[mask];
    if (around !== undefined && around.start <= at) opening.lastIndex = around.end;
    else found.push({ text: match[0], at: { path: reader.path, start: at, end: at + match[0].length } });
  }
  return found;
}

function maskedRanges(source: ts.SourceFile): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) ranges.push({ start: node.pos, end: node.end });
    else if (ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      ranges.push({ start: node.getStart(source), end: node.end });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return ranges;
}

/** Lines of `//` that stand directly under each other are one comment. */
function joinLines(reader: Reader, comments: Comment[]): Comment[] {
  const joined: Comment[] = [];
  for (const comment of comments) {
    const last = joined.at(-1);
    const between = last === undefined ? null : reader.text.slice(last.at.end, comment.at.start);
    if (last !== undefined && last.text.startsWith("//") && comment.text.startsWith("//") && !endsLine(reader, last.at) && between !== null && /^\r?\n[^\S\n]*$/.test(between)) {
      last.text += `\n${comment.text}`;
      last.at.end = comment.at.end;
    } else joined.push({ text: comment.text, at: { ...comment.at } });
  }
  return joined;
}

/** Start of what follows a comment, past white space and further comments. */
function nextStart(reader: Reader, at: Span): number {
  const rest = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
  rest.lastIndex = at.end;
  rest.test(reader.text);
  return rest.lastIndex;
}

/** `code(); // comment`: speaks of its own line, not of the next. */
function endsLine(reader: Reader, at: Span): boolean {
  return reader.text.slice(reader.text.lastIndexOf("\n", at.start - 1) + 1, at.start).trim() !== "";
}

function functionAt(reader: Reader, at: Span): number | null {
  const before = endsLine(reader, at) ? -1 : reader.leads.indexOf(nextStart(reader, at));
  if (before !== -1) return before;
  let best: number | null = null;
  reader.facts.functions.forEach((fact, i) => {
    if (fact.at.start < at.start && at.end < fact.at.end) best = i;
  });
  return best;
}

function declarationAt(reader: Reader, at: Span): string | null {
  const next = endsLine(reader, at) ? -1 : nextStart(reader, at);
  const statement = reader.source.statements.find((each) => (each.getStart(reader.source) < at.start && at.end <= each.end) || each.getStart(reader.source) === next);
  if (statement === undefined) return null;
  const [start, end] = [statement.getStart(reader.source), statement.end];
  for (const [name, declaration] of Object.entries(reader.facts.declarations)) if (start <= declaration.at.start && declaration.at.end <= end) return name;
  return null;
}
