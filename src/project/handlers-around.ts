import type { ContextStep } from "../model/facts.ts";
import type { Guard } from "../model/project.ts";
import type { Frame } from "./flow.ts";
import type { Handlers } from "./handlers.ts";

/** Handlers around a call, innermost first. `frames`: all that lead to the same site. */
export function handlersAround(frame: Frame, frames: Frame[], handlers: Pick<Handlers, "handlerOf">): Guard[] {
  const { context } = frame.fact;
  // A loop inside of the turn: who gives up one of its rows gives up all that follow.
  const isOneRow = (from: number): boolean => !hasLoop(context.slice(from)) && !frames.some((inner) => inner.calls < frame.calls && leadsThrough(inner, frame) && hasLoop(inner.fact.context));
  const tries = context.flatMap((step, i) =>
    step.kind === "try" ? [{ fact: step.handler, perItem: (isTurn(context, i) || (isWholeFlow(context, i) && isCalledInTurns(frame, frames))) && isOneRow(i) }] : [],
  );
  if (frame.fact.handler !== null) tries.push({ fact: frame.fact.handler, perItem: false });
  return tries.reverse().flatMap(({ fact, perItem }): Guard[] => {
    const handler = handlers.handlerOf(frame.path, fact);
    return handler === null ? [] : [{ kind: "handler", handler: handler.id, calls: frame.calls, ...(perItem ? { perItem: true } : {}) }];
  });
}

/** `for (const row of rows) { try { … } catch { … } }`, `rows.map(async (row) => { try { … } catch { … } })`: what stands at `index` is done once for each. */
function isTurn(context: ContextStep[], index: number): boolean {
  const last = context.slice(0, index).findLastIndex((step) => step.kind === "loop" || step.kind === "function" || step.kind === "try");
  const loop = context[last]?.kind === "function" ? context[last - 1] : context[last];
  return loop?.kind === "loop" && loop.over !== null;
}

function hasLoop(context: ContextStep[]): boolean {
  return context.some((step) => step.kind === "loop" && step.over !== null);
}

/** Is `inner` one of the calls between the site and `outer`? */
function leadsThrough(inner: Frame, outer: Frame): boolean {
  return inner.bindings.length < outer.bindings.length && inner.bindings.every((binding, i) => binding === outer.bindings[i]);
}

/** Nothing but its flow's function stands around the `try`. */
function isWholeFlow(context: ContextStep[], index: number): boolean {
  return context.slice(0, index).every((step) => step.kind === "function" || step.kind === "condition");
}

/** `for (const row of rows) await save(row)`: all who are seen to call it do so once for each of their rows. */
function isCalledInTurns(frame: Frame, frames: Frame[]): boolean {
  const callers = frames.filter((other) => other.calls === frame.calls + 1 && other.bindings.length === frame.bindings.length + 1 && frame.bindings.every((binding, i) => binding === other.bindings[i]));
  return callers.length > 0 && callers.every(({ fact }) => isTurn(fact.context, fact.context.length));
}
