import type { Expression } from "../model/expression.ts";
import type { CallFact } from "../model/facts.ts";
import type { Place } from "./answer-sources.ts";
import { answersOf, type Answer } from "./answers.ts";
import type { Draft } from "./clients/adapter.ts";
import { argumentsOf, type Flow } from "./flow.ts";
import { listOfCallback } from "./list-callbacks.ts";
import type { Evaluated } from "./program.ts";

/** A list whose rows code goes through, and what it calls the row of each turn. */
type Walk = { list: Expression; row: Evaluated };

/** Methods that keep the rows of a list as they are. */
const KEEPS = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "values", "entries", "concat"]);
const LONGEST = 8;

/** `for (const row of wanted.filter((each) => !known.has(each.key)))`: what the filter asked of each row that the loops around a call are given. */
export function answersOfLoops(flow: Flow, place: Place, fact: CallFact): Answer[] {
  return fact.context.flatMap((step, i): Answer[] => {
    if (step.kind !== "loop" || step.over === null) return [];
    const next = fact.context[i + 1];
    const row = next?.kind === "function" ? rowOfCallback(flow, place.path, next.function) : rowOfLoop(flow, place.path, step.over);
    return row === null ? [] : answersOfList(flow, place, { list: step.over, row }, 0);
  });
}

/** The same of the rows that a list of values is made from: `createMany({ data: missing.map((row) => ({ … })) })`. */
export function answersOfRows(flow: Flow, place: Place, draft: Draft): Answer[] {
  const callbacks = new Set<number>();
  for (const written of draft.columns ?? []) if (written.source !== null) collectCallbacks(written.source, place.path, callbacks, 0);
  return [...callbacks].flatMap((callback) => {
    const list = listOfCallback(flow.program.facts(place.path)?.code ?? null, callback);
    const row = rowOfCallback(flow, place.path, callback);
    return list === null || row === null ? [] : answersOfList(flow, place, { list, row }, 0);
  });
}

function collectCallbacks(value: Evaluated, path: string, into: Set<number>, depth: number): void {
  if (depth > LONGEST) return;
  if (value.kind === "parameter" && value.path === path && value.position === 0) into.add(value.function);
  if (value.kind === "member") collectCallbacks(value.of, path, into, depth + 1);
  if (value.kind === "template") for (const hole of value.holes) collectCallbacks(hole, path, into, depth + 1);
}

function rowOfCallback(flow: Flow, path: string, index: number): Evaluated | null {
  const fact = flow.program.facts(path)?.code?.functions[index];
  return fact === undefined ? null : { kind: "parameter", at: fact.at, path, function: index, position: 0, members: [] };
}

/** `const row of list`, `const [i, row] of list.entries()`, `const { key } of list`. */
function rowOfLoop(flow: Flow, path: string, over: Expression): Evaluated | null {
  const counted = over.kind === "call" && over.callee.kind === "member" && over.callee.name === "entries";
  const entries = new Map<string, Evaluated>();
  for (const local of flow.program.facts(path)?.code?.locals ?? []) {
    const [only] = local.values;
    if (local.kind !== "loop" || only === undefined || only.value.start !== over.start || only.value.end !== over.end || only.path[0] !== "*") continue;
    const steps = counted && only.path[1] === "1" ? only.path.slice(2) : counted ? ["*"] : only.path.slice(1);
    const at = local.at;
    const value: Evaluated = { kind: "unknown", at: { ...at, path }, text: local.name };
    if (steps.length === 0) return value;
    if (steps.length === 1 && steps[0] !== undefined && steps[0] !== "*") entries.set(steps[0], value);
  }
  return entries.size === 0 ? null : { kind: "object", at: { path, start: over.start, end: over.end }, entries, complete: false };
}

function answersOfList(flow: Flow, place: Place, walk: Walk, hops: number): Answer[] {
  const { list, row } = walk;
  const code = flow.program.facts(place.path)?.code;
  if (hops > LONGEST) return [];
  if (list.kind === "local") {
    const local = code?.locals[list.local];
    const [only, ...others] = local?.kind === "const" || local?.kind === "let" ? local.values : [];
    return only === undefined || others.length > 0 || only.path.length > 0 ? [] : answersOfList(flow, place, { list: only.value, row }, hops + 1);
  }
  if (list.kind !== "call") return [];
  const { callee } = list;
  if (callee.kind === "member" && KEEPS.has(callee.name)) {
    const before = answersOfList(flow, place, { list: callee.of, row }, hops + 1);
    const [test] = list.args;
    const fact = callee.name === "filter" && test?.kind === "function" ? code?.functions[test.function] : undefined;
    const [returned, ...others] = fact?.returns ?? [];
    if (test?.kind !== "function" || returned === undefined || others.length > 0) return before;
    const bindings = [{ to: { path: place.path, function: test.function }, args: [row] }, ...place.bindings];
    return [...before, ...answersOf(flow, { ...place, inside: test.function, bindings }, returned, true)];
  }
  const to = place.depth >= 3 ? null : flow.graph.resolve(place.path, callee, place.inside);
  const fact = to === null ? undefined : flow.program.facts(to.path)?.code?.functions[to.function];
  // `if (wanted.length === 0) return [];` goes through nothing.
  const [returned, ...others] = (fact?.returns ?? []).filter((each) => each.kind !== "array" || each.items.length > 0);
  if (to === null || returned === undefined || others.length > 0) return [];
  const bindings = [{ to, args: argumentsOf(flow.program, place.path, list.args) }, ...place.bindings];
  return answersOfList(flow, { path: to.path, inside: to.function, depth: place.depth + 1, bindings }, { list: returned, row }, hops + 1);
}
