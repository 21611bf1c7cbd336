import type { Expression } from "../model/expression.ts";
import { evaluate } from "./evaluate.ts";
import { partsOf, unspread } from "./expressions.ts";
import type { Binding, Flow } from "./flow.ts";
import type { Evaluated } from "./program.ts";

/** What a row is sought by among loaded rows. `property`: of the row; `bindings`: from the function that seeks up to the one that is asked about. */
export type Sought = { property: string; value: Evaluated; bindings: Binding[] };

/** Where the seeking stands. */
type Place = { path: string; bindings: Binding[] };
type Call = Extract<Expression, { kind: "call" }>;

/** `rows.find((row) => row.key === key)`, `keys.has(key)` where `keys` are the rows' `mapped` property; null: it is sought by something else. */
export function soughtBy(flow: Flow, place: Place, call: Call, mapped: string | undefined): Sought[] | null {
  const [first] = call.args;
  const argument = first === undefined || first.kind === "spread" ? null : first;
  if (argument === null) return null;
  if (argument.kind !== "function") return mapped === undefined ? null : [{ property: mapped, value: valueIn(flow, place, argument), bindings: place.bindings }];
  const test = testOf(flow, place, argument.function);
  return test === null ? null : comparisons(flow, place, test.returned, test.row, mapped);
}

/** The one expression that a callback of one row answers with. */
function testOf(flow: Flow, place: Place, index: number): { row: number; returned: Expression } | null {
  const fact = flow.program.facts(place.path)?.code?.functions[index];
  const row = fact?.parameters.find((item) => item.position === 0 && item.path.length === 0);
  const [returned] = fact?.returns ?? [];
  return row === undefined || returned === undefined || fact?.returns.length !== 1 ? null : { row: row.local, returned };
}

function comparisons(flow: Flow, place: Place, test: Expression, row: number, mapped: string | undefined): Sought[] | null {
  if (test.kind !== "binary") return null;
  if (test.operator === "&&") {
    const [left, right] = [comparisons(flow, place, test.left, row, mapped), comparisons(flow, place, test.right, row, mapped)];
    return left === null || right === null ? null : [...left, ...right];
  }
  if (test.operator !== "===" && test.operator !== "==") return null;
  const own = propertyOf(test.left, row) ?? propertyOf(test.right, row);
  const against = propertyOf(test.left, row) !== null ? test.right : test.left;
  const property = own === "" ? mapped : own;
  if (property == null || reads(against, row)) return null;
  return [{ property, value: valueIn(flow, place, against), bindings: place.bindings }];
}

/** `row.key` → "key"; the row itself → "". */
function propertyOf(expression: Expression, row: number): string | null {
  if (expression.kind === "local" && expression.local === row) return "";
  return expression.kind === "member" && expression.of.kind === "local" && expression.of.local === row ? expression.name : null;
}

function reads(expression: Expression, local: number): boolean {
  return (expression.kind === "local" && expression.local === local) || partsOf(expression).some((part) => reads(part, local));
}

function valueIn(flow: Flow, place: Place, expression: Expression): Evaluated {
  return evaluate(flow.program, place.path, expression);
}

/** `rows.map((row) => row.key)`, `rows.map((row) => [row.key, row])`: "key". */
export function mappedProperty(flow: Flow, place: Place, call: Call): string | undefined {
  const [first] = call.args;
  const callback = first === undefined ? null : unspread(first);
  const test = callback?.kind === "function" ? testOf(flow, place, callback.function) : null;
  if (test === null) return undefined;
  const head = test.returned.kind === "array" ? test.returned.items[0] : test.returned;
  const property = head === undefined || head.kind === "spread" ? null : propertyOf(head, test.row);
  return property === null || property === "" ? undefined : property;
}
