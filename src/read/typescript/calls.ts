import type { ts } from "ts-morph";
import type { Argument, Expression } from "../../model/expression.ts";
import { closeCall, openCall } from "./call-facts.ts";
import { openPromiseHandler } from "./handlers.ts";
import { readArgument, readArguments } from "./literals.ts";
import { isFunctionNode, memberName, stripWrappers } from "./nodes.ts";
import { OUTSIDE, textOf, withStep, type Reader } from "./state.ts";

/** Methods that call their function once for each element. */
const ITERATORS = new Set(["map", "forEach", "flatMap", "reduce", "filter", "some", "every"]);

/** A call. The outermost of a chain opens the fact; the links inside share it. */
export function readCall(reader: Reader, node: ts.CallExpression, chain: number): Expression {
  const own = chain === OUTSIDE ? openCall(reader, node) : chain;
  if (own !== OUTSIDE) reader.callOf.set(node, own);
  const handled = openPromiseHandler(reader, node, own);
  const readCallee = (): Expression => reader.walk.expression(reader, node.expression, own);
  const callee = handled === null ? readCallee() : withStep(reader, { kind: "try", handler: handled.handler }, readCallee);
  const args = handled === null ? readCallArguments(reader, node, callee) : node.arguments.map((each, i) => (i === handled.argument ? handled.read() : readArgument(reader, each)));
  if (reader.class !== null && callee.kind === "name" && callee.name === "super") reader.class.superArgs = args;
  const typeArgs = node.typeArguments?.map((each) => textOf(reader, each)) ?? [];
  const expression: Expression = { kind: "call", callee, args, typeArgs, start: node.getStart(reader.source), end: node.end };
  if (chain === OUTSIDE) closeCall(reader, own, node, expression);
  return expression;
}

/** The function given to `rows.map(…)` runs in a loop over `rows`. */
function readCallArguments(reader: Reader, node: ts.CallExpression, callee: Expression): Argument[] {
  const first = node.arguments[0];
  const name = memberName(stripWrappers(node.expression));
  if (callee.kind !== "member" || name === null || first === undefined || !ITERATORS.has(name) || !isFunctionNode(stripWrappers(first))) return readArguments(reader, node.arguments);
  return withStep(reader, { kind: "loop", over: callee.of }, () => readArguments(reader, node.arguments));
}

export function readNew(reader: Reader, node: ts.NewExpression): Expression {
  const callee = reader.walk.expression(reader, node.expression);
  const args = readArguments(reader, node.arguments ?? []);
  return { kind: "new", callee, args, start: node.getStart(reader.source), end: node.end };
}
