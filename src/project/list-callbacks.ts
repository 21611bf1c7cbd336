import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import { partsOf } from "./expressions.ts";

const GOES_THROUGH = new Set(["map", "flatMap", "forEach"]);

const lists = new WeakMap<CodeFacts, Map<number, Expression>>();

/** The list whose rows a callback is called with: `rows` of `rows.map((row) => …)`. null: it is no such callback. */
export function listOfCallback(code: CodeFacts | null, callback: number): Expression | null {
  if (code === null) return null;
  let index = lists.get(code);
  if (index === undefined) lists.set(code, (index = indexLists(code)));
  return index.get(callback) ?? null;
}

function indexLists(code: CodeFacts): Map<number, Expression> {
  const index = new Map<number, Expression>();
  const seen = new Set<Expression>();
  const add = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if (expression.kind === "call" && expression.callee.kind === "member" && GOES_THROUGH.has(expression.callee.name)) {
      const [first] = expression.args;
      if (first?.kind === "function") index.set(first.function, expression.callee.of);
    }
    partsOf(expression).forEach(add);
  };
  for (const call of code.calls) add(call.expression);
  for (const local of code.locals) for (const { value } of local.values) add(value);
  return index;
}
