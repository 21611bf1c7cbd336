import type { Expression } from "../model/expression.ts";
import type { CallGraph } from "./call-graph.ts";
import { evaluate, memberOf } from "./evaluate.ts";
import type { Env, Evaluated, Program } from "./program.ts";

/** Where a test stands and which local is the error there. `env`: what a helper's other parameters are. */
export type ErrorScope = { program: Program; graph: CallGraph; path: string; inside: number | null; error: ReadonlyMap<number, string[]>; env: Env | null; depth: number };

/** The scope inside a function of the project that is given the error: its parameters bound, the error among them. null: no such function. */
export function bindArguments(scope: ErrorScope, expression: Extract<Expression, { kind: "call" }>, pathsOf: (argument: Expression) => string[][]): ErrorScope | null {
  const to = scope.graph.resolve(scope.path, expression.callee, scope.inside);
  const fact = to === null ? undefined : scope.program.facts(to.path)?.code?.functions[to.function];
  if (to === null || fact === undefined) return null;
  const error = new Map<number, string[]>();
  const locals = new Map<number, Evaluated>();
  for (const parameter of fact.parameters) {
    const argument = expression.args[parameter.position];
    if (argument === undefined || argument.kind === "spread") continue;
    const paths = pathsOf(argument);
    const [first] = paths;
    if (first !== undefined) error.set(parameter.local, [...first, ...parameter.path]);
    else locals.set(parameter.local, parameter.path.reduce((of, name) => memberOf(scope.program, of, name), evaluate(scope.program, scope.path, argument, scope.env)));
  }
  if (error.size === 0) return null;
  const env: Env = { path: to.path, locals };
  return { ...scope, path: to.path, inside: to.function, error, env, depth: scope.depth + 1 };
}
