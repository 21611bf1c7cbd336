import type { CodeFacts } from "../model/facts.ts";

const indexes = new WeakMap<CodeFacts, Map<string, string[]>>();
const NONE: string[] = [];

/** The names under which a file exports one of its own. Indexed: generated files export thousands. */
export function exportedAs(code: CodeFacts, local: string): string[] {
  let index = indexes.get(code);
  if (index === undefined) indexes.set(code, (index = indexExports(code)));
  return index.get(local) ?? NONE;
}

function indexExports(code: CodeFacts): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const item of code.exports) {
    if (item.kind !== "local") continue;
    const names = index.get(item.local);
    if (names === undefined) index.set(item.local, [item.name]);
    else names.push(item.name);
  }
  return index;
}
