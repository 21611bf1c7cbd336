import type { Expression } from "../../model/expression.ts";
import { callGraphOf } from "../call-graph.ts";
import type { ChainLink, RawLink } from "../chains.ts";
import { rawChain } from "../chains.ts";
import { asString, evaluate, unknown } from "../evaluate.ts";
import { soleReturn } from "../evaluate-calls.ts";
import { expressionAt } from "../expressions.ts";
import { argument, type CallView, type Condition, type Draft, type Linked, type Reading } from "./adapter.ts";

/** The links of a builder's chain with what their arguments are. */
export function linksOf(view: CallView, linked: Linked): ChainLink[] {
  return view.links.map((link) => evaluated(linked, view.path, link, view.env));
}

/** Of links that only some ways have put there, each call's. */
export function perhapsOf(view: CallView, linked: Linked): ChainLink[][] {
  return (view.perhaps ?? []).map((links) => links.map((link) => evaluated(linked, view.path, link, view.env)));
}

function evaluated(linked: Linked, path: string, link: RawLink, env?: CallView["env"]): ChainLink {
  const args = link.args?.map((item) => (item.kind === "spread" ? unknown({ path, start: item.of.start, end: item.of.end }, "...") : evaluate(linked.program, path, item, env))) ?? null;
  return { name: link.name, args, complete: link.args?.every((item) => item.kind !== "spread") ?? true, new: link.new, at: { path, start: link.start, end: link.end } };
}

/** The chain that a helper of the project returns, where a chain begins with a call of it: `this.sessions().where(…)`. Empty: it is none. */
export function helperLinks(view: CallView, linked: Linked): ChainLink[] {
  const first = view.links.find((link) => link.args !== null);
  const code = linked.program.facts(view.path)?.code;
  const call = first === undefined || code == null ? null : expressionAt(code, first.start, first.end);
  if (call?.kind !== "call") return [];
  const to = callGraphOf(linked.program).resolve(view.path, call.callee, view.fact.function);
  const fact = to === null ? undefined : linked.program.facts(to.path)?.code?.functions[to.function];
  const returned = fact === undefined ? null : soleReturn(fact);
  if (to === null || returned?.kind !== "call" || returned.awaited === true || fact?.async === true) return [];
  return rawChain(returned).links.map((link) => evaluated(linked, to.path, link));
}

export function linkNamed(links: ChainLink[], ...names: string[]): ChainLink | undefined {
  return links.find((link) => link.args !== null && names.includes(link.name));
}

/** Conditions that must all hold. */
export function allOf(conditions: Condition[]): Condition {
  return { match: conditions.flatMap(({ match }) => match), rest: conditions.flatMap(({ rest }) => rest) };
}

/** `for update` and the like of a look-up. */
export function rowLocks(view: CallView, names: readonly string[]): Reading["effects"] {
  return names.some((name) => view.names.has(name)) ? [{ kind: "lock", how: "row", path: view.path, call: view.index, at: view.fact.at }] : [];
}

export function setCondition(draft: Draft, condition: Condition): void {
  draft.match = condition.match;
  draft.matchRest = [...draft.matchRest, ...condition.rest];
}

/** `db.with("recent", …).selectFrom("recent")` reads what the statement itself has made, in its callbacks too. */
export function isWithQuery(view: CallView, linked: Linked, table: string | null): boolean {
  const name = table?.split(/\s+as\s+/i)[0];
  const code = linked.program.facts(view.path)?.code;
  const around = view.fact.context.flatMap((step) => (step.kind === "function" ? (code?.functions[step.function]?.callbackOf?.call ?? []) : []));
  const all = [view.links, ...around.map((call) => linksIn(code?.calls[call]?.expression))];
  return name !== undefined && all.some((links) => links.some((link) => makesQuery(view, linked, link, name)));
}

function makesQuery(view: CallView, linked: Linked, link: RawLink, name: string): boolean {
  const given = /^with(?!Schema)/.test(link.name) ? argument(link.args, 0) : null;
  return given !== null && asString(evaluate(linked.program, view.path, given))?.replace(/\(.*/s, "") === name;
}

function linksIn(expression: Expression | undefined): RawLink[] {
  return expression === undefined ? [] : rawChain(expression).links;
}
