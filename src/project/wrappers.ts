import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts, ContextStep } from "../model/facts.ts";
import type { Guard } from "../model/project.ts";
import { spineCalls } from "./call-index.ts";
import { lastName, unspread } from "./expressions.ts";
import type { Flow, Frame } from "./flow.ts";

/** `tryCatch(…)`, `Result.fromPromise(…)`, `safely(…)`: what fails comes back as a value. */
const WRAPS = /^(?:try|safe|attempt)|^(?:to|wrap)$|[rR]esult$|fromPromise|fromThrowable|[cC]atch(?:Error)?s?$/;

type Call = Extract<Expression, { kind: "call" }>;

/** Functions that a write is handed to, as a promise or inside a callback, and that may turn its failure into a value. */
export function wrappersAround(flow: Flow, frame: Frame): Guard[] {
  const code = flow.program.facts(frame.path)?.code;
  if (code == null) return [];
  const inside = callbacks(code, frame.fact);
  // `queryResult(db.transaction(async (tx) => …))`: the call that takes the callback is itself handed over.
  const around = [...holders(code, frame.fact), ...inside, ...inside.flatMap(({ taker }) => (taker === undefined ? [] : holders(code, taker)))];
  return around.filter((each) => mayCatch(flow, frame.path, each)).map(({ at }) => ({ kind: "wrapper", at, calls: frame.calls }));
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
function callbacks(code: CodeFacts, fact: CallFact): Around[] {
  return fact.context.flatMap((step): Around[] => {
    const handed = step.kind === "function" ? code.functions[step.function]?.callbackOf : null;
    const other = handed?.call == null ? undefined : code.calls[handed.call];
    // `db.transaction(async (tx) => …).catch(…)`: the link that takes the callback, not the last one.
    const call = other === undefined ? undefined : spineCalls(other.expression).find((node) => node.args.some((item) => isFunction(unspread(item), step)));
    const position = call?.args.findIndex((item) => isFunction(unspread(item), step)) ?? -1;
    return other === undefined || call === undefined ? [] : [{ call, inside: other.function, at: other.at, position, taker: other }];
  });
}

function isFunction(expression: Expression, step: ContextStep): boolean {
  return expression.kind === "function" && step.kind === "function" && expression.function === step.function;
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
