import type { Fix } from "../model/finding.ts";
import type { ErrorTest } from "../model/project.ts";

const helper = (typed: boolean): string => `
/** Is this a unique violation, of this constraint if one is named? Clients wrap what the database answers, so its causes are looked at, too. */
function isUniqueViolation(error${typed ? ": unknown" : ""}, constraint${typed ? "?: string" : ""})${typed ? ": boolean" : ""} {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && cause.code === "23505") return constraint === undefined || ("constraint" in cause && cause.constraint === constraint);
  }
  return false;
}
`;

/** An error compared by its code or constraint, cast or not: `error.code === "23505"`. */
const comparison = /^(?:\(\s*([\w$]+)\s+as\s+[^()]+\)|([\w$]+))\s*\??\.\s*(code|constraint)\s*(===?|!==?)\s*(["'])([\w$.-]+)\5$/;

/**
 * A suggestion that lets a comparison look through the causes of an error, with a function at the end of the file. Empty: it is written otherwise, or
 * the file has another function of that name.
 */
export function walkCauses(test: ErrorTest, text: (path: string) => string | null): Fix[] {
  const { path, start, end } = test.at;
  const source = text(path);
  const found = source === null ? null : comparison.exec(source.slice(start, end));
  if (source === null || found === null) return [];
  const [, cast, plain, field, operator = "", , value] = found;
  if (field === "code" && value !== "23505") return [];
  const typed = /\.[cm]?tsx?$/.test(path);
  const isThere = source.includes(helper(typed).trim());
  if (!isThere && /\bisUniqueViolation\b/.test(source)) return [];
  const call = `${operator.startsWith("!") ? "!" : ""}isUniqueViolation(${cast ?? plain}${field === "constraint" ? `, "${value}"` : ""})`;
  const behind = { path, start: source.length, end: source.length };
  const added = isThere ? [] : [{ at: behind, text: `${source.endsWith("\n") ? "" : "\n"}${helper(typed)}` }];
  return [{ title: "Look through the error's causes, where clients put what the database answers.", edits: [{ at: test.at, text: call }, ...added] }];
}
