import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts, ContextStep, Local } from "../model/facts.ts";
import { rawChain, type RawLink } from "./chains.ts";

/** Links that go on with a statement which was begun before. */
export const BUILDERS = new Set([
  "onConflictDoNothing", "onConflictDoUpdate", "returning", "where", "limit", "values", "eq", "single", "maybeSingle", "orderBy", "$dynamic", "execute",
  "executeTakeFirst", "executeTakeFirstOrThrow", "returningAll", "selectAll", "select", "onConflict", "set", "$if", "forUpdate", "first", "insert", "update", "del", "delete", "andWhere", "whereIn",
  "ignore", "merge", "then", "getOne", "getOneOrFail", "getMany", "getManyAndCount", "getRawOne", "getRawMany", "getCount", "getExists", "orIgnore", "orUpdate",
]);

/**
 * A statement that a variable holds. `added`: links that other calls have put behind it on every way to this one; `perhaps`: those of each call that
 * only some ways take; `calls`: all these, as indexes into the file's calls.
 */
type Held = { expression: Expression; added: RawLink[]; perhaps: RawLink[][]; calls: number[] };

/**
 * What a local holds where call `before` goes on with it: `let q = db.selectFrom("t")`, then `q = q.where(…)`, or `q.where(…)` alone where the
 * builder changes itself. null: no statement, one that was awaited, or one of several.
 */
export function heldChain(code: CodeFacts, root: Extract<Expression, { kind: "local" }>, before: number): Held | null {
  const local = code.locals[root.local];
  const [first, ...others] = local?.values ?? [];
  const last = code.calls[before];
  if (local === undefined || first === undefined || last === undefined || !isPlainCall(first) || !others.every((item) => isPlainCall(item) && startsAt(item.value, root.local))) return null;
  // Whoever hands out a repository begins no statement yet: each call on it is one.
  if (/Repository$/.test(rawChain(first.value).links.at(-1)?.name ?? "")) return null;
  const begun = callAt(code, first.value, before);
  const base = begun === null ? undefined : code.calls[begun];
  if (begun === null || base === undefined || base.awaited) return null;
  const held: Held = { expression: first.value, added: [], perhaps: [], calls: [begun] };
  for (let index = begun + 1; index < before; index++) {
    const fact = code.calls[index];
    if (fact === undefined || !goesOn(fact, local, root.local) || excludes(fact.context, last.context)) continue;
    const { links } = rawChain(fact.expression);
    if (isOnWay(fact.context, last.context)) held.added.push(...links);
    else held.perhaps.push(links);
    held.calls.push(index);
  }
  return held;
}

function isPlainCall({ value, path }: Local["values"][number]): boolean {
  return path.length === 0 && value.kind === "call" && value.awaited !== true;
}

function startsAt(expression: Expression, local: number): boolean {
  const { root } = rawChain(expression);
  return root.kind === "local" && root.local === local;
}

function callAt(code: CodeFacts, value: Expression, before: number): number | null {
  for (let index = before - 1; index >= 0; index--) {
    const fact = code.calls[index];
    if (fact?.expression === value || (fact?.at.start === value.start && fact.at.end === value.end)) return index;
  }
  return null;
}

/** `q = q.where(…)`, or `q.where(…)` with its value thrown away. */
function goesOn(fact: CallFact, local: Local, index: number): boolean {
  if (fact.awaited || !startsAt(fact.expression, index)) return false;
  return fact.use.kind === "ignored" || local.values.some(({ value }) => value.start === fact.at.start && value.end === fact.at.end);
}

/** Does every way to `later` lead through `earlier`? */
function isOnWay(earlier: ContextStep[], later: ContextStep[]): boolean {
  return earlier.every((step, i) => step.kind === "try" || isSameStep(step, later[i]));
}

/** The other branch of the same condition. */
function excludes(earlier: ContextStep[], later: ContextStep[]): boolean {
  return earlier.some((step, i) => {
    const other = later[i];
    return step.kind === "condition" && other?.kind === "condition" && step.test.start === other.test.start && step.holds !== other.holds;
  });
}

function isSameStep(a: ContextStep, b: ContextStep | undefined): boolean {
  if (b === undefined || a.kind !== b.kind) return false;
  if (a.kind === "function" && b.kind === "function") return a.function === b.function;
  if (a.kind === "condition" && b.kind === "condition") return a.test.start === b.test.start && a.holds === b.holds;
  return JSON.stringify(a) === JSON.stringify(b);
}
