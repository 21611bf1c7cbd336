import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { ContextStep } from "../../model/facts.ts";
import { isFunctionNode } from "./nodes.ts";

/**
 * Behind `while (await find(name)) name = next()` there was none of that name; behind `for (;;) { if (!(await find(name))) break; … }` neither. With several ways
 * out one of them was taken; where not all are seen, nothing is known. The test is turned round: what stands in the loop stands in no other branch than this.
 */
export function conditionsBehind(node: ts.IterationStatement, test: Expression | null, exits: ContextStep[]): ContextStep[] {
  const ends = test === null ? [] : [negated(test)];
  const breaks = breaksOf(node.statement);
  for (const { expression } of breaks.tested) {
    const step = exits.find((each) => each.kind === "condition" && each.test.end === expression.end && each.test.start >= expression.pos && each.test.start < expression.end && !each.holds);
    if (step?.kind !== "condition") return [];
    ends.push(step.test);
  }
  const [first, ...rest] = ends;
  if (first === undefined || breaks.others) return [];
  const all = rest.reduce<Expression>((left, right) => ({ kind: "binary", operator: "||", left, right, start: left.start, end: right.end }), first);
  return [{ kind: "condition", test: all, holds: true, via: "early-exit" }];
}

function negated(of: Expression): Expression {
  return { kind: "unary", operator: "!", of, start: of.start, end: of.end };
}

/** `tested`: `if (…) break;` among the body's own statements; `others`: there are more. */
function breaksOf(body: ts.Statement): { tested: ts.IfStatement[]; others: boolean } {
  const tested = (ts.isBlock(body) ? [...body.statements] : [body]).filter((each): each is ts.IfStatement => ts.isIfStatement(each) && each.elseStatement === undefined && isBreak(each.thenStatement));
  return { tested, others: countBreaks(body) > tested.length };
}

function isBreak(node: ts.Statement): boolean {
  return ts.isBreakStatement(node) ? node.label === undefined : ts.isBlock(node) && isLastBreak(node.statements.at(-1));
}

function isLastBreak(node: ts.Statement | undefined): boolean {
  return node !== undefined && isBreak(node);
}

/** Also those with a label, which may leave this loop. */
function countBreaks(node: ts.Node): number {
  if (ts.isBreakStatement(node)) return 1;
  if (isFunctionNode(node)) return 0;
  const isOwn = !ts.isIterationStatement(node, false) && !ts.isSwitchStatement(node);
  let count = 0;
  ts.forEachChild(node, (child) => {
    if (isOwn || !ts.isBreakStatement(child)) count += countBreaks(child);
  });
  return count;
}
