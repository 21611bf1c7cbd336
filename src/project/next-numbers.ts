import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import type { Site } from "../model/project.ts";
import { sourcesOf, type Source } from "./answer-sources.ts";
import type { Draft } from "./clients/adapter.ts";
import { expressionAt } from "./expressions.ts";
import type { Flow } from "./flow.ts";

/** `position: (await countOf(list)) + 1`: notes which look-up of the same table the values of a write follow. Changes the site. */
export function noteNextNumbers(flow: Flow, site: Site, draft: Draft): void {
  if (site.kind !== "insert" && site.kind !== "update") return;
  for (const [i, { value }] of (site.columns ?? []).entries()) {
    const source = draft.columns?.[i]?.source;
    if (source == null || !/\+ 1\b/.test(value.text)) continue;
    const found = followed(flow, source.at.path, source.at.start, source.at.end).find((each) => isNumberOf(flow, each, site));
    if (found !== undefined) value.next = found.site;
  }
}

function followed(flow: Flow, path: string, start: number, end: number): Source[] {
  const code = flow.program.facts(path)?.code;
  const sum = code == null ? null : expressionAt(code, start, end);
  const before = sum === null ? null : withoutOne(sum);
  return code == null || before === null ? [] : sourcesOf(flow, { path, inside: functionAround(code, start, end), depth: 0, bindings: [] }, before);
}

/** `x` of `x + 1`, also where there is no `x` to be counted from: `last ? last.position + 1 : 1`. */
function withoutOne(expression: Expression): Expression | null {
  if (expression.kind === "conditional") return withoutOne(expression.then) ?? withoutOne(expression.else);
  if (expression.kind !== "binary") return null;
  if (expression.operator === "??" || expression.operator === "||") return withoutOne(expression.left);
  if (expression.operator !== "+") return null;
  const [one, other] = expression.right.kind === "number" ? [expression.right, expression.left] : [expression.left, expression.right];
  return one.kind === "number" && one.value === 1 ? other : null;
}

function functionAround(code: CodeFacts, start: number, end: number): number | null {
  let found: number | null = null;
  for (const [i, { at }] of code.functions.entries()) {
    const inner = found === null ? undefined : code.functions[found];
    if (at.start <= start && at.end >= end && (inner === undefined || at.start >= inner.at.start)) found = i;
  }
  return found;
}

/** How many rows there are, the highest value, or a column of the last row. */
function isNumberOf(flow: Flow, { site: id, shape }: Source, { table, database }: Site): boolean {
  const lookup = flow.sites[id];
  if (lookup?.kind !== "lookup" || table === null || lookup.table !== table || lookup.database !== database) return false;
  return shape === "count" || lookup.lookup === "max" || (shape === "row" && lookup.ordered === true);
}
