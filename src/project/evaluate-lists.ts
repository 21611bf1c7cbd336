import type { FunctionFact } from "../model/facts.ts";
import { bindParameters, soleReturn } from "./evaluate-functions.ts";
import type { Context } from "./evaluate-context.ts";
import type { Evaluated } from "./program.ts";

type Call = Extract<Evaluated, { kind: "call" }>;
type List = Extract<Evaluated, { kind: "array" }>;

/** A longer list is no list of names that somebody wrote. */
const LONGEST = 200;
const LODASH = /^(?:lodash(?:-es)?(?:[/.]\w+)?|underscore|radash)$/;

/** `names.map((name) => …)`, `reduce` and `Object.fromEntries` over a list of names, and the keys of an object that is known; null: not that plain. */
export function foldList(context: Context, call: Call): Evaluated | null {
  const { callee, args } = call;
  const [first] = args;
  if (callee.kind === "member" && callee.of.kind === "external" && callee.of.package === "" && callee.of.name === "Object") return foldObject(callee.name, first, call);
  const method = methodOf(call);
  if (method === null || !method.list.complete || method.list.items.length > LONGEST || !method.list.items.every((item) => item.kind === "string")) return null;
  if (method.name === "map") return mapped(context, method.list, method.args[0], call);
  return method.name === "reduce" ? reduced(context, method.list, method.args[0], method.args[1]) : null;
}

/** A method of a list, or lodash's function that takes it first. */
function methodOf({ callee, args }: Call): { name: string; list: List; args: Evaluated[] } | null {
  if (callee.kind === "member" && callee.of.kind === "array") return { name: callee.name, list: callee.of, args };
  const [list, ...rest] = args;
  const isLodash = callee.kind === "external" ? LODASH.test(callee.package) : callee.kind === "member" && callee.of.kind === "external" && LODASH.test(callee.of.package);
  if (!isLodash || list?.kind !== "array" || (callee.kind !== "external" && callee.kind !== "member")) return null;
  const name = callee.kind === "external" && callee.name === "default" ? (/(\w+)$/.exec(callee.subpath === "" ? callee.package : callee.subpath)?.[1] ?? "") : callee.name;
  return { name, list, args: rest };
}

function foldObject(name: string, given: Evaluated | undefined, { at }: Call): Evaluated | null {
  if (name === "fromEntries" && given?.kind === "array" && given.complete) {
    const entries = new Map<string, Evaluated>();
    for (const pair of given.items) {
      const [key, value] = pair.kind === "array" && pair.complete ? pair.items : [];
      if (key?.kind !== "string" || value === undefined) return null;
      entries.set(key.value, value);
    }
    return { kind: "object", at, entries, complete: true };
  }
  if (given?.kind !== "object" || !given.complete) return null;
  return name === "keys" ? { kind: "array", at, items: [...given.entries.keys()].map((value) => ({ kind: "string", at, value })), complete: true } : null;
}

/** Of names again, or of pairs: everything else says more as the call that it is. */
function mapped(context: Context, list: List, callback: Evaluated | undefined, { at }: Call): Evaluated | null {
  const fact = factOf(context, callback);
  const returned = fact === undefined ? null : soleReturn(fact);
  if (callback?.kind !== "function" || fact === undefined || returned === null) return null;
  const items = list.items.map((item, i) => context.evaluate(callback.path, returned, bindParameters(context, callback, fact, [item, { kind: "number", at, value: i }])));
  return items.every((item) => item.kind === "string" || item.kind === "array") ? { kind: "array", at, items, complete: true } : null;
}

/** `(out, name) => ({ ...out, [name]: … })`, `(out, name) => { out[name] = …; return out; }`: an object with a key for each name. */
function reduced(context: Context, list: List, callback: Evaluated | undefined, initial: Evaluated | undefined): Evaluated | null {
  const fact = factOf(context, callback);
  const returned = fact === undefined ? null : soleReturn(fact);
  if (callback?.kind !== "function" || fact === undefined || returned === null || initial?.kind !== "object") return null;
  const held = fact.parameters.find(({ position, path }) => position === 0 && path.length === 0)?.local;
  const puts = held === undefined ? [] : (context.program.facts(callback.path)?.code?.locals[held]?.keyed ?? []);
  let out: Evaluated = initial;
  for (const item of list.items) {
    const env = bindParameters(context, callback, fact, [out, item]);
    if (returned.kind !== "local" || returned.local !== held) out = context.evaluate(callback.path, returned, env);
    else {
      if (puts.length === 0) return null;
      const entries: Map<string, Evaluated> = new Map(out.entries);
      for (const { key, value, branch } of puts) {
        const name = context.evaluate(callback.path, key, env);
        if (branch === true || name.kind !== "string") return null;
        entries.set(name.value, context.evaluate(callback.path, value, env));
      }
      out = { ...out, entries };
    }
    if (out.kind !== "object") return null;
  }
  return out;
}

function factOf(context: Context, callback: Evaluated | undefined): FunctionFact | undefined {
  return callback?.kind === "function" ? context.program.facts(callback.path)?.code?.functions[callback.function] : undefined;
}
