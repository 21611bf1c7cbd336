import { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import { propertyKey, stripWrappers } from "./nodes.ts";
import { noteDerived } from "./error-frames.ts";
import { resolveLocal } from "./scopes.ts";
import { spanOf, textOf, type Reader } from "./state.ts";

/** Names of the module's top level get their value through this. */
type Sink = (name: ts.Identifier, value: Expression, path: string[]) => void;

/** Gives each name of a pattern its value with the way into it; a default in the pattern is a second value. */
export function bindPattern(reader: Reader, name: ts.BindingName, value: Expression, path: string[], sink: Sink = bindLocal.bind(null, reader)): void {
  if (ts.isIdentifier(name)) {
    sink(name, value, path);
    return;
  }
  name.elements.forEach((element, position) => {
    if (!ts.isBindingElement(element)) return;
    const inner = [...path, elementKey(reader, element, position, ts.isArrayBindingPattern(name))];
    bindPattern(reader, element.name, value, inner, sink);
    if (element.initializer !== undefined) bindPattern(reader, element.name, reader.walk.expression(reader, element.initializer), [], sink);
  });
}

/** Step of a path: position, key, `...` for a rest element, `*` for a key that is computed. */
export function elementKey(reader: Reader, element: ts.BindingElement, position: number, array: boolean): string {
  if (element.dotDotDotToken !== undefined) return "...";
  if (array) return String(position);
  if (element.propertyName !== undefined && ts.isComputedPropertyName(element.propertyName)) reader.walk.expression(reader, element.propertyName.expression);
  return propertyKey(element.propertyName ?? element.name) ?? "*";
}

export function bindLocal(reader: Reader, name: ts.Identifier, value: Expression, path: string[]): void {
  const local = reader.localOf.get(name);
  if (local !== undefined) addValue(reader, local, value, path);
}

export function addValue(reader: Reader, local: number, value: Expression, path: string[]): void {
  const fact = reader.facts.locals[local];
  const again = fact?.kind === "let" && fact.values.length > 0 && isInBranch(reader);
  fact?.values.push({ value, path, ...(again ? { branch: true as const } : {}) });
  noteDerived(reader, local, value);
}

/** Does a condition, a loop or an error of this function decide whether this point is reached? */
function isInBranch(reader: Reader): boolean {
  const own = reader.context.slice(reader.context.findLastIndex((step) => step.kind === "function") + 1);
  return own.some((step) => step.kind === "condition" || step.kind === "loop" || step.kind === "catch");
}

/** `x = v`, `[a, b] = v`, `({ a } = v)`, `this.x = v`: the names on the left get one more value. */
export function assignTarget(reader: Reader, target: ts.Expression, value: Expression, path: string[]): void {
  const node = stripWrappers(target);
  if (ts.isIdentifier(node)) assignName(reader, node, value, path);
  else if (ts.isArrayLiteralExpression(node)) {
    node.elements.forEach((element, position) => {
      if (ts.isSpreadElement(element)) assignTarget(reader, element.expression, value, [...path, "..."]);
      else assignWithDefault(reader, element, value, [...path, String(position)]);
    });
  } else if (ts.isObjectLiteralExpression(node)) for (const property of node.properties) assignProperty(reader, property, value, path);
  else if (!ts.isOmittedExpression(node)) assignMember(reader, node, value, path);
}

function assignProperty(reader: Reader, property: ts.ObjectLiteralElementLike, value: Expression, path: string[]): void {
  if (ts.isShorthandPropertyAssignment(property)) {
    assignName(reader, property.name, value, [...path, property.name.text]);
    if (property.objectAssignmentInitializer !== undefined) assignName(reader, property.name, reader.walk.expression(reader, property.objectAssignmentInitializer), []);
  } else if (ts.isPropertyAssignment(property)) assignWithDefault(reader, property.initializer, value, [...path, propertyKey(property.name) ?? "*"]);
  else if (ts.isSpreadAssignment(property)) assignTarget(reader, property.expression, value, [...path, "..."]);
}

function assignWithDefault(reader: Reader, target: ts.Expression, value: Expression, path: string[]): void {
  if (ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    assignTarget(reader, target.left, value, path);
    assignTarget(reader, target.left, reader.walk.expression(reader, target.right), []);
  } else assignTarget(reader, target, value, path);
}

function assignName(reader: Reader, name: ts.Identifier, value: Expression, path: string[]): void {
  const local = resolveLocal(reader, name.text);
  if (local !== null) {
    reader.references[local]?.push(name);
    addValue(reader, local, value, path);
    return;
  }
  const declaration = reader.facts.declarations[name.text];
  if (declaration !== undefined && declaration.value === null && declaration.kind === "let") {
    declaration.value = value;
    declaration.path = path;
  }
}

/** `this.db = db` in a class that says nothing more of `db` is its value. */
function assignMember(reader: Reader, node: ts.Expression, value: Expression, path: string[]): void {
  const target = reader.walk.expression(reader, node);
  const holder = target.kind === "member" && target.of.kind === "local" ? reader.facts.locals[target.of.local] : undefined;
  if (holder !== undefined && target.kind === "member" && path.length === 0) (holder.assigned ??= []).push({ name: target.name, value });
  const keyed = target.kind === "index" && target.of.kind === "local" ? reader.facts.locals[target.of.local] : undefined;
  if (keyed !== undefined && target.kind === "index" && path.length === 0) (keyed.keyed ??= []).push({ key: target.index, value, ...(isInBranch(reader) ? { branch: true as const } : {}) });
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword || reader.class === null || path.length > 0) return;
  const name = node.name.text;
  const member = reader.class.members.find((each) => each.name === name);
  if (member === undefined) {
    const held = value.kind === "function" ? value.function : null;
    reader.class.members.push({ name, static: false, function: held, value, typeText: null, decorators: [], optional: false, at: spanOf(reader, node) });
  } else if ((member.value === null || member.value.kind === "null" || member.value.kind === "undefined") && member.function === null) member.value = value;
}

/** A value that is worked out from what was there before: `x += 1`, `x++`. */
export function opaqueOf(reader: Reader, node: ts.Node): Expression {
  return { kind: "opaque", text: textOf(reader, node), start: node.getStart(reader.source), end: node.end };
}
