import { callChain } from "../chains.ts";
import { asString, returnOf } from "../evaluate.ts";
import { handleName, handleOf } from "../handles.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import type { Condition, Linked } from "./adapter.ts";
import { allOf } from "./builder-links.ts";

export type Scope = { linked: Linked; columnOf(reference: string): string | null };

/** What the arguments of `where(…)` compare for equality (reference §8.3). */
export function whereOf(scope: Scope, args: Evaluated[]): Condition {
  const [left, operator, right] = args;
  if (left === undefined) return { match: [], rest: ["…"] };
  return right === undefined ? expressionOf(scope, left) : comparison(scope, left, operator, right);
}

function comparison(scope: Scope, left: Evaluated, operator: Evaluated | undefined, right: Evaluated): Condition {
  const sign = asString(operator)?.toLowerCase();
  const column = columnIn(scope, left);
  const single = sign === "in" && right.kind === "array" && right.complete && right.items.length === 1 ? right.items[0] : undefined;
  const against = sign === "=" || sign === "==" ? right : single;
  if (column === null || against === undefined || isQuery(against)) return other(scope, left, sign ?? "…", right);
  return { match: [{ column, at: against.at, source: against, value: null }], rest: [] };
}

/** `"a"`, `"t.a"`, `eb.ref("t.a")`, `sql.ref("a")`. */
function columnIn(scope: Scope, value: Evaluated): string | null {
  const name = asString(value) ?? referenceOf(value);
  return name === null ? null : scope.columnOf(name);
}

/** The column that `eb.ref("a")` or `sql.ref("a")` means. */
export function referenceOf(value: Evaluated): string | null {
  const { links } = callChain(value);
  const [only] = links;
  return links.length === 1 && only?.name === "ref" ? asString(only.args?.[0]) : null;
}

/** A subquery, an expression of the builder: it names no row by itself. */
function isQuery(value: Evaluated): boolean {
  return value.kind === "function" || handleName(callChain(value).root) !== null || referenceOf(value) !== null || (value.kind === "call" && callChain(value).links.some(({ name }) => name === "selectFrom"));
}

/** `eb("a", "=", 1)`, `eb.and([…])`, `eb.and({ a: 1 })`, `(eb) => …`; what is not understood narrows. */
function expressionOf(scope: Scope, value: Evaluated): Condition {
  if (value.kind === "function") {
    const returned = returnOf(scope.linked.program, value, [handleOf("expressions", value.at)]);
    return returned === null ? { match: [], rest: ["…"] } : expressionOf(scope, returned);
  }
  const { root, links } = callChain(value);
  const [first, ...more] = links;
  if (handleName(root) === null || first?.args == null || more.some((link) => link.name !== "and")) return { match: [], rest: [valueText(scope.linked.program, value)] };
  return allOf([linkCondition(scope, first.name, first.args, value), ...more.map((link) => linkCondition(scope, (link.args?.length ?? 0) > 1 ? "" : "and", link.args ?? [], value))]);
}

function linkCondition(scope: Scope, name: string, args: Evaluated[], value: Evaluated): Condition {
  const [list] = args;
  if (name === "" || name === "eb" || name === "cmpr") return whereOf(scope, args);
  if (name === "and" && list?.kind === "array") {
    const all = allOf(list.items.map((item) => expressionOf(scope, item)));
    return list.complete ? all : { ...all, rest: [...all.rest, "…"] };
  }
  if (name === "and" && list?.kind === "object") {
    const all = allOf([...list.entries].map(([key, item]) => comparison(scope, { kind: "string", at: item.at, value: key }, { kind: "string", at: item.at, value: "=" }, item)));
    return list.complete ? all : { ...all, rest: [...all.rest, "…"] };
  }
  return { match: [], rest: [valueText(scope.linked.program, value)] };
}

function other(scope: Scope, left: Evaluated, sign: string, right: Evaluated): Condition {
  const { program } = scope.linked;
  const name = asString(left);
  return { match: [], rest: [`${name === null ? valueText(program, left) : (scope.columnOf(name) ?? name)} ${sign} ${valueText(program, right)}`] };
}
