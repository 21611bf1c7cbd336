import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { Handler, Recovery } from "../model/project.ts";
import type { Draft } from "./clients/adapter.ts";
import { mayPrecede, type Flow, type Frame } from "./flow.ts";
import type { Handlers } from "./handlers.ts";
import { nextStatement } from "./recovery-next.ts";
import { isHandle, type Handle } from "./transaction-handles.ts";
import { isTransactionCallback } from "./transactions.ts";

/**
 * Finds for these sites the handlers that catch a write's failure inside of the transaction that the write runs in, which Postgres has aborted by then, and what
 * runs on that transaction afterwards. Only where the write is surely made on the transaction's handle. Changes the sites.
 */
export function findRecoveries(flow: Flow, handlers: Pick<Handlers, "handlerOf">, ids: readonly number[]): void {
  for (const id of ids) {
    const site = flow.sites[id];
    const draft = flow.drafts[id];
    if (site === undefined || draft === undefined || draft.call === null || draft.receiver === null || draft.via !== undefined || site.kind === "lookup" || site.kind === "delete") continue;
    const found = new Map<string, Recovery>();
    for (const chain of chainsOf(flow.frames(site.at.path, draft.call))) {
      const recovery = recoveryIn(flow, draft, chain, handlers);
      if (recovery !== null) found.set(`${String(recovery.handler)}:${String(recovery.transaction.start)}`, recovery);
    }
    if (found.size > 0) site.recoveries = [...found.values()];
  }
}

/** From the write's own call outwards, once for each frame that could hold the transaction. */
function chainsOf(frames: Frame[]): Frame[][] {
  return frames.flatMap((outer) => {
    if (outer.root === null && outer.calls > 0) return [];
    const chain = [outer];
    for (let each = outer; each.calls > 0; ) {
      const inner = frames.find((other) => other.calls === each.calls - 1 && other.bindings.length === other.calls && other.bindings.every((binding, i) => binding === outer.bindings[i]));
      if (inner === undefined) return [];
      chain.unshift(inner);
      each = inner;
    }
    return outer.bindings.length === outer.calls ? [chain] : [];
  });
}

function recoveryIn(flow: Flow, draft: Draft, chain: Frame[], handlers: Pick<Handlers, "handlerOf">): Recovery | null {
  const outer = chain.at(-1);
  const code = outer === undefined ? null : flow.program.facts(outer.path)?.code;
  if (outer === undefined || code == null) return null;
  const opened = callbackAround(code, outer.fact);
  // A transaction further in is a savepoint of this one.
  if (opened === null || chain.slice(0, -1).some((frame) => opensInside(flow, frame))) return null;
  const call = code.calls[code.functions[opened.function]?.callbackOf?.call ?? -1];
  const handle: Handle = { path: outer.path, function: opened.function, bindings: outer.bindings };
  if (call === undefined || draft.receiver === null || !isHandle(flow, handle, draft.at.path, draft.receiver, 0)) return null;
  for (const [depth, frame] of chain.entries()) {
    const inside = frame.fact.context.slice(depth === chain.length - 1 ? opened.step + 1 : 0);
    for (const fact of handlersOf(frame.fact, inside)) {
      const handler = handlers.handlerOf(frame.path, fact);
      if (handler === null || isPassedThrough(handler)) continue;
      if (handler.handles === "unknown" || handler.opaqueTests > 0) return null;
      const next = nextStatement(flow, handle, chain, depth, fact);
      return next === null ? null : { handler: handler.id, transaction: call.at, next: next.at, again: next.again, lost: next.at === null ? writesBefore(flow, handle, chain) : [] };
    }
  }
  return null;
}

function isPassedThrough(handler: Handler): boolean {
  return handler.handles === "other" || handler.rethrows === "always";
}

/** The innermost callback of a transaction around a call, and which step of its context that is. */
function callbackAround(code: CodeFacts, fact: CallFact): { function: number; step: number } | null {
  const step = fact.context.findLastIndex((each) => each.kind === "function" && isTransactionCallback(code, each.function));
  const found = fact.context[step];
  return found?.kind === "function" ? { function: found.function, step } : null;
}

function opensInside(flow: Flow, frame: Frame): boolean {
  const code = flow.program.facts(frame.path)?.code;
  return code == null || callbackAround(code, frame.fact) !== null;
}

/** Innermost first. */
function handlersOf(fact: CallFact, steps: CallFact["context"]): number[] {
  const tries = steps.flatMap((step) => (step.kind === "try" ? [step.handler] : [])).reverse();
  return fact.handler === null ? tries : [fact.handler, ...tries];
}

/** Writes on the same transaction that were made when the violation comes: they go with it. */
function writesBefore(flow: Flow, handle: Handle, chain: Frame[]): number[] {
  return chain.flatMap((frame, depth) =>
    flow.callsOf(frame.path, frame.root).flatMap((call) => {
      const fact = flow.program.facts(frame.path)?.code?.calls[call];
      if (fact === undefined || call === frame.call || fact.at.end > frame.fact.at.start || !mayPrecede(fact, frame.fact)) return [];
      return flow.sitesAt(frame.path, call).filter((id) => {
        const receiver = flow.drafts[id]?.receiver ?? null;
        return flow.sites[id]?.kind !== "lookup" && receiver !== null && isHandle(flow, handle, frame.path, receiver, depth);
      });
    }),
  );
}
