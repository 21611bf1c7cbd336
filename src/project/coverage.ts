import type { CodeFacts, HandlerFact } from "../model/facts.ts";
import { flowRoot, type FunctionAt } from "./call-graph.ts";
import { evaluate } from "./evaluate.ts";
import type { Flow } from "./flow.ts";
import { opensTransaction } from "./transactions.ts";

/** Calls are followed this far down. */
const FARTHEST = 3;

export type Coverage = { covers: number[]; coversAll: boolean; thrown: string[] };

/** `seen`: functions followed, as `path#index`; `covers` and `thrown` fill up on the way. */
type Search = { covers: Set<number>; thrown: Set<string>; seen: Set<string> };

/**
 * The sites that a handler guards: those in its block and in the functions called there, and what these throw themselves. `coversAll` false: some
 * call could not be followed.
 */
export function coverageOf(flow: Flow, path: string, code: CodeFacts, index: number, fact: HandlerFact): Coverage {
  const search: Search = { covers: new Set(), thrown: new Set(), seen: new Set() };
  for (const each of code.thrown ?? []) if (each.at.start >= fact.guards.start && each.at.end <= fact.guards.end) search.thrown.add(each.text);
  let coversAll = true;
  for (const [call, each] of code.calls.entries()) {
    if (each.at.start < fact.guards.start || each.at.end > fact.guards.end) continue;
    if (each.context.some((step) => step.kind === "catch" && step.handler === index)) continue;
    if (!followCall(flow, path, call, { ...search, seen: new Set() }, 0)) coversAll = false;
  }
  return { covers: [...search.covers].sort((a, b) => a - b), coversAll, thrown: [...search.thrown].sort() };
}

/** false: the call may lead to sites that are not known. */
function followCall(flow: Flow, path: string, call: number, search: Search, depth: number): boolean {
  const own = flow.sitesAt(path, call);
  for (const site of own) search.covers.add(site);
  if (own.length > 0) return true;
  const callees = flow.graph.callees(path, call);
  if (callees.length === 0) return isHarmless(flow, path, call);
  return callees.map(({ to }) => followFunction(flow, to, search, depth + 1)).every(Boolean);
}

function followFunction(flow: Flow, to: FunctionAt, search: Search, depth: number): boolean {
  const key = `${to.path}#${String(to.function)}`;
  if (search.seen.has(key)) return true;
  search.seen.add(key);
  const code = flow.program.facts(to.path)?.code;
  if (code == null) return false;
  if (depth > FARTHEST) return false;
  const root = flowRoot(code, to.function);
  for (const each of code.thrown ?? []) if (flowRoot(code, each.function) === root) search.thrown.add(each.text);
  let all = true;
  for (const call of flow.callsOf(to.path, root)) if (!followCall(flow, to.path, call, search, depth)) all = false;
  return all;
}

/** A call of a package's function, of a global, of a method of plain data: it reaches no table that code of the project would know of. */
function isHarmless(flow: Flow, path: string, call: number): boolean {
  const fact = flow.program.facts(path)?.code?.calls[call];
  if (fact === undefined || opensTransaction(fact)) return true;
  let root = fact.expression;
  while (root.kind === "call" || root.kind === "member" || root.kind === "index") root = root.kind === "call" ? root.callee : root.of;
  if (root.kind === "template") return true;
  if (root.kind === "name") {
    const value = evaluate(flow.program, path, root);
    return value.kind === "external" || (value.kind === "declaration" && value.declaration.value !== null);
  }
  return root.kind !== "local" && root.kind !== "this";
}
