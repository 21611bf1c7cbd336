import type { CodeFacts, HandlerFact } from "../model/facts.ts";
import { flowRoot, type FunctionAt } from "./call-graph.ts";
import { evaluate } from "./evaluate.ts";
import type { Flow } from "./flow.ts";

/** Calls are followed this far down. */
const FARTHEST = 3;

/** The sites that a handler guards: those in its block and in the functions called there. `coversAll` false: some call could not be followed. */
export function coverageOf(flow: Flow, path: string, code: CodeFacts, index: number, fact: HandlerFact): { covers: number[]; coversAll: boolean } {
  const covers = new Set<number>();
  let coversAll = true;
  for (const [call, each] of code.calls.entries()) {
    if (each.at.start < fact.guards.start || each.at.end > fact.guards.end) continue;
    if (each.context.some((step) => step.kind === "catch" && step.handler === index)) continue;
    if (!followCall(flow, path, call, covers, new Set(), 0)) coversAll = false;
  }
  return { covers: [...covers].sort((a, b) => a - b), coversAll };
}

/** false: the call may lead to sites that are not known. */
function followCall(flow: Flow, path: string, call: number, covers: Set<number>, seen: Set<string>, depth: number): boolean {
  const own = flow.sitesAt(path, call);
  for (const site of own) covers.add(site);
  if (own.length > 0) return true;
  const callees = flow.graph.callees(path, call);
  if (callees.length === 0) return isHarmless(flow, path, call);
  return callees.map(({ to }) => followFunction(flow, to, covers, seen, depth + 1)).every(Boolean);
}

function followFunction(flow: Flow, to: FunctionAt, covers: Set<number>, seen: Set<string>, depth: number): boolean {
  const key = `${to.path}#${String(to.function)}`;
  if (seen.has(key)) return true;
  seen.add(key);
  const code = flow.program.facts(to.path)?.code;
  if (code == null) return false;
  if (depth > FARTHEST) return false;
  let all = true;
  for (const call of flow.callsOf(to.path, flowRoot(code, to.function))) if (!followCall(flow, to.path, call, covers, seen, depth)) all = false;
  return all;
}

/** A call of a package's function, of a global, of a method of plain data: it reaches no table that code of the project would know of. */
function isHarmless(flow: Flow, path: string, call: number): boolean {
  const fact = flow.program.facts(path)?.code?.calls[call];
  if (fact === undefined) return true;
  let root = fact.expression;
  while (root.kind === "call" || root.kind === "member" || root.kind === "index") root = root.kind === "call" ? root.callee : root.of;
  if (root.kind === "template") return true;
  if (root.kind === "name") {
    const value = evaluate(flow.program, path, root);
    return value.kind === "external" || (value.kind === "declaration" && value.declaration.value !== null);
  }
  return root.kind !== "local" && root.kind !== "this";
}
