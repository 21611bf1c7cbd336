import { ts } from "ts-morph";
import type { Argument, Expression } from "../../model/expression.ts";
import type { HandlerFact } from "../../model/facts.ts";
import { bindPattern } from "./bindings.ts";
import { isFunctionNode, memberName, stripWrappers } from "./nodes.ts";
import { rethrowsOf } from "./rethrows.ts";
import { addLocal, declareLocal, inScope } from "./scopes.ts";
import { spanOf, withStep, type Reader } from "./state.ts";
import { isLogging, swallowsErrors } from "./swallows.ts";

/** try / catch / finally. A `try` without a `catch` handles nothing. */
export function readTry(reader: Reader, node: ts.TryStatement): void {
  const clause = node.catchClause;
  if (clause === undefined) readBlock(reader, node.tryBlock);
  else {
    const handler = openTryHandler(reader, node, clause);
    withStep(reader, { kind: "try", handler }, () => readBlock(reader, node.tryBlock));
    withStep(reader, { kind: "catch", handler }, () => readCatch(reader, clause, handler));
  }
  const last = node.finallyBlock;
  if (last !== undefined) withStep(reader, { kind: "finally" }, () => readBlock(reader, last));
}

function readBlock(reader: Reader, block: ts.Block): void {
  inScope(reader, () => reader.walk.statements(reader, block.statements));
}

function openTryHandler(reader: Reader, node: ts.TryStatement, clause: ts.CatchClause): number {
  const handler: HandlerFact = {
    form: "try",
    at: spanOf(reader, clause),
    guards: spanOf(reader, node.tryBlock),
    body: spanOf(reader, clause.block),
    error: null,
    callee: null,
    tests: [],
    rethrows: rethrowsOf(clause.block.statements, errorName(clause)),
    swallows: swallowsErrors(clause.block.statements),
    function: reader.function,
  };
  return reader.facts.handlers.push(handler) - 1;
}

function errorName(clause: ts.CatchClause): string | null {
  const name = clause.variableDeclaration?.name;
  return name !== undefined && ts.isIdentifier(name) ? name.text : null;
}

function readCatch(reader: Reader, clause: ts.CatchClause, handler: number): void {
  inScope(reader, () => {
    const name = clause.variableDeclaration?.name;
    const error = name === undefined ? null : declareError(reader, name);
    const fact = reader.facts.handlers[handler];
    if (fact !== undefined) fact.error = error;
    reader.frames.push({ handler, locals: new Set(error === null ? [] : [error]) });
    if (name !== undefined && error !== null && !ts.isIdentifier(name)) bindError(reader, name, error);
    readBlock(reader, clause.block);
    reader.frames.pop();
  });
}

/** `catch ({ code })` has an error without a name; the names are taken from it. */
function declareError(reader: Reader, name: ts.BindingName): number {
  if (ts.isIdentifier(name)) return declareLocal(reader, name, "catch");
  const declare = (each: ts.BindingName): void => {
    if (ts.isIdentifier(each)) declareLocal(reader, each, "catch");
    else for (const element of each.elements) if (ts.isBindingElement(element)) declare(element.name);
  };
  declare(name);
  return addLocal(reader, "", name, "catch");
}

function bindError(reader: Reader, name: ts.BindingName, error: number): void {
  bindPattern(reader, name, { kind: "local", name: "", local: error, start: name.getStart(reader.source), end: name.end }, []);
}

/** `.catch(handler)` and `.then(ok, handler)`: opens the handler; `read` reads the argument that is it. */
export function openPromiseHandler(reader: Reader, node: ts.CallExpression, call: number): { handler: number; argument: number; read(): Argument } | null {
  const argument = handlerArgument(node);
  const given = argument === null ? undefined : node.arguments[argument];
  if (argument === null || given === undefined) return null;
  const inner = stripWrappers(given);
  if (!isFunctionNode(inner) && !ts.isIdentifier(inner) && !ts.isPropertyAccessExpression(inner) && !ts.isCallExpression(inner)) return null;
  const handler = reader.facts.handlers.push(promiseHandler(reader, node, inner)) - 1;
  const fact = reader.facts.calls[call];
  if (fact !== undefined) fact.handler = handler;
  return { handler, argument, read: () => withStep(reader, { kind: "catch", handler }, () => readHandler(reader, inner, handler)) };
}

/** Which argument handles the error: the first of `.catch(…)`, the second of `.then(…)`. */
function handlerArgument(node: ts.CallExpression): number | null {
  const name = ts.isPropertyAccessExpression(node.expression) ? memberName(node.expression) : null;
  if (name === "catch" && node.arguments.length === 1) return 0;
  return name === "then" && node.arguments.length === 2 ? 1 : null;
}

function promiseHandler(reader: Reader, node: ts.CallExpression, given: ts.Expression): HandlerFact {
  const fn = isFunctionNode(given) ? given : null;
  const statements = fn === null ? null : ts.isBlock(fn.body) ? fn.body.statements : fn.body;
  const first = fn?.parameters[0]?.name;
  return {
    form: "promise",
    at: spanOf(reader, given),
    guards: spanOf(reader, (node.expression as ts.PropertyAccessExpression).expression),
    body: spanOf(reader, fn?.body ?? given),
    error: null,
    callee: null,
    tests: [],
    rethrows: statements === null ? "never" : rethrowsOf(statements, first !== undefined && ts.isIdentifier(first) ? first.text : null),
    swallows: statements === null ? isLogging(given) : swallowsErrors(statements),
    function: reader.function,
  };
}

function readHandler(reader: Reader, given: ts.Expression, handler: number): Expression {
  if (isFunctionNode(given)) {
    const held = reader.walk.functionLike(reader, given, handler);
    return { kind: "function", function: held, start: given.getStart(reader.source), end: given.end };
  }
  const callee = reader.walk.expression(reader, given);
  const fact = reader.facts.handlers[handler];
  if (fact !== undefined) fact.callee = callee;
  return callee;
}
