import { ts } from "ts-morph";
import { boundNames, stripWrappers } from "./nodes.ts";

/** Which way the tests of a handler are taken to go: the error is what they ask for, or it is not. */
export type Assumed = "matched" | "unmatched";

/** The error's name and those of the body's variables that are worked out from it: `const isDuplicate = e.code === "23505"`. */
export function namesFrom(error: string, body: readonly ts.Statement[]): Set<string> {
  const names = new Set([error]);
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined && mentions(node.initializer, names)) {
      for (const name of boundNames(node.name)) names.add(name.text);
    }
    ts.forEachChild(node, visit);
  };
  body.forEach(visit);
  return names;
}

function mentions(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isPropertyAccessExpression(node)) return mentions(node.expression, names);
  return ts.forEachChild(node, (child) => (mentions(child, names) ? true : undefined)) === true;
}

/** Is a condition true under the assumption? null: it may be either, for it asks about something else than the error. */
export function holdsWhen(test: ts.Expression, assumed: Assumed, names: ReadonlySet<string>): boolean | null {
  const node = stripWrappers(test);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return not(holdsWhen(node.operand, assumed, names));
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    if (operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken) {
      const decides = operator === ts.SyntaxKind.BarBarToken;
      const sides = [holdsWhen(node.left, assumed, names), holdsWhen(node.right, assumed, names)];
      if (sides.includes(decides)) return decides;
      return sides.includes(null) ? null : !decides;
    }
  }
  if (!mentions(node, names)) return null;
  return isNegative(node) ? assumed === "unmatched" : assumed === "matched";
}

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

/** `e.code !== "23505"` holds when the error is another one; `code !== undefined` asks whether there is a code at all. */
function isNegative(node: ts.Expression): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const operator = node.operatorToken.kind;
  if (operator !== ts.SyntaxKind.ExclamationEqualsEqualsToken && operator !== ts.SyntaxKind.ExclamationEqualsToken) return false;
  const right = stripWrappers(node.right);
  return right.kind !== ts.SyntaxKind.NullKeyword && !(ts.isIdentifier(right) && right.text === "undefined");
}
