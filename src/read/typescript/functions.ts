import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { FunctionFact } from "../../model/facts.ts";
import { addValue, elementKey } from "./bindings.ts";
import { noteReturned } from "./error-frames.ts";
import { docOf } from "./doc.ts";
import { callbackOf, leadOf, nameOf } from "./function-names.ts";
import { addLocal, declareLocal, hoistVars, inScope } from "./scopes.ts";
import { spanOf, textOf, withStep, type Reader } from "./state.ts";

/** Reads a function and all that stands in it; gives its index. `handler`: it is what a promise calls with an error. */
export function readFunctionLike(reader: Reader, node: ts.FunctionLikeDeclaration, handler: number | null = null): number {
  const decorators = readDecorators(reader, node);
  const { fact, index } = openFunction(reader, node, decorators);
  const outer = { function: reader.function, inTest: reader.inTest };
  reader.function = index;
  reader.inTest = 0;
  withStep(reader, { kind: "function", function: index }, () => {
    inScope(reader, () => {
      readParameters(reader, node, fact);
      if (handler !== null) openFrame(reader, node, handler, fact);
      readBody(reader, node, fact);
      if (handler !== null) reader.frames.pop();
    });
  });
  reader.function = outer.function;
  reader.inTest = outer.inTest;
  return index;
}

function openFunction(reader: Reader, node: ts.FunctionLikeDeclaration, decorators: Expression[]): { fact: FunctionFact; index: number } {
  const lead = leadOf(node);
  const fact: FunctionFact = {
    name: nameOf(node, reader.className),
    at: spanOf(reader, node),
    body: node.body === undefined ? null : spanOf(reader, node.body),
    async: node.modifiers?.some((each) => each.kind === ts.SyntaxKind.AsyncKeyword) ?? false,
    parameters: [],
    returns: [],
    returnConditions: [],
    parent: reader.function,
    class: ts.isClassLike(node.parent) ? reader.className : null,
    callbackOf: callbackOf(reader, node),
    decorators,
    doc: lead === null ? null : docOf(reader, lead),
    directives: node.body !== undefined && ts.isBlock(node.body) ? directivesOf(node.body.statements) : [],
  };
  const index = reader.facts.functions.push(fact) - 1;
  reader.leads.push(lead === null ? -1 : lead.getStart(reader.source));
  reader.functionOf.set(node, index);
  return { fact, index };
}

/** The strings at the head of a file or body: "use server". */
export function directivesOf(statements: readonly ts.Statement[]): string[] {
  const found: string[] = [];
  for (const statement of statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) break;
    found.push(statement.expression.text);
  }
  return found;
}

/** Decorators are kept as data; the calls in them are not calls of the program's flow. */
export function readDecorators(reader: Reader, node: ts.Node): Expression[] {
  if (!ts.canHaveDecorators(node)) return [];
  reader.muted++;
  const read = (ts.getDecorators(node) ?? []).map((each) => reader.walk.expression(reader, each.expression));
  reader.muted--;
  return read;
}

function readParameters(reader: Reader, node: ts.FunctionLikeDeclaration, fact: FunctionFact): void {
  node.parameters.forEach((parameter, position) => {
    const typeText = parameter.type === undefined ? null : textOf(reader, parameter.type, 400);
    const decorators = readDecorators(reader, parameter);
    const optional = parameter.questionToken === undefined ? {} : { optional: true as const };
    const declare = (name: ts.BindingName, path: string[]): void => {
      if (ts.isIdentifier(name)) {
        fact.parameters.push({ local: declareLocal(reader, name, "parameter"), position, path, typeText, ...optional, decorators });
        return;
      }
      name.elements.forEach((element, at) => {
        if (ts.isBindingElement(element)) declare(element.name, [...path, elementKey(reader, element, at, ts.isArrayBindingPattern(name))]);
      });
    };
    declare(parameter.name, parameter.dotDotDotToken === undefined ? [] : ["..."]);
    readDefaults(reader, parameter, []);
  });
}

/** The only values of a parameter that its file tells: defaults. That of a whole pattern reaches its names by their paths. */
function readDefaults(reader: Reader, node: ts.ParameterDeclaration | ts.BindingElement, path: string[]): void {
  const value = node.initializer === undefined ? null : reader.walk.expression(reader, node.initializer);
  if (value !== null) spreadDefault(reader, node.name, value, path);
  if (ts.isIdentifier(node.name)) return;
  for (const element of node.name.elements) if (ts.isBindingElement(element)) readDefaults(reader, element, []);
}

function spreadDefault(reader: Reader, name: ts.BindingName, value: Expression, path: string[]): void {
  if (ts.isIdentifier(name)) {
    const local = reader.localOf.get(name);
    if (local !== undefined) addValue(reader, local, value, path);
    return;
  }
  name.elements.forEach((element, position) => {
    if (ts.isBindingElement(element)) spreadDefault(reader, element.name, value, [...path, elementKey(reader, element, position, ts.isArrayBindingPattern(name))]);
  });
}

/** The error that a `.catch` function is called with is its first parameter; `({ code }) => …` takes its names from one without a name. */
function openFrame(reader: Reader, node: ts.FunctionLikeDeclaration, handler: number, fact: FunctionFact): void {
  const first = fact.parameters.filter((each) => each.position === 0);
  const isPlain = first[0]?.path.length === 0;
  const pattern = node.parameters[0];
  const error = pattern === undefined ? null : isPlain ? (first[0]?.local ?? null) : addLocal(reader, "", pattern.name, "catch");
  const handlerFact = reader.facts.handlers[handler];
  if (handlerFact !== undefined) handlerFact.error = error;
  if (pattern !== undefined && error !== null && !isPlain) {
    const value: Expression = { kind: "local", name: "", local: error, start: pattern.getStart(reader.source), end: pattern.end };
    for (const each of first) reader.facts.locals[each.local]?.values.unshift({ value, path: each.path });
  }
  reader.frames.push({ handler, locals: new Set(error === null ? [] : [error, ...first.map((each) => each.local)]) });
}

function readBody(reader: Reader, node: ts.FunctionLikeDeclaration, fact: FunctionFact): void {
  if (node.body === undefined) return;
  if (ts.isBlock(node.body)) {
    hoistVars(reader, node.body);
    inScope(reader, () => reader.walk.statements(reader, (node.body as ts.Block).statements));
  } else {
    const value = reader.walk.expression(reader, node.body);
    fact.returns.push(value);
    fact.returnConditions?.push([]);
    noteReturned(reader, value);
  }
}

/** A `return`: the value, and the conditions that stand before it in its function. */
export function noteReturn(reader: Reader, node: ts.ReturnStatement): void {
  const { start, end } = spanOf(reader, node);
  const value: Expression = node.expression === undefined ? { kind: "undefined", start, end } : reader.walk.expression(reader, node.expression);
  noteReturned(reader, value);
  const fact = reader.function === null ? undefined : reader.facts.functions[reader.function];
  if (fact === undefined) return;
  const from = reader.context.findLastIndex((step) => step.kind === "function");
  fact.returns.push(value);
  fact.returnConditions?.push(reader.context.slice(from + 1).filter((step) => step.kind === "condition"));
}
