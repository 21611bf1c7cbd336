import type { Span } from "../model/span.ts";
import { flowRoot } from "./call-graph.ts";
import type { CallView, ClientAdapter, Draft, DraftWritten, Linked, Reading } from "./clients/adapter.ts";
import { evaluate, truthOf, withEnvironment } from "./evaluate.ts";
import type { Env } from "./program.ts";
import { callersInto, surroundings, type Way } from "./ways-in.ts";

/**
 * A statement whose table or conflict target is the caller's (`upsert({ table, values, target })`, `getRepository(entity)`) or the instance's
 * (`this.table`): read once for each way that leads to it. An upsert is reported at the caller's call, everything else where it stands, once a table.
 * What is known by itself is read as it stands.
 */
export function readForCallers(view: CallView, linked: Linked, adapter: ClientAdapter): Reading | null {
  const reading = adapter.read(view, linked);
  if (reading === null || reading.drafts.every(isKnown)) return reading;
  const { program } = linked;
  const code = program.facts(view.path)?.code;
  const fn = code == null ? null : flowRoot(code, view.fact.function);
  const ways = fn === null ? [] : callersInto(program, { path: view.path, function: fn }).filter(({ env }) => mayRun(view, linked, env));
  const called = ways.map((way) => readIn(view, linked, adapter, way));
  if (called.some((drafts) => drafts.length > 0)) {
    const left = called.some((drafts) => drafts.length === 0) ? reading.drafts.filter((draft) => !isKnown(draft)) : [];
    const isUpsert = called.flat().some(({ conflict }) => conflict !== null);
    const placed = isUpsert ? called.flatMap((drafts, i) => drafts.map((draft) => atCaller(view, linked, draft, ways[i]))) : onceEach(called.flat());
    return { ...reading, drafts: [...placed, ...left] };
  }
  const drafts = surroundings(program, view.path, view.fact).filter(({ env }) => mayRun(view, linked, env)).flatMap((way) => readIn(view, linked, adapter, way));
  return drafts.length === 0 ? reading : { ...reading, drafts: onceEach(drafts) };
}

function isKnown(draft: Draft): boolean {
  return draft.table !== null && (draft.conflict?.target.by !== "unknown" || draft.conflict.oneOf !== undefined);
}

/** `skip ? query.onConflictDoNothing() : query`: not where the caller says otherwise. */
function mayRun(view: CallView, linked: Linked, env: Env): boolean {
  return view.fact.context.every((step) => {
    const truth = step.kind === "condition" ? truthOf(evaluate(linked.program, view.path, step.test, env)) : null;
    return truth === null || step.kind !== "condition" || truth === step.holds;
  });
}

function readIn(view: CallView, linked: Linked, adapter: ClientAdapter, { env, caller }: Way): Draft[] {
  const at = caller === undefined ? undefined : linked.program.facts(caller.path)?.code?.calls[caller.call]?.at;
  const read = withEnvironment(linked.program, env, () => adapter.read(at === undefined ? view : { ...view, caller: at }, linked));
  return read?.drafts.filter(isKnown) ?? [];
}

function atCaller(view: CallView, linked: Linked, draft: Draft, way: Way | undefined): Draft {
  const caller = way?.caller;
  const at = caller === undefined ? undefined : linked.program.facts(caller.path)?.code?.calls[caller.call]?.at;
  if (caller === undefined || at === undefined) return draft;
  const conflict = draft.conflict === null ? null : { ...draft.conflict, at: isWithin(draft.conflict.at, at) ? draft.conflict.at : at };
  return { ...draft, at, call: caller.call, conflict, returning: "unknown", receiver: null, via: { path: view.path, call: view.index } };
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.path === outer.path && inner.start >= outer.start && inner.end <= outer.end;
}

/** One draft a table: of what several ways give it, what they have in common. */
function onceEach(drafts: Draft[]): Draft[] {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const key = JSON.stringify([draft.database, draft.table, draft.kind, draft.operation, draft.conflict?.target]);
    groups.set(key, [...(groups.get(key) ?? []), draft]);
  }
  return [...groups.values()].flatMap((group) => common(group) ?? []);
}

function common([first, ...others]: Draft[]): Draft | null {
  if (first === undefined || others.length === 0) return first ?? null;
  const shared = (of: (draft: Draft) => DraftWritten[] | null): DraftWritten[] | null => {
    const lists = others.map(of);
    return of(first)?.filter(({ column }) => lists.every((list) => list?.some((each) => each.column === column) === true)).map((written) => ({ ...written, source: null, value: null })) ?? null;
  };
  const match = shared(({ match: each }) => each);
  return { ...first, columns: shared(({ columns }) => columns), columnsComplete: false, match, matchRest: match === null ? first.matchRest : [...first.matchRest, "what callers ask"] };
}
