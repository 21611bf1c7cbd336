import type { Claim, Suppression } from "../model/facts.ts";
import type { Span } from "../model/span.ts";
import { readCodeClaims } from "./code-claims.ts";
import { readSentenceClaims } from "./sentence-claims.ts";

export type ClaimComment = { text: string; at: Span; declaration: string | null; function: number | null };

/** Longer comments are data that somebody parked; the search is not linear in their length. */
const MAX_LENGTH = 50_000;

const DIRECTIVE = /^uniqlint-(disable-next-line|disable-line|disable|enable)(?![\w-])\s*([^]*)$/;

/** Comments that turn rules off and on. `text` may have its marks (`//`, `/*`, `--`, `#`) or not; anything before the directive makes it prose. */
export function readSuppressions(comments: { text: string; at: Span }[]): Suppression[] {
  return comments.flatMap(({ text, at }) => {
    const match = DIRECTIVE.exec(plainComment(text));
    if (match === null) return [];
    const { rules, reason } = readDirective(match[2] ?? "");
    return [{ kind: match[1] as Suppression["kind"], rules, reason, at }];
  });
}

/** `a, b -- reason`; a reason without its dashes is still one. */
function readDirective(rest: string): { rules: string[]; reason: string | null } {
  const [list = "", ...after] = rest.split(/(?:^|\s)--+(?:\s|$)/);
  const given = after.join(" -- ").trim();
  const rules: string[] = [];
  let words = "";
  for (const part of list.split(",")) {
    const [rule = "", ...others] = part.trim().split(/\s+/);
    if (/^(?:uniqlint\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(rule)) rules.push(rule.replace("uniqlint/", ""));
    else if (rule !== "") others.unshift(rule);
    words = [words, others.join(" ")].filter((each) => each !== "").join(", ");
  }
  const reason = [words, given].filter((each) => each !== "").join(" ").replace(/\s+/g, " ");
  return { rules, reason: reason === "" ? null : reason };
}

/** Whether a text can hold a claim at all; one look at the bytes, so that most files are spared the search for comments. */
export function mayHoldClaim(text: string): boolean {
  return /uniqu|idempoten|\bone\s+\S+(?:\s+\S+)?\s+(?:\S+\s+)?per\b/i.test(text);
}

/**
 * Sentences that say that something is unique (or deny it), and commented-out declarations that once made it so. Wishes, questions, conditions
 * and words about making a name unique are none. `at` is the sentence. Comments of several lines are to be given as one.
 */
export function readClaims(comments: ClaimComment[]): Claim[] {
  return comments.flatMap(({ text, at, declaration, function: inside }) => {
    if (text.length > MAX_LENGTH) return [];
    const blank = blankMarks(text);
    const code = readCodeClaims(blank);
    const found = [...code, ...readSentenceClaims(coverCode(blank, code))];
    return found.map(({ start, end, ...claim }) => ({ ...claim, at: { path: at.path, start: at.start + start, end: at.start + end }, declaration, function: inside }));
  });
}

/** Code in a comment is not prose; what stands around it keeps its place. */
function coverCode(text: string, code: { start: number; end: number }[]): string {
  return code.reduce((rest, { start, end }) => rest.slice(0, start) + ".".padEnd(end - start) + rest.slice(end), text);
}

/** The comment with its marks turned into spaces: every offset stays. */
function blankMarks(text: string): string {
  return text
    .replace(/^[^\S\n]*(?:\/\*+(?!\/)|\*+\/|\/\/+|--+|#+|\*)/gm, (mark) => " ".repeat(mark.length))
    .replace(/\*+\/\s*$/, (mark) => " ".repeat(mark.length));
}

/** The words of a comment without its marks, lines kept. */
export function plainComment(text: string): string {
  return blankMarks(text)
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim();
}
