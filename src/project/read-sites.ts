import type { CallFact, CodeFacts } from "../model/facts.ts";
import { rawChain } from "./chains.ts";
import { BUILDERS, heldChain } from "./held-chains.ts";
import { ADAPTERS } from "./clients/index.ts";
import type { CallView, ClientAdapter, Linked, Reading } from "./clients/adapter.ts";
import { readForCallers } from "./read-for-callers.ts";

/** Asks the adapters about every call of a file's code. */
export function readCode(linked: Linked, path: string): Reading {
  const code = linked.program.facts(path)?.code;
  return code == null ? { drafts: [], effects: [] } : readCalls(linked, path, code);
}

const byLink = indexAdapters();

function indexAdapters(): Map<string, ClientAdapter[]> {
  const index = new Map<string, ClientAdapter[]>();
  for (const adapter of ADAPTERS) for (const name of adapter.links) index.set(name, [...(index.get(name) ?? []), adapter]);
  return index;
}

function readCalls(linked: Linked, path: string, code: CodeFacts): Reading {
  const out: Reading = { drafts: [], effects: [] };
  const continued = new Set<number>();
  for (const [index, fact] of code.calls.entries()) {
    const view = viewOf(path, code, index, fact, continued);
    const adapters = new Set([...view.names].flatMap((name) => byLink.get(name) ?? []));
    if (adapters.size === 0) continue;
    for (const adapter of ADAPTERS) {
      const reading = adapters.has(adapter) ? readForCallers(view, linked, adapter) : null;
      if (reading === null) continue;
      out.drafts.push(...reading.drafts);
      out.effects.push(...reading.effects);
      break;
    }
  }
  // `let query = db.insert(t).values(v)`, then `await query.onConflictDoNothing()`: the second call holds the first.
  return continued.size === 0 ? out : { ...out, drafts: out.drafts.filter((draft) => draft.call === null || !continued.has(draft.call)) };
}

/** A call with its chain; a chain that starts at a local which holds a call that was not awaited goes on with that call's. */
function viewOf(path: string, code: CodeFacts, index: number, fact: CallFact, continued: Set<number>): CallView {
  const { root, links } = rawChain(fact.expression);
  const view: CallView = { path, index, fact, root, links, names: new Set() };
  const held = root.kind === "local" && links.some((link) => BUILDERS.has(link.name)) ? heldChain(code, root, index) : null;
  if (held !== null) {
    const inner = rawChain(held.expression);
    view.root = inner.root;
    view.links = [...inner.links, ...held.added, ...links];
    if (held.perhaps.length > 0) view.perhaps = held.perhaps;
    for (const each of held.calls) continued.add(each);
  }
  const names = new Set([...view.links, ...(view.perhaps ?? []).flat()].map((link) => link.name));
  if (view.root.kind === "template" && view.root.tag !== null) names.add("`");
  view.names = names;
  return view;
}
