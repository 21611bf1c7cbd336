import { soleReturn } from "./evaluate-functions.ts";
import type { Context } from "./evaluate-context.ts";
import type { Evaluated } from "./program.ts";

/** What `rows.map((row) => ({ … }))` makes of each, also behind `Promise.all`, a filter or a slice; unknown: of each something else; null: no such list. */
export function elementOf(context: Context, list: Evaluated): Evaluated | null {
  if (list.kind !== "call") return null;
  const [first] = list.args;
  const name = methodOf(list.callee);
  if (name === "all" && first?.kind === "call") return elementOf(context, first);
  if ((name === "filter" || name === "flat" || name === "slice") && list.callee.kind === "member" && list.callee.of.kind === "call") return elementOf(context, list.callee.of);
  if ((name !== "map" && name !== "flatMap" && name !== "from") || first === undefined) return null;
  const callback = name === "from" ? list.args[1] : first;
  const fact = callback?.kind === "function" ? context.program.facts(callback.path)?.code?.functions[callback.function] : undefined;
  const returned = fact === undefined ? null : soleReturn(fact);
  if (callback?.kind !== "function" || returned === null) return { kind: "unknown", at: list.at, text: "" };
  return context.evaluate(callback.path, returned, callback.closure ?? null);
}

function methodOf(callee: Evaluated): string | null {
  if (callee.kind === "member") return callee.name;
  if (callee.kind === "parameter") return callee.members.at(-1) ?? null;
  return callee.kind === "alternatives" && callee.of[0] !== undefined ? methodOf(callee.of[0]) : null;
}
