import type { Expression } from "../../model/expression.ts";
import type { CallFact, CodeFacts, ContextStep, Local } from "../../model/facts.ts";
import type { Span } from "../../model/span.ts";
import { callChain, rawChain } from "../chains.ts";
import { enclosing, methodOf } from "../classes.ts";
import { environmentOf, evaluate, memberOf, possibilities } from "../evaluate.ts";
import { handleName } from "../handles.ts";
import type { Env, Evaluated, Program } from "../program.ts";

/** `at`: the call in the migration's own file, also where a helper of another file makes it. */
export type Step = { at: Span; conditional: boolean; caught: boolean };
/** Takes a call; false: it is none that the visitor knows, so what it calls is followed. */
export type Visit = (call: Evaluated, step: Step, fact: CallFact) => boolean;

export type FunctionValue = Extract<Evaluated, { kind: "function" }>;
type Walk = { program: Program; visit: Visit; path: string; around: Step | null; depth: number };

/** Helpers and callbacks are followed this deep. */
const DEEPEST = 6;
/** A loop over more than this many values is not unrolled. */
const MOST_ROUNDS = 64;

/**
 * The calls that a function makes when it is called with `args`, in order, evaluated: loops over known lists are unrolled, callbacks and
 * functions of the project entered. Conditions are not decided but told.
 */
export function walkCalls(program: Program, path: string, fn: FunctionValue, args: Evaluated[], visit: Visit, around: Step | null = null): void {
  walkFunction({ program, visit, path, around, depth: 0 }, fn, args);
}

function walkFunction(walk: Walk, fn: FunctionValue, args: Evaluated[]): void {
  const code = walk.program.facts(fn.path)?.code;
  if (code == null || walk.depth > DEEPEST) return;
  const own = environmentOf(walk.program, fn.path, fn.function, args);
  const env: Env = { path: fn.path, locals: new Map([...(fn.closure?.locals ?? []), ...(own?.locals ?? [])]) };
  const handled: Span[] = [];
  const calls = callsWithin(code, fn.function);
  const insideOf = (fact: CallFact): ContextStep[] => fact.context.slice(fact.context.findIndex((step) => step.kind === "function" && step.function === fn.function) + 1);
  for (const fact of calls) {
    // Arguments of a call that was understood belong to it.
    if (handled.some((at) => at.start <= fact.at.start && fact.at.end <= at.end)) continue;
    const inside = insideOf(fact);
    const step = stepOf(walk, fact, inside);
    const now = withAssigned(walk.program, code, fn.function, fact, env);
    for (const round of roundsOf(walk, fn.path, code, inside, now)) {
      const value = evaluate(walk.program, fn.path, fact.expression, round);
      if (walk.visit(value, step, fact)) handled.push(fact.at);
      else enter({ ...walk, around: step, depth: walk.depth + 1 }, value, fn);
    }
  }
}

/** A variable that is given one value after the other, never behind a condition, has the one that was given last. */
function withAssigned(program: Program, code: CodeFacts, fn: number, fact: CallFact, env: Env): Env {
  const assigned = [...code.locals.entries()].filter(([, local]) => local.kind === "let" && local.function === fn && local.values.length > 1 && local.values.every(({ branch }) => branch !== true));
  if (assigned.length === 0) return env;
  const now: Env = { path: env.path, locals: new Map(env.locals) };
  for (const [index, local] of assigned) {
    const last = local.values.findLast(({ value, path }) => value.end <= fact.at.start && path.length === 0);
    if (last !== undefined) now.locals.set(index, evaluate(program, env.path, last.value, now));
  }
  return now;
}

/** Calls of a function's own body and of the functions that it gives to `map`, `forEach` and the like. */
function callsWithin(code: CodeFacts, fn: number): CallFact[] {
  const within = code.calls.filter((fact) => {
    let at = fact.function;
    while (at !== null && at !== fn) {
      const parent = code.functions[at]?.parent ?? null;
      const own = fact.context.findIndex((step) => step.kind === "function" && step.function === at);
      if (fact.context[own - 1]?.kind !== "loop") return false;
      at = parent;
    }
    return at === fn;
  });
  return within.some(isPromiseChain) ? within.toSorted((a, b) => moment(a) - moment(b)) : within;
}

/** `Promise.all([a(), b()]).then(c)` calls a and b before c, though it starts before them. */
function moment(fact: CallFact): number {
  return isPromiseChain(fact) ? fact.at.end : fact.at.start;
}

function isPromiseChain({ expression }: CallFact): boolean {
  const { root } = rawChain(expression);
  return root.kind === "name" && root.name === "Promise";
}

function stepOf(walk: Walk, fact: CallFact, inside: ContextStep[]): Step {
  const at = walk.around !== null && fact.at.path !== walk.path ? walk.around.at : fact.at;
  return {
    at,
    conditional: (walk.around?.conditional ?? false) || inside.some((step) => step.kind === "condition"),
    caught: (walk.around?.caught ?? false) || inside.some((step) => step.kind === "catch"),
  };
}

/** An environment for each round of the loops around a call. */
function roundsOf(walk: Walk, path: string, code: CodeFacts, inside: ContextStep[], env: Env): Env[] {
  let rounds = [env];
  for (const [index, step] of inside.entries()) {
    if (step.kind !== "loop" || step.over === null) continue;
    const over = step.over;
    const next = inside[index + 1];
    rounds = rounds.flatMap((round) => {
      const list = evaluate(walk.program, path, over, round);
      if (list.kind !== "array" || !list.complete || list.items.length > MOST_ROUNDS) return [round];
      return list.items.map((item, position) => bindElement(walk.program, path, code, over, next?.kind === "function" ? next.function : null, item, position, round));
    });
    if (rounds.length > MOST_ROUNDS) return [env];
  }
  return rounds;
}

function bindElement(program: Program, path: string, code: CodeFacts, over: Expression, callback: number | null, item: Evaluated, position: number, env: Env): Env {
  const locals = new Map(env.locals);
  if (callback !== null) {
    const index: Evaluated = { kind: "number", at: item.at, value: position };
    for (const [local, value] of environmentOf(program, path, callback, [item, index])?.locals ?? []) locals.set(local, value);
  } else {
    for (const [local, fact] of code.locals.entries()) {
      const way = wayInto(fact, over);
      if (way !== null) locals.set(local, way.reduce((of, name) => memberOf(program, of, name), item));
    }
  }
  return { path, locals };
}

/** How a loop's variable is taken from an element of what is looped over; null: it is another loop's. */
function wayInto(local: Local, over: Expression): string[] | null {
  if (local.kind !== "loop") return null;
  const value = local.values.find((each) => each.value.start === over.start && each.value.end === over.end && each.path[0] === "*");
  return value === undefined ? null : value.path.slice(1);
}

/** The functions that a call which nobody knows leads to: the one it calls, and those that it is given. `from`: the function that makes the call. */
function enter(walk: Walk, value: Evaluated, from: FunctionValue): void {
  for (const each of possibilities(value)) {
    const { root, links } = callChain(each);
    const [first] = links;
    if (root.kind === "function" && first?.args != null && first.name === "") walkFunction(walk, root, first.args);
    const method = root.kind === "unknown" && root.text === "this" && first?.args != null ? ownMethod(walk.program, from, first.name) : null;
    if (method !== null) walkFunction(walk, { kind: "function", at: each.at, ...method }, first?.args ?? []);
    const handle = handleName(root) === null ? [] : [root];
    for (const link of links) {
      const isAnswer = link.name === "then" || link.name === "catch" || link.name === "finally";
      if (link.name === "catch") continue;
      for (const argument of link.args ?? []) if (argument.kind === "function") walkFunction(walk, argument, isAnswer ? [] : handle);
    }
  }
}

/** `this.createUsers(queryRunner)`: a method of the migration's own class, or of one that it extends. */
function ownMethod(program: Program, from: FunctionValue, name: string): { path: string; function: number } | null {
  const own = enclosing(program, from.path, from.function);
  return own === null ? null : methodOf(program, own, name);
}
