import type { CallFact, CodeFacts } from "../model/facts.ts";
import { callGraphOf, type FunctionAt } from "./call-graph.ts";
import { linksOf } from "./call-index.ts";
import type { Program } from "./program.ts";

/** What takes a function as an argument. `call` null: `new` does. `callee`: of the link that takes it; `key`: of the property that it stands at. */
export type Handed = { path: string; call: CallFact | null; callee: string; argument: number; key: string | null };

const MOST = 100;

/** What a function is handed to by its name: `router.post("/x", create)`, `new Worker("mail", send)`. */
export function handedTo(program: Program, of: FunctionAt): Handed[] {
  const code = program.facts(of.path)?.code;
  const name = code?.functions[of.function]?.name?.split(".").at(-1);
  const takings = name === undefined ? [] : program.calls.taking(name);
  if (takings.length > MOST) return [];
  return takings.flatMap(({ path, call, callee, argument, key, value }): Handed[] => {
    const fact = call === null ? null : (program.facts(path)?.code?.calls[call] ?? null);
    const to = callGraphOf(program).resolve(path, value, fact?.function ?? null);
    return to?.path === of.path && to.function === of.function ? [{ path, call: fact, callee, argument, key }] : [];
  });
}

/** The next call around one that is an argument: `router.post(…)` of `router.post("/x", asyncHandler(create))`. */
export function takerOf(path: string, code: CodeFacts, inner: CallFact): Handed | null {
  if (inner.use.kind !== "argument") return null;
  const length = (call: CallFact): number => call.at.end - call.at.start;
  const around = code.calls.filter((call) => call !== inner && call.at.start <= inner.at.start && call.at.end >= inner.at.end);
  for (const call of around.sort((a, b) => length(a) - length(b))) {
    for (const { callee, args } of linksOf(call.expression)) {
      const argument = args.findIndex((item) => item.start <= inner.at.start && item.end >= inner.at.end);
      if (argument >= 0) return { path, call, callee, argument, key: null };
    }
  }
  return null;
}
