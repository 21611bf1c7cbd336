import type { Argument } from "../model/expression.ts";
import type { CallFact, CodeFacts, ContextStep } from "../model/facts.ts";
import type { Site } from "../model/project.ts";
import { callGraphOf, flowRoot, type CallAt, type CallGraph, type FunctionAt } from "./call-graph.ts";
import type { Draft, Effect, Linked } from "./clients/adapter.ts";
import { evaluate, memberOf } from "./evaluate.ts";
import { isIncidental } from "./files.ts";
import { handedTo } from "./handed.ts";
import type { Evaluated, Program } from "./program.ts";
import type { SiteStore } from "./site-store.ts";
import type { Values } from "./values.ts";

/** What guards, handlers and entries share. */
export type Flow = {
  linked: Linked;
  program: Program;
  /** By id; those that nobody asked for yet are missing. */
  drafts: Draft[];
  sites: Site[];
  values: Values;
  graph: CallGraph;
  /** Sites and effects of a call. */
  sitesAt(path: string, call: number): number[];
  effectsAt(path: string, call: number): Effect[];
  effectsOf(path: string): readonly Effect[];
  /** Calls of a function's flow (callbacks too), in source order. */
  callsOf(path: string, root: number | null): number[];
  /** Those of them that lock, begin or end something. */
  effectCalls(path: string, root: number | null): number[];
  /** Where a call's flow is called from, up to `calls` levels, the call itself first. */
  frames(path: string, call: number): Frame[];
};

/** What a function's parameters are when it is called from the frame around. */
export type Binding = { to: FunctionAt; args: Evaluated[] };
/**
 * A call that runs, with what has to be around it. `calls`: how many calls up; `bindings`: from the innermost function outwards; `ways`: which
 * of the ways that lead to the first frame's call pass here.
 */
export type Frame = { path: string; call: number; fact: CallFact; root: number | null; calls: number; bindings: Binding[]; ways: number[]; /** The call does not call the flow below, but is handed it by its name. */ handed?: { callee: string; argument: number } };
/** A function that is handed to a call which runs it. `function`: in the frame's file; null: the frame's call takes it by its name. */
export type Callback = { callee: string; call: number | null; argument: number; function: number | null };

/** Calls are followed this far up, and this many frames in all. */
const FARTHEST = 3;
const MOST_FRAMES = 24;

export function createFlow(linked: Linked, store: SiteStore): Flow {
  const { program } = linked;
  const { drafts, sites, values, effectsOf } = store;
  const graph = callGraphOf(program);
  const siteIndexes = new Map<string, Map<number, number[]>>();
  const effectIndexes = new Map<string, Map<number, Effect[]>>();
  const flows = new Map<string, Map<number | null, number[]>>();
  const frames = new Map<string, Frame[]>();
  const effective = new Map<string, number[]>();
  const flow: Flow = {
    linked, program, drafts, sites, values, graph, effectsOf,
    sitesAt: (path, call) => keep(siteIndexes, path, () => groupByCall(store.sitesOf(path), (id) => drafts[id]?.call ?? null)).get(call) ?? [],
    effectsAt: (path, call) => keep(effectIndexes, path, () => groupByCall(effectsOf(path), (effect) => effect.call)).get(call) ?? [],
    callsOf: (path, root) => keep(flows, path, () => indexFlows(program.facts(path)?.code ?? null)).get(root) ?? [],
    effectCalls: (path, root) => keep(effective, `${path}#${String(root)}`, () => flow.callsOf(path, root).filter((call) => flow.effectsAt(path, call).length > 0)),
    frames: (path, call) => keep(frames, `${path}#${String(call)}`, () => findFrames(flow, path, call)),
  };
  return flow;
}

function keep<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = make()));
  return found;
}

function groupByCall<Item>(items: readonly Item[], callOf: (item: Item) => number | null): Map<number, Item[]> {
  const index = new Map<number, Item[]>();
  for (const item of items) {
    const call = callOf(item);
    if (call === null) continue;
    const list = index.get(call);
    if (list === undefined) index.set(call, [item]);
    else list.push(item);
  }
  return index;
}

function indexFlows(code: CodeFacts | null): Map<number | null, number[]> {
  const index = new Map<number | null, number[]>();
  for (const [call, fact] of (code?.calls ?? []).entries()) {
    const root = flowRoot(code as CodeFacts, fact.function);
    const list = index.get(root);
    if (list === undefined) index.set(root, [call]);
    else list.push(call);
  }
  return index;
}

type Links = { callers: Map<Frame, Frame[]>; asides: Map<Frame, Frame[]>; cut: Set<Frame> };

function findFrames(flow: Flow, path: string, call: number): Frame[] {
  const code = flow.program.facts(path)?.code;
  const fact = code?.calls[call];
  if (code == null || fact === undefined) return [];
  const first: Frame = { path, call, fact, root: flowRoot(code, fact.function), calls: 0, bindings: [], ways: [] };
  const frames = [first];
  const seen = new Map<string, Frame>([[`${path}#${String(call)}`, first]]);
  const links: Links = { callers: new Map(), asides: new Map(), cut: new Set() };
  for (const frame of frames) {
    if (frames.length >= MOST_FRAMES) {
      links.cut.add(frame);
      continue;
    }
    const asides = wrappersOf(flow, frame);
    links.asides.set(frame, asides);
    frames.push(...asides);
    if (frame.calls >= FARTHEST || frame.root === null) continue;
    const to: FunctionAt = { path: frame.path, function: frame.root };
    const callers: Frame[] = [];
    links.callers.set(frame, callers);
    for (const caller of flow.graph.callers(to)) {
      // What tests and seeds do around a function says nothing of how it runs.
      if (isIncidental(caller.path) && !isIncidental(path)) continue;
      const key = `${caller.path}#${String(caller.call)}`;
      const next = seen.get(key) ?? frameOf(flow, caller, frame, to);
      if (next === null) continue;
      if (frames.length >= MOST_FRAMES && !seen.has(key)) {
        links.cut.add(frame);
        continue;
      }
      callers.push(next);
      if (seen.has(key)) continue;
      frames.push(next);
      seen.set(key, next);
    }
    if (frames.length >= MOST_FRAMES) continue;
    const takers = takersOf(flow, frame, to).filter((taker) => !isIncidental(taker.path) || isIncidental(path));
    callers.push(...takers);
    frames.push(...takers);
  }
  numberWays(frames, links);
  return frames.slice(0, MOST_FRAMES);
}

/** Each frame that nobody is seen to call begins a way; one whose callers were cut off begins none that is known. */
function numberWays(frames: Frame[], { callers, asides, cut }: Links): void {
  const called = new Map<Frame, Frame[]>();
  for (const [frame, list] of callers) for (const caller of list) called.set(caller, [...(called.get(caller) ?? []), frame]);
  const aside = new Set([...asides.values()].flat());
  const starts = frames.filter((frame) => !aside.has(frame) && (callers.get(frame) ?? []).length === 0 && !cut.has(frame));
  for (const [way, start] of starts.entries()) {
    const passed = new Set([start]);
    for (const frame of passed) {
      frame.ways.push(way);
      for (const beside of asides.get(frame) ?? []) beside.ways.push(way);
      for (const next of called.get(frame) ?? []) passed.add(next);
    }
  }
}

function frameOf(flow: Flow, caller: CallAt, frame: Frame, to: FunctionAt): Frame | null {
  const code = flow.program.facts(caller.path)?.code;
  const fact = code?.calls[caller.call];
  if (code == null || fact === undefined) return null;
  const args = argumentsOf(flow.program, caller.path, caller.args);
  return { path: caller.path, call: caller.call, fact, root: flowRoot(code, fact.function), calls: frame.calls + 1, bindings: [...frame.bindings, { to, args }], ways: [] };
}

/** Arguments up to the first spread. */
export function argumentsOf(program: Program, path: string, args: Argument[]): Evaluated[] {
  const end = args.findIndex((item) => item.kind === "spread");
  return (end < 0 ? args : args.slice(0, end)).flatMap((item) => (item.kind === "spread" ? [] : [evaluate(program, path, item)]));
}

/** Inside `withRetry(() => …)` also stands what withRetry has around its call of the function it is given. */
function wrappersOf(flow: Flow, frame: Frame): Frame[] {
  if (frame.calls >= FARTHEST) return [];
  const code = flow.program.facts(frame.path)?.code;
  return callbacksAround(code ?? null, frame).flatMap(({ call: taker, argument }): Frame[] => {
    if (taker === null) return [];
    return flow.graph.callees(frame.path, taker).flatMap(({ to }) => callsOfParameter(flow, to, argument).map((call) => ({ ...call, calls: frame.calls + 1, bindings: frame.bindings, ways: [] })));
  });
}

/** The functions around a frame's call that are handed to another one, and the flow that the call itself is handed. */
export function callbacksAround(code: CodeFacts | null, frame: Frame): Callback[] {
  const around = frame.fact.context.flatMap((step): Callback[] => {
    const handed = step.kind === "function" ? code?.functions[step.function]?.callbackOf : null;
    return step.kind !== "function" || handed == null ? [] : [{ ...handed, function: step.function }];
  });
  return frame.handed === undefined ? around : [...around, { ...frame.handed, call: frame.call, function: null }];
}

/** Calls that take a flow's function by its name, to run it: `withRetry(save)`. What its parameters are is not known. */
function takersOf(flow: Flow, frame: Frame, to: FunctionAt): Frame[] {
  return handedTo(flow.program, to).flatMap(({ path, call, callee, argument }): Frame[] => {
    const code = flow.program.facts(path)?.code;
    const fact = call === null ? undefined : code?.calls[call];
    if (call === null || code == null || fact === undefined) return [];
    return [{ path, call, fact, root: flowRoot(code, fact.function), calls: frame.calls + 1, bindings: frame.bindings, ways: [], handed: { callee, argument } }];
  });
}

function callsOfParameter(flow: Flow, to: FunctionAt, position: number): Omit<Frame, "calls" | "bindings" | "ways">[] {
  const code = flow.program.facts(to.path)?.code;
  const parameter = code?.functions[to.function]?.parameters.find((item) => item.position === position && item.path.length === 0);
  if (code == null || parameter === undefined) return [];
  return code.calls.flatMap((fact, call) => {
    const { expression } = fact;
    const isIt = expression.kind === "call" && expression.callee.kind === "local" && expression.callee.local === parameter.local;
    // Its own flow is not where the callback's sites stand, so only its context counts.
    return isIt ? [{ path: to.path, call, fact, root: null }] : [];
  });
}

/** Can `earlier` have run before `later` in the same flow: it stands before, and not in the other branch of a condition. */
export function mayPrecede(earlier: CallFact, later: CallFact): boolean {
  if (earlier.at.start >= later.at.start) return false;
  const above = conditionsOf(later);
  return !earlier.context.some((step) => step.kind === "condition" && above.has(conditionKey(step, !step.holds)));
}

const conditions = new WeakMap<CallFact, Set<string>>();

/** The conditions above a call. Kept: each of the calls before it asks. */
function conditionsOf(fact: CallFact): Set<string> {
  let found = conditions.get(fact);
  if (found === undefined) conditions.set(fact, (found = new Set(fact.context.flatMap((step) => (step.kind === "condition" ? [conditionKey(step, step.holds)] : [])))));
  return found;
}

function conditionKey(step: Extract<ContextStep, { kind: "condition" }>, holds: boolean): string {
  return `${String(step.test.start)}:${String(step.test.end)}:${String(holds)}`;
}

/** A value of an inner function as the frame around sees it: parameters are the arguments they were given. */
export function substitute(program: Program, value: Evaluated, bindings: Binding[]): Evaluated {
  let out = value;
  for (const binding of bindings) out = replace(program, out, binding, 0);
  return out;
}

function replace(program: Program, value: Evaluated, binding: Binding, depth: number): Evaluated {
  if (depth > 8) return value;
  const inner = (each: Evaluated): Evaluated => replace(program, each, binding, depth + 1);
  switch (value.kind) {
    case "parameter": {
      if (value.path !== binding.to.path || value.function !== binding.to.function) return value;
      const given = binding.args[value.position];
      return given === undefined ? value : value.members.reduce((of, name) => memberOf(program, of, name), given);
    }
    case "member": {
      const of = inner(value.of);
      return of === value.of ? value : memberOf(program, of, value.name);
    }
    case "call":
      return { ...value, callee: inner(value.callee), args: value.args.map(inner) };
    case "template":
      return { ...value, holes: value.holes.map(inner) };
    case "alternatives":
      return { ...value, of: value.of.map(inner) };
    case "array":
      return { ...value, items: value.items.map(inner) };
    case "object":
      return { ...value, entries: new Map([...value.entries].map(([key, item]) => [key, inner(item)])) };
    default:
      return value;
  }
}

