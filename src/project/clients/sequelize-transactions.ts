import type { Expression } from "../../model/expression.ts";
import { evaluate } from "../evaluate.ts";
import { nameOf, unspread } from "../expressions.ts";
import type { Evaluated } from "../program.ts";
import type { CallView, Linked, Reading } from "./adapter.ts";

/** The model and values of `X.build(values)` or `new X(values)`, also held by a local until it is saved. `changed`: more is written into it. */
export type Built = { model: Expression; values: Evaluated | null; changed: boolean };

/** What `….save()` saves, where it was made in the same function; null: something else. */
export function builtBefore(view: CallView, linked: Linked, of: Expression): Built | null {
  const code = linked.program.facts(view.path)?.code;
  if (of.kind === "local") {
    const local = code?.locals[of.local];
    const [only, ...others] = local?.values ?? [];
    const built = only === undefined || others.length > 0 || only.path.length > 0 ? null : builtBy(view, linked, only.value);
    return built === null ? null : { ...built, changed: local?.changed === true };
  }
  return builtBy(view, linked, of);
}

function builtBy(view: CallView, linked: Linked, made: Expression): Built | null {
  if (made.kind !== "new" && !(made.kind === "call" && made.callee.kind === "member" && made.callee.name === "build")) return null;
  const [first] = made.args;
  const values = first === undefined ? null : evaluate(linked.program, view.path, unspread(first));
  return { model: made.kind === "new" ? made.callee : made.callee.kind === "member" ? made.callee.of : made.callee, values, changed: false };
}

const usesCls = new WeakMap<Linked, boolean>();

/** With CLS a call runs in the transaction around it, whether it is handed over or not. */
function hasCls(linked: Linked): boolean {
  let known = usesCls.get(linked);
  if (known === undefined) {
    known = linked.program.input.candidates.some((path) => linked.program.facts(path)?.code?.calls.some(({ expression }) => expression.kind === "call" && /(?:^|\.)useCLS$/.test(nameOf(expression.callee))) === true);
    usesCls.set(linked, known);
  }
  return known;
}

/**
 * What decides in which transaction a call runs: the value of its option `transaction`; a call without one runs outside, so its model stands for
 * it. null: whatever surrounds it.
 */
export function transactionOf(view: CallView, linked: Linked, options: Expression | null): Expression | null {
  if (hasCls(linked)) return null;
  if (options === null) return view.root;
  if (options.kind !== "object") return null;
  const given = options.entries.find((entry) => entry.kind === "property" && entry.key === "transaction");
  if (given?.kind === "property") return given.value;
  return options.entries.some((entry) => entry.kind === "spread") ? null : view.root;
}

/** `const t = await sequelize.transaction()` begins one that `t.commit()` or `t.rollback()` ends. */
export function transactionEffects(view: CallView, linked: Linked): Reading | null {
  const { expression } = view.fact;
  if (expression.kind !== "call" || expression.callee.kind !== "member") return null;
  const { name, of } = expression.callee;
  const place = { path: view.path, call: view.index, at: view.fact.at };
  if (name === "transaction" && /sequelize/i.test(nameOf(of)) && expression.args.every((item) => item.kind !== "function")) {
    return { drafts: [], effects: [{ ...place, kind: "begin", isolation: isolationOf(view, linked, expression) }] };
  }
  if ((name === "commit" || name === "rollback") && isTransaction(view, linked, of)) return { drafts: [], effects: [{ ...place, kind: "end" }] };
  return null;
}

function isTransaction(view: CallView, linked: Linked, of: Expression): boolean {
  const local = of.kind === "local" ? linked.program.facts(view.path)?.code?.locals[of.local] : undefined;
  return local?.values.some(({ value }) => value.kind === "call" && value.callee.kind === "member" && value.callee.name === "transaction") === true;
}

function isolationOf(view: CallView, linked: Linked, call: Extract<Expression, { kind: "call" }>): string | null {
  const [first] = call.args;
  const options = first === undefined ? null : evaluate(linked.program, view.path, unspread(first));
  const level = options?.kind === "object" ? options.entries.get("isolationLevel") : undefined;
  const text = level?.kind === "string" ? level.value : level?.kind === "member" ? level.name : "";
  return /serializable|repeatable read|read committed|read uncommitted/.exec(text.replaceAll("_", " ").toLowerCase())?.[0] ?? null;
}
