import type { Expression } from "../model/expression.ts";
import type { Span } from "../model/span.ts";
import { evaluateArguments, evaluateCall } from "./evaluate-calls.ts";
import { bindParameters, soleReturn } from "./evaluate-functions.ts";
import type { Context } from "./evaluate-context.ts";
import { elementOf as elementOfList } from "./evaluate-elements.ts";
import { evaluateMember } from "./evaluate-members.ts";
import { evaluateLocal, evaluateSymbol } from "./evaluate-names.ts";
import { memberOfSelf } from "./evaluate-self.ts";
import { evaluateBinary, evaluateTemplate, isCheap } from "./evaluate-operators.ts";
import { alternatives, possibilities, truthOf, unknown } from "./evaluated.ts";
import type { Env, Evaluated, Program } from "./program.ts";

export * from "./evaluated.ts";
export * from "./chains.ts";

/** Steps that one call of `evaluate` may take before it gives up: generated code can be large and knotted. */
const MOST_STEPS = 20_000;
/** Nesting; an SQL text concatenated line by line is nested as deep as it is long. */
const DEEPEST = 400;

/** What is known and what is being worked out under one environment, while as many helpers are inlined as when it was made. */
type Scope = { memo: Map<Expression, Evaluated>; active: Set<Expression>; inlined: number };

type State = Context & {
  /** Without an environment. */
  open: Scope;
  bound: WeakMap<Env, Scope>;
  /** What an outermost call gave, though a cycle was met in it: inside another evaluation the same expression may be another value. */
  outermost: Map<Expression, Evaluated>;
  /** Steps taken since the outermost call. */
  steps: number;
  depth: number;
  /** A cycle or the end of the budget was met: what depends on it is not kept. */
  cut: boolean;
  /** See `withEnvironment`. */
  around: Env | null;
};

const states = new WeakMap<Program, State>();

/**
 * What an expression of file `path` stands for, as far as text says (reference §1.3 R4, R5): constants and names followed across files,
 * objects, arrays, templates and concatenations folded, helpers that are one return inlined. `env` binds parameters. Never throws; what is not
 * known is `unknown`, and a cycle ends in it.
 */
export function evaluate(program: Program, path: string, expression: Expression, env: Env | null = null): Evaluated {
  const state = stateOf(program);
  return state.evaluate(path, expression, env ?? state.around);
}

/** Runs what evaluates: where it gives no environment of its own, this one counts in its file. */
export function withEnvironment<T>(program: Program, env: Env | null, run: () => T): T {
  const state = stateOf(program);
  const { around } = state;
  state.around = env;
  try {
    return run();
  } finally {
    state.around = around;
  }
}

/** `of.name` of a value, as `evaluate` would follow it. */
export function memberOf(program: Program, of: Evaluated, name: string): Evaluated {
  return stateOf(program).member(of, name, of.at);
}

/** What the declaration behind a value is made of: of `declaration` (a table, a client) its initializer's value, else the value itself. */
export function unwrap(program: Program, value: Evaluated): Evaluated {
  const initializer = value.kind === "declaration" ? value.declaration.value : null;
  if (value.kind !== "declaration" || initializer === null) return value;
  const state = stateOf(program);
  let out = state.evaluate(value.path, initializer, null);
  for (const name of value.declaration.path) out = state.member(out, name, out.at);
  return out;
}

/** What stands in each place of a list that is made by mapping another; unknown: something else in each; null: no such list. */
export function elementOf(program: Program, list: Evaluated): Evaluated | null {
  return elementOfList(stateOf(program), list);
}

/** What a function value returns when its parameters stay open (`args` null) or are bound; null: not a single return. */
export function returnOf(program: Program, value: Evaluated, args: Evaluated[] | null = null): Evaluated | null {
  if (value.kind !== "function") return null;
  const state = stateOf(program);
  const fact = program.facts(value.path)?.code?.functions[value.function];
  const returned = fact === undefined ? null : soleReturn(fact);
  if (fact === undefined || returned === null) return null;
  const env = args === null ? (value.closure ?? null) : bindParameters(state, value, fact, args);
  return state.evaluate(value.path, returned, env);
}

/** What stands for the parameters of a function that is called with `args`: an `env` for `evaluate`. null: no such function. */
export function environmentOf(program: Program, path: string, fn: number, args: Evaluated[]): Env | null {
  const fact = program.facts(path)?.code?.functions[fn];
  return fact === undefined ? null : bindParameters(stateOf(program), { path }, fact, args);
}

/** The value of a top-level name, or of a name that the file exports. */
export function evaluateName(program: Program, path: string, name: string): Evaluated {
  const at = { path, start: 0, end: 0 };
  const symbol = program.lookup(path, name);
  return symbol === null ? unknown(at, name) : stateOf(program).symbol(symbol, at);
}

/** As `evaluateName`, of a name that the file exports. */
export function evaluateExport(program: Program, path: string, name: string): Evaluated {
  const at = { path, start: 0, end: 0 };
  const symbol = program.lookupExport(path, name);
  return symbol === null ? unknown(at, name) : stateOf(program).symbol(symbol, at);
}

function stateOf(program: Program): State {
  const seen = states.get(program);
  if (seen !== undefined) return seen;
  const state: State = {
    program,
    open: emptyScope(0),
    bound: new WeakMap(),
    outermost: new Map(),
    inlining: [],
    steps: 0,
    depth: 0,
    cut: false,
    around: null,
    evaluate: (path, expression, env) => evaluateOnce(state, path, expression, env),
    symbol: (symbol, at) => evaluateSymbol(state, symbol, at),
    member: (of, name, at) => evaluateMember(state, of, name, at),
  };
  states.set(program, state);
  return state;
}

function emptyScope(inlined: number): Scope {
  return { memo: new Map(), active: new Set(), inlined };
}

function scopeOf(state: State, env: Env | null): Scope {
  if (env === null) return state.open;
  let scope = state.bound.get(env);
  if (scope === undefined || scope.inlined !== state.inlining.length) state.bound.set(env, (scope = emptyScope(state.inlining.length)));
  return scope;
}

function evaluateOnce(state: State, path: string, expression: Expression, env: Env | null): Evaluated {
  const bound = env !== null && env.path === path ? env : null;
  const scope = scopeOf(state, bound);
  const isOutermost = state.depth === 0 && bound === null;
  const seen = scope.memo.get(expression) ?? (isOutermost ? state.outermost.get(expression) : undefined);
  if (seen !== undefined) return seen;
  if (state.depth === 0) state.steps = 0;
  if (scope.active.has(expression) || state.steps > MOST_STEPS || state.depth > DEEPEST) {
    state.cut = true;
    return unknown({ path, start: expression.start, end: expression.end }, "");
  }
  const cutBefore = state.cut;
  state.cut = false;
  state.steps++;
  state.depth++;
  scope.active.add(expression);
  try {
    const value = evaluateKind(state, path, expression, bound);
    // Inside an inlined helper the depth limit decides too, so what is met there without its environment is kept only when it was no call.
    // What is too large stays what it became, or each use would try again.
    const isTooLarge = state.depth === 1 && state.steps > MOST_STEPS;
    const isLasting = bound !== null || state.inlining.length === 0 || isFlat(value);
    if ((!state.cut || (isTooLarge && bound === null)) && isLasting) scope.memo.set(expression, value);
    else if (isOutermost) state.outermost.set(expression, value);
    return value;
  } finally {
    scope.active.delete(expression);
    state.depth--;
    state.cut = state.depth > 0 && (state.cut || cutBefore);
  }
}

function isFlat(value: Evaluated): boolean {
  return value.kind === "string" || value.kind === "declaration" || value.kind === "external" || value.kind === "module" || value.kind === "function";
}

function evaluateKind(state: State, path: string, expression: Expression, env: Env | null): Evaluated {
  const at: Span = { path, start: expression.start, end: expression.end };
  switch (expression.kind) {
    case "string":
      return { kind: "string", at, value: expression.value };
    case "number":
      return { kind: "number", at, value: expression.value };
    case "boolean":
      return { kind: "boolean", at, value: expression.value };
    case "null":
    case "undefined":
      return { kind: expression.kind, at };
    case "array":
      return { kind: "array", at, ...evaluateArguments(state, path, expression.items, env) };
    case "object":
      return evaluateObject(state, path, expression, env);
    case "local":
      return evaluateLocal(state, path, expression, env);
    case "name": {
      const symbol = state.program.lookup(path, expression.name);
      if (symbol !== null) return state.symbol(symbol, at);
      return isDeclared(state.program, path, expression.name) ? unknown(at, expression.name) : { kind: "external", at, package: "", subpath: "", name: expression.name };
    }
    case "member":
      return ownMember(state, expression, env, at) ?? soleEntry(state, path, expression) ?? state.member(state.evaluate(path, expression.of, env), expression.name, at);
    case "index":
      return evaluateIndex(state, path, expression, env);
    case "call":
    case "new":
      return evaluateCall(state, path, expression, env);
    case "template":
      return evaluateTemplate(state, path, expression, env);
    case "function":
      return { kind: "function", at, path, function: expression.function, ...(env === null ? {} : { closure: env }) };
    case "class":
      return { kind: "class", at, path, class: expression.class, ...(env === null ? {} : { closure: env }) };
    case "conditional": {
      const truth = isCheap(expression.test) ? truthOf(state.evaluate(path, expression.test, env)) : null;
      if (truth !== null) return state.evaluate(path, truth ? expression.then : expression.else, env);
      return alternatives(at, [state.evaluate(path, expression.then, env), state.evaluate(path, expression.else, env)]);
    }
    case "binary":
      return evaluateBinary(state, path, expression, env);
    case "unary":
      return evaluateUnary(state, path, expression, env);
    case "this":
      return unknown(at, "this");
    case "regex":
      return unknown(at, expression.value);
    case "opaque":
      return unknown(at, expression.text);
  }
}

/** `this.table`, where it is known what `this` is. */
function ownMember(state: State, { of, name }: Extract<Expression, { kind: "member" }>, env: Env | null, at: Span): Evaluated | null {
  return of.kind === "this" && env?.self !== undefined ? memberOfSelf(state, env.self, name, at) : null;
}

/** `REGISTRY.name` of a constant object is that entry alone; the others, which may lead anywhere, are not evaluated. null: not that plain. */
function soleEntry(state: State, path: string, expression: Extract<Expression, { kind: "member" }>): Evaluated | null {
  if (expression.of.kind !== "name") return null;
  const symbol = state.program.lookup(path, expression.of.name);
  if (symbol?.kind !== "declaration" || symbol.declaration.path.length > 0) return null;
  const { kind, value } = symbol.declaration;
  if (value?.kind !== "object" || (kind !== "const" && kind !== "enum")) return null;
  for (const entry of value.entries.toReversed()) {
    if (entry.kind === "spread" || entry.key === null) return null;
    if (entry.key === expression.name) return state.evaluate(symbol.path, entry.value, null);
  }
  return null;
}

/** A name that an import or a declaration of the file introduces is no global, even where following it failed. */
function isDeclared(program: Program, path: string, name: string): boolean {
  const code = program.facts(path)?.code;
  return code != null && (Object.hasOwn(code.declarations, name) || code.imports.some((item) => item.local === name));
}

function evaluateObject(state: State, path: string, expression: Extract<Expression, { kind: "object" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  const entries = new Map<string, Evaluated>();
  let complete = true;
  for (const entry of expression.entries) {
    if (entry.kind === "property") {
      const key = entry.key ?? (entry.computed === undefined ? null : keyOf(state.evaluate(path, entry.computed, env)));
      if (key === null) complete = false;
      else entries.set(key, state.evaluate(path, entry.value, env));
      continue;
    }
    const value = state.evaluate(path, entry.of, env);
    if (value.kind === "object") for (const [key, item] of value.entries) entries.set(key, item);
    else if (value.kind === "module") for (const key of state.program.exportedNames(value.path)) entries.set(key, state.member(value, key, value.at));
    const isNothing = value.kind === "null" || value.kind === "undefined" || truthOf(value) === false;
    if (!isNothing && value.kind !== "module" && !(value.kind === "object" && value.complete)) complete = false;
  }
  return { kind: "object", at, entries, complete };
}

/** The name that a computed key stands for; of a library's symbol the way to it: `[Op.ne]`. null: not known. */
function keyOf(value: Evaluated): string | null {
  if (value.kind === "string" || value.kind === "number") return String(value.value);
  if (value.kind === "parameter" && value.members.length > 1) return value.members.slice(-2).join(".");
  if (value.kind !== "member") return null;
  const { of } = value;
  return of.kind === "external" || (of.kind === "member" && of.of.kind === "external") ? `${of.name}.${value.name}` : null;
}

function evaluateIndex(state: State, path: string, expression: Extract<Expression, { kind: "index" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  // The index first: what is indexed may be a registry that leads to half of the project.
  const indexes = possibilities(state.evaluate(path, expression.index, env));
  const names = indexes.flatMap((item) => (item.kind === "string" || item.kind === "number" ? [String(item.value)] : []));
  if (names.length !== indexes.length) return unknown(at, "");
  const of = state.evaluate(path, expression.of, env);
  return alternatives(at, names.map((name) => state.member(of, name, at)));
}

function evaluateUnary(state: State, path: string, expression: Extract<Expression, { kind: "unary" }>, env: Env | null): Evaluated {
  const at = { path, start: expression.start, end: expression.end };
  if (expression.operator === "void") return { kind: "undefined", at };
  const value = state.evaluate(path, expression.of, env);
  const truth = expression.operator === "!" ? truthOf(value) : null;
  if (truth !== null) return { kind: "boolean", at, value: !truth };
  if (expression.operator === "-" && value.kind === "number") return { kind: "number", at, value: -value.value };
  return unknown(at, expression.operator);
}
