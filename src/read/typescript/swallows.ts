import { ts } from "ts-morph";
import { calleeText, stripWrappers } from "./nodes.ts";

const LOGGING = /^(?:console|.*log(?:gers?)?|Sentry|posthog|span|\w*(?:capture|report|track)\w*)(?:\.[\w.()]+)?$/i;

/** True for a body that is empty or does nothing but write a log line (and answer with null, undefined or false). */
export function swallowsErrors(body: readonly ts.Statement[] | ts.Expression): boolean {
  return isStatements(body) ? body.every(isIdle) : isNothing(body) || isLogging(body);
}

export function isStatements(body: readonly ts.Statement[] | ts.Expression): body is readonly ts.Statement[] {
  return Array.isArray(body);
}

function isIdle(node: ts.Statement): boolean {
  if (ts.isReturnStatement(node)) return node.expression === undefined || isNothing(node.expression);
  if (ts.isContinueStatement(node) || ts.isEmptyStatement(node)) return true;
  if (ts.isBlock(node)) return node.statements.every(isIdle);
  if (ts.isIfStatement(node)) return isIdle(node.thenStatement) && (node.elseStatement === undefined || isIdle(node.elseStatement));
  // `const context = { user, error };`
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.every(({ initializer }) => initializer !== undefined && !holdsCall(initializer));
  return ts.isExpressionStatement(node) && isLogging(node.expression);
}

function holdsCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node) || (ts.forEachChild(node, (child) => holdsCall(child) || undefined) ?? false);
}

function isNothing(node: ts.Expression): boolean {
  const inner = stripWrappers(node);
  if (inner.kind === ts.SyntaxKind.NullKeyword || inner.kind === ts.SyntaxKind.FalseKeyword || ts.isVoidExpression(inner)) return true;
  if (ts.isObjectLiteralExpression(inner)) return inner.properties.length === 0;
  return ts.isIdentifier(inner) && inner.text === "undefined";
}

/** `console.error(e)`, `logger.warn(…)`, or such a function by name. */
export function isLogging(node: ts.Expression): boolean {
  const inner = stripWrappers(ts.isAwaitExpression(node) ? node.expression : node);
  return LOGGING.test(calleeText(ts.isCallExpression(inner) ? inner.expression : inner));
}
