import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import { addValue, assignTarget, opaqueOf } from "./bindings.ts";
import { readBinary, readConditional } from "./branches.ts";
import { readCall, readNew } from "./calls.ts";
import { classValue } from "./classes.ts";
import { readArray, readObject, readTaggedTemplate, readTemplate } from "./literals.ts";
import { memberName, stripWrappers } from "./nodes.ts";
import { resolveLocal } from "./scopes.ts";
import { MAX_DEPTH, noteTooDeep, OUTSIDE, type Reader } from "./state.ts";

type Read = (reader: Reader, node: never, chain: number) => Expression;

const K = ts.SyntaxKind;

const READERS = new Map<ts.SyntaxKind, Read>([
  [K.Identifier, readIdentifier],
  [K.StringLiteral, readString],
  [K.NoSubstitutionTemplateLiteral, readString],
  [K.NumericLiteral, (reader, node: ts.NumericLiteral) => ({ kind: "number", value: Number(node.text), ...place(reader, node) })],
  [K.TrueKeyword, (reader, node: ts.Node) => ({ kind: "boolean", value: true, ...place(reader, node) })],
  [K.FalseKeyword, (reader, node: ts.Node) => ({ kind: "boolean", value: false, ...place(reader, node) })],
  [K.NullKeyword, (reader, node: ts.Node) => ({ kind: "null", ...place(reader, node) })],
  [K.ThisKeyword, (reader, node: ts.Node) => ({ kind: "this", ...place(reader, node) })],
  [K.SuperKeyword, (reader, node: ts.Node) => ({ kind: "name", name: "super", ...place(reader, node) })],
  [K.ImportKeyword, (reader, node: ts.Node) => ({ kind: "name", name: "import", ...place(reader, node) })],
  [K.OmittedExpression, (reader, node: ts.Node) => ({ kind: "undefined", ...place(reader, node) })],
  [K.RegularExpressionLiteral, (reader, node: ts.RegularExpressionLiteral) => ({ kind: "regex", value: node.text, ...place(reader, node) })],
  [K.ParenthesizedExpression, readInner],
  [K.AsExpression, readInner],
  [K.SatisfiesExpression, readInner],
  [K.NonNullExpression, readInner],
  [K.TypeAssertionExpression, readInner],
  [K.ExpressionWithTypeArguments, readInner],
  [K.AwaitExpression, readAwait],
  [K.YieldExpression, readYield],
  [K.ArrayLiteralExpression, readArray],
  [K.ObjectLiteralExpression, readObject],
  [K.PropertyAccessExpression, readMember],
  [K.ElementAccessExpression, readElement],
  [K.CallExpression, readCall],
  [K.NewExpression, readNew],
  [K.TemplateExpression, readTemplate],
  [K.TaggedTemplateExpression, readTaggedTemplate],
  [K.ConditionalExpression, readConditional],
  [K.BinaryExpression, readBinaryOrAssignment],
  [K.PrefixUnaryExpression, readPrefix],
  [K.PostfixUnaryExpression, readStep],
  [K.TypeOfExpression, readKeywordUnary],
  [K.VoidExpression, readKeywordUnary],
  [K.DeleteExpression, readKeywordUnary],
  [K.ArrowFunction, readFunction],
  [K.FunctionExpression, readFunction],
  [K.ClassExpression, readClass],
]);

/**
 * An expression as data. Reading it is also the walk: calls, functions and assignments inside it are noted on the way.
 * `chain`: the call fact that a longer chain of calls around this node has; OUTSIDE: none.
 */
export function readExpression(reader: Reader, node: ts.Expression, chain: number = OUTSIDE): Expression {
  if (reader.depth >= MAX_DEPTH) {
    noteTooDeep(reader, node);
    return opaqueOf(reader, node);
  }
  reader.depth++;
  const read = READERS.get(node.kind);
  const result = read === undefined ? readOther(reader, node) : read(reader, node as never, chain);
  reader.depth--;
  return result;
}

function place(reader: Reader, node: ts.Node): { start: number; end: number } {
  return { start: node.getStart(reader.source), end: node.end };
}

function readIdentifier(reader: Reader, node: ts.Identifier): Expression {
  const local = resolveLocal(reader, node.text);
  if (local === null) return node.text === "undefined" ? { kind: "undefined", ...place(reader, node) } : { kind: "name", name: node.text, ...place(reader, node) };
  reader.references[local]?.push(node);
  return { kind: "local", name: node.text, local, ...place(reader, node) };
}

function readString(reader: Reader, node: ts.StringLiteralLike): Expression {
  return { kind: "string", value: node.text, ...place(reader, node) };
}

function readInner(reader: Reader, node: ts.ParenthesizedExpression, chain: number): Expression {
  return readExpression(reader, node.expression, chain);
}

/** `await` ends a chain: what is awaited is a call of its own, and says so inside the longer chain. */
function readAwait(reader: Reader, node: ts.AwaitExpression | ts.YieldExpression, chain: number): Expression {
  const inner = readExpression(reader, node.expression as ts.Expression);
  if (chain !== OUTSIDE) inner.awaited = true;
  return inner;
}

/** `yield*` hands on what the inner generator returns, as `await` does with a promise; a plain `yield` answers with anything. */
function readYield(reader: Reader, node: ts.YieldExpression, chain: number): Expression {
  if (node.asteriskToken !== undefined && node.expression !== undefined) return readAwait(reader, node, chain);
  return readOther(reader, node);
}

function readMember(reader: Reader, node: ts.PropertyAccessExpression, chain: number): Expression {
  return { kind: "member", of: readExpression(reader, node.expression, chain), name: node.name.text, ...place(reader, node) };
}

function readElement(reader: Reader, node: ts.ElementAccessExpression, chain: number): Expression {
  const of = readExpression(reader, node.expression, chain);
  const name = memberName(node);
  if (name !== null) return { kind: "member", of, name, ...place(reader, node) };
  return { kind: "index", of, index: readExpression(reader, node.argumentExpression), ...place(reader, node) };
}

function readBinaryOrAssignment(reader: Reader, node: ts.BinaryExpression): Expression {
  const operator = node.operatorToken.kind;
  if (operator === K.CommaToken) {
    readExpression(reader, node.left);
    return readExpression(reader, node.right);
  }
  if (operator === K.EqualsToken) {
    const value = readExpression(reader, node.right);
    assignTarget(reader, node.left, value, []);
    return value;
  }
  return readBinary(reader, node);
}

function readPrefix(reader: Reader, node: ts.PrefixUnaryExpression): Expression {
  if (node.operator === K.PlusPlusToken || node.operator === K.MinusMinusToken) return readStep(reader, node);
  const of = readExpression(reader, node.operand);
  const operator = ts.tokenToString(node.operator) ?? "";
  if (operator === "-" && of.kind === "number") return { kind: "number", value: -of.value, ...place(reader, node) };
  if (operator === "~") return opaqueOf(reader, node);
  return { kind: "unary", operator, of, ...place(reader, node) };
}

/** `x++`: the local has one more value, which is not known. */
function readStep(reader: Reader, node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): Expression {
  const result = opaqueOf(reader, node);
  const operand = readExpression(reader, stripWrappers(node.operand));
  if (operand.kind === "local") addValue(reader, operand.local, result, []);
  return result;
}

function readKeywordUnary(reader: Reader, node: ts.TypeOfExpression | ts.VoidExpression | ts.DeleteExpression): Expression {
  const of = readExpression(reader, node.expression);
  const operator = ts.isTypeOfExpression(node) ? "typeof" : ts.isVoidExpression(node) ? "void" : "delete";
  return { kind: "unary", operator, of, ...place(reader, node) };
}

function readFunction(reader: Reader, node: ts.ArrowFunction | ts.FunctionExpression): Expression {
  return { kind: "function", function: reader.walk.functionLike(reader, node), ...place(reader, node) };
}

function readClass(reader: Reader, node: ts.ClassExpression): Expression {
  return classValue(reader, node, reader.walk.classLike(reader, node, node.name?.text ?? null));
}

/** JSX, plain `yield`, `import.meta`: opaque, but what stands inside is read. */
function readOther(reader: Reader, node: ts.Node): Expression {
  const visit = (child: ts.Node): void => {
    if (READERS.has(child.kind)) readExpression(reader, child as ts.Expression);
    else if (!ts.isTypeNode(child)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return opaqueOf(reader, node);
}
