import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { Guard } from "../model/project.ts";
import { spineCalls } from "./call-index.ts";
import { lastName, nameOf, unspread } from "./expressions.ts";
import { callbacksAround, type Flow, type Frame } from "./flow.ts";

/** `tryCatch(…)`, `Result.fromPromise(…)`, `safely(…)`: what fails comes back as a value. */
const WRAPS = /^(?:try|safe|attempt)|^(?:to|wrap)$|[rR]esult$|fromPromise|fromThrowable|[cC]atch(?:Error)?s?$/;

type Call = Extract<Expression, { kind: "call" }>;

/** Functions that a write is handed to, as a promise or inside a callback, and that may turn its failure into a value. */
export function wrappersAround(flow: Flow, frame: Frame): Guard[] {
  const code = flow.program.facts(frame.path)?.code;
  if (code == null) return [];
  const inside = callbacks(code, frame);
  // `queryResult(db.transaction(async (tx) => …))`: the call that takes the callback is itself handed over.
  const around = [...holders(code, frame.fact), ...inside, ...inside.flatMap(({ taker }) => (taker === undefined ? [] : holders(code, taker)))];
  const found = [...around.filter((each) => mayCatch(flow, frame.path, each)), ...settlings(code).filter((each) => settles(code, each, frame.fact))];
  return found.map(({ at }) => ({ kind: "wrapper", at, calls: frame.calls }));
}

type Settling = { at: CallFact["at"]; list: Expression };

const settled = new WeakMap<CodeFacts, Settling[]>();

/** A file's calls of `Promise.allSettled`. */
function settlings(code: CodeFacts): Settling[] {
  let found = settled.get(code);
  if (found !== undefined) return found;
  const isIt = ({ callee }: Call): boolean => callee.kind === "member" && callee.name === "allSettled" && lastName(callee.of) === "Promise";
  found = code.calls.flatMap(({ at, expression }) => spineCalls(expression).flatMap((call) => (isIt(call) && call.args[0] !== undefined ? [{ at, list: unspread(call.args[0]) }] : [])));
  settled.set(code, found);
  return found;
}

/** `Promise.allSettled(rows.map((row) => save(row)))`, also of a list that has a name: a failure of one of them stays among the outcomes. */
function settles(code: CodeFacts, { list }: Settling, fact: CallFact): boolean {
  const given = list.kind === "local" ? (code.locals[list.local]?.values ?? []).flatMap(({ value, path }) => (path.length === 0 ? [value] : [])) : [list];
  return given.some(({ start, end }) => start <= fact.at.start && end >= fact.at.end);
}

/** `position`: of the callback among the call's arguments; null: the promise itself is handed over. */
type Around = { call: Call; inside: number | null; at: CallFact["at"]; position: number | null; taker?: CallFact };

/** `queryResult(db.insert(…))`: calls that take this one as an argument. */
function holders(code: CodeFacts, fact: CallFact): Around[] {
  if (fact.use.kind !== "argument") return [];
  return code.calls.flatMap((other): Around[] => {
    const { expression } = other;
    if (other === fact || expression.kind !== "call" || other.at.start > fact.at.start || other.at.end < fact.at.end) return [];
    const taken = expression.args.map(unspread).some((item) => item.kind !== "function" && item.start <= fact.at.start && item.end >= fact.at.end);
    return taken ? [{ call: expression, inside: other.function, at: other.at, position: null }] : [];
  });
}

/** `tryCatch(async () => { … })`: the calls whose callbacks it stands in. */
function callbacks(code: CodeFacts, frame: Frame): Around[] {
  return callbacksAround(code, frame).flatMap((handed): Around[] => {
    const other = handed.call === null ? undefined : code.calls[handed.call];
    // `db.transaction(async (tx) => …).catch(…)`: the link that takes the callback, not the last one.
    const takes = (node: Call): boolean => (handed.function === null ? nameOf(node.callee) === handed.callee : node.args.some((item) => holdsFunction(unspread(item), handed.function)));
    const call = other === undefined ? undefined : spineCalls(other.expression).find(takes);
    return other === undefined || call === undefined ? [] : [{ call, inside: other.function, at: other.at, position: handed.argument, taker: other }];
  });
}

/** Itself, or among options: `Effect.tryPromise({ try: () => … })`. */
function holdsFunction(expression: Expression, index: number | null): boolean {
  if (expression.kind === "object") return expression.entries.some((entry) => entry.kind === "property" && holdsFunction(entry.value, index));
  return expression.kind === "function" && expression.function === index;
}

/** A function of the project that has a handler of its own, or one of a package that is called so. */
function mayCatch(flow: Flow, path: string, { call, inside, position }: Around): boolean {
  const to = flow.graph.resolve(path, call.callee, inside);
  if (to === null) return WRAPS.test(lastName(call.callee));
  const code = flow.program.facts(to.path)?.code;
  // What stands around its call of the callback is known, and judged as a handler.
  if (code == null || (position !== null && callsParameter(code, to.function, position))) return false;
  return code.handlers.some((handler) => handler.function === to.function && handler.rethrows !== "always");
}

function callsParameter(code: CodeFacts, index: number, position: number): boolean {
  const parameter = code.functions[index]?.parameters.find((item) => item.position === position && item.path.length === 0);
  return parameter !== undefined && code.calls.some(({ expression }) => expression.kind === "call" && expression.callee.kind === "local" && expression.callee.local === parameter.local);
}
