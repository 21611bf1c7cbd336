import type { Expression } from "../../model/expression.ts";
import { callGraphOf } from "../call-graph.ts";
import type { ChainLink, RawLink } from "../chains.ts";
import { callChain, rawChain } from "../chains.ts";
import { asString, evaluate, unknown } from "../evaluate.ts";
import { soleReturn } from "../evaluate-functions.ts";
import { expressionAt } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import { argument, type CallView, type Condition, type Draft, type Linked, type Reading } from "./adapter.ts";

/** The links of a builder's chain with what their arguments are. */
export function linksOf(view: CallView, linked: Linked): ChainLink[] {
  return view.links.map((link) => evaluated(linked, view.path, link));
}

/** Of links that only some ways have put there, each call's. */
export function perhapsOf(view: CallView, linked: Linked): ChainLink[][] {
  return (view.perhaps ?? []).map((links) => links.map((link) => evaluated(linked, view.path, link)));
}

function evaluated(linked: Linked, path: string, link: RawLink): ChainLink {
  const args = link.args?.map((item) => (item.kind === "spread" ? unknown({ path, start: item.of.start, end: item.of.end }, "...") : evaluate(linked.program, path, item))) ?? null;
  return { name: link.name, args, complete: link.args?.every((item) => item.kind !== "spread") ?? true, new: link.new, at: { path, start: link.start, end: link.end } };
}

/**
 * The chain that a helper of the project returns, where a chain begins with a call of it: `this.sessions().where(…)`, `tables.users(db)`,
 * `baseQuery({ db })(params)`. Empty: it is none.
 */
export function helperLinks(view: CallView, linked: Linked): ChainLink[] {
  const code = linked.program.facts(view.path)?.code;
  const first = view.links.findIndex((link) => link.args !== null);
  if (code == null || first < 0) return [];
  // A call of what the helper returns goes on with it.
  const next = view.links.findIndex((link, index) => index > first && link.name !== "");
  const { start, end } = view.links[(next < 0 ? view.links.length : next) - 1] ?? { start: 0, end: 0 };
  const call = expressionAt(code, start, end);
  return call?.kind === "call" ? (inlinedLinks(view, linked, call) ?? returnedLinks(view, linked, call)) : [];
}

type Call = Extract<Expression, { kind: "call" }>;

/** With its parameters bound; null: it is not that plain. */
function inlinedLinks(view: CallView, linked: Linked, call: Call): ChainLink[] | null {
  const value = evaluate(linked.program, view.path, call);
  const isOwn = value.at.path === view.path && value.at.start === call.start && value.at.end === call.end;
  return value.kind !== "call" || isOwn || isAwaited(linked, view, call) ? null : callChain(value).links;
}

/** What an asynchronous helper gives is an answer. */
function isAwaited(linked: Linked, view: CallView, call: Call): boolean {
  const callee = call.callee.kind === "call" ? call.callee.callee : call.callee;
  const to = callGraphOf(linked.program).resolve(view.path, callee, view.fact.function);
  const fact = to === null ? undefined : linked.program.facts(to.path)?.code?.functions[to.function];
  return fact?.async === true || fact?.returns.some((returned) => returned.awaited === true) === true;
}

/** A method's: its class is known, `this` is no value. */
function returnedLinks(view: CallView, linked: Linked, call: Call): ChainLink[] {
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

/** `db.with("recent", …).selectFrom("recent")` reads what the statement itself has made, in its callbacks too, `information_schema.columns` what the database tells. `helper`: links that a helper begins it with. */
export function isWithQuery(view: CallView, linked: Linked, table: string | null, helper: ChainLink[] = []): boolean {
  const name = table?.split(/\s+as\s+/i)[0];
  // The system's own tables say what there is; nobody writes them.
  if (name !== undefined && /^(?:information_schema|pg_catalog)\./i.test(name)) return true;
  if (helper.some((link) => isWith(link.name) && queryName(asString(link.args?.[0])) === name)) return true;
  const code = linked.program.facts(view.path)?.code;
  const around = view.fact.context.flatMap((step) => (step.kind === "function" ? (code?.functions[step.function]?.callbackOf?.call ?? []) : []));
  const all = [view.links, ...around.map((call) => linksIn(code?.calls[call]?.expression))];
  return name !== undefined && all.some((links) => links.some((link) => makesQuery(view, linked, link, name)));
}

function makesQuery(view: CallView, linked: Linked, link: RawLink, name: string): boolean {
  const given = isWith(link.name) ? argument(link.args, 0) : null;
  return given !== null && queryName(asString(evaluate(linked.program, view.path, given))) === name;
}

function isWith(link: string): boolean {
  return /^with(?!Schema)/.test(link);
}

/** `"recent(id, name)"`. */
function queryName(text: string | null): string | undefined {
  return text?.replace(/\(.*/s, "");
}

/** A query in the place of a table: `from(query.as("q"))`. */
export function isSubquery(value: Evaluated | null): boolean {
  return value?.kind === "call" && callChain(value).links.at(-1)?.name === "as";
}

function linksIn(expression: Expression | undefined): RawLink[] {
  return expression === undefined ? [] : rawChain(expression).links;
}
