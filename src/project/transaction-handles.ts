import type { Expression } from "../model/expression.ts";
import { evaluate, possibilities } from "./evaluate.ts";
import { substitute, type Binding, type Flow } from "./flow.ts";
import type { Evaluated } from "./program.ts";

/** What a transaction's callback is handed: `tx`. `bindings`: from the innermost function of a chain of calls up to the callback's. */
export type Handle = { path: string; function: number; bindings: Binding[] };

/** Does the expression, `depth` calls further in than the callback's chain begins, stand for the handle, or for something of it (`tx.users`)? */
export function isHandle(flow: Flow, handle: Handle, path: string, expression: Expression, depth: number): boolean {
  let root = expression;
  while (root.kind === "member" || root.kind === "call") root = root.kind === "member" ? root.of : root.callee;
  if (root.kind !== "local") return false;
  const value = substitute(flow.program, evaluate(flow.program, path, root), handle.bindings.slice(depth));
  return possibilities(value).some((each) => isParameter(each, handle));
}

function isParameter(value: Evaluated, handle: Handle): boolean {
  const of = value.kind === "member" ? value.of : value;
  return of.kind === "parameter" && of.path === handle.path && of.function === handle.function && of.position === 0;
}
