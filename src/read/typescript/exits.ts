import { ts } from "ts-morph";

/** True when control never comes out at the end of this statement: it returns, throws, or goes elsewhere in its loop. */
export function alwaysLeaves(node: ts.Statement): boolean {
  if (ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)) return true;
  if (ts.isBlock(node)) return node.statements.some(alwaysLeaves);
  if (ts.isIfStatement(node)) return node.elseStatement !== undefined && alwaysLeaves(node.thenStatement) && alwaysLeaves(node.elseStatement);
  if (ts.isTryStatement(node)) {
    if (node.finallyBlock !== undefined && alwaysLeaves(node.finallyBlock)) return true;
    return alwaysLeaves(node.tryBlock) && (node.catchClause === undefined || alwaysLeaves(node.catchClause.block));
  }
  return ts.isExpressionStatement(node) && isProcessExit(node.expression);
}

function isProcessExit(node: ts.Expression): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const of = node.expression.expression;
  return ts.isIdentifier(of) && of.text === "process" && node.expression.name.text === "exit";
}
