import type { CallFact, CodeFacts } from "../model/facts.ts";
import type { Site } from "../model/project.ts";
import type { Draft } from "./clients/adapter.ts";
import { substitute, type Flow, type Frame } from "./flow.ts";
import { isTransactionCallback } from "./transactions.ts";
import { valueText } from "./value-text.ts";

/**
 * An UPDATE, or an upsert that updates, of another table's row, which is known by a value that this site writes and that was sought before
 * (`sought`): whoever looks for the same waits.
 */
export function holdsRow(flow: Flow, site: Site, draft: Draft, frame: Frame, other: Site, sought: ReadonlySet<string>): boolean {
  if (other.table === null || other.table === site.table) return false;
  const target = other.conflict?.action === "update" && other.conflict.native !== "no" && other.conflict.target.by === "columns" ? other.conflict.target.parts.flatMap((part) => (part.kind === "column" ? [part.column] : [])) : [];
  const known = other.kind === "update" ? (other.match ?? []) : (other.columns ?? []).filter(({ column }) => target.includes(column));
  const texts = new Set(known.flatMap(({ value }) => (value.origin === "literal" || value.origin === "null" || !sought.has(value.text) ? [] : [value.text])));
  return (draft.columns ?? []).some((written) => written.source !== null && texts.has(valueText(flow.program, substitute(flow.program, written.source, frame.bindings))));
}

/** In the same transaction, and under no condition or loop that the later one is not under. */
export function isHeldSince(code: CodeFacts, earlier: CallFact, later: CallFact): boolean {
  const shared = later.context.some((step) => step.kind === "function" && isTransactionCallback(code, step.function) && earlier.context.some((other) => other.kind === "function" && other.function === step.function));
  const above = new Set(later.context.map(keyOf));
  return shared && earlier.context.every((step) => above.has(keyOf(step)));
}

function keyOf(step: CallFact["context"][number]): string {
  return step.kind === "condition" ? `${step.kind} ${String(step.test.start)} ${String(step.holds)}` : JSON.stringify(step.kind === "loop" ? [step.kind, step.over?.start ?? null] : step);
}
