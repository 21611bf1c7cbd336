import type { Span } from "../../model/span.ts";
import type { CallAt } from "../call-graph.ts";
import { callGraphOf, flowRoot } from "../call-graph.ts";
import { environmentOf, evaluate, truthOf } from "../evaluate.ts";
import { isIncidental } from "../files.ts";
import type { Env } from "../program.ts";
import type { CallView, Draft, Linked, Reading } from "./adapter.ts";

/** A helper that is called more often is read once, as far as it goes by itself. */
const MOST_CALLERS = 60;

/**
 * An upsert whose table or conflict target is the caller's, `upsert({ table, values, target })`: read once for each call of the function around it,
 * and reported there. Everything else is read as it stands.
 */
export function readForCallers(view: CallView, linked: Linked, read: (view: CallView, linked: Linked) => Reading | null): Reading | null {
  const reading = read(view, linked);
  if (!view.names.has("insert") || !(view.names.has("onConflictDoUpdate") || view.names.has("onConflictDoNothing"))) return reading;
  if (reading?.drafts.every(isKnown) === true) return reading;
  const code = linked.program.facts(view.path)?.code;
  const fn = code == null ? null : flowRoot(code, view.fact.function);
  if (fn === null) return reading;
  const callers = callGraphOf(linked.program).callers({ path: view.path, function: fn }).filter(({ path }) => !isIncidental(path) || isIncidental(view.path));
  if (callers.length > MOST_CALLERS) return reading;
  const drafts = callers.flatMap((caller) => draftsFor(view, linked, read, fn, caller));
  return drafts.length === 0 ? reading : { drafts, effects: reading?.effects ?? [] };
}

function isKnown(draft: Draft): boolean {
  return draft.table !== null && (draft.conflict?.target.by !== "unknown" || draft.conflict.oneOf !== undefined);
}

/** `skip ? query.onConflictDoNothing() : query`: not where the caller says otherwise. */
function mayRun(view: CallView, linked: Linked, env: Env): boolean {
  return view.fact.context.every((step) => {
    const truth = step.kind === "condition" ? truthOf(evaluate(linked.program, view.path, step.test, env)) : null;
    return truth === null || step.kind !== "condition" || truth === step.holds;
  });
}

function draftsFor(view: CallView, linked: Linked, read: (view: CallView, linked: Linked) => Reading | null, fn: number, caller: CallAt): Draft[] {
  const fact = linked.program.facts(caller.path)?.code?.calls[caller.call];
  if (fact === undefined || caller.args.some((item) => item.kind === "spread")) return [];
  const args = caller.args.flatMap((item) => (item.kind === "spread" ? [] : [evaluate(linked.program, caller.path, item)]));
  const env = environmentOf(linked.program, view.path, fn, args);
  if (env === null || !mayRun(view, linked, env)) return [];
  return (read({ ...view, env, caller: fact.at }, linked)?.drafts ?? []).filter(isKnown).map((draft) => {
    const conflict = draft.conflict === null ? null : { ...draft.conflict, at: isWithin(draft.conflict.at, fact.at) ? draft.conflict.at : fact.at };
    return { ...draft, at: fact.at, call: caller.call, conflict, returning: "unknown" as const, receiver: null, via: { path: view.path, call: view.index } };
  });
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.path === outer.path && inner.start >= outer.start && inner.end <= outer.end;
}
