import type { Expression } from "../model/expression.ts";
import { bindArguments, type ErrorScope } from "./error-helpers.ts";
import { evaluate } from "./evaluate.ts";
import { lastName, unspread } from "./expressions.ts";

const CASTS = new Set(["String", "Object", "toError", "ensureError", "asError"]);
const SAME = new Set(["toString", "toLowerCase", "toUpperCase", "trim"]);

/**
 * What of the error an expression reads: `e.cause?.code` → [["cause", "code"]], the error itself → [[]]. Through locals, `??`, `?:`, and helpers
 * that take it out (`getPostgresCode(e)`). Empty: nothing of it.
 */
export function errorPaths(scope: ErrorScope, expression: Expression, hops = 0): string[][] {
  if (hops > 10) return [];
  const inner = (each: Expression): string[][] => errorPaths(scope, each, hops + 1);
  switch (expression.kind) {
    case "local":
      return localPaths(scope, expression.local, hops);
    case "member":
      return inner(expression.of).map((path) => [...path, expression.name]);
    case "index":
      return inner(expression.of).map((path) => [...path, stepOf(scope, expression.index)]);
    case "binary":
      return expression.operator === "&&" ? inner(expression.right) : ["??", "||"].includes(expression.operator) ? unique([...inner(expression.left), ...inner(expression.right)]) : [];
    case "conditional":
      return unique([...inner(expression.then), ...inner(expression.else)]);
    case "template":
      return expression.holes.length === 1 && expression.holes[0] !== undefined ? inner(expression.holes[0]) : [];
    case "call":
      return callPaths(scope, expression, hops);
    default:
      return [];
  }
}

/** `error[field]` where a helper was called with "code"; else an element of a list. */
function stepOf(scope: ErrorScope, index: Expression): string {
  const value = evaluate(scope.program, scope.path, index, scope.env);
  return value.kind === "string" ? value.value : "0";
}

function unique(paths: string[][]): string[][] {
  return [...new Map(paths.map((path) => [path.join("."), path])).values()];
}

function localPaths(scope: ErrorScope, index: number, hops: number): string[][] {
  const own = scope.error.get(index);
  if (own !== undefined) return [own];
  const local = scope.program.facts(scope.path)?.code?.locals[index];
  if (local === undefined || local.kind === "parameter") return [];
  return unique(local.values.slice(0, 4).flatMap(({ value, path }) => errorPaths(scope, value, hops + 1).map((base) => [...base, ...path.filter((step) => step !== "...")])));
}

function callPaths(scope: ErrorScope, expression: Extract<Expression, { kind: "call" }>, hops: number): string[][] {
  const [first] = expression.args;
  const { callee } = expression;
  if (callee.kind === "member" && SAME.has(callee.name)) {
    const of = errorPaths(scope, callee.of, hops + 1);
    return callee.name === "toString" ? of.map((path) => (path.length === 0 ? ["message"] : path)) : of;
  }
  if (callee.kind === "member" && callee.name === "join") return errorPaths(scope, callee.of, hops + 1).map((path) => [...path, "0"]);
  if (first === undefined) return [];
  const given = errorPaths(scope, unspread(first), hops + 1);
  if (given.length === 0) return [];
  if (CASTS.has(lastName(callee))) return lastName(callee) === "String" ? given.map((path) => (path.length === 0 ? ["message"] : path)) : given;
  if (callee.kind === "member" && lastName(callee.of) === "JSON") return given.map(() => ["message"]);
  return helperPaths(scope, expression, hops);
}

/** What a helper of the project takes out of the error it is given. */
function helperPaths(scope: ErrorScope, expression: Extract<Expression, { kind: "call" }>, hops: number): string[][] {
  const inner = scope.depth >= 4 ? null : bindArguments(scope, expression, (each) => errorPaths(scope, each, hops + 1));
  const fact = inner === null ? undefined : scope.program.facts(inner.path)?.code?.functions[inner.inside ?? -1];
  if (inner === null || fact === undefined) return [];
  return unique(fact.returns.slice(0, 8).flatMap((returned) => errorPaths(inner, returned, hops + 1)));
}
