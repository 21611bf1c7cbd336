import { ts } from "ts-morph";
import type { Reader } from "./state.ts";

/** Methods that change the list, set, map or form data they are called on. */
const CHANGING = new Set(["push", "unshift", "splice", "pop", "shift", "fill", "set", "add", "append", "delete"]);

/** Marks the locals whose value is written into after it was made: `data.name = x`, `conditions.push(x)`, `Object.assign(data, x)`. */
export function noteChanges(reader: Reader): void {
  for (const [index, references] of reader.references.entries()) {
    const local = reader.facts.locals[index];
    if (local !== undefined && local.kind !== "parameter" && references.some(changesValue)) local.changed = true;
  }
}

function changesValue(reference: ts.Identifier): boolean {
  let node: ts.Node = reference;
  let name: string | null = null;
  for (;;) {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) name = parent.name.text;
    else if (ts.isElementAccessExpression(parent) && parent.expression === node) name = "";
    else if (!(ts.isNonNullExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent))) break;
    node = parent;
  }
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.expression === node ? name !== null && CHANGING.has(name) : isAssigned(parent, node);
  if (name === null) return false;
  if (ts.isDeleteExpression(parent) || ts.isPostfixUnaryExpression(parent)) return true;
  if (!ts.isBinaryExpression(parent) || parent.left !== node) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `Object.assign(data, …)`. */
function isAssigned(call: ts.CallExpression, node: ts.Node): boolean {
  const { expression } = call;
  return call.arguments[0] === node && ts.isPropertyAccessExpression(expression) && expression.name.text === "assign" && ts.isIdentifier(expression.expression) && expression.expression.text === "Object";
}
