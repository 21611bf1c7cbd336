import type { CallFact } from "../model/facts.ts";
import { flowRoot, type FunctionAt } from "./call-graph.ts";
import type { Flow } from "./flow.ts";

/** As far as flow.ts follows calls upwards. */
const FARTHEST = 3;

/** The calls of its file that a handler guards. */
export function callsUnder(flow: Flow, path: string, handler: number): number[] {
  const code = flow.program.facts(path)?.code;
  const fact = code?.handlers[handler];
  if (code == null || fact === undefined) return [];
  const isUnder = (each: CallFact): boolean =>
    each.handler === handler || (each.at.start >= fact.guards.start && each.at.end <= fact.guards.end) || each.context.some((step) => step.kind === "try" && step.handler === handler);
  return code.calls.flatMap((each, call) => (isUnder(each) ? [call] : []));
}

/**
 * Sites that calls of a file may lead to, too many rather than too few: those of the calls themselves, of the functions they call, and of the functions
 * that are handed to the one they stand in.
 */
export function sitesBelow(flow: Flow, path: string, calls: readonly number[]): number[] {
  const found = new Set<number>();
  const depths = new Map<string, number>();
  for (const call of calls) follow(path, call, 0);
  return [...found];

  function follow(at: string, call: number, depth: number): void {
    const key = `${at}#${call}`;
    // What was met farther down is followed again: from here it leads farther.
    if ((depths.get(key) ?? FARTHEST + 1) <= depth) return;
    depths.set(key, depth);
    for (const id of flow.sitesAt(at, call)) found.add(id);
    if (depth >= FARTHEST) return;
    for (const { to } of flow.graph.callees(at, call)) followFunction(to, depth + 1);
    for (const next of handedIn(at, call)) follow(next.path, next.call, depth + 1);
  }

  function followFunction({ path: at, function: index }: FunctionAt, depth: number): void {
    const code = flow.program.facts(at)?.code;
    if (code == null) return;
    for (const call of flow.callsOf(at, flowRoot(code, index))) follow(at, call, depth);
  }

  /** `run()` of `withRetry(run)`: the calls inside the functions that `withRetry` is given. */
  function handedIn(at: string, call: number): { path: string; call: number }[] {
    const code = flow.program.facts(at)?.code;
    const own = code?.calls[call];
    if (code == null || own?.expression.kind !== "call" || own.expression.callee.kind !== "local") return [];
    const { local } = own.expression.callee;
    const takers = code.functions.flatMap((each, index) => each.parameters.flatMap((item) => (item.local === local && item.path.length === 0 ? [{ function: index, position: item.position }] : [])));
    return takers.flatMap(({ function: index, position }) => flow.graph.callers({ path: at, function: index }).flatMap((caller) => callsInside(caller.path, caller.call, position)));
  }

  function callsInside(at: string, taker: number, position: number): { path: string; call: number }[] {
    const code = flow.program.facts(at)?.code;
    return (code?.calls ?? []).flatMap((each, call) => {
      const isInside = each.context.some((step) => {
        const handed = step.kind === "function" ? code?.functions[step.function]?.callbackOf : null;
        return handed?.call === taker && handed.argument === position;
      });
      return isInside ? [{ path: at, call }] : [];
    });
  }
}
