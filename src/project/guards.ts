import { partColumns } from "../catalog/keys.ts";
import type { Expression } from "../model/expression.ts";
import type { CodeFacts, ContextStep } from "../model/facts.ts";
import type { Guard, Site, Value, Written } from "../model/project.ts";
import type { Place } from "./answer-sources.ts";
import { answersOfCondition, type Answer } from "./answers.ts";
import { flowRoot } from "./call-graph.ts";
import { tableOf, type Draft } from "./clients/adapter.ts";
import { memberOf } from "./evaluate.ts";
import { someExpression } from "./expressions.ts";
import { answersOfLoops, answersOfRows } from "./filtered-lists.ts";
import { callbacksAround, mayPrecede, substitute, type Flow, type Frame } from "./flow.ts";
import type { Handlers } from "./handlers.ts";
import { handlersAround } from "./handlers-around.ts";
import { holdsRow, isHeldSince } from "./held-rows.ts";
import { locksBefore } from "./locks.ts";
import type { Evaluated } from "./program.ts";
import { noteNextNumbers } from "./next-numbers.ts";
import { queuesAround } from "./queues.ts";
import { transactionsAround } from "./transactions.ts";
import { valueOf } from "./values.ts";
import { valueText } from "./value-text.ts";
import { wrappersAround } from "./wrappers.ts";

/** Works out what stands around and before each of these sites. `handlerOf`: the handler of a file's handler fact. */
export function guardSites(flow: Flow, handlers: Pick<Handlers, "handlerOf" | "resultOf">, ids: readonly number[]): void {
  for (const id of ids) {
    const site = flow.sites[id];
    const draft = flow.drafts[id];
    if (site === undefined || draft === undefined) continue;
    site.guards = [];
    noteNextNumbers(flow, site, draft);
    const before = flow.drafts[id - 1];
    if (before?.decides === true && draft.at.path === before.at.path && draft.call === before.call && draft.at.start === before.at.start) site.guards.push({ kind: "lookup", site: id - 1, when: "absent", calls: 0, match: flow.sites[id - 1]?.match ?? null });
    if (draft.call === null) {
      if (site.kind !== "lookup") site.guards.push(...locksOfFile(flow, site));
      continue;
    }
    const inside = draft.via === undefined ? [] : flow.frames(draft.via.path, draft.via.call).slice(0, 1);
    const frames = [...inside, ...flow.frames(site.at.path, draft.call)];
    const relevant = site.kind === "lookup" ? frames.slice(0, inside.length + 1) : frames;
    site.ways = new Set(frames.flatMap(({ ways }) => ways)).size;
    const guards = relevant.flatMap((frame) => guardsOfFrame(flow, site, draft, frame, frames, handlers).map((guard) => (frame.ways.length < site.ways && !inside.includes(frame) ? { ...guard, ways: frame.ways } : guard)));
    const result = handlers.resultOf(id);
    if (result !== null) guards.unshift({ kind: "handler", handler: result.id, calls: 0 });
    site.guards.push(...settle(guards).filter((guard) => !locksNothing(flow, site, guard, guards)));
  }
}

/** `SELECT … FOR UPDATE` of the row that turns out to be missing: an empty answer locks nothing. */
function locksNothing(flow: Flow, site: Site, guard: Guard, guards: Guard[]): boolean {
  if (guard.kind !== "lock" || guard.how !== "row") return false;
  return guards.some((other) => {
    const lookup = other.kind === "lookup" && other.when === "absent" ? flow.sites[other.site] : undefined;
    return lookup?.lookup === "one" && lookup.table === site.table && lookup.database === site.database && lookup.at.path === guard.at.path && lookup.at.start >= guard.at.start && lookup.at.end <= guard.at.end;
  });
}

/** A query file that takes locks is used by code that takes them; of rows, those of a parent: a lock on the table's own rows holds up nobody who inserts another. */
function locksOfFile(flow: Flow, site: Site): Guard[] {
  const parents = tableOf(flow.linked, site.database, site.table)?.foreignKeys.map((key) => key.table) ?? [];
  return flow.effectsOf(site.at.path).flatMap((effect): Guard[] => {
    const isGuard = effect.kind === "lock" && effect.call === null && (effect.how !== "row" || (effect.table !== undefined && effect.table !== site.table && parents.includes(effect.table)));
    return isGuard ? [{ kind: "lock", how: effect.how, at: effect.at, calls: 1 }] : [];
  });
}

/** Without repetitions; a transaction inside a retry is one that is retried. */
function settle(guards: Guard[]): Guard[] {
  const retried = guards.some((guard) => guard.kind === "retry");
  const kept = new Map<string, Guard>();
  for (const guard of guards) {
    // Each caller that looks up by the same helper decides for itself.
    const key = guard.kind === "lookup" ? `lookup ${String(guard.site)} ${guard.when} ${guard.from?.path ?? ""}:${String(guard.from?.start)}` : guard.kind === "handler" ? `handler ${String(guard.handler)}` : JSON.stringify({ ...guard, ways: [] });
    const seen = kept.get(key);
    const next = guard.kind === "transaction" && retried ? { ...guard, retries: true } : guard;
    kept.set(key, seen === undefined ? next : onWaysOf(seen, guard));
  }
  return [...kept.values()];
}

function onWaysOf({ ways, ...guard }: Guard, other: Guard): Guard {
  return ways === undefined || other.ways === undefined ? guard : { ...guard, ways: [...new Set([...ways, ...other.ways])] };
}

function guardsOfFrame(flow: Flow, site: Site, draft: Draft, frame: Frame, frames: Frame[], handlers: Parameters<typeof guardSites>[1]): Guard[] {
  const guards: Guard[] = [...handlersAround(frame, frames, handlers), ...transactionsAround(flow, draft, frame), ...locksBefore(flow, frame), ...retriesAround(flow, frame), ...wrappersAround(flow, frame)];
  if (site.kind === "lookup") return guards;
  const lookups = lookupGuards(flow, site, draft, frame, frames);
  const sought = new Set(lookups.flatMap((guard) => (guard.kind === "lookup" ? (guard.match ?? []).map(({ value }) => value.text) : [])));
  return [...guards, ...queuesAround(flow, frame), ...lookups, ...earlierWrites(flow, site, draft, frame, sought)];
}

const RETRY = /(?:^|\.|[a-z])(?:[rR]etry|[rR]etries|[bB]ackoff|pRetry|retrying|asyncRetry)\w*(?:\(\))?$/;

function retriesAround(flow: Flow, frame: Frame): Guard[] {
  const code = flow.program.facts(frame.path)?.code;
  const out: Guard[] = [];
  for (const handed of callbacksAround(code ?? null, frame)) {
    if (RETRY.test(handed.callee)) out.push({ kind: "retry", at: code?.functions[handed.function ?? -1]?.at ?? frame.fact.at, calls: frame.calls });
  }
  for (const [i, step] of frame.fact.context.entries()) {
    const next = frame.fact.context.slice(i + 1).find((each) => each.kind === "try");
    // `for (let attempt = 0; …) try { … } catch { … }`: a failed turn is done again.
    if (step.kind !== "loop" || step.over !== null || next?.kind !== "try" || code == null || takesItem(code, frame.fact.expression, 0)) continue;
    const handler = code?.handlers[next.handler];
    if (handler !== undefined && handler.rethrows !== "always") out.push({ kind: "retry", at: handler.at, calls: frame.calls });
  }
  return out;
}

/** `for (;;) { try { await save(rows[i++]) } … }`: each turn does another thing, it does none again. */
function takesItem(code: CodeFacts, expression: Expression, hops: number): boolean {
  return someExpression(expression, (part) => {
    if (part.kind === "index") return part.index.kind !== "number" && part.index.kind !== "string";
    const local = part.kind === "local" && hops < 2 ? code.locals[part.local] : undefined;
    return local?.kind === "const" && local.values.some(({ value, path }) => path.length === 0 && value.kind === "index" && takesItem(code, value, hops + 1));
  });
}

/** Whether a call runs only because of what some look-up found. */
export function asksLookup(flow: Flow, path: string, call: number): boolean {
  const fact = flow.program.facts(path)?.code?.calls[call];
  return fact !== undefined && answersAround(flow, { path, fact, calls: 0 }).answers.length > 0;
}

function answersAround(flow: Flow, frame: Pick<Frame, "path" | "fact" | "calls">): { place: Place; answers: Answer[]; looped: Set<Answer> } {
  const place = { path: frame.path, inside: frame.fact.function, depth: frame.calls, bindings: [] };
  const asked = frame.fact.context.map((step) => (step.kind === "condition" ? answersOfCondition(flow, place, step.test, step.holds) : []));
  const looped = new Set(frame.calls === 0 ? [] : asked.flatMap((each, i) => (isLoopedOver(frame.fact.context.slice(i + 1)) ? each : [])));
  return { place, answers: [...asked.flat(), ...answersOfLoops(flow, place, frame.fact)], looped };
}

function lookupGuards(flow: Flow, site: Site, draft: Draft, frame: Frame, frames: Frame[]): Guard[] {
  const { place, answers, looped } = answersAround(flow, frame);
  if (frames.some((other) => other.calls > 0 && leadsTo(frame, other) && isLoopedOver(other.fact.context))) for (const each of answers) looped.add(each);
  if (frame.calls === 0) answers.push(...answersOfRows(flow, place, draft));
  const isOnlyWay = frames.every((other) => other === frame || other.calls > frame.calls || leadsTo(frame, other));
  return answers.flatMap((answer): Guard[] => {
    const lookup = flow.drafts[answer.site];
    if (answer.site === site.id || (draft.call === lookup?.call && draft.at.path === lookup?.at.path)) return [];
    const { match, narrowed } = matchFor(flow, site, draft, frame, answer);
    const from = frame.calls > 0 ? { from: frame.fact.at, ...(isOnlyWay ? { only: true as const } : {}) } : {};
    return [{ kind: "lookup", site: answer.site, when: answer.when, calls: frame.calls + answer.bindings.length, match, ...(narrowed ? { narrowed } : {}), ...(looped.has(answer) ? { loops: true } : {}), ...from }];
  });
}

/** Does `inner`'s flow run below this call of another one? */
function leadsTo({ calls, bindings }: Frame, inner: Frame): boolean {
  return inner.calls < calls && inner.bindings.every((binding, i) => binding === bindings[i]);
}

/** `if (none) for (const row of rows) save(row)`. */
function isLoopedOver(context: ContextStep[]): boolean {
  return context.some((step) => step.kind === "loop" && step.over !== null);
}

/** What the look-up compares, and what is sought among its rows, told in the site's own words where a value of the site is the same. */
function matchFor(flow: Flow, site: Site, draft: Draft, frame: Frame, answer: Answer): { match: Written[] | null; narrowed: boolean } {
  const lookup = flow.drafts[answer.site];
  const narrowed = answer.narrowed === true;
  if (lookup?.match == null) return { match: null, narrowed };
  const own = [...(draft.columns ?? []), ...(draft.match ?? [])].map((written, i) => {
    const value = (i < (site.columns?.length ?? 0) ? site.columns?.[i] : site.match?.[i - (site.columns?.length ?? 0)])?.value;
    return { text: written.source === null ? (value?.text ?? "") : valueText(flow.program, substitute(flow.program, written.source, frame.bindings)), value };
  });
  const told = (seen: Evaluated): Value => {
    const text = valueText(flow.program, seen);
    return own.find((each) => each.text === text)?.value ?? valueOf(flow.values, seen);
  };
  const parent = answer.parent;
  const key = (lookup.hangs ?? []).flatMap(({ column, property }): Written[] => {
    if (parent === undefined) return [];
    const value = substitute(flow.program, memberOf(flow.program, parent.value, property), parent.bindings);
    // What that row was looked up by says it too, and the write may say it so.
    const isNamed = own.some(({ text }) => text === valueText(flow.program, value)) || !(lookup.match ?? []).some((item) => item.column === column);
    return isNamed ? [{ column, at: value.at, value: told(value) }] : [];
  });
  // What a caller compared is told in its words, which only constants mean alike here.
  const compared = lookup.match.map((written, i) => ({ written, i })).filter(({ written }) => !key.some(({ column }) => column === written.column));
  const known = answer.handedIn === true ? compared.filter(({ written }) => written.source !== null && isConstantValue(written.source)) : compared;
  const match = known.map(({ written, i }): Written => {
    const fallback = flow.sites[answer.site]?.match?.[i]?.value ?? { text: "", origin: "unknown" as const, nullable: null };
    return { column: written.column, at: written.at, value: written.source === null ? fallback : told(substitute(flow.program, written.source, answer.bindings)) };
  });
  const table = tableOf(flow.linked, lookup.database, lookup.table);
  const sought = (answer.sought ?? []).flatMap((each): Written[] => {
    const column = table?.columns.find((item) => item.property === each.property) ?? table?.columns.find((item) => item.name === each.property);
    return column === undefined ? [] : [{ column: column.name, at: each.value.at, value: told(substitute(flow.program, each.value, each.bindings)) }];
  });
  const isUntold = known.length < compared.length || (lookup.hangs ?? []).some(({ column }) => ![...key, ...match].some((item) => item.column === column));
  return { match: [...key, ...match, ...sought], narrowed: narrowed || isUntold || sought.length < (answer.sought ?? []).length };
}

function isConstantValue(value: Evaluated): boolean {
  return value.kind === "string" || value.kind === "number" || value.kind === "boolean" || value.kind === "null";
}

type Earlier = { id: number; call: number };

/** Deletes of the same table before, inserts that this row hangs from, and rows that its transaction has written and so holds. */
function earlierWrites(flow: Flow, site: Site, draft: Draft, frame: Frame, sought: ReadonlySet<string>): Guard[] {
  if (site.kind !== "insert" && site.kind !== "upsert") return [];
  const code = flow.program.facts(frame.path)?.code;
  const out: Guard[] = [];
  for (const { id, call } of writesOfFlow(flow, frame.path, frame.root)) {
    const other = flow.sites[id];
    const fact = code?.calls[call];
    if (other === undefined || fact === undefined || id === site.id || call === frame.call) continue;
    const clears = other.kind === "delete" && other.table !== null && other.table === site.table && other.database === site.database;
    const bears = (other.kind === "insert" || other.kind === "upsert") && other.table !== site.table;
    if (!mayPrecede(fact, frame.fact)) continue;
    if (code != null && holdsRow(flow, site, draft, frame, other, sought) && isHeldSince(code, fact, frame.fact)) out.push({ kind: "lock", how: "row", at: other.at, calls: frame.calls });
    if (!clears && !bears) continue;
    if (clears) out.push({ kind: "delete", site: id, calls: frame.calls });
    else if (hangsFrom(flow, draft, frame, id)) out.push({ kind: "insert", site: id, calls: frame.calls });
  }
  return out;
}

const writes = new WeakMap<Flow, Map<string, Earlier[]>>();

/** Kept: each site of a flow asks for it. */
function writesOfFlow(flow: Flow, path: string, root: number | null): Earlier[] {
  let known = writes.get(flow);
  if (known === undefined) writes.set(flow, (known = new Map<string, Earlier[]>()));
  const key = `${path}#${String(root)}`;
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = findWrites(flow, path, root)));
  return found;
}

function findWrites(flow: Flow, path: string, root: number | null): Earlier[] {
  const code = flow.program.facts(path)?.code;
  return flow.callsOf(path, root).flatMap((call) => {
    const own = flow.sitesAt(path, call);
    const called = own.length > 0 ? [] : flow.graph.callees(path, call).flatMap(({ to }) => {
      const target = flow.program.facts(to.path)?.code;
      if (target == null || code == null) return [];
      return flow.callsOf(to.path, flowRoot(target, to.function)).flatMap((inner) => flow.sitesAt(to.path, inner));
    });
    return [...own, ...called].filter((id) => flow.sites[id]?.kind !== "lookup").map((id) => ({ id, call }));
  });
}

/** Is a value written that the other insert made, or a new one or its primary key that it wrote too? */
function hangsFrom(flow: Flow, draft: Draft, frame: Frame, other: number): boolean {
  const parent = flow.drafts[other];
  if (parent === undefined) return false;
  const table = tableOf(flow.linked, parent.database, parent.table);
  const own = new Set(table?.keys.flatMap((key) => (key.kind === "primary" && key.parts.length === 1 ? partColumns(key) : [])));
  const fresh = new Set((flow.sites[other]?.columns ?? []).flatMap(({ column, value }) => (value.origin === "generated" || (own.has(column) && value.origin !== "literal") ? [value.text] : [])));
  return (draft.columns ?? []).some((written) => {
    if (written.source === null) return false;
    const value = substitute(flow.program, written.source, frame.bindings);
    return fresh.has(valueText(flow.program, value)) || holdsSpan(value, parent.at, 0);
  });
}

function holdsSpan(value: Evaluated, at: Draft["at"], depth: number): boolean {
  if (depth > 8) return false;
  if (value.at.path === at.path && value.at.start === at.start && value.at.end === at.end && value.kind === "call") return true;
  if (value.kind === "member") return holdsSpan(value.of, at, depth + 1);
  if (value.kind === "call") return holdsSpan(value.callee, at, depth + 1) || value.args.some((arg) => holdsSpan(arg, at, depth + 1));
  return value.kind === "alternatives" && value.of.some((each) => holdsSpan(each, at, depth + 1));
}

