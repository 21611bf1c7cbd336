import type { Argument, Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts } from "../model/facts.ts";
import { spineCalls } from "./call-index.ts";
import { classOf, methodOf, type FunctionAt } from "./classes.ts";
import { evaluate, possibilities, withEnvironment } from "./evaluate.ts";
import type { Program } from "./program.ts";
import { exportedAs } from "./exports.ts";

export type { FunctionAt };
/** A call of a function: which call fact, with which arguments. */
export type CallAt = { path: string; call: number; args: Argument[] };

export type CallGraph = {
  /** Functions of the project that a call (any link of its chain) calls. */
  callees(path: string, call: number): { to: FunctionAt; args: Argument[] }[];
  /** The function that an expression in call position is; null: not known, or none of the project's. */
  resolve(path: string, callee: Expression, inside: number | null): FunctionAt | null;
  callers(of: FunctionAt): CallAt[];
};

/** A name that is called more often than this is too common to be followed back. */
const MOST_CALLS = 300;

const graphs = new WeakMap<Program, CallGraph>();

/** Who calls whom, worked out on demand: callers are found by name first, then resolved. */
export function callGraphOf(program: Program): CallGraph {
  let graph = graphs.get(program);
  if (graph === undefined) graphs.set(program, (graph = createCallGraph(program)));
  return graph;
}

function createCallGraph(program: Program): CallGraph {
  const callees = new Map<string, { to: FunctionAt; args: Argument[] }[]>();
  const callers = new Map<string, CallAt[]>();
  const graph: CallGraph = {
    resolve: (path, callee, inside) => resolveCallee(program, path, callee, inside),
    callees(path, call) {
      const key = `${path}#${String(call)}`;
      let found = callees.get(key);
      if (found === undefined) callees.set(key, (found = withEnvironment(program, null, () => calleesOf(program, path, call))));
      return found;
    },
    callers(of) {
      const key = `${of.path}#${String(of.function)}`;
      let found = callers.get(key);
      if (found === undefined) {
        callers.set(key, (found = withEnvironment(program, null, () => callersOf(program, graph, of))));
      }
      return found;
    },
  };
  return graph;
}

function calleesOf(program: Program, path: string, call: number): { to: FunctionAt; args: Argument[] }[] {
  const fact = program.facts(path)?.code?.calls[call];
  if (fact === undefined) return [];
  return spineCalls(fact.expression).flatMap((node) => {
    const to = resolveCallee(program, path, node.callee, fact.function);
    return to === null ? [] : [{ to, args: node.args }];
  });
}

function resolveCallee(program: Program, path: string, callee: Expression, inside: number | null): FunctionAt | null {
  if (callee.kind === "member") {
    const holder = callee.of.kind === "this" ? ownClass(program, path, inside) : null;
    const of = callee.of.kind === "this" ? holder : classOf(program, path, callee.of, inside);
    const method = of === null ? null : methodOf(program, of, callee.name);
    if (method !== null || callee.of.kind === "this") return method;
    if (callee.of.kind === "call") return null;
  } else if (callee.kind !== "name" && callee.kind !== "local") return null;
  for (const value of possibilities(evaluate(program, path, callee))) if (value.kind === "function") return { path: value.path, function: value.function };
  return null;
}

function ownClass(program: Program, path: string, inside: number | null): { path: string; name: string } | null {
  const code = program.facts(path)?.code;
  for (let at = inside; at !== null && code != null; at = code.functions[at]?.parent ?? null) {
    const name = code.functions[at]?.class;
    if (name != null) return { path, name };
  }
  return null;
}

function callersOf(program: Program, graph: CallGraph, of: FunctionAt): CallAt[] {
  const code = program.facts(of.path)?.code;
  const name = code?.functions[of.function]?.name?.split(".").at(-1);
  if (name === undefined || code == null) return [];
  const names = new Set([name, ...aliasesOf(code, name)]);
  const candidates = [...names].flatMap((each) => program.calls.named(each));
  if (candidates.length > MOST_CALLS) return [];
  return candidates.flatMap(({ path, call }) =>
    graph.callees(path, call).flatMap(({ to, args }) => (to.path === of.path && to.function === of.function ? [{ path, call, args }] : [])),
  );
}

/** `export { a as b }`. */
function aliasesOf(code: CodeFacts, name: string): string[] {
  return exportedAs(code, name).filter((alias) => alias !== "default");
}

/**
 * The function whose body is one flow with this call's: callbacks run where they are handed over, so they belong to the function around them.
 * null: the module's top level.
 */
export function flowRoot(code: CodeFacts, inside: number | null): number | null {
  let at = inside;
  while (at !== null) {
    const fact = code.functions[at];
    if (fact === undefined || fact.callbackOf === null || fact.parent === null) return at;
    at = fact.parent;
  }
  return null;
}

export function factOf(program: Program, at: { path: string; call: number }): CallFact | null {
  return program.facts(at.path)?.code?.calls[at.call] ?? null;
}
