import { ts } from "ts-morph";
import type { Argument, Expression, ObjectEntry } from "../../model/expression.ts";
import { closeCall, openCall } from "./call-facts.ts";
import { opaqueOf } from "./bindings.ts";
import { propertyKey } from "./nodes.ts";
import { OUTSIDE, spanOf, type Reader } from "./state.ts";

export function readArray(reader: Reader, node: ts.ArrayLiteralExpression): Expression {
  return { kind: "array", items: readArguments(reader, node.elements), start: node.getStart(reader.source), end: node.end };
}

export function readArguments(reader: Reader, nodes: readonly ts.Expression[]): Argument[] {
  return nodes.map((each) => readArgument(reader, each));
}

export function readArgument(reader: Reader, node: ts.Expression): Argument {
  return ts.isSpreadElement(node) ? { kind: "spread", of: reader.walk.expression(reader, node.expression) } : reader.walk.expression(reader, node);
}

export function readObject(reader: Reader, node: ts.ObjectLiteralExpression): Expression {
  return { kind: "object", entries: node.properties.map((each) => readProperty(reader, each)), start: node.getStart(reader.source), end: node.end };
}

function readProperty(reader: Reader, node: ts.ObjectLiteralElementLike): ObjectEntry {
  if (ts.isSpreadAssignment(node)) return { kind: "spread", of: reader.walk.expression(reader, node.expression) };
  const { start, end } = spanOf(reader, node);
  if (ts.isShorthandPropertyAssignment(node)) return { kind: "property", key: node.name.text, value: reader.walk.expression(reader, node.name), start, end };
  const key = propertyKey(node.name);
  if (!ts.isComputedPropertyName(node.name) || key !== null) return { kind: "property", key, value: readPropertyValue(reader, node), start, end };
  const computed = reader.walk.expression(reader, node.name.expression);
  return { kind: "property", key, computed, value: readPropertyValue(reader, node), start, end };
}

function readPropertyValue(reader: Reader, node: ts.PropertyAssignment | ts.MethodDeclaration | ts.AccessorDeclaration): Expression {
  if (ts.isPropertyAssignment(node)) return reader.walk.expression(reader, node.initializer);
  const held = reader.walk.functionLike(reader, node);
  // What a getter answers is not the getter.
  if (!ts.isMethodDeclaration(node)) return opaqueOf(reader, node);
  return { kind: "function", function: held, start: node.getStart(reader.source), end: node.end };
}

export function readTemplate(reader: Reader, node: ts.TemplateExpression): Expression {
  return { kind: "template", tag: null, ...templateParts(reader, node), start: node.getStart(reader.source), end: node.end };
}

/** sql`…`: a call, the innermost of its chain or alone. */
export function readTaggedTemplate(reader: Reader, node: ts.TaggedTemplateExpression, chain: number): Expression {
  const own = chain === OUTSIDE ? openCall(reader, node) : chain;
  if (own !== OUTSIDE) reader.callOf.set(node, own);
  const tag = reader.walk.expression(reader, node.tag, own);
  const expression: Expression = { kind: "template", tag, ...templateParts(reader, node.template), start: node.getStart(reader.source), end: node.end };
  if (chain === OUTSIDE) closeCall(reader, own, node, expression);
  return expression;
}

function templateParts(reader: Reader, node: ts.TemplateLiteral): { quasis: string[]; quasiStarts: number[]; holes: Expression[] } {
  const start = node.getStart(reader.source);
  if (ts.isNoSubstitutionTemplateLiteral(node)) return { quasis: [node.text], quasiStarts: [start + 1], holes: [] };
  const spans = node.templateSpans;
  return {
    quasis: [node.head.text, ...spans.map((span) => span.literal.text)],
    quasiStarts: [start + 1, ...spans.map((span) => span.literal.getStart(reader.source) + 1)],
    holes: spans.map((span) => reader.walk.expression(reader, span.expression)),
  };
}

/** An enum as the object it is at run time; a member whose value cannot be told from here is opaque. */
export function readEnum(reader: Reader, node: ts.EnumDeclaration): Expression {
  let next: number | null = 0;
  const entries = node.members.map((member): ObjectEntry => {
    const { start, end } = spanOf(reader, member);
    const given: Expression | null = member.initializer === undefined ? null : reader.walk.expression(reader, member.initializer);
    const value: Expression = given ?? (next === null ? opaqueOf(reader, member) : { kind: "number", value: next, start, end });
    next = value.kind === "number" ? value.value + 1 : null;
    return { kind: "property", key: propertyKey(member.name), value, start, end };
  });
  return { kind: "object", entries, start: node.getStart(reader.source), end: node.end };
}
