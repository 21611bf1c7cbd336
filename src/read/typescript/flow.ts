import { ts } from "ts-morph";
import { isWrapper, memberName } from "./nodes.ts";

/** Where a value goes, through casts, `await`, members and branches, until something is done with it. */
export type Flow = {
  awaited: boolean;
  /** Members taken on the way, `0` for the first element: `(await q)[0]?.id` gives ["0", "id"]. */
  names: string[];
  /** Positions in `names` that were taken with `?.`. */
  optional: boolean[];
  /** `?? y`, `|| y` or the left of `&&` stands on the way: absence was thought of. */
  checked: boolean;
  /** The value is element n of a `Promise.all([…])`, and the flow goes on from that. */
  elementOf: number | null;
  /** Last expression of the flow, and what it stands in. */
  end: ts.Node;
  parent: ts.Node;
};

export function flowOf(node: ts.Node): Flow {
  const flow: Flow = { awaited: false, names: [], optional: [], checked: false, elementOf: null, end: node, parent: node.parent };
  while (stepUp(flow)) flow.parent = flow.end.parent;
  return flow;
}

/** Moves one step outwards; false when the value is used up. */
function stepUp(flow: Flow): boolean {
  const { end, parent } = flow;
  if (isWrapper(parent)) return moveTo(flow, parent);
  if (ts.isAwaitExpression(parent) || (ts.isYieldExpression(parent) && parent.asteriskToken !== undefined)) {
    flow.awaited = true;
    return moveTo(flow, parent);
  }
  if (ts.isPropertyAccessExpression(parent) || (ts.isElementAccessExpression(parent) && parent.expression === end)) return takeMember(flow, parent);
  if (ts.isConditionalExpression(parent)) return parent.condition !== end && moveTo(flow, parent);
  if (ts.isBinaryExpression(parent)) return stepThroughBinary(flow, parent);
  if (ts.isArrayLiteralExpression(parent)) return stepOutOfAll(flow, parent);
  return false;
}

function moveTo(flow: Flow, node: ts.Node): true {
  flow.end = node;
  return true;
}

function takeMember(flow: Flow, node: ts.PropertyAccessExpression | ts.ElementAccessExpression): boolean {
  const optional = node.questionDotToken !== undefined;
  const first = firstElementCall(node);
  flow.optional.push(optional);
  if (first !== null) {
    flow.names.push("0");
    return moveTo(flow, first);
  }
  flow.names.push(memberName(node) ?? indexName(node));
  return moveTo(flow, node);
}

function indexName(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): string {
  return ts.isElementAccessExpression(node) && ts.isNumericLiteral(node.argumentExpression) ? node.argumentExpression.text : "*";
}

/** `rows.at(0)`, `rows.shift()`, `rows.pop()`: the call that takes one element. */
function firstElementCall(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): ts.Node | null {
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.expression !== node) return null;
  const name = memberName(node);
  const index = call.arguments[0];
  if (name === "at" && index !== undefined && ts.isNumericLiteral(index) && index.text === "0") return call;
  return (name === "shift" || name === "pop") && call.arguments.length === 0 ? call : null;
}

function stepThroughBinary(flow: Flow, node: ts.BinaryExpression): boolean {
  const operator = node.operatorToken.kind;
  const isOr = operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.BarBarToken;
  if (isOr && node.left === flow.end) flow.checked = true;
  else if (!((isOr || operator === ts.SyntaxKind.AmpersandAmpersandToken) && node.right === flow.end)) return false;
  return moveTo(flow, node);
}

/** `Promise.all([x(), y()])` hands on each element's value. */
function stepOutOfAll(flow: Flow, array: ts.ArrayLiteralExpression): boolean {
  const call = array.parent;
  if (flow.elementOf !== null || flow.names.length > 0 || !ts.isCallExpression(call) || call.arguments[0] !== array) return false;
  if (!ts.isPropertyAccessExpression(call.expression) || call.expression.name.text !== "all") return false;
  const root = call.expression.expression;
  if (!ts.isIdentifier(root) || root.text !== "Promise") return false;
  flow.elementOf = array.elements.indexOf(flow.end as ts.Expression);
  return moveTo(flow, call);
}
