import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { ContextStep } from "../../model/facts.ts";
import { bindPattern, opaqueOf } from "./bindings.ts";
import { conditionStep, readTest } from "./branches.ts";
import { declareNamed, readClassStatement, readEnumStatement, readFunctionStatement } from "./declarations.ts";
import { noteTest } from "./error-frames.ts";
import { alwaysLeaves } from "./exits.ts";
import { noteReturn } from "./functions.ts";
import { readTry } from "./handlers.ts";
import { conditionsBehind } from "./loops.ts";
import { isWrapper, stripWrappers } from "./nodes.ts";
import { declareList, declareStatements, inScope } from "./scopes.ts";
import { readSwitch } from "./switches.ts";
import { MAX_DEPTH, noteTooDeep, spanOf, withStep, type Reader } from "./state.ts";

/**
 * Statements of a block, in the block's scope, which the caller opens. After `if (x) return` the rest runs only when x is not so: gives the
 * conditions of that kind that hold at the end.
 */
export function readStatements(reader: Reader, statements: readonly ts.Statement[]): ContextStep[] {
  if (reader.scope !== null) declareStatements(reader, statements);
  const depth = reader.context.length;
  for (const statement of statements) readStatement(reader, statement);
  return reader.context.splice(depth);
}

function readBlockOf(reader: Reader, node: ts.Statement): ContextStep[] {
  return inScope(reader, () => readStatements(reader, ts.isBlock(node) ? node.statements : [node]));
}

function readStatement(reader: Reader, node: ts.Statement): void {
  if (reader.depth >= MAX_DEPTH) {
    noteTooDeep(reader, node);
    return;
  }
  reader.depth++;
  if (ts.isExpressionStatement(node)) readExpressionStatement(reader, node);
  else if (ts.isVariableStatement(node)) readVariables(reader, node.declarationList);
  else if (ts.isIfStatement(node)) readIf(reader, node);
  else if (ts.isReturnStatement(node)) noteReturn(reader, node);
  else if (ts.isThrowStatement(node)) readThrow(reader, node);
  else if (ts.isBlock(node)) readBlockOf(reader, node);
  else if (ts.isTryStatement(node)) readTry(reader, node);
  else if (ts.isSwitchStatement(node)) readSwitch(reader, node);
  else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) readForEach(reader, node);
  else if (ts.isIterationStatement(node, false)) readLoop(reader, node);
  else if (ts.isLabeledStatement(node)) readStatement(reader, node.statement);
  else readDeclaration(reader, node);
  reader.depth--;
}

function readThrow(reader: Reader, node: ts.ThrowStatement): void {
  reader.walk.expression(reader, node.expression);
  const at = spanOf(reader, node.expression);
  const conditions = reader.context.slice(reader.context.findLastIndex((step) => step.kind === "function") + 1).filter((step) => step.kind === "condition");
  (reader.facts.thrown ??= []).push({ text: reader.text.slice(at.start, Math.min(at.end, at.start + MOST_THROWN)), at, function: reader.function, ...(conditions.length > 0 ? { conditions } : {}) });
}

/** A thrown expression's text is kept up to here. */
const MOST_THROWN = 300;

function readDeclaration(reader: Reader, node: ts.Statement): void {
  if (ts.isFunctionDeclaration(node)) readFunctionStatement(reader, node);
  else if (ts.isClassDeclaration(node)) readClassStatement(reader, node);
  else if (ts.isEnumDeclaration(node)) readEnumStatement(reader, node);
  else if (ts.isModuleDeclaration(node)) readNamespace(reader, node);
}

/** What a namespace declares is not the module's: it is read as a block. */
function readNamespace(reader: Reader, node: ts.ModuleDeclaration): void {
  const isAmbient = node.modifiers?.some((each) => each.kind === ts.SyntaxKind.DeclareKeyword) ?? false;
  const body = node.body;
  if (isAmbient || body === undefined) return;
  if (ts.isModuleBlock(body)) inScope(reader, () => readStatements(reader, body.statements));
  else if (ts.isModuleDeclaration(body)) readNamespace(reader, body);
}

/** `isUnique(e) && recover()`: the left side is a test like an `if`'s. */
function readExpressionStatement(reader: Reader, node: ts.ExpressionStatement): void {
  const read = reader.walk.expression(reader, node.expression);
  if (reader.frames.length > 0 && read.kind === "binary" && (read.operator === "&&" || read.operator === "||") && isLogical(node.expression)) noteTest(reader, read.left);
}

function isLogical(node: ts.Expression): boolean {
  const inner = isWrapper(node) ? stripWrappers(node) : node;
  return ts.isBinaryExpression(inner) && inner.operatorToken.kind !== ts.SyntaxKind.EqualsToken;
}

export function readVariables(reader: Reader, list: ts.VariableDeclarationList): void {
  for (const declaration of list.declarations) {
    const value = declaration.initializer === undefined ? null : reader.walk.expression(reader, declaration.initializer);
    declareNamed(reader, declaration, value);
  }
}

function readIf(reader: Reader, node: ts.IfStatement): void {
  const test = readTest(reader, node.expression);
  const exits = withStep(reader, conditionStep(test, true), () => readBlockOf(reader, node.thenStatement));
  const otherwise = node.elseStatement;
  if (otherwise !== undefined) withStep(reader, conditionStep(test, false), () => readBlockOf(reader, otherwise));
  if (alwaysLeaves(node.thenStatement)) reader.context.push({ kind: "condition", test, holds: false, via: "early-exit" });
  else reader.context.push(...exits.flatMap((exit) => exitInside(test, exit)));
  if (otherwise !== undefined && alwaysLeaves(otherwise)) reader.context.push({ kind: "condition", test, holds: true, via: "early-exit" });
}

/** `if (named) { if (taken) return; }`: after it, not both `named` and `taken`. */
function exitInside(test: Expression, exit: ContextStep): ContextStep[] {
  if (exit.kind !== "condition") return [];
  const { start, end } = exit.test;
  const right: Expression = exit.holds ? { kind: "unary", operator: "!", of: exit.test, start, end } : exit.test;
  return [{ kind: "condition", test: { kind: "binary", operator: "&&", left: test, right, start: test.start, end }, holds: false, via: "early-exit" }];
}

function readForEach(reader: Reader, node: ts.ForOfStatement | ts.ForInStatement): void {
  inScope(reader, () => {
    if (ts.isVariableDeclarationList(node.initializer)) declareList(reader, node.initializer, "loop");
    const over = reader.walk.expression(reader, node.expression);
    const element: Expression = ts.isForOfStatement(node) ? over : opaqueOf(reader, node.expression);
    if (ts.isVariableDeclarationList(node.initializer)) {
      for (const declaration of node.initializer.declarations) bindPattern(reader, declaration.name, element, ts.isForOfStatement(node) ? ["*"] : []);
    } else reader.walk.expression(reader, node.initializer);
    withStep(reader, { kind: "loop", over }, () => readBlockOf(reader, node.statement));
  });
}

function readLoop(reader: Reader, node: ts.IterationStatement): void {
  let left: ContextStep[] = [];
  inScope(reader, () => {
    if (ts.isForStatement(node) && node.initializer !== undefined) readForHead(reader, node.initializer);
    withStep(reader, { kind: "loop", over: null }, () => {
      const condition = ts.isForStatement(node) ? node.condition : ts.isWhileStatement(node) ? node.expression : undefined;
      const test = condition === undefined ? null : readTest(reader, condition);
      const exits = test !== null && ts.isWhileStatement(node) ? withStep(reader, conditionStep(test, true), () => readBlockOf(reader, node.statement)) : readBlockOf(reader, node.statement);
      left = conditionsBehind(node, ts.isDoStatement(node) ? readTest(reader, node.expression) : test, exits);
      if (ts.isForStatement(node) && node.incrementor !== undefined) reader.walk.expression(reader, node.incrementor);
    });
  });
  reader.context.push(...left);
}

function readForHead(reader: Reader, head: ts.ForInitializer): void {
  if (!ts.isVariableDeclarationList(head)) {
    reader.walk.expression(reader, head);
    return;
  }
  declareList(reader, head);
  readVariables(reader, head);
}
