import type { CodeFacts, Parameter } from "../model/facts.ts";
import type { Expression } from "../model/expression.ts";
import type { Written } from "../model/project.ts";
import type { DraftWritten } from "./clients/adapter.ts";
import { evaluate } from "./evaluate.ts";
import { possibilities } from "./evaluated.ts";
import { lastName, partsOf, unspread } from "./expressions.ts";
import type { Flow } from "./flow.ts";
import type { Evaluated, Program } from "./program.ts";
import { membersOfType } from "./type-members.ts";
import { valueText } from "./value-text.ts";

/**
 * Settles `Value.nullable` of what these sites insert: a parameter whose type takes null in may be NULL; a value that was tested on the way to the
 * statement is whatever the test left of it, which is not followed. Changes the sites.
 */
export function settleNullable(flow: Flow, ids: readonly number[]): void {
  for (const id of ids) {
    const site = flow.sites[id];
    const draft = flow.drafts[id];
    if (site === undefined || (site.kind !== "insert" && site.kind !== "upsert") || draft === undefined || draft.call === null) continue;
    const places = [{ path: site.at.path, call: draft.call }, ...(draft.via === undefined ? [] : [draft.via])];
    for (const [i, written] of (site.columns ?? []).entries()) settle(flow, written, draft.columns?.[i], places);
  }
}

type Place = { path: string; call: number };

function settle(flow: Flow, { value }: Written, draft: DraftWritten | undefined, places: Place[]): void {
  const source = draft?.source;
  if (source == null || value.nullable === false || source.kind === "null" || draft?.optional === true) return;
  // Of several values one may be the left side of a `??`, so only a plain parameter is asked for its type; what callers give is narrowed to it.
  const typed = source.kind === "parameter" ? takesNull(flow.program, source) : null;
  if (typed !== null) value.nullable = typed;
  if (typed !== false && isOneValue(source) && places.some((place) => isFoundEmpty(flow.program, place, valueText(flow.program, source)))) Object.assign(value, { origin: "null", nullable: true });
  if (value.nullable !== true || value.origin === "null") return;
  const texts = new Set([source, ...possibilities(source)].filter((each) => each.kind !== "null" && each.kind !== "undefined").map((each) => valueText(flow.program, each)));
  if (places.some((place) => isTested(flow.program, place, texts))) value.nullable = null;
}

type ParameterValue = Extract<Evaluated, { kind: "parameter" }>;

/** `parent: string | null`, `{ parent?: string }`, without a default. null: the type does not tell. */
function takesNull(program: Program, value: ParameterValue): boolean | null {
  const code = program.facts(value.path)?.code;
  const own = (code?.functions[value.function]?.parameters ?? []).filter((item) => item.position === value.position);
  const bound = own.find((item) => item.path.length === value.members.length && item.path.every((step, i) => step === value.members[i]));
  const typeText = own[0]?.typeText ?? null;
  if (code == null || typeText === null || (bound !== undefined && hasDefault(code, bound))) return null;
  if (value.members.length === 0) return nullOfType(typeText, own[0]?.optional === true);
  let type = membersOfType(program, value.path, typeText);
  for (const name of value.members.slice(0, -1)) {
    const member = type?.members.find((item) => item.name === name);
    type = type === null || member === undefined ? null : membersOfType(program, type.path, member.type);
  }
  const last = type?.members.find((item) => item.name === value.members.at(-1));
  return last === undefined ? null : nullOfType(last.type, last.optional);
}

function nullOfType(text: string, optional: boolean): boolean | null {
  if (optional || isNullableType(text)) return true;
  return isPlainType(text) ? false : null;
}

function hasDefault(code: CodeFacts, parameter: Parameter): boolean {
  return (code.locals[parameter.local]?.values.length ?? 0) > 0;
}

/** A name of a type of the project may stand for anything. */
function isPlainType(text: string): boolean {
  return /^(?:string|number|boolean|bigint|Date|Buffer|"[^"]*"|'[^']*')(?:\s*\|\s*(?:string|number|boolean|bigint|Date|Buffer|"[^"]*"|'[^']*'))*$/.test(text.trim());
}

/** `string | null`, but not the null inside of `Map<string, null>` or `() => null`. */
function isNullableType(text: string): boolean {
  return /^[\w\s.|"'[\]]+$/.test(text) && text.split("|").some((part) => part.trim() === "null" || part.trim() === "undefined");
}

/** Not what one of several assignments gave: the test may stand before the last of them. */
function isOneValue({ kind }: Evaluated): boolean {
  return kind === "parameter" || kind === "member" || kind === "call";
}

/** `if (reference) return save(…); insert({ reference })`: where the call is reached, there is no such value. */
function isFoundEmpty(program: Program, { path, call }: Place, text: string): boolean {
  const context = program.facts(path)?.code?.calls[call]?.context ?? [];
  return context.some((step) => step.kind === "condition" && saysEmpty(program, path, step.test, step.holds, text));
}

function saysEmpty(program: Program, path: string, test: Expression, holds: boolean, text: string): boolean {
  if (test.kind === "unary" && test.operator === "!") return saysEmpty(program, path, test.of, !holds, text);
  if (test.kind === "local" || test.kind === "member") return !holds && valueText(program, evaluate(program, path, test)) === text;
  if (test.kind !== "binary") return false;
  const { operator, left, right } = test;
  if ((operator === "&&" && holds) || (operator === "||" && !holds)) return [left, right].some((side) => saysEmpty(program, path, side, holds, text));
  const isNothing = right.kind === "null" || right.kind === "undefined";
  return isNothing && /^[!=]==?$/.test(operator) && operator.startsWith("=") === holds && saysEmpty(program, path, left, false, text);
}

/** Is one of these values asked about in a condition above the call, or handed to an assertion before it? */
function isTested(program: Program, { path, call }: Place, texts: ReadonlySet<string>): boolean {
  const code = program.facts(path)?.code;
  const fact = code?.calls[call];
  if (code == null || fact === undefined) return false;
  const tests = fact.context.flatMap((step) => (step.kind === "condition" ? [step.test] : []));
  if (tests.some((test) => mentions(program, path, test, texts))) return true;
  return code.calls.some(({ expression, at, function: inside }) => {
    if (at.start >= fact.at.start || inside !== fact.function || expression.kind !== "call") return false;
    return /^(?:assert|invariant|ensure|require|expect|must)/i.test(lastName(expression.callee)) && expression.args.some((item) => mentions(program, path, unspread(item), texts));
  });
}

function mentions(program: Program, path: string, expression: Expression, texts: ReadonlySet<string>): boolean {
  if ((expression.kind === "local" || expression.kind === "member") && texts.has(valueText(program, evaluate(program, path, expression)))) return true;
  return partsOf(expression).some((part) => mentions(program, path, part, texts));
}
