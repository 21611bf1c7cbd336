import type { CodeFacts } from "../model/facts.ts";
import { callGraphOf, type FunctionAt } from "./call-graph.ts";
import { linksOf } from "./call-index.ts";
import type { Program } from "./program.ts";

/** What takes a function as an argument. `call` null: `new` does. `callee`: of the link that takes it; `key`: of the property that it stands at. */
export type Handed = { path: string; call: number | null; callee: string; argument: number; key: string | null };

const MOST = 100;

/** What a function is handed to by its name: `router.post("/x", create)`, `new Worker("mail", send)`. */
export function handedTo(program: Program, of: FunctionAt): Handed[] {
  const code = program.facts(of.path)?.code;
  const name = code?.functions[of.function]?.name?.split(".").at(-1);
  const takings = name === undefined ? [] : program.calls.taking(name);
  if (takings.length > MOST) return [];
  return takings.flatMap(({ path, call, callee, argument, key, value }): Handed[] => {
    const inside = call === null ? null : (program.facts(path)?.code?.calls[call]?.function ?? null);
    const to = callGraphOf(program).resolve(path, value, inside);
    return to?.path === of.path && to.function === of.function ? [{ path, call, callee, argument, key }] : [];
  });
}

/** The next call around one that is an argument: `router.post(…)` of `router.post("/x", asyncHandler(create))`. */
export function takerOf(path: string, code: CodeFacts, index: number): Handed | null {
  const inner = code.calls[index];
  if (inner?.use.kind !== "argument") return null;
  const around = code.calls.flatMap(({ at }, call) => (call !== index && at.start <= inner.at.start && at.end >= inner.at.end ? [{ call, length: at.end - at.start }] : []));
  for (const { call } of around.sort((a, b) => a.length - b.length)) {
    for (const { callee, args } of linksOf(code.calls[call]?.expression ?? null)) {
      const argument = args.findIndex((item) => item.start <= inner.at.start && item.end >= inner.at.end);
      if (argument >= 0) return { path, call, callee, argument, key: null };
    }
  }
  return null;
}
