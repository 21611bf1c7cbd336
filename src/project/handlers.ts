import type { Expression } from "../model/expression.ts";
import type { HandlerFact } from "../model/facts.ts";
import type { ErrorTest, Handler } from "../model/project.ts";
import { testsOf, type Tests } from "./error-tests.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { answersTheRest, conflictAnswers } from "./conflict-answers.ts";
import { coverageOf } from "./coverage.ts";
import { evaluate } from "./evaluate.ts";
import { lastName } from "./expressions.ts";
import { isHandedToMapper, testsOfFunction } from "./error-mappers.ts";
import { isIncidental } from "./files.ts";
import type { Flow } from "./flow.ts";
import { resultHandlers } from "./result-handlers.ts";
import { handlesOf, keyNamesOf } from "./unique-tests.ts";
import { versionsFor } from "./versions.ts";

/**
 * `handlerOf` reads a handler at first demand; `finish` adds those of some files
 * that ask for a unique violation but were not met, and what they cover.
 */
export type Handlers = {
  handlers: Handler[];
  handlerOf(path: string, fact: number): Handler | null;
  resultOf(site: number): Handler | null;
  /** Where a handler's fact is; null: it is the answer of a call. */
  factOf(handler: number): { path: string; index: number } | null;
  finish(paths: readonly string[]): void;
};

/**
 * Every handler of errors that guards a site, or that asks for a unique violation: what it compares (helpers followed), what it does with the rest,
 * and which sites it guards.
 */
export function linkHandlers(flow: Flow, ids: readonly number[]): Handlers {
  const handlers: Handler[] = [];
  const byFact = new Map<string, Handler>();
  const facts: ({ path: string; index: number } | null)[] = [];
  const bySite = new Map<number, Handler>();
  const add = (made: Omit<Handler, "id">, fact: { path: string; index: number } | null): Handler => {
    const handler: Handler = { ...made, id: handlers.length };
    handlers.push(handler);
    facts.push(fact);
    return handler;
  };
  for (const { site, ...made } of resultHandlers(flow, ids)) bySite.set(site, add(made, null));
  const handlerOf = (path: string, index: number): Handler | null => {
    const key = `${path}#${String(index)}`;
    const code = flow.program.facts(path)?.code;
    const fact = code?.handlers[index];
    if (fact === undefined || code == null) return null;
    let handler = byFact.get(key);
    if (handler === undefined) byFact.set(key, (handler = add(readHandler(flow, path, fact), { path, index })));
    return handler;
  };
  const finish = (paths: readonly string[]): void => {
    for (const path of paths) {
      for (const [index, fact] of (flow.program.facts(path)?.code?.handlers ?? []).entries()) finishHandler(path, index, fact);
    }
    coverSites(flow, handlers, ids);
  };
  /** Only handlers of unique violations are followed down: of others the sites that they were met around are enough. */
  const finishHandler = (path: string, index: number, fact: HandlerFact): void => {
    const code = flow.program.facts(path)?.code;
    const known = byFact.get(`${path}#${String(index)}`);
    if (code == null || (known === undefined && fact.tests.length === 0 && fact.callee === null)) return;
    const made = known ?? readHandler(flow, path, fact);
    if (made.handles !== "unique") return;
    const handler = known ?? handlerOf(path, index);
    if (handler !== null) Object.assign(handler, coverageOf(flow, path, code, index, fact));
  };
  return { handlers, handlerOf, resultOf: (site) => bySite.get(site) ?? null, factOf: (id) => facts[id] ?? null, finish };
}

/** A site that has the handler around it is covered by it. */
function coverSites(flow: Flow, handlers: Handler[], ids: readonly number[]): void {
  for (const id of ids) {
    for (const guard of flow.sites[id]?.guards ?? []) {
      const handler = guard.kind === "handler" ? handlers[guard.handler] : undefined;
      if (handler !== undefined && !handler.covers.includes(id)) handler.covers.push(id);
    }
  }
  for (const handler of handlers) handler.covers.sort((a, b) => a - b);
}

const read = new WeakMap<Flow, WeakMap<HandlerFact, Omit<Handler, "id">>>();

/** Read once a flow; what it covers is each caller's own. */
export function readHandler(flow: Flow, path: string, fact: HandlerFact): Omit<Handler, "id"> {
  let handlers = read.get(flow);
  if (handlers === undefined) read.set(flow, (handlers = new WeakMap<HandlerFact, Omit<Handler, "id">>()));
  let handler = handlers.get(fact);
  if (handler === undefined) handlers.set(fact, (handler = makeHandler(flow, path, fact)));
  return { ...handler, covers: [] };
}

function makeHandler(flow: Flow, path: string, fact: HandlerFact): Omit<Handler, "id"> {
  const found = readTests(flow, path, fact);
  const told = handlesOf(found, fact.rethrows, keyNamesOf(flow));
  // One that answers "already exists" to whatever error was written for violations.
  const answers = conflictAnswers(flow, path, fact);
  const isMeant = answers.length > 0 && (told === "any" || (told === "other" && answersTheRest(flow, path, fact)));
  return {
    at: fact.at, form: fact.form, body: fact.body, tests: found.tests, opaqueTests: found.opaque, handles: isMeant ? "unique" : told, rethrows: fact.rethrows,
    swallows: fact.swallows, maps: isHandedToMapper(flow, path, fact), covers: [], coversAll: false, versions: versionsFor(flow.program.input, path), incidental: isIncidental(path),
    ...(answers.length === 0 ? {} : { answers }),
  };
}

function readTests(flow: Flow, path: string, fact: HandlerFact): Tests {
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path, inside: fact.function, error: new Map(fact.error === null ? [] : [[fact.error, []]]), env: null, depth: 0 };
  const all = fact.tests.map((item) => testsOf(scope, item.test, false));
  if (fact.callee !== null) all.push(namedHandler(flow, scope, fact));
  return { tests: withoutRepeats(all.flatMap((each) => each.tests)), opaque: all.reduce((sum, each) => sum + each.opaque, 0) };
}

/** Callbacks that are given whatever error there is: Express', a promise's, a test's. */
const PASSES_ON = /^(?:next|reject|done|callback|cb)$/;

/** `.catch(ignoreDuplicate)`: the conditions of the function that is named. One that only throws may ask in a way that leaves no trace. */
function namedHandler(flow: Flow, scope: ErrorScope, fact: HandlerFact): Tests {
  const { callee } = fact;
  const made = callee === null ? null : evaluate(flow.program, scope.path, callee);
  if (callee?.kind === "local" && PASSES_ON.test(callee.name) && flow.program.facts(scope.path)?.code?.locals[callee.local]?.kind === "parameter") return { tests: [], opaque: 0 };
  if (callee !== null && isLogger(callee)) return { tests: [], opaque: 0 };
  // `.catch(onDuplicate("email"))`: a function that another one makes, with what that was called with.
  const to = made?.kind === "function" ? { path: made.path, function: made.function } : callee === null ? null : flow.graph.resolve(scope.path, callee, fact.function);
  const env = made?.kind === "function" ? (made.closure ?? null) : null;
  const target = to === null ? undefined : flow.program.facts(to.path)?.code?.functions[to.function];
  const parameter = target?.parameters.find((item) => item.position === 0);
  if (to === null || target === undefined || parameter === undefined) return { tests: [], opaque: callee === null ? 0 : 1 };
  const inner: ErrorScope = { ...scope, path: to.path, inside: to.function, error: new Map([[parameter.local, parameter.path]]), env, depth: 1 };
  const code = flow.program.facts(to.path)?.code;
  const found = code == null ? { tests: [], opaque: 0 } : testsOfFunction(inner, code, to.function);
  const isSilent = found.tests.length === 0 && target.returns.length === 0;
  return { tests: found.tests, opaque: found.opaque + (isSilent ? 1 : 0) };
}

/** `.catch(console.log)`, `.catch(logger.error)`: it writes down whatever error there is. */
function isLogger(callee: Expression): boolean {
  return callee.kind === "member" && /^(?:log|error|warn|info|debug|trace|fatal)$/.test(callee.name) && /^console$|log(?:ger)?$/i.test(lastName(callee.of));
}

function withoutRepeats(tests: ErrorTest[]): ErrorTest[] {
  return [...new Map(tests.map((test) => [JSON.stringify(test), test])).values()];
}
