import type { Expression } from "../model/expression.ts";
import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { Guard } from "../model/project.ts";
import type { Draft } from "./clients/adapter.ts";
import { evaluate } from "./evaluate.ts";
import { lastName, nameOf, partsOf, unspread } from "./expressions.ts";
import { callbacksAround, mayPrecede, type Flow, type Frame } from "./flow.ts";
import type { Evaluated } from "./program.ts";

/** Calls whose callback runs in a transaction (reference §15.5). */
const OPENERS = /(?:^|\.)(?:\$transaction|transaction|transactional|begin|savepoint|\w*(?:[wW]ith|[iI]n|[rR]un|use)\w*Transaction|withTx|inTx|runTx)$|[tT]ransaction\(\)(?:\.\w+\(\))*\.execute$/;

type Transaction = Extract<Guard, { kind: "transaction" }>;

/** The transactions that a draft's call runs in, as far as this frame shows. */
export function transactionsAround(flow: Flow, draft: Draft, frame: Frame): Transaction[] {
  const code = flow.program.facts(frame.path)?.code;
  if (code == null) return [];
  const callbacks = callbacksAround(code, frame).flatMap((handed): Transaction[] => {
    if (!OPENERS.test(handed.callee) || !runsInside(code, draft, frame, handed.function)) return [];
    const call = handed.call === null ? undefined : code.calls[handed.call];
    return [{ kind: "transaction", isolation: isolationOf(flow, frame.path, call), at: call?.at ?? frame.fact.at, calls: frame.calls, retries: false }];
  });
  return [...callbacks, ...decorated(code, frame), ...batches(code, frame), ...begun(flow, frame)];
}

/** `@Transactional()` of typeorm-transactional, Nest's CLS plugin, MikroORM. */
function decorated(code: CodeFacts, frame: Frame): Transaction[] {
  return frame.fact.context.flatMap((step): Transaction[] => {
    const fact = step.kind === "function" ? code.functions[step.function] : undefined;
    const opener = fact?.decorators.find((each) => /(?:^|\.)Transactional(?:\(\))?$/.test(nameOf(each)));
    if (fact === undefined || opener === undefined) return [];
    return [{ kind: "transaction", isolation: isolationIn(opener), at: { ...fact.at, start: opener.start, end: opener.end }, calls: frame.calls, retries: false }];
  });
}

/** `{ isolationLevel: IsolationLevel.SERIALIZABLE }`, as it is written. */
function isolationIn(expression: Expression): string | null {
  if (expression.kind === "string") return levelOf(expression.value);
  if (expression.kind === "member") return levelOf(expression.name);
  return partsOf(expression).reduce<string | null>((found, part) => found ?? isolationIn(part), null);
}

/** Does this function run as a transaction, or outside of the one around it? */
export function isTransactionCallback(code: CodeFacts, index: number): boolean {
  return OPENERS.test(code.functions[index]?.callbackOf?.callee ?? "");
}

/** `db.transaction(async (tx) => …)`: what it does besides is what its callback does. */
export function opensTransaction(fact: CallFact): boolean {
  const { expression } = fact;
  return expression.kind === "call" && OPENERS.test(nameOf(expression.callee)) && expression.args.some((item) => item.kind === "function");
}

/** A call on the outer handle runs outside of the transaction that it stands in. */
function runsInside(code: CodeFacts, draft: Draft, frame: Frame, callback: number | null): boolean {
  // The transaction is what its function is called with.
  if (callback === null) return draft.receiver === null || rootOf(draft.receiver).kind === "local";
  const parameters = (code.functions[callback]?.parameters ?? []).filter((item) => item.position === 0);
  if (parameters.length === 0 || draft.receiver === null) return true;
  const root = rootOf(draft.receiver);
  if (root.kind === "name") return false;
  if (frame.calls > 0) return true;
  if (root.kind === "this") return false;
  if (root.kind !== "local") return true;
  if (parameters.some((item) => item.local === root.local)) return true;
  const declared = code.locals[root.local]?.function;
  for (let at: number | null = declared ?? null; at !== null; at = code.functions[at]?.parent ?? null) if (at === callback) return true;
  return false;
}

function rootOf(expression: Expression): Expression {
  let root = expression;
  while (root.kind === "member" || root.kind === "call") root = root.kind === "member" ? root.of : root.callee;
  return root;
}

function isolationOf(flow: Flow, path: string, call: CallFact | undefined): string | null {
  if (call === undefined || call.expression.kind !== "call") return null;
  for (const item of call.expression.args) {
    const expression = unspread(item);
    if (expression.kind === "function") continue;
    const value = evaluate(flow.program, path, expression);
    if (value.kind === "string") return levelOf(value.value);
    const level = value.kind === "object" ? (value.entries.get("isolationLevel") ?? value.entries.get("isolation")) : undefined;
    const name = level === undefined ? null : levelName(level);
    if (name !== null) return levelOf(name);
  }
  // Kysely's `db.transaction().setIsolationLevel("serializable").execute(…)`.
  const set = /setIsolationLevel/.test(lastName(call.expression.callee)) ? call.expression.args[0] : undefined;
  return set !== undefined && unspread(set).kind === "string" ? levelOf((unspread(set) as { value: string }).value) : null;
}

function levelName(value: Evaluated): string | null {
  if (value.kind === "string") return value.value;
  return value.kind === "member" || value.kind === "external" ? value.name : null;
}

function levelOf(text: string): string | null {
  const words = text.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return /serializable|repeatable read|read committed|read uncommitted|snapshot/.exec(words)?.[0] ?? null;
}

/** `$transaction([a, b])`, `db.batch([a, b])`. */
function batches(code: CodeFacts, frame: Frame): Transaction[] {
  if (frame.fact.use.kind !== "argument") return [];
  const found = code.calls.slice(Math.max(0, frame.call - 30), frame.call).filter((fact) => {
    const { expression } = fact;
    if (expression.kind !== "call" || !/^(?:\$transaction|batch)$/.test(lastName(expression.callee))) return false;
    return fact.at.start <= frame.fact.at.start && fact.at.end >= frame.fact.at.end && fact.function === frame.fact.function && expression.args[0]?.kind === "array";
  });
  return found.map((fact) => ({ kind: "transaction", isolation: null, at: fact.at, calls: frame.calls, retries: false }));
}

/** A BEGIN in SQL before it, with no COMMIT between. */
function begun(flow: Flow, frame: Frame): Transaction[] {
  const code = flow.program.facts(frame.path)?.code;
  let open = null as Transaction | null;
  for (const call of flow.effectCalls(frame.path, frame.root)) {
    const fact = code?.calls[call];
    if (fact === undefined || !mayPrecede(fact, frame.fact)) continue;
    for (const effect of flow.effectsAt(frame.path, call)) {
      if (effect.kind === "begin") open = { kind: "transaction", isolation: effect.isolation ?? open?.isolation ?? null, at: effect.at, calls: frame.calls, retries: false };
      // A COMMIT that only another branch reaches does not end it.
      if (effect.kind === "end" && !fact.context.some((step) => step.kind === "catch" || step.kind === "finally")) open = null;
    }
  }
  return open === null ? [] : [open];
}
