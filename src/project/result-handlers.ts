import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import type { Handler } from "../model/project.ts";
import type { Span } from "../model/span.ts";
import { testsOf, type Tests } from "./error-tests.ts";
import type { ErrorScope } from "./error-helpers.ts";
import { someExpression } from "./expressions.ts";
import { isIncidental } from "./files.ts";
import type { Flow } from "./flow.ts";
import { asksForUnique, keyNamesOf } from "./unique-tests.ts";
import { versionsFor } from "./versions.ts";

type Result = Omit<Handler, "id"> & { site: number };

/** supabase-js answers with `{ error }` instead of throwing: the conditions on it are the handler. */
export function resultHandlers(flow: Flow, ids: readonly number[]): Result[] {
  const out: Result[] = [];
  for (const id of ids) {
    const draft = flow.drafts[id];
    if (draft?.client !== "supabase" || draft.call === null) continue;
    const { path } = draft.at;
    const code = flow.program.facts(path)?.code;
    const fact = code?.calls[draft.call];
    if (code == null || fact?.use.kind !== "bound") continue;
    const error = errorLocals(code, fact.use.locals, fact.at);
    if (error.size === 0) continue;
    const result = readResult(flow, path, code, fact.function, error);
    if (result === null) continue;
    const handles = result.tests.some((test) => test.kind !== "class") && result.asks ? "unique" : result.opaque > 0 ? "unknown" : "any";
    out.push({
      site: id, at: result.at, form: "result", body: result.at, tests: result.tests, opaqueTests: result.opaque, handles, rethrows: "never", swallows: false, maps: false, covers: [id],
      coversAll: true, versions: versionsFor(flow.program.input, path), incidental: isIncidental(path),
    });
  }
  return out;
}

/** `const { error } = await …` and `const result = await …; result.error`. */
function errorLocals(code: CodeFacts, locals: number[], at: Span): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const local of locals) {
    const path = code.locals[local]?.values.find((item) => item.value.start >= at.start && item.value.end <= at.end)?.path;
    if (path?.[0] === "error") found.set(local, path.slice(1));
    else if (path?.length === 0) found.set(local, []);
  }
  return found;
}

function readResult(flow: Flow, path: string, code: CodeFacts, inside: number | null, error: Map<number, string[]>): (Tests & { at: Span; asks: boolean }) | null {
  const scope: ErrorScope = { program: flow.program, graph: flow.graph, path, inside, error, env: null, depth: 0 };
  const conditions = conditionsOn(code, error);
  const [first] = conditions;
  if (first === undefined) return null;
  const all = conditions.map((test) => testsOf(scope, test, false));
  // A whole result's own `error` leads the path; it is no part of the error.
  const tests = [...new Map(all.flatMap((each) => each.tests).map((test) => [JSON.stringify(test), "path" in test && test.path[0] === "error" ? { ...test, path: test.path.slice(1) } : test])).values()];
  const asks = tests.some((test) => test.kind !== "target" && asksForUnique(test, keyNamesOf(flow)));
  return { tests, opaque: all.reduce((sum, each) => sum + each.opaque, 0), at: { path, start: first.start, end: first.end }, asks };
}

/** Conditions of the file that read one of these locals, each once, in source order. */
function conditionsOn(code: CodeFacts, locals: ReadonlyMap<number, unknown>): Expression[] {
  const found = new Map<number, Expression>();
  const add = (test: Expression): void => {
    if (!found.has(test.start) && someExpression(test, (part) => part.kind === "local" && locals.has(part.local))) found.set(test.start, test);
  };
  for (const call of code.calls) for (const step of call.context) if (step.kind === "condition") add(step.test);
  for (const fact of code.functions) {
    for (const step of (fact.returnConditions ?? []).flat()) if (step.kind === "condition") add(step.test);
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}
