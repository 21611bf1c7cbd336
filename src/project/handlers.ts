import type { CodeFacts, HandlerFact } from "../model/facts.ts";
import type { ErrorTest, Handler } from "../model/project.ts";
import { testsOf, type Tests } from "./error-tests.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { coverageOf } from "./coverage.ts";
import { isIncidental } from "./files.ts";
import type { Flow } from "./flow.ts";
import { resultHandlers } from "./result-handlers.ts";
import { versionsFor } from "./versions.ts";

export type Handlers = { handlers: Handler[]; handlerOf(path: string, fact: number): Handler | null; resultOf(site: number): Handler | null };

/**
 * Every handler of errors that guards a site, or that asks for a unique violation: what it compares (helpers followed), what it does with the rest,
 * and which sites it guards.
 */
export function linkHandlers(flow: Flow): Handlers {
  const handlers: Handler[] = [];
  const byFact = new Map<string, Handler>();
  for (const path of flow.program.input.candidates) {
    const code = flow.program.facts(path)?.code;
    for (const [index, fact] of (code?.handlers ?? []).entries()) {
      const made = code == null ? null : readHandler(flow, path, code, index, fact);
      if (made === null) continue;
      const handler: Handler = { ...made, id: handlers.length };
      handlers.push(handler);
      byFact.set(`${path}#${String(index)}`, handler);
    }
  }
  const bySite = new Map<number, Handler>();
  for (const { site, ...made } of resultHandlers(flow)) {
    const handler: Handler = { ...made, id: handlers.length };
    handlers.push(handler);
    bySite.set(site, handler);
  }
  return { handlers, handlerOf: (path, fact) => byFact.get(`${path}#${String(fact)}`) ?? null, resultOf: (site) => bySite.get(site) ?? null };
}

function readHandler(flow: Flow, path: string, code: CodeFacts, index: number, fact: HandlerFact): Omit<Handler, "id"> | null {
  const found = readTests(flow, path, code, fact);
  const { covers, coversAll } = coverageOf(flow, path, code, index, fact);
  const handles = handlesOf(found, fact.rethrows);
  const matters = covers.length > 0 || handles === "unique";
  if (!matters) return null;
  return {
    at: fact.at, form: fact.form, body: fact.body, tests: found.tests, opaqueTests: found.opaque, handles, rethrows: fact.rethrows, swallows: fact.swallows,
    covers, coversAll, versions: versionsFor(flow.program.input, path), incidental: isIncidental(path),
  };
}

function readTests(flow: Flow, path: string, code: CodeFacts, fact: HandlerFact): Tests {
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path, inside: fact.function, error: new Map(fact.error === null ? [] : [[fact.error, []]]), env: null, depth: 0 };
  const all = fact.tests.map((item) => testsOf(scope, item.test, false));
  if (fact.callee !== null) all.push(namedHandler(flow, scope, code, fact));
  return { tests: withoutRepeats(all.flatMap((each) => each.tests)), opaque: all.reduce((sum, each) => sum + each.opaque, 0) };
}

/** `.catch(ignoreDuplicate)`: the conditions of the function that is named. */
function namedHandler(flow: Flow, scope: ErrorScope, code: CodeFacts, fact: HandlerFact): Tests {
  void code;
  const { callee } = fact;
  const to = callee === null ? null : flow.graph.resolve(scope.path, callee, fact.function);
  const target = to === null ? undefined : flow.program.facts(to.path)?.code?.functions[to.function];
  const parameter = target?.parameters.find((item) => item.position === 0);
  if (to === null || target === undefined || parameter === undefined) return { tests: [], opaque: callee === null ? 0 : 1 };
  const inner: ErrorScope = { ...scope, path: to.path, inside: to.function, error: new Map([[parameter.local, parameter.path]]), depth: 1 };
  const tests = [...(target.returnConditions ?? []).flat().flatMap((step) => (step.kind === "condition" ? [step.test] : [])), ...target.returns];
  const all = tests.map((test) => testsOf(inner, test, false));
  return { tests: all.flatMap((each) => each.tests), opaque: all.reduce((sum, each) => sum + each.opaque, 0) };
}

function withoutRepeats(tests: ErrorTest[]): ErrorTest[] {
  return [...new Map(tests.map((test) => [JSON.stringify(test), test])).values()];
}

const UNIQUE_CODES = /^(?:23505|P2002|1062|ER_DUP_ENTRY|SQLITE_CONSTRAINT\w*|2067|1555|UniqueConstraintViolation|UNIQUE_VIOLATION)$/;
const UNIQUE_TEXT = /duplicate|unique|already exists|23505|P2002|ER_DUP_ENTRY/i;
const UNIQUE_CLASS = /Unique|Duplicate/;

/** Does a test ask for a unique violation? */
export function asksForUnique(test: ErrorTest): boolean {
  switch (test.kind) {
    case "code":
      return UNIQUE_CODES.test(test.value);
    case "name":
    case "target":
      return true;
    case "class":
      return UNIQUE_CLASS.test(test.name);
    case "message":
      return UNIQUE_TEXT.test(test.value);
  }
}

export function handlesOf(found: Tests, rethrows: Handler["rethrows"]): Handler["handles"] {
  if (found.tests.some(asksForUnique)) return "unique";
  if (found.opaque > 0 || found.tests.some((test) => test.kind === "class" && /PrismaClient|DatabaseError|PostgresError|QueryError|QueryFailed/.test(test.name))) return "unknown";
  if (found.tests.length === 0) return "any";
  return rethrows === "never" ? "any" : "other";
}
