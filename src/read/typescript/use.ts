import { ts } from "ts-morph";
import type { CallFact } from "../../model/facts.ts";
import { flowOf, type Flow } from "./flow.ts";
import { boundNames } from "./nodes.ts";
import { resolveLocal } from "./scopes.ts";
import type { Reader } from "./state.ts";

/** What becomes of a call's value, told by where it stands. */
export function useOf(reader: Reader, node: ts.Expression): Pick<CallFact, "awaited" | "use"> {
  const flow = flowOf(node);
  return { awaited: flow.awaited, use: flow.names.length > 0 && flow.elementOf === null ? { kind: "member", names: flow.names } : useAt(reader, flow) };
}

function useAt(reader: Reader, flow: Flow): CallFact["use"] {
  const { end, parent } = flow;
  if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) return { kind: "ignored" };
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === end)) return { kind: "returned" };
  if (ts.isVariableDeclaration(parent)) return { kind: "bound", locals: localsOf(reader, boundPart(parent.name, flow)) };
  if (ts.isForOfStatement(parent) && parent.expression === end && ts.isVariableDeclarationList(parent.initializer)) {
    return { kind: "bound", locals: parent.initializer.declarations.flatMap((each) => localsOf(reader, each.name)) };
  }
  if (isCondition(parent, end)) return { kind: "condition" };
  if (ts.isBinaryExpression(parent)) return useInBinary(reader, parent, end);
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== end) return { kind: "argument" };
  if (ts.isArrayLiteralExpression(parent) || ts.isSpreadElement(parent)) return { kind: "argument" };
  return { kind: "other" };
}

/** Of `const [a, b] = await Promise.all([x(), y()])`, x is bound to `a` only. */
function boundPart(name: ts.BindingName, flow: Flow): ts.BindingName | null {
  if (flow.elementOf === null || ts.isIdentifier(name)) return name;
  if (!ts.isArrayBindingPattern(name)) return null;
  const element = name.elements[flow.elementOf];
  return element !== undefined && ts.isBindingElement(element) ? element.name : null;
}

function localsOf(reader: Reader, name: ts.BindingName | null): number[] {
  if (name === null) return [];
  return boundNames(name).flatMap((each) => reader.localOf.get(each) ?? []);
}

/** Does the truth of this expression decide something here? */
export function isCondition(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent) || ts.isSwitchStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === node;
  return ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken;
}

function useInBinary(reader: Reader, parent: ts.BinaryExpression, end: ts.Node): CallFact["use"] {
  const operator = parent.operatorToken.kind;
  if (parent.right === end && operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment) {
    const local = ts.isIdentifier(parent.left) ? resolveLocal(reader, parent.left.text) : null;
    return local === null ? { kind: "other" } : { kind: "bound", locals: [local] };
  }
  return { kind: isComparison(operator) || parent.left === end ? "condition" : "other" };
}

export function isComparison(operator: ts.SyntaxKind): boolean {
  switch (operator) {
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
    case ts.SyntaxKind.InstanceOfKeyword:
    case ts.SyntaxKind.InKeyword:
      return true;
    default:
      return false;
  }
}
