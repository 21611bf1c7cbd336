import type { Argument, Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { Guard } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import type { Effect } from "./clients/adapter.ts";
import { flowRoot, type FunctionAt } from "./call-graph.ts";
import { spineCalls } from "./call-index.ts";
import { evaluate } from "./evaluate.ts";
import { nameOf, unspread } from "./expressions.ts";
import { callbacksAround, mayPrecede, type Flow, type Frame } from "./flow.ts";
import { isTransactionCallback } from "./transactions.ts";

type Lock = Extract<Guard, { kind: "lock" }>;
type How = Lock["how"];

/** `acquireLock(…)`, `redlock.acquire(…)`, `mutex.runExclusive(…)`, `withLock(…)`. */
const LOCK_CALL = /(?:^|\.)(?:acquire|with|take|obtain|get|hold|try|use|using|run\w*With|runIn|runUnder|advisory)\w*(?:Lock|Mutex|Semaphore)(?!ed|s?Info|Status|file|out)\w*(?:\(\))?$|(?:lock|mutex|semaphore)\w*(?:\(\))?\.(?:acquire|using|lock|runExclusive|withLock|run)$|(?:^|\.)runExclusive$|(?:^|\.)(?:lock|advisoryLock|xactLock|pgLock)(?:For\w*|Row\w*|Table\w*|By\w*)?$/i;
const NOT_LOCK = /unlock|release|block|clock|isLock|lockfile|getLockStatus|locked\b/i;

/** Locks that are taken before a frame's call in its flow, or around it by the function it is handed to. */
export function locksBefore(flow: Flow, frame: Frame): Lock[] {
  const code = flow.program.facts(frame.path)?.code;
  if (code == null) return [];
  const locks: Lock[] = [];
  for (const { call, how, at } of locksOfFlow(flow, frame.path, frame.root)) {
    const fact = code.calls[call];
    if (fact !== undefined && call !== frame.call && mayPrecede(fact, frame.fact) && !encloses(fact.at, frame.fact.at) && isStillHeld(code, fact, frame.fact)) locks.push({ kind: "lock", how, at, calls: frame.calls });
  }
  for (const handed of callbacksAround(code, frame)) {
    const called = handed.call === null ? undefined : flow.graph.callees(frame.path, handed.call)[0];
    const inside = called === undefined ? [] : locksIn(flow, called, 2);
    const at = (handed.call === null ? undefined : code.calls[handed.call]?.at) ?? frame.fact.at;
    if (inside.length > 0) locks.push({ kind: "lock", how: inside[0] ?? "other", at, calls: frame.calls });
    else if (isLockName(handed.callee)) locks.push({ kind: "lock", how: "other", at, calls: frame.calls });
  }
  return locks;
}

/** Locks end with their transaction: one that `later` is not part of holds nothing for it. */
function isStillHeld(code: CodeFacts, earlier: CallFact, later: CallFact | null): boolean {
  return !earlier.context.some((step) => step.kind === "function" && isTransactionCallback(code, step.function) && later?.context.some((other) => other.kind === "function" && other.function === step.function) !== true);
}

function encloses(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && outer.end >= inner.end;
}

function isLockName(text: string): boolean {
  return LOCK_CALL.test(text) && !NOT_LOCK.test(text.split(".").at(-1) ?? "");
}

type Found = { call: number; how: How; at: Span };
const known = new WeakMap<Flow, Map<string, Found[]>>();

/** The calls of a flow that take a lock: statements, helpers that hold such a statement, and what is called a lock. */
function locksOfFlow(flow: Flow, path: string, root: number | null): Found[] {
  let index = known.get(flow);
  if (index === undefined) known.set(flow, (index = new Map<string, Found[]>()));
  const key = `${path}#${String(root)}`;
  let found = index.get(key);
  if (found === undefined) {
    index.set(key, []);
    found = flow.callsOf(path, root).flatMap((call) => lockOfCall(flow, path, call, 2));
    index.set(key, found);
  }
  return found;
}

function lockOfCall(flow: Flow, path: string, call: number, depth: number): Found[] {
  const fact = flow.program.facts(path)?.code?.calls[call];
  if (fact === undefined) return [];
  const own = flow.effectsAt(path, call).flatMap((effect) => (effect.kind === "lock" ? [effect.how] : []));
  const [how] = own.length > 0 ? own : depth === 0 ? [] : flow.graph.callees(path, call).flatMap((called) => locksIn(flow, called, depth - 1));
  if (how !== undefined) return [{ call, how, at: fact.at }];
  if (spineCalls(fact.expression).some((node) => isClaim(flow, path, node))) return [{ call, how: "other", at: fact.at }];
  const named = fact.awaited && spineCalls(fact.expression).some((node: Extract<Expression, { kind: "call" }>) => isLockName(nameOf(node.callee)));
  return named ? [{ call, how: "other", at: fact.at }] : [];
}

/** `redis.set(key, value, "EX", 60, "NX")`, `set(key, value, { nx: true })`, `setnx(key, value)`: only one caller gets the key. */
function isClaim(flow: Flow, path: string, node: Extract<Expression, { kind: "call" }>): boolean {
  const { callee, args } = node;
  if (callee.kind !== "member") return false;
  if (/^setnx$/i.test(callee.name)) return true;
  if (callee.name !== "set" || args.length < 3) return false;
  return args.slice(2).some((arg) => {
    const value = evaluate(flow.program, path, unspread(arg));
    if (value.kind === "string") return /^nx$/i.test(value.value);
    return value.kind === "object" && [...value.entries].some(([key, item]) => (/^nx$/i.test(key) && item.kind === "boolean" && item.value) || (item.kind === "string" && item.value === "NX"));
  });
}

/** A function that is called, and with what. */
type Called = { to: FunctionAt; args: Argument[] };

/** `around`: the calls that lead to this one. */
function locksIn(flow: Flow, called: Called, depth: number, around: Called[] = []): How[] {
  const of = called.to;
  const calls = [called, ...around];
  const code = flow.program.facts(of.path)?.code;
  if (code == null) return [];
  const root = flowRoot(code, of.function);
  return flow.callsOf(of.path, root).flatMap((call) => {
    const fact = code.calls[call];
    if (fact === undefined || !isStillHeld(code, fact, null)) return [];
    const own = flow.effectsAt(of.path, call).flatMap((effect) => (effect.kind === "lock" && isAskedFor(effect, calls) ? [effect.how] : []));
    return own.length > 0 || depth === 0 ? own : flow.graph.callees(of.path, call).flatMap((next) => (next.to.path === of.path && next.to.function === of.function ? [] : locksIn(flow, next, depth - 1, calls)));
  });
}

/** `findAccount(id, { lock: true })`: a helper that locks where it is told to. What cannot be seen may tell it. */
function isAskedFor({ asked, path }: Extract<Effect, { kind: "lock" }>, calls: Called[]): boolean {
  const args = asked === undefined ? undefined : calls.find(({ to }) => to.path === path && to.function === asked.function)?.args;
  if (asked === undefined || args === undefined || args.slice(0, asked.position + 1).some(({ kind }) => kind === "spread")) return true;
  let given: Expression | null = args[asked.position] as Expression | undefined ?? null;
  for (const member of asked.members) {
    if (given?.kind !== "object" || given.entries.some((entry) => entry.kind === "spread")) break;
    given = given.entries.flatMap((entry) => (entry.kind === "property" && entry.key === member ? [entry.value] : []))[0] ?? null;
  }
  return given !== null && given.kind !== "undefined" && given.kind !== "null" && !(given.kind === "boolean" && !given.value);
}
