import type { Expression } from "../model/expression.ts";
import type { FunctionFact } from "../model/facts.ts";
import type { Context } from "./evaluate-context.ts";
import { followPath } from "./evaluate-members.ts";
import { unknown } from "./evaluated.ts";
import type { Env, Evaluated } from "./program.ts";

/** What a function always returns when it returns; null: several values, or none on some path. */
export function soleReturn(fact: FunctionFact): Expression | null {
  const [returned] = fact.returns;
  const conditions = fact.returnConditions?.[0] ?? [];
  if (fact.returns.length !== 1 || returned === undefined) return null;
  // Behind a branch the function may also end without a value; behind an early exit the other path has thrown.
  return conditions.every((step) => step.kind === "condition" && step.via === "early-exit") ? returned : null;
}

/** What the parameters of a function stand for when it is called with `args`. */
export function bindParameters(context: Context, callee: { path: string; closure?: Env }, fact: FunctionFact, args: Evaluated[]): Env {
  const locals = new Map(callee.closure?.locals ?? []);
  const env: Env = { path: callee.path, locals, ...(callee.closure?.self === undefined ? {} : { self: callee.closure.self }) };
  for (const parameter of fact.parameters) {
    const at = { ...fact.at };
    if (parameter.path[0] === "...") {
      const rest = args.slice(parameter.position);
      // `(...rest)` and `({ ...rest })` have the same path; an object tells that it is the second.
      locals.set(parameter.local, rest[0]?.kind === "object" ? (restOf(fact, parameter.position, rest[0]) ?? unknown(at, "...")) : { kind: "array", at, items: rest, complete: true });
      continue;
    }
    const given = args[parameter.position] ?? ({ kind: "undefined", at } as const);
    const value = followPath(context, given, parameter.path, at);
    locals.set(parameter.local, value.kind === "undefined" ? defaultOf(context, callee.path, parameter.local, env, value) : value);
  }
  return env;
}

/** `({ a, b, ...rest })`: the object without what is named beside it; null: nothing is, so it may be a list of arguments as well. */
function restOf(fact: FunctionFact, position: number, given: Extract<Evaluated, { kind: "object" }>): Evaluated | null {
  const named = new Set(fact.parameters.flatMap(({ position: at, path }) => (at === position && path[0] !== "..." ? path.slice(0, 1) : [])));
  return named.size === 0 ? null : { ...given, entries: new Map([...given.entries].filter(([key]) => !named.has(key))) };
}

/** A parameter that was not given has its default. */
function defaultOf(context: Context, path: string, local: number, env: Env, otherwise: Evaluated): Evaluated {
  const values = context.program.facts(path)?.code?.locals[local]?.values ?? [];
  const [value] = values;
  if (value === undefined) return otherwise;
  return values.length === 1 && value.path.length === 0 ? context.evaluate(path, value.value, env) : unknown(otherwise.at, "");
}
