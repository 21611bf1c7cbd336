import type { Expression } from "../model/expression.ts";
import type { Context } from "./evaluate-context.ts";
import { alternatives, possibilities, truthOf, unknown } from "./evaluated.ts";
import type { Env, Evaluated } from "./program.ts";

/** A template without a tag folds to a string when all of its holes do; a tagged one stays what it is (but for String.raw). */
export function evaluateTemplate(context: Context, path: string, expression: Extract<Expression, { kind: "template" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  const { quasis, quasiStarts } = expression;
  const tag = expression.tag === null ? null : context.evaluate(path, expression.tag, env);
  const holes = expression.holes.map((hole) => context.evaluate(path, hole, env));
  const raw = tag?.kind === "member" && tag.name === "raw" && tag.of.kind === "external" && tag.of.package === "" && tag.of.name === "String";
  if (tag !== null && !raw) return { kind: "template", at, tag, quasis, quasiStarts, holes };
  let text = quasis[0] ?? "";
  for (const [i, hole] of holes.entries()) {
    if (hole.kind !== "string" && hole.kind !== "number") return { kind: "template", at, tag: null, quasis, quasiStarts, holes };
    text += String(hole.value) + (quasis[i + 1] ?? "");
  }
  return { kind: "string", at, value: text };
}

const FOLDED = new Set(["+", "&&", "||", "??"]);

/** Holds no call: whether something is true is not worth following functions for, whose answer is hardly ever known. */
export function isCheap(expression: Expression): boolean {
  switch (expression.kind) {
    case "binary":
      return isCheap(expression.left) && isCheap(expression.right);
    case "unary":
    case "member":
      return isCheap(expression.of);
    case "call":
    case "new":
    case "template":
    case "index":
    case "conditional":
    case "array":
    case "object":
    case "class":
    case "opaque":
      return false;
    default:
      return true;
  }
}

/** `+` folds strings; `&&`, `||`, `??` choose a side or keep both as alternatives; `===` compares folded scalars. */
export function evaluateBinary(context: Context, path: string, expression: Extract<Expression, { kind: "binary" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  const { operator } = expression;
  const isEquality = /^[!=]==?$/.test(operator);
  if (isEquality ? !isCheap(expression) : !FOLDED.has(operator)) return unknown(at, operator);
  const left = context.evaluate(path, expression.left, env);
  if (operator === "&&" || operator === "||" || operator === "??") {
    const takesRight = choosesRight(operator, left);
    if (takesRight === false) return left;
    const right = context.evaluate(path, expression.right, env);
    if (takesRight) return right;
    return alternatives(at, [operator === "&&" ? { kind: "undefined", at } : withoutNothing(left), right]);
  }
  const right = context.evaluate(path, expression.right, env);
  if (operator === "+") return concatenate(left, right) ?? unknown(at, "+");
  const isEqual = equality(left, right);
  if (isEqual === null) return unknown(at, operator);
  return { kind: "boolean", at, value: operator.startsWith("!") ? !isEqual : isEqual };

  function concatenate(a: Evaluated, b: Evaluated): Evaluated | null {
    if (a.kind === "number" && b.kind === "number") return { kind: "number", at, value: a.value + b.value };
    const isText = (value: Evaluated) => value.kind === "string" || value.kind === "number";
    if (isText(a) && isText(b)) return { kind: "string", at, value: String(scalarOf(a)) + String(scalarOf(b)) };
    if (a.kind !== "string" && b.kind !== "string" && a.kind !== "template") return null;
    return concatenateParts(a, b);
  }

  /** A text with unknown parts is a template with holes, so that readers of SQL can still see the known parts. */
  function concatenateParts(a: Evaluated, b: Evaluated): Evaluated | null {
    const parts = [a, b].map(templateParts);
    const [first, second] = parts;
    if (first === undefined || second === undefined) return null;
    const quasis = [...first.quasis.slice(0, -1), (first.quasis.at(-1) ?? "") + (second.quasis[0] ?? ""), ...second.quasis.slice(1)];
    const quasiStarts = [...first.quasiStarts, ...second.quasiStarts.slice(1)];
    return { kind: "template", at, tag: null, quasis, quasiStarts, holes: [...first.holes, ...second.holes] };
  }
}

/** Where the left side is null, `??` and `||` give the right one. */
function withoutNothing(left: Evaluated): Evaluated {
  return alternatives(left.at, possibilities(left).filter((each) => each.kind !== "null" && each.kind !== "undefined"));
}

function templateParts(value: Evaluated): { quasis: string[]; quasiStarts: number[]; holes: Evaluated[] } {
  if (value.kind === "template" && value.tag === null) return value;
  // The text of a literal starts behind its quote.
  if (value.kind === "string") return { quasis: [value.value], quasiStarts: [value.at.start + 1], holes: [] };
  return { quasis: ["", ""], quasiStarts: [value.at.start, value.at.end], holes: [value] };
}

function choosesRight(operator: "&&" | "||" | "??", left: Evaluated): boolean | null {
  if (operator === "??") {
    if (left.kind === "null" || left.kind === "undefined") return true;
    return truthOf(left) === null ? null : false;
  }
  const truth = truthOf(left);
  return truth === null ? null : truth === (operator === "&&");
}

function scalarOf(value: Evaluated): string | number | boolean | null | undefined {
  if (value.kind === "string" || value.kind === "number" || value.kind === "boolean") return value.value;
  return value.kind === "null" ? null : undefined;
}

function equality(a: Evaluated, b: Evaluated): boolean | null {
  const isScalar = (value: Evaluated) => ["string", "number", "boolean", "null", "undefined"].includes(value.kind);
  return isScalar(a) && isScalar(b) ? scalarOf(a) === scalarOf(b) : null;
}
