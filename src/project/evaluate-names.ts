import type { Expression } from "../model/expression.ts";
import type { CodeFacts, Local } from "../model/facts.ts";
import type { Span } from "../model/span.ts";
import type { Context } from "./evaluate-context.ts";
import { elementOf } from "./evaluate-elements.ts";
import { followPath } from "./evaluate-members.ts";
import { alternatives, isFolded, unknown } from "./evaluated.ts";
import type { Env, Evaluated, Symbol } from "./program.ts";

/** A constant's data, a function, a namespace; a declaration that does not fold to data (a table, a client, a class) stays one. */
export function evaluateSymbol(context: Context, symbol: Symbol, at: Span): Evaluated {
  if (symbol.kind === "external") return { kind: "external", at, package: symbol.package, subpath: symbol.subpath, name: symbol.name };
  if (symbol.kind === "module") return { kind: "module", at, path: symbol.path };
  const { path, name, declaration } = symbol;
  if (declaration.function !== null && declaration.kind === "function") return { kind: "function", at: declaration.at, path, function: declaration.function };
  const own: Evaluated = { kind: "declaration", at: declaration.at, path, name, declaration };
  const mayChange = declaration.kind === "let" || declaration.kind === "class" || declaration.kind === "type";
  if (declaration.value === null || mayChange) return own;
  const value = followPath(context, constantOf(context, path, declaration.value), declaration.path, declaration.at);
  return isFolded(value) ? value : own;
}

/** A constant is the same wherever it is asked for: how deep the helper stands that asks does not count. */
function constantOf(context: Context, path: string, initializer: Expression): Evaluated {
  const around = context.inlining;
  context.inlining = [];
  try {
    return context.evaluate(path, initializer, null);
  } finally {
    context.inlining = around;
  }
}

/** A name inside a function: what `env` binds, a parameter, or the values that it was given. */
export function evaluateLocal(context: Context, path: string, expression: Extract<Expression, { kind: "local" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  const bound = env?.locals.get(expression.local);
  const code = context.program.facts(path)?.code;
  const local = code?.locals[expression.local];
  if (bound !== undefined) return givenAgain(context, path, local, expression.start, bound, env) ?? bound;
  if (code == null || local === undefined) return unknown(at, expression.name);
  if (local.kind === "parameter") return parameterOf(code, path, local, expression.local, at);
  if (local.kind === "function") return nestedFunction(context, path, local, at, env);
  if (local.kind === "loop") return turnOf(context, path, local, env) ?? unknown(at, expression.name);
  if (local.kind === "catch" || local.values.length === 0) return unknown(at, expression.name);
  const values = local.values.map((item) => followPath(context, context.evaluate(path, item.value, env), item.path, at));
  const [only] = values;
  if (only !== undefined && values.length === 1 && only.kind !== "alternatives") return local.changed === true ? open(only) : only;
  return alternatives(at, local.changed === true ? values.map(open) : values);
}

/** `if (typeof first === "object") options = first`: a parameter may be another value than it was called with. null: it is given once. */
function givenAgain(context: Context, path: string, local: Local | undefined, before: number, bound: Evaluated, env: Env | null): Evaluated | null {
  const body = local?.kind === "parameter" ? context.program.facts(path)?.code?.functions[local.function]?.body : null;
  // A default stands in front of the body.
  const later = body == null ? [] : (local?.values ?? []).filter((item) => item.path.length === 0 && item.value.start >= body.start && item.value.end <= before);
  return later.length === 0 ? null : alternatives(bound.at, [bound, ...later.map((item) => context.evaluate(path, item.value, env))]);
}

/** `for (const { key } of rows.map((row) => ({ key: row.k })))`: what each turn is given; null: the list is not known that well. */
function turnOf(context: Context, path: string, local: Local, env: Env | null): Evaluated | null {
  const [only, ...others] = local.values;
  if (only === undefined || others.length > 0 || only.path[0] !== "*") return null;
  const element = elementOf(context, context.evaluate(path, only.value, env));
  return element?.kind === "object" ? followPath(context, element, only.path.slice(1), element.at) : null;
}

/** What is written into an object or a list later may add to it and override. */
function open(value: Evaluated): Evaluated {
  return (value.kind === "object" || value.kind === "array") && value.complete ? { ...value, complete: false } : value;
}

function parameterOf(code: CodeFacts, path: string, local: Local, index: number, at: Span): Evaluated {
  const parameter = code.functions[local.function]?.parameters.find((item) => item.local === index);
  if (parameter === undefined || parameter.path.includes("...")) return unknown(at, local.name);
  return { kind: "parameter", at, path, function: local.function, position: parameter.position, members: parameter.path };
}

function nestedFunction(context: Context, path: string, local: Local, at: Span, env: Env | null): Evaluated {
  const [value] = local.values;
  return value === undefined ? unknown(at, local.name) : context.evaluate(path, value.value, env);
}
