import type { Expression } from "../model/expression.ts";
import type { CodeFacts } from "../model/facts.ts";
import type { ProjectInput } from "../model/input.ts";

export type CallPlace = { path: string; call: number };

/** The calls of a project by the last name of what they call: `save` of `repository.save(row)`. In order of files and calls; every link of a chain counts. */
export type CallIndex = { named(name: string): CallPlace[] };

type CallNode = Extract<Expression, { kind: "call" }>;

/** The calls on the spine of a chain, outermost first; what is awaited inside it is a call of its own. */
export function spineCalls(expression: Expression): CallNode[] {
  const out: CallNode[] = [];
  let at: Expression = expression;
  for (let first = true; ; first = false) {
    if (!first && at.awaited === true) return out;
    if (at.kind === "call") {
      out.push(at);
      at = at.callee;
    } else if (at.kind === "member" || at.kind === "index") at = at.of;
    else return out;
  }
}

function calleeName(callee: Expression): string | null {
  return callee.kind === "name" || callee.kind === "local" || callee.kind === "member" ? callee.name : null;
}

const indexes = new WeakMap<CodeFacts, Map<string, number[]>>();

function callsIn(code: CodeFacts): Map<string, number[]> {
  let index = indexes.get(code);
  if (index === undefined) indexes.set(code, (index = new Map<string, number[]>()));
  else return index;
  for (const [call, fact] of code.calls.entries()) {
    for (const node of spineCalls(fact.expression)) {
      const name = calleeName(node.callee);
      if (name === null) continue;
      const list = index.get(name);
      if (list === undefined) index.set(name, [call]);
      else list.push(call);
    }
  }
  return index;
}

/** Reads all files at the first question. */
export function indexCalls(input: ProjectInput): CallIndex {
  let index: Map<string, CallPlace[]> | null = null;
  return { named: (name) => (index ??= indexAll(input)).get(name) ?? [] };
}

function indexAll(input: ProjectInput): Map<string, CallPlace[]> {
  const index = new Map<string, CallPlace[]>();
  for (const path of input.candidates) {
    const code = input.facts(path)?.code;
    for (const [name, calls] of code == null ? [] : callsIn(code)) {
      const places = calls.map((call) => ({ path, call }));
      const list = index.get(name);
      if (list === undefined) index.set(name, places);
      else list.push(...places);
    }
  }
  return index;
}

/** Reads only the files that mention a name: for few questions. `mentions` may say yes too often. */
export function searchCalls(input: ProjectInput, mentions: (path: string, name: string) => boolean): CallIndex {
  const known = new Map<string, CallPlace[]>();
  return {
    named(name) {
      let found = known.get(name);
      if (found === undefined) known.set(name, (found = input.candidates.flatMap((path) => (mentions(path, name) ? placesIn(path, input.facts(path)?.code, name) : []))));
      return found;
    },
  };
}

function placesIn(path: string, code: CodeFacts | null | undefined, name: string): CallPlace[] {
  return code == null ? [] : (callsIn(code).get(name) ?? []).map((call) => ({ path, call }));
}

/** The same calls but for one file's, which has other facts now. */
export function replaceCalls(index: CallIndex, path: string, code: CodeFacts | null): CallIndex {
  return {
    named(name) {
      const others = index.named(name).filter((place) => place.path !== path);
      const at = others.findIndex((place) => place.path > path);
      return others.toSpliced(at < 0 ? others.length : at, 0, ...placesIn(path, code, name));
    },
  };
}
