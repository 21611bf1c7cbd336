import type { ts } from "ts-morph";
import type { Expression } from "../../model/expression.ts";
import { isNoise } from "./noise.ts";
import { OUTSIDE, spanOf, type Reader } from "./state.ts";
import { useOf } from "./use.ts";

/** Reserves the fact of a chain before its parts are read, so that facts stand in source order; OUTSIDE: a call that cannot matter. */
export function openCall(reader: Reader, node: ts.CallExpression | ts.TaggedTemplateExpression): number {
  if (reader.muted > 0 || isNoise(reader, node)) return OUTSIDE;
  const at = spanOf(reader, node);
  reader.callNodes.push(node);
  return (
    reader.facts.calls.push({
      expression: { kind: "opaque", text: "", start: at.start, end: at.end },
      at,
      function: reader.function,
      context: reader.context.slice(),
      awaited: false,
      use: { kind: "other" },
      handler: null,
      rowUse: "unused",
    }) - 1
  );
}

export function closeCall(reader: Reader, call: number, node: ts.Expression, expression: Expression): void {
  const fact = reader.facts.calls[call];
  if (fact === undefined) return;
  fact.expression = expression;
  Object.assign(fact, useOf(reader, node));
}
