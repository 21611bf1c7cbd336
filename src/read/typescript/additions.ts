import type { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import type { LocalValue } from "../../model/facts.ts";
import { addValue, opaqueOf } from "./bindings.ts";
import type { Reader } from "./state.ts";

/** What may have been there before is followed this far; more values, or longer sums, say nothing any more. */
const MOST_VALUES = 4;
const LONGEST = 50;

/**
 * `x += v`: what x was, and v. On a straight way the sum takes the old value's place; behind a condition both may be; in a loop, or in a function that
 * may be called again, more follows that is not known, but what was added stays a part of it.
 */
export function addToLocal(reader: Reader, node: ts.BinaryExpression, local: number, right: Expression): Expression {
  const result = opaqueOf(reader, node);
  const fact = reader.facts.locals[local];
  const before = fact?.values ?? [];
  if (fact?.kind !== "let" || before.length === 0 || before.length > MOST_VALUES || before.some((each) => each.path.length > 0 || isLong(each.value))) {
    addValue(reader, local, result, []);
    return result;
  }
  const own = reader.context.slice(reader.context.findLastIndex((step) => step.kind === "function") + 1);
  const repeats = fact.function !== (reader.function ?? -1) || own.some((step) => step.kind === "loop");
  const isOpen = own.some((step) => step.kind === "condition" || step.kind === "catch");
  const { start, end } = result;
  // What further turns add stands nowhere of its own.
  const further: Expression = { ...result, start: end };
  const sum = (left: Expression, more: Expression): Expression => ({ kind: "binary", operator: "+", left, right: more, start, end });
  const sums = before.map((each): LocalValue => ({ ...each, value: repeats ? sum(sum(each.value, right), further) : sum(each.value, right) }));
  const behind = sums.map((each): LocalValue => ({ ...each, branch: true }));
  fact.values = isOpen ? [...before, ...behind] : sums;
  return result;
}

function isLong(value: Expression): boolean {
  let length = 0;
  for (let at = value; at.kind === "binary"; at = at.left) if (++length > LONGEST) return true;
  return false;
}
