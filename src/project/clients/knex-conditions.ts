import type { ChainLink } from "../chains.ts";
import { asString } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import { valueText } from "../value-text.ts";
import type { Condition, Linked } from "./adapter.ts";
import { allOf } from "./builder-links.ts";

export type Scope = { linked: Linked; columnOf(reference: string): string | null };

const NARROWS = /^(?:(?:and)?where\w*|(?:and)?having\w*|\w*[jJ]oin(?:Raw)?|modify|match|clearWhere|distinctOn|joinRelated|withGraphJoined)$/;

/** What the links of a Knex statement compare for equality (reference §9.2); what another may be true instead of names no row. */
export function conditionOf(scope: Scope, links: ChainLink[]): Condition {
  const conditions = allOf(links.map((link) => linkCondition(scope, link)));
  const isOpen = links.some((link) => /^or(?:Where|Having)/.test(link.name));
  return isOpen ? { match: [], rest: [...conditions.rest, "or"] } : conditions;
}

function linkCondition(scope: Scope, link: ChainLink): Condition {
  const args = link.args ?? [];
  const [first, second, third] = args;
  const name = link.name.replace(/^andWhere/, "where");
  if (link.args === null) return { match: [], rest: [] };
  if (name === "where" && first !== undefined) return whereOf(scope, first, second, third);
  if (name === "whereIn" && first !== undefined && second?.kind === "array" && second.complete && second.items.length === 1 && second.items[0] !== undefined) return whereOf(scope, first, second.items[0], undefined);
  if (name === "whereNull" || name === "whereNotNull") return { match: [], rest: [`${asString(first) ?? "…"} is ${name === "whereNull" ? "" : "not "}null`] };
  return { match: [], rest: NARROWS.test(name) ? [`${name} at ${String(link.at.end)}`] : [] };
}

function whereOf(scope: Scope, first: Evaluated, second: Evaluated | undefined, third: Evaluated | undefined): Condition {
  if (first.kind === "boolean") return { match: [], rest: [] };
  if (first.kind === "object" && second === undefined) {
    const all = allOf([...first.entries].map(([key, item]) => equality(scope, key, item)));
    return first.complete ? all : { ...all, rest: [...all.rest, "…"] };
  }
  const column = asString(first);
  if (column === null || second === undefined) return { match: [], rest: [valueText(scope.linked.program, first)] };
  if (third === undefined) return equality(scope, column, second);
  const sign = asString(second);
  return sign === "=" ? equality(scope, column, third) : { match: [], rest: [`${scope.columnOf(column) ?? column} ${sign ?? "…"} ${valueText(scope.linked.program, third)}`] };
}

/** Knex writes `is null` where the value is null. */
function equality(scope: Scope, name: string, value: Evaluated): Condition {
  const column = scope.columnOf(name);
  if (column === null || value.kind === "function") return { match: [], rest: [`${name} = ${valueText(scope.linked.program, value)}`] };
  if (value.kind === "null") return { match: [], rest: [`${column} is null`] };
  return { match: [{ column, at: value.at, source: value, value: null }], rest: [] };
}
