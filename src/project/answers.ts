import type { Expression } from "../model/expression.ts";
import { lastName, partsOf, someExpression } from "./expressions.ts";
import { rowsOf, type Place, type Source } from "./answer-sources.ts";
import type { FunctionAt } from "./call-graph.ts";
import { argumentsOf, type Binding, type Flow } from "./flow.ts";
import type { Sought } from "./sought.ts";

/** A look-up whose answer a condition asks about. `bindings`: from the look-up's function up to the condition's. */
export type Answer = { site: number; when: "absent" | "present" | "either"; bindings: Binding[]; narrowed?: boolean; sought?: Sought[]; handedIn?: boolean; parent?: Source["parent"] };

const known = new WeakMap<Flow, WeakMap<Expression, Map<string, Answer[]>>>();

/** `answersOf` of a condition of the code; kept, as it stands above every call behind it. */
export function answersOfCondition(flow: Flow, place: Place, test: Expression, holds: boolean): Answer[] {
  let byTest = known.get(flow);
  if (byTest === undefined) known.set(flow, (byTest = new WeakMap()));
  let answers = byTest.get(test);
  if (answers === undefined) byTest.set(test, (answers = new Map<string, Answer[]>()));
  const key = `${String(holds)} ${String(place.inside)} ${String(place.depth)}`;
  let found = answers.get(key);
  if (found === undefined) answers.set(key, (found = answersOf(flow, place, test, holds)));
  return found;
}

/** What is known about earlier look-ups where `test` holds (or does not). */
export function answersOf(flow: Flow, place: Place, test: Expression, holds: boolean): Answer[] {
  switch (test.kind) {
    case "unary":
      return test.operator === "!" ? answersOf(flow, place, test.of, !holds) : [];
    case "binary":
      return binaryAnswers(flow, place, test, holds);
    case "call":
      return callAnswers(flow, place, test, holds);
    case "conditional":
      return conditionalAnswers(flow, place, test, holds);
    case "local":
      return localAnswers(flow, place, test, holds);
    default:
      return truthAnswers(flow, place, test, holds);
  }
}

/** `const taken = rows.length > 0; if (taken)`: a local that has one value says what the value says. */
function localAnswers(flow: Flow, place: Place, test: Extract<Expression, { kind: "local" }>, holds: boolean): Answer[] {
  const own = truthAnswers(flow, place, test, holds);
  if (own.length > 0) return own;
  const local = flow.program.facts(place.path)?.code?.locals[test.local];
  const [only, ...others] = local?.kind === "const" || local?.kind === "let" ? local.values : [];
  const follows = only !== undefined && others.length === 0 && only.path.length === 0 && ["unary", "binary", "call", "conditional"].includes(only.value.kind);
  return follows ? answersOf(flow, place, only.value, holds) : [];
}

/** `row ? toLabel(row) : null` holds where `row && toLabel(row)` does. */
function conditionalAnswers(flow: Flow, place: Place, test: Extract<Expression, { kind: "conditional" }>, holds: boolean): Answer[] {
  const { start, end } = test;
  const own = truthAnswers(flow, place, test, holds);
  if (own.length > 0) return own;
  if (isNothing(test.else)) return answersOf(flow, place, { kind: "binary", operator: "&&", left: test.test, right: test.then, start, end }, holds);
  if (!isNothing(test.then)) return [];
  const left: Expression = { kind: "unary", operator: "!", of: test.test, start, end };
  return answersOf(flow, place, { kind: "binary", operator: "&&", left, right: test.else, start, end }, holds);
}

/** What stands for "there is none". */
function isNothing(expression: Expression): boolean {
  return expression.kind === "null" || expression.kind === "undefined" || (expression.kind === "boolean" && !expression.value);
}

/** Whatever it is made of. */
function isAlwaysTrue(expression: Expression): boolean {
  return ["object", "array", "new", "function"].includes(expression.kind) || (expression.kind === "boolean" && expression.value);
}

function truthAnswers(flow: Flow, place: Place, test: Expression, holds: boolean): Answer[] {
  // A list is always truthy: its truth says nothing.
  return rowsOf(flow, place, test).map((source) => answer(source, source.shape === "rows" ? "either" : holds ? "present" : "absent"));
}

function answer(source: Source, when: Answer["when"]): Answer {
  return { site: source.site, when, bindings: source.bindings, ...(source.narrowed === true ? { narrowed: true } : {}), ...(source.sought === undefined ? {} : { sought: source.sought }), ...(source.handedIn === true ? { handedIn: true } : {}), ...(source.parent === undefined ? {} : { parent: source.parent }) };
}

type Binary = Extract<Expression, { kind: "binary" }>;

function binaryAnswers(flow: Flow, place: Place, test: Binary, holds: boolean): Answer[] {
  const { operator, left, right } = test;
  if (operator === "&&" || operator === "||") return logicalAnswers(flow, place, test, holds);
  if (operator === "??") return truthAnswers(flow, place, test, holds);
  if (/^[!=]==?$/.test(operator)) {
    const equal = operator.startsWith("=") === holds;
    const [asked, against] = isConstant(left) ? [right, left] : [left, right];
    return equalityAnswers(flow, place, asked, against, equal);
  }
  if (/^[<>]=?$/.test(operator)) return orderAnswers(flow, place, test, holds);
  return [];
}

function isConstant(expression: Expression): boolean {
  return ["number", "string", "boolean", "null", "undefined"].includes(expression.kind);
}

/** Where both sides ask about one look-up, its answer is plain; else a failed `&&` leaves it open which side failed. */
function logicalAnswers(flow: Flow, place: Place, { operator, left, right }: Binary, holds: boolean): Answer[] {
  const own = answersOf(flow, place, left, holds);
  const other = answersOf(flow, place, right, holds);
  if ((operator === "&&") === holds) return merge([...own, ...other]);
  const asked = new Set(other.map((each) => each.site));
  const about = (each: Answer): boolean => asked.has(each.site) || isAlwaysTrue(right) || (mentionsSame(left, right) && !measures(right));
  const rest = other.filter((each) => !own.some((first) => first.site === each.site)).map((each) => (own.length === 0 && isFlag(left) ? each : open(each)));
  // `rows && rows.length > 0`: that there is a list says nothing, its length does.
  const told = own.map((each) => (each.when === "either" ? (other.find((second) => second.site === each.site) ?? each) : each));
  const more = comparesMore(left, right);
  return merge([...told.map((each) => (about(each) ? (more ? { ...each, narrowed: true } : each) : open(each))), ...rest]);
}

/** `last && last.query === query` asks for a row that has more in common with the new one than what was looked up. */
function comparesMore(left: Expression, right: Expression): boolean {
  return right.kind === "binary" && /^[!=]==?$/.test(right.operator) && mentionsSame(left, right) && ![right.left, right.right].some((side) => isConstant(side) && side.kind !== "string");
}

/** `if (email && (await exists(email))) throw …`: what is not given is not asked for, and nothing is found. */
function isFlag(expression: Expression): boolean {
  if (expression.kind === "unary") return expression.operator === "!" && isFlag(expression.of);
  return expression.kind === "local" || expression.kind === "member" || expression.kind === "name";
}

function open(each: Answer): Answer {
  return { ...each, when: "either" };
}

/** `last && last.sentAt > anHourAgo` asks how old the row is, not whether it is there. */
function measures(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === "binary" && /^[<>]=?$/.test(part.operator));
}

/** `existing && existing.orgId === orgId`: both sides read the same local. */
function mentionsSame(left: Expression, right: Expression): boolean {
  const locals = new Set<number>();
  collectLocals(left, locals);
  const others = new Set<number>();
  collectLocals(right, others);
  return [...locals].some((local) => others.has(local));
}

function collectLocals(expression: Expression, into: Set<number>): void {
  if (expression.kind === "local") into.add(expression.local);
  for (const part of partsOf(expression)) collectLocals(part, into);
}

function merge(answers: Answer[]): Answer[] {
  const out = new Map<number, Answer>();
  for (const each of answers) {
    const seen = out.get(each.site);
    out.set(each.site, seen === undefined || seen.when === each.when || seen.when === "either" ? each : each.when === "either" ? seen : { ...each, when: "either" });
  }
  return [...out.values()];
}

function equalityAnswers(flow: Flow, place: Place, asked: Expression, against: Expression, equal: boolean): Answer[] {
  if (against.kind === "boolean") return answersOf(flow, place, asked, against.value === equal);
  const sources = rowsOf(flow, place, asked);
  const isNothing = against.kind === "null" || against.kind === "undefined" || (against.kind === "string" && against.value === "undefined");
  if (isNothing) return sources.map((source) => answer(source, equal ? "absent" : "present"));
  if (against.kind === "number") {
    const empty = against.value === 0 || against.value === -1;
    return sources.map((source) => answer(source, empty === equal ? "absent" : "present"));
  }
  return sources.map((source) => answer(source, equal ? "present" : "either"));
}

function orderAnswers(flow: Flow, place: Place, { operator, left, right }: Binary, holds: boolean): Answer[] {
  const flipped = left.kind === "number";
  const number = flipped ? left : right;
  if (number.kind !== "number") return [];
  const greater = operator.startsWith(">") !== flipped;
  return rowsOf(flow, place, flipped ? right : left).map((source) => {
    const many = greater === holds;
    // `count > 0`, `length >= 1`, `index >= 0` ask whether there is one; `count < 5` asks something else.
    const asksForOne = number.value <= 0 || (number.value === 1 && operator.includes("=") === greater) || (number.value === 1 && !greater);
    return answer(source, !asksForOne ? (many ? "present" : "either") : many ? "present" : "absent");
  });
}

function callAnswers(flow: Flow, place: Place, test: Extract<Expression, { kind: "call" }>, holds: boolean): Answer[] {
  const [first] = test.args;
  const name = lastName(test.callee);
  if (first !== undefined && first.kind !== "spread" && test.callee.kind === "name") {
    if (test.callee.name === "Boolean") return answersOf(flow, place, first, holds);
    if (/^is(?:Empty|Nil|Null|Undefined|NullOrUndefined)$/.test(name)) return rowsOf(flow, place, first).map((source) => answer(source, holds ? "absent" : "present"));
  }
  const to = place.depth >= 3 ? null : flow.graph.resolve(place.path, test.callee, place.inside);
  if (to !== null) {
    const own = returnedAnswers(flow, place, to, test, holds);
    if (own.length > 0) return own;
  }
  return truthAnswers(flow, place, test, holds);
}

/** What the truth of a function's answer says: `return rows.length > 0`, `return !!row`, `if (!row) return null; return toLabel(row)`. */
function returnedAnswers(flow: Flow, place: Place, to: FunctionAt, test: Extract<Expression, { kind: "call" }>, holds: boolean): Answer[] {
  const fact = flow.program.facts(to.path)?.code?.functions[to.function];
  const bindings = [{ to, args: argumentsOf(flow.program, place.path, test.args) }, ...place.bindings];
  const inner: Place = { path: to.path, inside: to.function, depth: place.depth + 1, bindings };
  return merge(
    (fact?.returns ?? []).slice(0, 6).flatMap((returned, i) => {
      const truth = isNothing(returned) ? false : isAlwaysTrue(returned) ? true : null;
      const own = truth === null && !isConstant(returned) ? answersOf(flow, inner, returned, holds) : [];
      // A value that is known, or made of the row, says what made the function return it.
      if (own.length > 0 || truth === !holds) return own;
      return (fact?.returnConditions?.[i] ?? []).flatMap((step) => (step.kind === "condition" ? answersOf(flow, inner, step.test, step.holds) : []));
    }),
  );
}
