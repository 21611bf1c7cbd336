import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { FunctionAt } from "./call-graph.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { testsOfFunction } from "./error-mappers.ts";
import { lastName } from "./expressions.ts";
import type { Flow } from "./flow.ts";
import { readHandler } from "./handlers.ts";
import { handlesOf } from "./unique-tests.ts";

/**
 * A middleware that waits for all after it, and tells a unique violation from other errors: by a catch (Koa's `try { await next() } catch`), or in what
 * it is answered (tRPC's `const result = await next()`, whose `error` it is). Hono's `next` does not throw, nor does Express' wait.
 */
export function tellsViolationsOfNext(flow: Flow, code: CodeFacts, at: FunctionAt): boolean {
  const nexts = code.calls.filter((call) => call.function === at.function && call.awaited && isNext(code, call, at.function));
  if (nexts.length === 0 || code.imports.some(({ from }) => /^(?:hono|@hono)(?:\/|$)/.test(from))) return false;
  return nexts.some((call) => isCaught(flow, code, at, call) || isAskedAbout(flow, code, at, call));
}

/** `next()`, `opts.next()`: of a parameter. */
function isNext(code: CodeFacts, { expression }: CallFact, index: number): boolean {
  if (expression.kind !== "call" || lastName(expression.callee) !== "next") return false;
  const root = expression.callee.kind === "member" ? expression.callee.of : expression.callee;
  return root.kind === "local" && code.functions[index]?.parameters.some(({ local }) => local === root.local) === true;
}

function isCaught(flow: Flow, code: CodeFacts, at: FunctionAt, call: CallFact): boolean {
  return code.handlers.some((fact) => {
    if (fact.function !== at.function || call.at.start < fact.guards.start || call.at.end > fact.guards.end) return false;
    const handler = readHandler(flow, at.path, fact);
    return handler.maps || handlesOf({ tests: handler.tests, opaque: 0 }, "unmatched") === "unique";
  });
}

function isAskedAbout(flow: Flow, code: CodeFacts, at: FunctionAt, call: CallFact): boolean {
  if (call.use.kind !== "bound") return false;
  const error = new Map(call.use.locals.map((local): [number, string[]] => [local, code.locals[local]?.values[0]?.path ?? []]));
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path: at.path, inside: at.function, error, env: null, depth: 1 };
  return handlesOf(testsOfFunction(scope, code, at.function), "unmatched") === "unique";
}
