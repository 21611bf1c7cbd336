import type { Expression } from "../model/expression.ts";
import type { CodeFacts, HandlerFact } from "../model/facts.ts";
import type { FunctionAt } from "./call-graph.ts";
import { spineCalls } from "./call-index.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { testsOf, type Tests } from "./error-tests.ts";
import { evaluate } from "./evaluate.ts";
import { unspread } from "./expressions.ts";
import type { Flow } from "./flow.ts";
import type { Program } from "./program.ts";
import { handlesOf } from "./unique-tests.ts";

const DEEPEST = 2;
const UNIQUE_CODES = ["P2002", "23505"];

/** Is the error handed to a function of the project that tells a unique violation from others: `throw toHttpError(error)`? */
export function isHandedToMapper(flow: Flow, path: string, fact: HandlerFact): boolean {
  const code = flow.program.facts(path)?.code;
  if (code == null || fact.error === null) return false;
  const inside = code.calls.filter((call) => call.at.start >= fact.body.start && call.at.end <= fact.body.end);
  return inside.some((call) => handsToMapper(flow, path, call.function, call.expression, fact.error as number, 0));
}

function handsToMapper(flow: Flow, path: string, inside: number | null, expression: Expression, error: number, depth: number): boolean {
  return spineCalls(expression).some((node) => {
    const position = node.args.findIndex((item) => isLocal(unspread(item), error));
    const to = position < 0 ? null : flow.graph.resolve(path, node.callee, inside);
    return to !== null && tellsViolations(flow, to, position, depth);
  });
}

function isLocal(expression: Expression, local: number): boolean {
  return expression.kind === "local" && expression.local === local;
}

/** Kept: every handler that hands its error to the same function asks again. */
const answers = new WeakMap<Program, Map<string, boolean>>();

/** Does a function that is given an error as this argument tell a unique violation from others? */
export function tellsViolations(flow: Flow, to: FunctionAt, position: number, depth: number): boolean {
  let known = answers.get(flow.program);
  if (known === undefined) answers.set(flow.program, (known = new Map<string, boolean>()));
  const key = `${to.path}#${String(to.function)}#${String(position)}#${String(depth)}`;
  let told = known.get(key);
  if (told === undefined) known.set(key, (told = looksForViolations(flow, to, position, depth)));
  return told;
}

function looksForViolations(flow: Flow, to: FunctionAt, position: number, depth: number): boolean {
  const code = flow.program.facts(to.path)?.code;
  // `({ error })`, `({ code })`: parts of it.
  const parameters = code?.functions[to.function]?.parameters.filter((item) => item.position === position && !item.path.includes("...")) ?? [];
  if (code == null || parameters.length === 0) return false;
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path: to.path, inside: to.function, error: new Map(parameters.map(({ local, path }) => [local, path])), env: null, depth: 1 };
  if (handlesOf(testsOfFunction(scope, code, to.function), "unmatched") === "unique") return true;
  if (tablesAsked(code, to.function).some((name) => listsViolations(flow, to.path, name))) return true;
  const own = code.calls.filter((call) => call.function === to.function);
  return depth < DEEPEST && own.some((call) => parameters.some(({ local }) => handsToMapper(flow, to.path, to.function, call.expression, local, depth + 1)));
}

/** The conditions under which a function that is given an error returns, throws or calls something, and what it returns. */
export function testsOfFunction(scope: ErrorScope, code: CodeFacts, index: number): Tests {
  const fact = code.functions[index];
  const own = code.calls.filter((call) => call.function === index);
  const thrown = (code.thrown ?? []).flatMap((each) => (each.function === index ? (each.conditions ?? []) : []));
  const steps = [...(fact?.returnConditions ?? []).flat(), ...own.flatMap((call) => call.context), ...thrown];
  const asked = [...steps.flatMap((step) => (step.kind === "condition" ? [step.test] : [])), ...own.filter((call) => call.use.kind === "condition").map((call) => call.expression), ...(fact?.returns ?? [])];
  const all = asked.map((test) => testsOf(scope, test, false));
  return { tests: all.flatMap((each) => each.tests), opaque: all.reduce((sum, each) => sum + each.opaque, 0) };
}

/** `statusOf[error.code]` in what the function throws or keeps: the names of the tables. */
function tablesAsked(code: CodeFacts, index: number): string[] {
  const thrown = (code.thrown ?? []).filter((each) => each.function === index).flatMap(({ text }) => [...text.matchAll(/([A-Za-z_$][\w$]*)\[[\w$?.!]+\.code\]/g)].map((match) => match[1] ?? ""));
  const kept = [...code.locals.filter((local) => local.function === index).flatMap((local) => local.values.map(({ value }) => value)), ...(code.functions[index]?.returns ?? [])];
  const asked = kept.flatMap((value) => (value.kind === "index" && value.of.kind === "name" && value.index.kind === "member" && value.index.name === "code" ? [value.of.name] : []));
  return [...thrown, ...asked];
}

function listsViolations(flow: Flow, path: string, name: string): boolean {
  const table = evaluate(flow.program, path, { kind: "name", name, start: 0, end: 0 });
  return table.kind === "object" && UNIQUE_CODES.some((each) => table.entries.has(each));
}
