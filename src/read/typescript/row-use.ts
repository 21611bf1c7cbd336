import { ts } from "ts-morph";
import type { CallFact } from "../../model/facts.ts";
import { flowOf, type Flow } from "./flow.ts";
import { boundNames, calleeText, isFunctionNode, memberName, stripWrappers } from "./nodes.ts";
import type { Reader } from "./state.ts";
import { thrownWithout } from "./thrown.ts";
import { isComparison, isCondition } from "./use.ts";

/** One thing that is done with a call's value or its first row, in source order. */
type Touch = { at: number; kind: "test" | "dereference" | "pass"; throws?: string };

type Trace = { reader: Reader; touches: Touch[]; takesFirst: boolean; fieldTested: boolean; seen: Set<number> };

/** Members that ask how many rows there are. */
const COUNTS = new Set(["length", "rowCount", "count", "affectedRows", "size", "numAffectedRows"]);
/** Members that hold the rows, or an error beside them: there whether or not a row came. */
const CONTAINERS = new Set(["rows", "data", "error", "records", "result", "results"]);
/** Ways through a list that an empty one does no harm to. */
const ITERATION = new Set(["map", "forEach", "filter", "find", "some", "every", "reduce", "slice", "flatMap", "entries", "values", "keys", "concat", "includes", "join", "sort"]);
const ASSERTIONS = /^(?:assert|invariant|expect|ensure|must|required?|nonNull|throwIf|check|is[A-Z]|Array\.isArray|Boolean)/;

/** After the walk: for each call, is the row that it answers with dereferenced before anybody asked whether there is one? */
export function noteRowUses(reader: Reader): void {
  reader.facts.calls.forEach((fact, call) => {
    const node = reader.callNodes[call];
    if (node === undefined || fact.use.kind === "ignored") return;
    Object.assign(fact, rowUseOf(reader, node));
  });
}

function rowUseOf(reader: Reader, node: ts.Node): Pick<CallFact, "rowUse" | "takesFirst" | "rowFieldTested" | "absentThrows"> {
  const trace: Trace = { reader, touches: [], takesFirst: false, fieldTested: false, seen: new Set() };
  const path = throughThen(trace, node);
  follow(trace, node, path);
  trace.touches.sort((a, b) => a.at - b.at);
  const first = trace.touches.find((touch) => touch.kind !== "pass");
  const rowUse = first === undefined ? (trace.touches.length > 0 ? "passed" : "unused") : first.kind === "test" ? "checked" : "unchecked";
  return { rowUse, ...(trace.takesFirst ? { takesFirst: true } : {}), ...(trace.fieldTested ? { rowFieldTested: true } : {}), ...(first?.throws === undefined ? {} : { absentThrows: first.throws }) };
}

/** `.then(([row]) => row.id)`, `.then((rows) => rows[0])`: what the function does with the value; gives the path of what it answers. */
function throughThen(trace: Trace, node: ts.Node): string[] {
  if (!ts.isCallExpression(node) || memberName(node.expression) !== "then") return [];
  const fn = node.arguments[0] === undefined ? undefined : stripWrappers(node.arguments[0]);
  const parameter = fn !== undefined && isFunctionNode(fn) ? fn.parameters[0] : undefined;
  if (fn === undefined || !isFunctionNode(fn) || parameter === undefined) return [];
  followPattern(trace, parameter.name, []);
  const passed = trace.touches.findIndex((touch) => touch.kind === "pass");
  if (passed !== -1) trace.touches.splice(passed, 1);
  return trace.takesFirst ? ["0"] : [];
}

/** Follows a value from an expression that holds it; `path` leads from the call's value to it. */
function follow(trace: Trace, node: ts.Node, path: string[]): void {
  const flow = flowOf(node);
  const from = [...path, ...flow.names];
  const at = node.getStart(trace.reader.source);
  const row = from.indexOf("0");
  if (row !== -1) trace.takesFirst = true;
  const touch = touchOf(flow, from, row, path.length);
  if (touch === "dereference" && isAsked(flow)) trace.fieldTested = true;
  if (touch === "follow") followParent(trace, flow, from, at);
  else if (touch !== null) trace.touches.push({ at, kind: touch, ...thrownWithout(flow) });
}

/** `row.id ? …`, `row.id == null`, `row.id ?? …`. */
function isAsked({ end, parent, checked }: Flow): boolean {
  return checked || isCondition(parent, end) || (ts.isBinaryExpression(parent) && (isComparison(parent.operatorToken.kind) || (parent.left === end && /^(?:\?\?|\|\||&&)$/.test(parent.operatorToken.getText()))));
}

/** What the members and operators on the way already say; `follow`: the end of the flow decides. */
function touchOf(flow: Flow, from: string[], row: number, known: number): Touch["kind"] | "follow" | null {
  const after = row === -1 ? from.findIndex((name) => !CONTAINERS.has(name)) : row + 1;
  const taken = after === -1 ? undefined : from[after];
  if (taken === undefined) return flow.checked ? "test" : "follow";
  if (row === -1 && ITERATION.has(taken)) return null;
  if (COUNTS.has(taken)) return "test";
  // What a pattern took was judged where it stood.
  if (after < known) return flow.checked ? "test" : "follow";
  return flow.optional[after - known] === true ? "test" : "dereference";
}

function followParent(trace: Trace, flow: Flow, path: string[], at: number): void {
  const { end, parent } = flow;
  if (isCondition(parent, end)) trace.touches.push({ at, kind: "test", ...thrownWithout(flow) });
  else if (ts.isVariableDeclaration(parent)) followPattern(trace, elementPattern(parent.name, flow), path);
  else if (ts.isBinaryExpression(parent)) followBinary(trace, parent, end, path, at);
  else if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    if (parent.expression !== end) trace.touches.push({ at, kind: ASSERTIONS.test(calleeText(parent.expression)) ? "test" : "pass" });
  } else if (!ts.isForOfStatement(parent) && !ts.isExpressionStatement(parent) && !ts.isVoidExpression(parent)) {
    trace.touches.push({ at, kind: ts.isTypeOfExpression(parent) || ts.isSwitchStatement(parent) ? "test" : "pass" });
  }
}

function elementPattern(name: ts.BindingName, flow: Flow): ts.BindingName {
  if (flow.elementOf === null || !ts.isArrayBindingPattern(name)) return name;
  const element = name.elements[flow.elementOf];
  return element !== undefined && ts.isBindingElement(element) ? element.name : name;
}

function followBinary(trace: Trace, parent: ts.BinaryExpression, end: ts.Node, path: string[], at: number): void {
  const operator = parent.operatorToken.kind;
  const isAssignment = operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
  if (isAssignment && parent.right === end) {
    const left = stripWrappers(parent.left);
    const first = ts.isArrayLiteralExpression(left) ? left.elements[0] : undefined;
    const target = first ?? left;
    const local = ts.isIdentifier(target) ? localAt(trace.reader, target) : undefined;
    if (first !== undefined) trace.takesFirst = true;
    if (local === undefined) trace.touches.push({ at, kind: "pass" });
    else followLocal(trace, local, first === undefined ? path : [...path, "0"], at);
  } else if (isAssignment) return;
  else trace.touches.push({ at, kind: isComparison(operator) || parent.left === end ? "test" : "pass", ...thrownWithout(flowOf(end)) });
}

/** The local that an identifier on the left of an assignment writes. */
function localAt(reader: Reader, target: ts.Identifier): number | undefined {
  const found = reader.references.findIndex((each) => each.includes(target));
  return found === -1 ? undefined : found;
}

/** Follows each name of a pattern. `const [{ id }] = …` takes the row apart where it stands. */
function followPattern(trace: Trace, name: ts.BindingName, path: string[]): void {
  if (ts.isIdentifier(name)) {
    const local = trace.reader.localOf.get(name);
    if (local !== undefined) followLocal(trace, local, path, name.end);
    else trace.touches.push({ at: name.pos, kind: "pass" });
    return;
  }
  if (ts.isArrayBindingPattern(name)) {
    const first = name.elements[0];
    if (first !== undefined && ts.isBindingElement(first) && first.dotDotDotToken === undefined) {
      trace.takesFirst = true;
      if (first.initializer !== undefined) trace.touches.push({ at: first.pos, kind: "test" });
      followPattern(trace, first.name, [...path, "0"]);
    }
    return;
  }
  const isContainer = !path.includes("0") && name.elements.some((each) => CONTAINERS.has(keyOf(each)) || COUNTS.has(keyOf(each)));
  if (!isContainer) trace.touches.push({ at: name.getStart(trace.reader.source), kind: "dereference" });
  else for (const element of name.elements) for (const each of boundNames(element.name)) followPattern(trace, ts.isIdentifier(element.name) ? each : element.name, [...path, keyOf(element)]);
}

function keyOf(element: ts.BindingElement): string {
  const name = element.propertyName ?? element.name;
  return ts.isIdentifier(name) ? name.text : "*";
}

function followLocal(trace: Trace, local: number, path: string[], from: number): void {
  if (trace.seen.has(local)) return;
  trace.seen.add(local);
  for (const reference of trace.reader.references[local] ?? []) if (reference.end > from && !isWritten(reference)) follow(trace, reference, path);
}

function isWritten(node: ts.Identifier): boolean {
  return ts.isBinaryExpression(node.parent) && node.parent.left === node && node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}
