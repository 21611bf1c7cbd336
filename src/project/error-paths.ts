import type { Expression } from "../model/expression.ts";
import { bindArguments, type ErrorScope } from "./error-helpers.ts";
import { evaluate } from "./evaluate.ts";
import { lastName, someExpression, unspread } from "./expressions.ts";

const CASTS = new Set(["String", "Object", "toError", "ensureError", "asError"]);
const SAME = new Set(["toString", "toLowerCase", "toUpperCase", "trim"]);

/**
 * What of the error an expression reads: `e.cause?.code` → [["cause", "code"]], the error itself → [[]]. Through locals, `??`, `?:`, and helpers
 * that take it out (`getPostgresCode(e)`). Empty: nothing of it. `UNKNOWN`: something of it. `hops`: locals and helpers on the way.
 */
export function errorPaths(scope: ErrorScope, expression: Expression, hops = 0): string[][] {
  if (hops > 8) return [];
  const inner = (each: Expression): string[][] => errorPaths(scope, each, hops);
  switch (expression.kind) {
    case "local":
      return localPaths(scope, expression.local, hops);
    case "member":
      return inner(expression.of).map((path) => [...path, expression.name]);
    case "index":
      return inner(expression.of).map((path) => [...path, stepOf(scope, expression.index)]);
    case "binary":
      return expression.operator === "&&" ? inner(expression.right) : ["??", "||"].includes(expression.operator) ? eitherPaths(scope, [expression.left, expression.right], hops) : [];
    case "conditional":
      return eitherPaths(scope, [expression.then, expression.else], hops);
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

/** A part of the error that is not known: what a helper that cannot be followed takes out. */
export const UNKNOWN = "?";

/** One value or the other: where only one of them is understood, the other must not be forgotten. */
function eitherPaths(scope: ErrorScope, sides: Expression[], hops: number): string[][] {
  const known = sides.map((side) => errorPaths(scope, side, hops));
  if (known.every((paths) => paths.length === 0)) return [];
  return unique(known.flatMap((paths, i) => (paths.length === 0 && asksHelper(scope, sides[i], hops) ? [[UNKNOWN]] : paths)));
}

function asksHelper(scope: ErrorScope, side: Expression | undefined, hops: number): boolean {
  return side !== undefined && someExpression(side, (part) => part.kind === "call" && part.args.some((arg) => errorPaths(scope, unspread(arg), hops + 1).length > 0));
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
    const of = errorPaths(scope, callee.of, hops);
    return callee.name === "toString" ? of.map((path) => (path.length === 0 ? ["message"] : path)) : of;
  }
  if (callee.kind === "member" && callee.name === "join") return errorPaths(scope, callee.of, hops + 1).map((path) => [...path, "0"]);
  if (first === undefined) return [];
  const given = errorPaths(scope, unspread(first), hops + 1);
  if (given.length === 0) return [];
  if (CASTS.has(lastName(callee))) return lastName(callee) === "String" ? given.map((path) => (path.length === 0 ? ["message"] : path)) : given;
  if (isUnwrapped(scope, callee)) return given;
  // All of the error as one text.
  if (callee.kind === "member" && lastName(callee.of) === "JSON") return given.map(() => ["*"]);
  return helperPaths(scope, expression, hops);
}

/** db-errors' `wrapError(error)`: the same error in classes of its own. Apollo's `unwrapResolverError(error)`: the one that a resolver threw. */
const UNWRAPS: Record<string, RegExp> = { wrapError: /^(?:db-errors|objection)/, unwrapResolverError: /^@apollo\/server/ };

function isUnwrapped(scope: ErrorScope, callee: Expression): boolean {
  const name = lastName(callee);
  const packages = Object.hasOwn(UNWRAPS, name) ? UNWRAPS[name] : undefined;
  if (packages === undefined) return false;
  const value = evaluate(scope.program, scope.path, callee);
  const root = value.kind === "member" ? value.of : value;
  return root.kind === "external" && packages.test(root.package);
}

/** What a helper of the project takes out of the error it is given. */
function helperPaths(scope: ErrorScope, expression: Extract<Expression, { kind: "call" }>, hops: number): string[][] {
  const inner = scope.depth >= 4 ? null : bindArguments(scope, expression, (each) => errorPaths(scope, each, hops + 1));
  const fact = inner === null ? undefined : scope.program.facts(inner.path)?.code?.functions[inner.inside ?? -1];
  if (inner === null || fact === undefined) return [];
  return unique(fact.returns.slice(0, 8).flatMap((returned) => errorPaths(inner, returned, hops + 1)));
}
