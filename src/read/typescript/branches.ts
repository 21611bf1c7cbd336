import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { ContextStep } from "../../model/facts.ts";
import { addToLocal } from "./additions.ts";
import { addValue, assignTarget, opaqueOf } from "./bindings.ts";
import { noteTest } from "./error-frames.ts";
import { stripWrappers } from "./nodes.ts";
import { MAX_DEPTH, noteTooDeep, withStep, type Reader } from "./state.ts";

const K = ts.SyntaxKind;

/** Operators that the model knows; others are opaque. */
const OPERATORS = new Map<ts.SyntaxKind, string>(
  [
    K.AmpersandAmpersandToken, K.BarBarToken, K.QuestionQuestionToken, K.EqualsEqualsEqualsToken, K.ExclamationEqualsEqualsToken, K.EqualsEqualsToken,
    K.ExclamationEqualsToken, K.LessThanToken, K.GreaterThanToken, K.LessThanEqualsToken, K.GreaterThanEqualsToken, K.PlusToken, K.MinusToken,
    K.AsteriskToken, K.SlashToken, K.PercentToken, K.InKeyword, K.InstanceOfKeyword,
  ].map((kind) => [kind, ts.tokenToString(kind) ?? ""]),
);

const LOGICAL_ASSIGNMENTS = new Map<ts.SyntaxKind, "&&" | "||" | "??">([
  [K.AmpersandAmpersandEqualsToken, "&&"],
  [K.BarBarEqualsToken, "||"],
  [K.QuestionQuestionEqualsToken, "??"],
]);

/** A condition: it is one test as a whole, whatever stands inside. */
export function readTest(reader: Reader, node: ts.Expression): Expression {
  reader.inTest++;
  const test = reader.walk.expression(reader, node);
  reader.inTest--;
  noteTest(reader, test);
  return test;
}

export function conditionStep(test: Expression, holds: boolean): ContextStep {
  return { kind: "condition", test, holds, via: "branch" };
}

/** What must be so for the right side of a logical operator to run. */
function rightStep(operator: string, left: Expression): ContextStep | null {
  if (operator === "&&") return conditionStep(left, true);
  if (operator === "||") return conditionStep(left, false);
  return operator === "??" ? { kind: "condition", test: left, holds: false, via: "nullish" } : null;
}

export function readConditional(reader: Reader, node: ts.ConditionalExpression): Expression {
  const test = readTest(reader, node.condition);
  const then = withStep(reader, conditionStep(test, true), () => reader.walk.expression(reader, node.whenTrue));
  const otherwise = withStep(reader, conditionStep(test, false), () => reader.walk.expression(reader, node.whenFalse));
  return { kind: "conditional", test, then, else: otherwise, start: node.getStart(reader.source), end: node.end };
}

/** Binary operators; a long `a + b + c …` leans to the left and is read in a loop, not by recursion. */
export function readBinary(reader: Reader, node: ts.BinaryExpression): Expression {
  if (isAssignment(node)) return readCompound(reader, node);
  const spine: ts.BinaryExpression[] = [];
  let leftmost: ts.Expression = node;
  while (ts.isBinaryExpression(leftmost) && OPERATORS.has(leftmost.operatorToken.kind)) {
    spine.push(leftmost);
    leftmost = leftmost.left;
  }
  if (spine.length === 0) return readUnknownOperator(reader, node);
  if (spine.length > MAX_DEPTH) return readLongSpine(reader, node, leftmost, spine);
  const start = leftmost.getStart(reader.source);
  let left = reader.walk.expression(reader, leftmost);
  for (const part of spine.reverse()) {
    const operator = OPERATORS.get(part.operatorToken.kind) ?? "";
    const step = rightStep(operator, left);
    const read = (): Expression => reader.walk.expression(reader, part.right);
    const right = step === null ? read() : withStep(reader, step, read);
    left = { kind: "binary", operator, left, right, start, end: part.end };
  }
  return left;
}

/** A sum of thousands of parts: each part is read, the whole is opaque, for it would nest as deep as it is long. */
function readLongSpine(reader: Reader, node: ts.BinaryExpression, leftmost: ts.Expression, spine: ts.BinaryExpression[]): Expression {
  noteTooDeep(reader, node);
  reader.walk.expression(reader, leftmost);
  for (const part of spine.reverse()) reader.walk.expression(reader, part.right);
  return opaqueOf(reader, node);
}

function isAssignment(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind >= K.FirstAssignment && node.operatorToken.kind <= K.LastAssignment;
}

/** `x ??= v` may give x the value v; `x += v` adds to what is there; `x -= v` gives it one that is not known. */
function readCompound(reader: Reader, node: ts.BinaryExpression): Expression {
  const logical = LOGICAL_ASSIGNMENTS.get(node.operatorToken.kind);
  const left = reader.walk.expression(reader, node.left);
  const step = logical === undefined ? null : rightStep(logical, left);
  const read = (): Expression => reader.walk.expression(reader, node.right);
  const right = step === null ? read() : withStep(reader, step, read);
  if (logical === undefined) {
    if (left.kind === "local" && node.operatorToken.kind === K.PlusEqualsToken) return addToLocal(reader, node, left.local, right);
    const result = opaqueOf(reader, node);
    if (left.kind === "local") addValue(reader, left.local, result, []);
    return result;
  }
  assignTarget(reader, stripWrappers(node.left), right, []);
  return { kind: "binary", operator: logical, left, right, start: node.getStart(reader.source), end: node.end };
}

function readUnknownOperator(reader: Reader, node: ts.BinaryExpression): Expression {
  reader.walk.expression(reader, node.left);
  reader.walk.expression(reader, node.right);
  return opaqueOf(reader, node);
}
