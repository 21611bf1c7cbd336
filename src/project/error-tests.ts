import type { Expression } from "../model/expression.ts";
import type { FunctionFact } from "../model/facts.ts";
import type { ErrorTest } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { bindArguments, type ErrorScope } from "./error-helpers.ts";
import { errorPaths, UNKNOWN } from "./error-paths.ts";
import { evaluate, possibilities } from "./evaluate.ts";
import { lastName, someExpression, unspread } from "./expressions.ts";
import type { Evaluated } from "./program.ts";

/** `opaque`: conditions that ask about the error in a way that is not understood. */
export type Tests = { tests: ErrorTest[]; opaque: number };

const NONE: Tests = { tests: [], opaque: 0 };

/** The comparisons of a condition with an error, helper predicates followed (reference §15.2). */
export function testsOf(scope: ErrorScope, test: Expression, negated: boolean): Tests {
  switch (test.kind) {
    case "unary":
      return test.operator === "!" ? testsOf(scope, test.of, !negated) : NONE;
    case "binary":
      return binaryTests(scope, test, negated);
    case "conditional":
      return join([testsOf(scope, test.test, negated), testsOf(scope, test.then, negated), testsOf(scope, test.else, negated)]);
    case "call":
      return callTests(scope, test, negated);
    case "local":
      return localTests(scope, test.local, negated);
    default:
      return NONE;
  }
}

function join(all: Tests[]): Tests {
  return { tests: all.flatMap((each) => each.tests), opaque: all.reduce((sum, each) => sum + each.opaque, 0) };
}

/**
 * Conditions that must all hold (`all`) or of which one is enough. What is asked for besides a known test cannot widen it, so an opaque part counts
 * only where it is enough by itself. Of tests for the contrary, `e.code !== "23505" || …`, it is the other way round.
 */
function combine(parts: Tests[], all: boolean): Tests {
  const joined = join(parts);
  const isContrary = joined.tests.length > 0 && joined.tests.every((test) => test.negated);
  return all !== isContrary && parts.some((part) => part.opaque === 0 && part.tests.length > 0) ? { ...joined, opaque: 0 } : joined;
}

/** `const isDuplicate = e.code === "23505"; if (isDuplicate) …`. */
function localTests(scope: ErrorScope, index: number, negated: boolean): Tests {
  const local = scope.program.facts(scope.path)?.code?.locals[index];
  if (local === undefined || local.kind !== "const" || scope.error.has(index) || scope.depth > 6) return NONE;
  const values = local.values.filter((item) => item.path.length === 0 && ["binary", "call", "unary", "conditional"].includes(item.value.kind));
  return join(values.map((item) => testsOf({ ...scope, depth: scope.depth + 1 }, item.value, negated)));
}

function binaryTests(scope: ErrorScope, test: Extract<Expression, { kind: "binary" }>, negated: boolean): Tests {
  const { operator, left, right } = test;
  if (operator === "&&" || operator === "||" || operator === "??") return combine([testsOf(scope, left, negated), testsOf(scope, right, negated)], (operator === "&&") !== negated);
  if (operator === "instanceof") return classTests(scope, left, right, spanOf(scope, test), negated);
  if (!/^[!=]==?$/.test(operator)) return /^[<>]=?$/.test(operator) ? orderTests(scope, test, negated) : NONE;
  const isNot = operator.startsWith("!") !== negated;
  const leftPaths = errorPaths(scope, left);
  const [paths, against, asked] = leftPaths.length > 0 ? [leftPaths, right, left] : [errorPaths(scope, right), left, right];
  if (against.kind === "boolean") return testsOf(scope, asked, isNot === against.value);
  if (paths.length === 0) return { tests: [], opaque: asksForCode(scope, left, right) ? 1 : 0 };
  // `switch (error.constructor) { case QueryFailedError:`.
  if (paths.some((path) => path.join(".") === "constructor")) return classTests(scope, asked.kind === "member" ? asked.of : asked, against, spanOf(scope, test), isNot);
  const values = literals(evaluate(scope.program, scope.path, against, scope.env)) ?? elementsOf(scope, against);
  if (values === null) return sameThing(paths, against, spanOf(scope, test), isNot) ?? { tests: [], opaque: 1 };
  const found = paths.flatMap((path) => values.flatMap((value) => comparison(path, value, "equals", spanOf(scope, test), isNot)));
  const tests = against.kind === "index" && values.length > 1 ? found.map(asOneOfAll) : found;
  return { tests, opaque: tests.length === 0 && values.some((value) => UNIQUE_CODE.test(value)) ? 1 : 0 };
}

/**
 * `e === signal.reason`, `Object.values(PeerError).includes(e)`: the error itself is asked for being a thing of the program's own, which a database's never
 * is. null: a part of it is asked about.
 */
function sameThing(paths: string[][], thing: Expression, at: Span, negated: boolean): Tests | null {
  const name = lastName(thing);
  // Another local may hold an error, too.
  if (name === "" || thing.kind === "local" || /unique|duplicate|conflict/i.test(name) || !paths.every((path) => path.every((part) => part === "cause"))) return null;
  return { tests: [{ kind: "class", name, from: null, at, negated }], opaque: 0 };
}

const UNIQUE_CODE = /^(?:23505|P2002|1062|2067|1555|ER_DUP_ENTRY)$/;

/** `codeOf(error) === "23505"`: something of the error is compared with the code, whatever it is. */
function asksForCode(scope: ErrorScope, left: Expression, right: Expression): boolean {
  const codes = [left, right].some((each) => literals(evaluate(scope.program, scope.path, each, scope.env))?.some((value) => UNIQUE_CODE.test(value)) === true);
  return codes && [left, right].some((each) => someExpression(each, (part) => part.kind === "call" && part.args.some((arg) => errorPaths(scope, unspread(arg)).length > 0)));
}

function asOneOfAll(test: ErrorTest): ErrorTest {
  return { ...test, every: true };
}

/** `columns[i]` in a loop over them: each of a known list. */
function elementsOf(scope: ErrorScope, against: Expression): string[] | null {
  return against.kind === "index" ? listOf(evaluate(scope.program, scope.path, against.of, scope.env)) : null;
}

/** `message.indexOf("duplicate key") >= 0`. */
function orderTests(scope: ErrorScope, test: Extract<Expression, { kind: "binary" }>, negated: boolean): Tests {
  const call = test.left.kind === "call" ? test.left : null;
  return call !== null && lastName(call.callee) === "indexOf" ? callTests(scope, call, negated) : NONE;
}

function spanOf(scope: ErrorScope, expression: Expression): Span {
  return { path: scope.path, start: expression.start, end: expression.end };
}

/** Strings that a value may be; empty: null or undefined, which tests nothing; null: not known. */
function literals(value: Evaluated): string[] | null {
  const out: string[] = [];
  for (const each of possibilities(value)) {
    if (each.kind === "string" || each.kind === "number") out.push(String(each.value));
    else if (each.kind !== "null" && each.kind !== "undefined" && each.kind !== "boolean") return null;
  }
  return out;
}

const CODES = new Set(["code", "errno", "sqlState", "sqlstate", "originalCode", "errorCode", "errcode", "SQLSTATE", "statusCode", "kind"]);
const NAMES = new Set(["constraint", "constraint_name", "constraintName", "index", "key"]);
const TEXTS = new Set(["*", "message", "detail", "details", "hint", "stack", "originalMessage", "sqlMessage"]);
/** A name of a constraint or index, rather than words of a message. */
const NAME_LIKE = /^"?[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+"?$/;
const NOT_NAMES = /^(?:unique_violation|duplicate_key\w*|unique_constraint\w*|er_dup_entry|sqlite_constraint\w*|unique_key|already_exists|p\d+)$/i;

type How = "equals" | "includes" | "starts-with" | "ends-with" | "matches";

/** What comparing this part of the error with a text asks. */
function comparison(path: string[], value: string, how: How, at: Span, negated: boolean): ErrorTest[] {
  const last = path.at(-1);
  if (last === undefined || value === "") return [];
  const base = { at, negated };
  if (path.includes(UNKNOWN)) return [UNIQUE_CODE.test(value) ? { ...base, kind: "code", path, value } : { ...base, kind: "target", path, value, how: "includes" }];
  const inList = isList(path);
  if (inList !== null) return [{ ...base, kind: "target", path, value, how: inList ? (how === "equals" ? "equals" : "element-includes") : how === "equals" ? "equals" : "includes" }];
  if (CODES.has(last)) return [{ ...base, kind: "code", path, value }];
  if (NAMES.has(last)) return [{ ...base, kind: "name", path, value, how }];
  if (last === "name" || path.slice(-2).join(".") === "constructor.name") return [{ ...base, kind: "class", name: value, from: null }];
  if (TEXTS.has(last)) return how !== "equals" && NAME_LIKE.test(value) && !NOT_NAMES.test(value) ? [{ ...base, kind: "name", path, value, how }] : [{ ...base, kind: "message", path, value }];
  return [];
}

/** `meta.target` and `constraint.fields` are lists: false, one of their elements: true, something else: null. */
function isList(path: string[]): boolean | null {
  const last = path.at(-1) ?? "";
  const isTarget = (name: string | undefined): boolean => name === "target" || name === "fields";
  if (isTarget(last)) return false;
  return /^\d+$/.test(last) && isTarget(path.at(-2)) ? true : null;
}

function classTests(scope: ErrorScope, left: Expression, right: Expression, at: Span, negated: boolean): Tests {
  if (errorPaths(scope, left).length === 0) return NONE;
  const value = evaluate(scope.program, scope.path, right, scope.env);
  const name = lastName(right);
  // Every error is an Error: that asks nothing.
  if (name === "Error" || name === "" || name === "Object") return NONE;
  return { tests: [{ kind: "class", name, from: packageOf(value), at, negated }], opaque: 0 };
}

/** The package a class comes from; of the project's own its file. */
function packageOf(value: Evaluated): string | null {
  switch (value.kind) {
    case "external":
      return value.package === "" ? null : value.package;
    case "member":
      return packageOf(value.of);
    case "declaration":
    case "module":
      return value.path;
    default:
      return null;
  }
}

const TEXT_METHODS: Record<string, How> = { includes: "includes", startsWith: "starts-with", endsWith: "ends-with", match: "matches", search: "matches", indexOf: "includes", has: "equals" };

function callTests(scope: ErrorScope, test: Extract<Expression, { kind: "call" }>, negated: boolean): Tests {
  const [first] = test.args;
  const { callee } = test;
  const at = spanOf(scope, test);
  if (callee.kind === "name" && callee.name === "Boolean" && first !== undefined) return testsOf(scope, unspread(first), negated);
  if (callee.kind === "member" && first !== undefined) {
    const argument = unspread(first);
    if (callee.name === "some" || callee.name === "every" || callee.name === "find") {
      const found = someTests(scope, callee.of, argument, negated);
      return callee.name === "every" ? { ...found, tests: found.tests.map(asOneOfAll) } : found;
    }
    const how = Object.hasOwn(TEXT_METHODS, callee.name) ? TEXT_METHODS[callee.name] : undefined;
    if (how !== undefined || callee.name === "test") {
      const found = textTests(scope, callee, argument, how ?? "matches", at, negated);
      if (found !== null) return found;
    }
  }
  return helperTests(scope, test, negated);
}

function textTests(scope: ErrorScope, callee: Extract<Expression, { kind: "member" }>, argument: Expression, how: How, at: Span, negated: boolean): Tests | null {
  const paths = errorPaths(scope, callee.of);
  if (paths.length > 0) {
    const values = argument.kind === "regex" ? regexTexts(argument.value) : literals(evaluate(scope.program, scope.path, argument, scope.env));
    if (values === null) return { tests: [], opaque: 1 };
    return { tests: paths.flatMap((path) => values.flatMap((value) => comparison(path.length === 0 ? ["message"] : path, value, how, at, negated))), opaque: 0 };
  }
  const asked = errorPaths(scope, argument);
  if (asked.length === 0) return null;
  if (callee.of.kind === "regex") return { tests: asked.flatMap((path) => regexTexts(textOf(callee.of)).flatMap((value) => comparison(path.length === 0 ? ["message"] : path, value, "matches", at, negated))), opaque: 0 };
  const list = listOf(evaluate(scope.program, scope.path, callee.of, scope.env));
  if (list === null && paths.length === 0) {
    const same = sameThing(asked, callee.of.kind === "call" && callee.of.args[0] !== undefined ? unspread(callee.of.args[0]) : callee.of, at, negated);
    if (same !== null) return same;
  }
  return list === null ? null : { tests: asked.flatMap((path) => list.flatMap((value) => comparison(path, value, "equals", at, negated))), opaque: 0 };
}

function textOf(expression: Expression): string {
  return expression.kind === "regex" ? expression.value : "";
}

/** `["23505", "P2002"]`, `new Set([…])`, `Array.isArray(key) ? key : [key]` whatever `key` is; null: not all of it is known. */
function listOf(value: Evaluated): string[] | null {
  if (value.kind === "call" && value.new && value.args[0] !== undefined) return listOf(value.args[0]);
  if (value.kind !== "array" && value.kind !== "alternatives") return null;
  if (value.kind === "array" && !value.complete) return null;
  const all = (value.kind === "array" ? value.items : value.of).map((item) => (item.kind === "string" || item.kind === "number" ? [String(item.value)] : listOf(item)));
  return all.includes(null) ? null : [...new Set(all.flatMap((items) => items ?? []))];
}

/** The plain texts that a regular expression looks for. */
function regexTexts(source: string): string[] {
  const body = /^\/(.*)\/[a-z]*$/s.exec(source)?.[1] ?? source;
  return body.split("|").map((part) => part.replace(/\\[bBsS][*+?]?|[\^$()]|\?:/g, " ").replace(/\\(.)/g, "$1").trim()).filter((part) => part !== "" && !/[[\]{}*+?]/.test(part));
}

/** `target.some((column) => column.includes("email"))`, `["a", "b"].some((code) => e.code === code)`. */
function someTests(scope: ErrorScope, over: Expression, callback: Expression, negated: boolean): Tests {
  const code = scope.program.facts(scope.path)?.code;
  const fact = callback.kind === "function" ? code?.functions[callback.function] : undefined;
  const parameter = fact?.parameters.find((item) => item.position === 0 && item.path.length === 0);
  if (fact === undefined || parameter === undefined) return NONE;
  const [path] = errorPaths(scope, over);
  if (path !== undefined) {
    const inner = { ...scope, error: new Map([...scope.error, [parameter.local, [...path, "0"]]]), depth: scope.depth + 1 };
    return join(fact.returns.map((returned) => testsOf(inner, returned, negated)));
  }
  const values = listOf(evaluate(scope.program, scope.path, over, scope.env));
  // With the values unknown, what is compared with them is too.
  return values === null ? join(fact.returns.map((returned) => testsOf(scope, returned, negated))) : join(values.slice(0, 6).map((value) => someValue(scope, fact.returns, parameter.local, value, negated, over)));
}

function someValue(scope: ErrorScope, returns: Expression[], local: number, value: string, negated: boolean, over: Expression): Tests {
  const locals = new Map([...(scope.env?.locals ?? []), [local, { kind: "string" as const, value, at: spanOf(scope, over) }]]);
  return join(returns.map((returned) => testsOf({ ...scope, env: { path: scope.path, locals }, depth: scope.depth + 1 }, returned, negated)));
}

/** Axios' `isAxiosError(e)` asks for the package's own class, as `e instanceof AxiosError` does; `Number.isInteger(e.status)` for no error in particular. */
function typeGuard(scope: ErrorScope, test: Extract<Expression, { kind: "call" }>, negated: boolean): Tests | null {
  const { callee } = test;
  if (callee.kind === "member" && callee.of.kind === "name" && (callee.of.name === "Number" || callee.of.name === "Array") && callee.name.startsWith("is")) return NONE;
  const name = /^is([A-Z]\w*(?:Error|Exception))$/.exec(lastName(callee))?.[1];
  if (name === undefined || errorPaths(scope, unspread(test.args[0] ?? callee)).every((path) => path.length > 0)) return null;
  const value = evaluate(scope.program, scope.path, callee, scope.env);
  const root = value.kind === "member" ? value.of : value;
  return root.kind === "external" && root.package !== "" && name.toLowerCase().startsWith(root.package) ? { tests: [{ kind: "class", name, from: root.package, at: spanOf(scope, test), negated }], opaque: 0 } : null;
}

/** `isUniqueViolation(e, "name")`: the helper's own conditions, with its parameters bound. */
function helperTests(scope: ErrorScope, test: Extract<Expression, { kind: "call" }>, negated: boolean): Tests {
  const asks = test.args.some((arg) => errorPaths(scope, unspread(arg)).length > 0);
  if (!asks) return NONE;
  const guard = typeGuard(scope, test, negated);
  if (guard !== null) return guard;
  const inner = scope.depth >= 4 ? null : bindArguments(scope, test, (each) => errorPaths(scope, each));
  const fact = inner === null ? undefined : scope.program.facts(inner.path)?.code?.functions[inner.inside ?? -1];
  if (inner === null || fact === undefined) return { tests: [], opaque: 1 };
  const found = answerTests(inner, fact, negated);
  // What takes something out of the error (`{ table, keys }`, or null) is asked whether it found it, not what error it is.
  if (found.tests.length === 0 && fact.returns.some(({ kind }) => kind === "object")) return NONE;
  const own = new Map(found.tests.map((each) => [JSON.stringify(each), each]));
  return { tests: [...own.values()], opaque: found.opaque > 0 || (own.size === 0 && isAboutUnique(test)) ? 1 : 0 };
}

/**
 * What makes a predicate true: one of its answers, each together with the conditions in front of it; and none of the conditions on which it gives
 * up (`if (e.code !== "23505") return false`).
 */
function answerTests(scope: ErrorScope, fact: FunctionFact, negated: boolean): Tests {
  const answers: Tests[] = [];
  const guards: Tests[] = [];
  for (const [i, returned] of fact.returns.entries()) {
    const steps = (fact.returnConditions?.[i] ?? []).flatMap((step) => (step.kind === "condition" ? [step] : []));
    const last = steps.at(-1);
    const isNo = (returned.kind === "boolean" && !returned.value) || returned.kind === "null" || returned.kind === "undefined";
    if (isNo && last !== undefined) guards.push(testsOf(scope, last.test, last.holds !== negated));
    if (!isNo) answers.push(combine([...steps.map((step) => testsOf(scope, step.test, step.holds === negated)), testsOf(scope, returned, negated)], !negated));
  }
  return combine([...guards, combine(answers, negated)], !negated);
}

function isAboutUnique(test: Expression): boolean {
  return someExpression(test, (part) => (part.kind === "name" || part.kind === "member") && /unique|duplicate|conflict|constraint|violation/i.test(part.name));
}
