import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts, ContextStep } from "../model/facts.ts";
import { callGraphOf, flowRoot, type CallAt, type FunctionAt } from "./call-graph.ts";
import { spineCalls } from "./call-index.ts";
import { classOf, enclosing, type ClassAt } from "./classes.ts";
import { environmentOf, evaluate, unwrap } from "./evaluate.ts";
import { isIncidental } from "./files.ts";
import type { Env, Evaluated, Program, Self } from "./program.ts";

/** One way in which code comes to run: what its parameters and `this` stand for then. `caller`: the call that leads into it. */
export type Way = { env: Env; caller?: CallAt };

/** A helper that is called, a class that is made or a list that is gone through more often is read once, as far as it goes by itself. */
const MOST = 60;
/** Callers of callers are asked this far up. */
const FARTHEST = 3;

/** The calls of a function, each with what it is given; where that is the caller's caller's, once for each of those. */
export function callersInto(program: Program, of: FunctionAt, depth = 0): Way[] {
  const callers = callGraphOf(program).callers(of).filter(({ path }) => !isIncidental(path) || isIncidental(of.path));
  return callers.length > MOST ? [] : callers.flatMap((caller) => waysOf(program, of, caller, depth));
}

function waysOf(program: Program, of: FunctionAt, caller: CallAt, depth: number): Way[] {
  const code = program.facts(caller.path)?.code;
  const fact = code?.calls[caller.call];
  if (code == null || fact === undefined || caller.args.some((item) => item.kind === "spread")) return [];
  const argsIn = (env: Env | null): Evaluated[] => caller.args.flatMap((item) => (item.kind === "spread" ? [] : [evaluate(program, caller.path, item, env)]));
  const root = flowRoot(code, fact.function);
  const isOpen = root !== null && depth < FARTHEST && (argsIn(null).some(dependsOnCaller) || calleeOf(fact, caller)?.kind === "this");
  const around = isOpen ? callersInto(program, { path: caller.path, function: root }, depth + 1) : [];
  const envs = around.length > 0 && around.length <= MOST ? around.map(({ env }) => env) : [null];
  return envs.flatMap((env) => {
    const bound = environmentOf(program, of.path, of.function, argsIn(env));
    const self = selfOf(program, caller, fact, env);
    return bound === null ? [] : [{ caller, env: self === null ? bound : { ...bound, self } }];
  });
}

/** `getRepository(entity)`, `insertInto(this.table, …)` with what a function was given itself. */
function dependsOnCaller(value: Evaluated): boolean {
  if (value.kind === "member") return dependsOnCaller(value.of);
  return value.kind === "parameter" || (value.kind === "unknown" && value.text === "this");
}

/** What the method is called on. */
function calleeOf(fact: CallFact, { args }: CallAt): Expression | null {
  const node = spineCalls(fact.expression).find((each) => each.args === args);
  return node?.callee.kind === "member" ? node.callee.of : null;
}

function selfOf(program: Program, caller: CallAt, fact: CallFact, env: Env | null): Self | null {
  const receiver = calleeOf(fact, caller);
  if (receiver === null) return null;
  if (receiver.kind === "this") return env?.self ?? null;
  const own = classOf(program, caller.path, receiver, fact.function);
  if (own === null) return null;
  const made = unwrap(program, evaluate(program, caller.path, receiver, env));
  return { ...own, args: made.kind === "call" && made.new && made.complete ? made.args : null };
}

/** Ways that say nothing of the caller: functions around this one, the lists whose items it is run for, and the instances of its class. */
export function surroundings(program: Program, path: string, fact: CallFact): Way[] {
  const code = program.facts(path)?.code;
  if (code == null) return [];
  const listed = overItems(program, path, code, fact);
  if (listed.length > 0) return listed;
  const closures: Way[] = [];
  for (let at = fact.function; at !== null; at = code.functions[at]?.parent ?? null) {
    const parent = code.functions[at]?.parent ?? null;
    if (parent !== null && code.functions[at]?.callbackOf === null) closures.push(...callersInto(program, { path, function: parent }).map(({ env }) => ({ env })));
  }
  if (closures.length > 0) return closures.length > MOST ? [] : closures;
  const own = enclosing(program, path, fact.function);
  const instances = own === null ? [] : instancesOf(program, own);
  return instances.length > MOST ? [] : instances.map((self) => ({ env: { path, locals: new Map(), self } }));
}

/** `TABLES.map((table) => …)`, `for (const table of TABLES) …`. */
function overItems(program: Program, path: string, code: CodeFacts, fact: CallFact): Way[] {
  for (const [i, step] of fact.context.entries()) {
    if (step.kind !== "loop" || step.over === null) continue;
    const local = itemOf(code, step.over, fact.context[i + 1]);
    const list = local === null ? null : evaluate(program, path, step.over);
    if (local === null || list?.kind !== "array" || !list.complete || list.items.length > MOST) continue;
    return list.items.map((item) => ({ env: { path, locals: new Map([[local, item]]) } }));
  }
  return [];
}

/** The local that holds the item: a callback's parameter, or the loop's. */
function itemOf(code: CodeFacts, over: Expression, next: ContextStep | undefined): number | null {
  const callback = next?.kind === "function" ? code.functions[next.function] : undefined;
  if (callback !== undefined && /(?:^|\.)(?:map|forEach|flatMap)$/.test(callback.callbackOf?.callee ?? "")) return callback.parameters.find(({ position, path }) => position === 0 && path.length === 0)?.local ?? null;
  const local = code.locals.findIndex((each) => each.kind === "loop" && each.values[0]?.value === over && each.values[0].path.join() === "*");
  return local < 0 ? null : local;
}

/** Where `new` makes one, and the classes that extend it. */
function instancesOf(program: Program, of: ClassAt, depth = 0): Self[] {
  if (depth > FARTHEST) return [];
  const isIt = (path: string, name: string): boolean => {
    const symbol = program.lookup(path, name);
    return symbol?.kind === "declaration" && symbol.path === of.path && symbol.name === of.name;
  };
  const made = program.calls.made(of.name).flatMap(({ path, expression }): Self[] => {
    if (isIncidental(path) || expression.callee.kind !== "name" || !isIt(path, expression.callee.name)) return [];
    const args = expression.args.flatMap((item) => (item.kind === "spread" ? [] : [evaluate(program, path, item)]));
    return [{ ...of, args: args.length === expression.args.length ? args : null }];
  });
  const heirs = program.calls.heirs(of.name).filter(({ path }) => !isIncidental(path) && isIt(path, of.name));
  return [...made, ...heirs.flatMap((heir) => [{ ...heir, args: null }, ...instancesOf(program, heir, depth + 1)])];
}
