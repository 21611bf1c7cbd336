import type { Expression } from "../../model/expression.ts";
import { mentionsLocal } from "./mentions.ts";
import type { Reader } from "./state.ts";

/** A local that gets a value taken from the error stands for the error too: `const code = (e as any).code`. */
export function noteDerived(reader: Reader, local: number, value: Expression): void {
  for (const frame of reader.frames) if (mentionsLocal(value, frame.locals)) frame.locals.add(local);
}

/** Keeps a condition for every handler whose error it asks about. Parts of a larger condition are not noted: the whole is. */
export function noteTest(reader: Reader, test: Expression): void {
  if (reader.inTest > 0) return;
  for (const frame of reader.frames) {
    if (!mentionsLocal(test, frame.locals)) continue;
    reader.facts.handlers[frame.handler]?.tests.push({ test, at: { path: reader.path, start: test.start, end: test.end } });
  }
}

const COMPARISONS = new Set(["&&", "||", "===", "==", "!==", "!=", "in", "instanceof", "<", ">", "<=", ">="]);

/** A returned value that is plainly a boolean is a test of its own. */
export function noteReturned(reader: Reader, value: Expression): void {
  if (reader.frames.length > 0 && isBoolean(value)) noteTest(reader, value);
}

function isBoolean(value: Expression): boolean {
  if (value.kind === "binary") return COMPARISONS.has(value.operator);
  if (value.kind === "unary") return value.operator === "!";
  if (value.kind !== "call") return false;
  const name = value.callee.kind === "name" || value.callee.kind === "local" || value.callee.kind === "member" ? value.callee.name : "";
  return /^(?:is|has|was|includes|startsWith|endsWith|test)(?:$|[A-Z])/.test(name);
}
