import { ts } from "ts-morph";
import type { Flow } from "./flow.ts";
import { isWrapper } from "./nodes.ts";

const LONGEST = 200;

/** `if (!row) throw new Error("…")`, `if (rows.length === 0) { throw … }`: what is thrown when the value at the end of the flow is missing. */
export function thrownWithout({ end, parent }: Pick<Flow, "end" | "parent">): { throws?: string } {
  const absent = ts.isPrefixUnaryExpression(parent) || (ts.isBinaryExpression(parent) && asksForNone(parent, end)) ? parent : null;
  const condition = absent === null ? null : outermost(absent);
  if (condition === null || !ts.isIfStatement(condition.parent) || condition.parent.expression !== condition) return {};
  const { thenStatement } = condition.parent;
  const last = ts.isBlock(thenStatement) ? thenStatement.statements.at(-1) : thenStatement;
  return last !== undefined && ts.isThrowStatement(last) ? { throws: last.expression.getText().slice(0, LONGEST) } : {};
}

/** `=== undefined`, `== null`, `=== 0`, `< 1`, `!== 1`. */
function asksForNone(node: ts.BinaryExpression, end: ts.Node): boolean {
  if (node.left !== end) return false;
  const [operator, against] = [node.operatorToken.getText(), node.right.getText()];
  return (/^===?$/.test(operator) && /^(?:undefined|null|0)$/.test(against)) || (operator === "<" && against === "1") || (/^!==?$/.test(operator) && against === "1");
}

/** The condition that a test is an alternative of: `!row || …`. */
function outermost(test: ts.Node): ts.Node {
  let node = test;
  while (isWrapper(node.parent) || (ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === ts.SyntaxKind.BarBarToken)) node = node.parent;
  return node;
}
