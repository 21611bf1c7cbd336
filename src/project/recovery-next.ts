import type { CallFact, CodeFacts, ContextStep, HandlerFact } from "../model/facts.ts";
import type { Span } from "../model/span.ts";
import { testsOf } from "./error-tests.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { lastName, someExpression, unspread } from "./expressions.ts";
import { mayPrecede, type Flow, type Frame } from "./flow.ts";
import { isHandle, type Handle } from "./transaction-handles.ts";
import { asksForUnique, keyNamesOf } from "./unique-tests.ts";

/** `at` null: nothing more is seen to run on the transaction, whose callback then ends as if all went well. `again`: the next turn of a loop. */
type Next = { at: Span | null; again: boolean };

/** What ends or rescues a transaction by hand. */
const ENDS = /rollback|savepoint|abort|commit/i;

/**
 * The next statement on the transaction after the handler of `chain[depth]` has caught a unique violation. null: it cannot be told, or the handler
 * throws, rolls back or goes on elsewhere.
 */
export function nextStatement(flow: Flow, handle: Handle, chain: Frame[], depth: number, handler: number): Next | null {
  const frame = chain[depth];
  const code = frame === undefined ? null : flow.program.facts(frame.path)?.code;
  const fact = code?.handlers[handler];
  if (frame === undefined || code == null || fact === undefined) return null;
  if (throwsOwn(code, fact) || endsByHand(flow, chain)) return null;
  const body = statementsIn(flow, handle, frame, depth, (each) => isInside(each.at, fact.body) && runsOnViolation(flow, frame, fact, handler, each));
  const [first] = body;
  if (first !== undefined) return { at: first.at, again: false };
  const left = leavesBy(flow, frame, fact);
  if (left === "falls") {
    const found = after(flow, handle, frame, depth, chain.length, fact.body.end > frame.fact.at.end ? fact.body.end : frame.fact.at.end, fact);
    if (found !== null) return { at: found.at, again: false };
    if (repeats(handle, frame, depth === chain.length - 1)) return { at: frame.fact.at, again: true };
  }
  for (const [i, outer] of chain.entries()) {
    if (i <= depth) continue;
    const found = after(flow, handle, outer, i, chain.length, outer.fact.at.end, null);
    if (found !== null) return { at: found.at, again: false };
    if (repeats(handle, outer, i === chain.length - 1)) return { at: frame.fact.at, again: true };
  }
  // Whoever gives up with a value of its own may well mean that nothing is kept.
  return left === "falls" && chain.every((each) => !throwsAfter(flow, each)) ? { at: null, again: false } : null;
}

function isInside(at: Span, outer: Span): boolean {
  return at.path === outer.path && at.start >= outer.start && at.end <= outer.end;
}

/** `throw new Conflict()`; the error itself goes on where it is not the one that is expected. */
function throwsOwn(code: CodeFacts, fact: HandlerFact): boolean {
  const error = fact.error === null ? null : code.locals[fact.error]?.name;
  return (code.thrown ?? []).some(({ at, text }) => isInside(at, fact.body) && text !== error);
}

function throwsAfter(flow: Flow, frame: Frame): boolean {
  const code = flow.program.facts(frame.path)?.code;
  return (code?.thrown ?? []).some(({ at, function: inside }) => at.start > frame.fact.at.end && inside !== null && frame.fact.context.some((step) => step.kind === "function" && step.function === inside));
}

/** `ROLLBACK TO SAVEPOINT`, `tx.rollback()` in one of the functions on the way. */
function endsByHand(flow: Flow, chain: Frame[]): boolean {
  return chain.some((frame) => {
    const code = flow.program.facts(frame.path)?.code;
    return flow.callsOf(frame.path, frame.root).some((call) => {
      const expression = code?.calls[call]?.expression;
      return expression !== undefined && someExpression(expression, (part) => (part.kind === "member" && ENDS.test(part.name)) || ((part.kind === "string" || part.kind === "template") && /savepoint|rollback/i.test(part.kind === "string" ? part.value : part.quasis.join(" "))));
    });
  });
}

/** Calls of the frame's flow that are sent on the transaction, in source order. */
function statementsIn(flow: Flow, handle: Handle, frame: Frame, depth: number, test: (fact: CallFact) => boolean): CallFact[] {
  const code = flow.program.facts(frame.path)?.code;
  return flow.callsOf(frame.path, frame.root).flatMap((call) => {
    const fact = code?.calls[call];
    return fact !== undefined && test(fact) && sends(flow, handle, frame.path, call, fact, depth) ? [fact] : [];
  });
}

/** Something awaited of the handle, or a function of the project that is given it and has such a statement. */
function sends(flow: Flow, handle: Handle, path: string, call: number, fact: CallFact, depth: number): boolean {
  const { expression } = fact;
  if (expression.kind !== "call" && expression.kind !== "template") return false;
  if (!fact.awaited && fact.use.kind !== "returned") return false;
  if (expression.kind === "call" && flow.sitesAt(path, call).length === 0 && !isHandle(flow, handle, path, expression.callee, depth)) {
    const given = expression.args.some((item) => unspread(item).kind === "local" && isHandle(flow, handle, path, unspread(item), depth));
    return given && flow.graph.callees(path, call).some(({ to }) => flow.callsOf(to.path, to.function).some((inner) => flow.sitesAt(to.path, inner).some((id) => flow.drafts[id]?.receiver?.kind !== "name")));
  }
  return isHandle(flow, handle, path, expression, depth) && !/^(?:transaction|savepoint)$/.test(lastName(expression.kind === "call" ? expression.callee : expression));
}

/** Of the conditions in the handler that ask about the error, is each one true of a unique violation? */
function runsOnViolation(flow: Flow, frame: Frame, fact: HandlerFact, handler: number, { context }: Pick<CallFact, "context">): boolean {
  const from = context.findIndex((step) => step.kind === "catch" && step.handler === handler);
  return holdsOnViolation(flow, frame, fact, context.slice(from + 1));
}

function holdsOnViolation(flow: Flow, frame: Frame, fact: HandlerFact, steps: ContextStep[]): boolean {
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path: frame.path, inside: fact.function, error: new Map(fact.error === null ? [] : [[fact.error, []]]), env: null, depth: 0 };
  return steps.every((step) => {
    if (step.kind !== "condition") return true;
    const { tests, opaque } = testsOf(scope, step.test, !step.holds);
    if (opaque > 0) return false;
    return tests.length === 0 || tests.some((test) => !test.negated && asksForUnique(test, keyNamesOf(flow)));
  });
}

/** How a handler of a unique violation ends: by a `return`, or by going on behind it. */
function leavesBy(flow: Flow, frame: Frame, fact: HandlerFact): "falls" | "returns" {
  const code = flow.program.facts(frame.path)?.code;
  if (fact.form === "promise") return frame.fact.use.kind === "returned" ? "returns" : "falls";
  const owner = fact.function === null ? undefined : code?.functions[fact.function];
  const returns = (owner?.returns ?? []).flatMap((value, i) => (value.start >= fact.body.start && value.end <= fact.body.end ? [owner?.returnConditions?.[i] ?? []] : []));
  if (returns.length === 0) return "falls";
  const own = returns.map((steps) => steps.filter((step) => step.kind === "condition" && step.test.start >= fact.body.start && step.test.end <= fact.body.end));
  return own.some((steps) => holdsOnViolation(flow, frame, fact, steps)) ? "returns" : "falls";
}

/** The first statement behind `from`, in the callback, that does not depend on how the try ended. */
function after(flow: Flow, handle: Handle, frame: Frame, depth: number, frames: number, from: number, handler: HandlerFact | null): CallFact | null {
  const code = flow.program.facts(frame.path)?.code;
  if (code == null) return null;
  const bound = locals(code, frame.fact, handler);
  const own = new Set(frame.fact.context.flatMap((step) => (step.kind === "condition" ? [step.test] : [])));
  const [found] = statementsIn(flow, handle, frame, depth, (fact) => {
    if (fact.at.start < from || !mayPrecede(frame.fact, fact) || isElsewhere(fact, frame.fact)) return false;
    if (depth === frames - 1 && !fact.context.some((step) => step.kind === "function" && step.function === handle.function)) return false;
    return fact.context.every((step) => step.kind !== "condition" || own.has(step.test) || !someExpression(step.test, (part) => part.kind === "local" && bound.has(part.local)));
  });
  return found ?? null;
}

/** In a handler or a finally that the write is not in, or in a callback that may run at any time. */
function isElsewhere(fact: CallFact, write: CallFact): boolean {
  const functions = new Set(write.context.flatMap((step) => (step.kind === "function" ? [step.function] : [])));
  return fact.context.some((step) => step.kind === "catch" || step.kind === "finally" || (step.kind === "function" && !functions.has(step.function)));
}

/** What the try, or the call, gives values to. */
function locals(code: CodeFacts, fact: CallFact, handler: HandlerFact | null): Set<number> {
  const spans = handler === null ? [fact.at] : [handler.guards, handler.body];
  const found = new Set(fact.use.kind === "bound" ? fact.use.locals : []);
  for (const [index, local] of code.locals.entries()) if (local.values.some(({ value }) => spans.some((span) => value.start >= span.start && value.end <= span.end))) found.add(index);
  return found;
}

/** In a loop of the callback the next turn sends the same statement again. */
function repeats(handle: Handle, frame: Frame, isOutermost: boolean): boolean {
  const { context } = frame.fact;
  const from = isOutermost ? context.findLastIndex((step) => step.kind === "function" && step.function === handle.function) : context.findLastIndex((step) => step.kind === "function");
  return context.slice(from + 1).some((step) => step.kind === "loop" && step.over !== null);
}
