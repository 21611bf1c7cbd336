import type { Guard, Handler, Site } from "../model/project.ts";
import { flowRoot, type FunctionAt } from "./call-graph.ts";
import { linkClaims } from "./claims.ts";
import type { Linked } from "./clients/adapter.ts";
import { createFlow, type Flow } from "./flow.ts";
import { asksLookup, guardSites } from "./guards.ts";
import { handedTo } from "./handed.ts";
import { linkHandlers, type Handlers } from "./handlers.ts";
import { maintenanceIn, settleSites, type Linkage } from "./link.ts";
import { callsUnder, sitesBelow } from "./sites-below.ts";
import { createSites, type SiteStore } from "./site-store.ts";

/**
 * The part of `linkSites` that concerns some files of code: their sites, handlers and claims, whole, and what these refer to. Of sites and handlers
 * elsewhere only as much is true as a rule asks of them (`Rule.check`). Reads no more files than that takes.
 */
export function linkAround(linked: Linked, paths: readonly string[]): Linkage {
  const store = createSites(linked);
  const flow = createFlow(linked, store);
  const own = paths.flatMap((path) => store.sitesOf(path));
  const met = linkHandlers(flow, own);
  guardSites(flow, met, own);
  const guarded = inOrder(store, new Set([...own, ...lookedUp(flow, own), ...decided(flow, paths), ...below(flow, paths, met)]));
  const handlers = settleSites(flow, guarded, [...new Set([...paths, ...elsewhere(met)])]);
  const { sites, renumbered } = renumber(store, handlers, guarded);
  const effects = paths.flatMap((path) => store.effectsOf(path));
  return { sites, handlers: renumbered, claims: linkClaims(linked, sites, paths), ...maintenanceIn(effects) };
}

/** As far as flow.ts follows calls. */
const FARTHEST = 3;

/** The files of functions that the file's own call, and of those that call its own, as far as guards are followed. */
export function neighboursOf(linked: Linked, path: string): Set<string> {
  const { graph, program, callsOf } = createFlow(linked, createSites(linked));
  const code = program.facts(path)?.code;
  const found = new Set<string>();
  const seen = new Map<string, number>();
  const isNews = (kind: string, { path: at, function: index }: FunctionAt, depth: number): boolean => {
    const key = `${kind} ${at}#${String(index)}`;
    if ((seen.get(key) ?? FARTHEST + 1) <= depth) return false;
    seen.set(key, depth);
    found.add(at);
    return depth < FARTHEST;
  };
  const rootOf = (at: string, index: number | null): number | null => {
    const own = program.facts(at)?.code;
    return own == null ? null : flowRoot(own, index);
  };
  const down = (at: string, call: number, depth: number): void => {
    for (const { to } of graph.callees(at, call)) if (isNews("down", to, depth)) for (const next of callsOf(to.path, rootOf(to.path, to.function))) down(to.path, next, depth + 1);
  };
  const up = (to: FunctionAt, depth: number): void => {
    for (const { path: at, call } of [...graph.callers(to), ...handedTo(program, to)]) {
      found.add(at);
      const inside = call === null ? null : rootOf(at, program.facts(at)?.code?.calls[call]?.function ?? null);
      if (inside !== null && isNews("up", { path: at, function: inside }, depth)) up({ path: at, function: inside }, depth + 1);
    }
  };
  for (const call of code?.calls.keys() ?? []) down(path, call, 1);
  for (const index of code?.functions.keys() ?? []) up({ path, function: index }, 1);
  found.delete(path);
  return found;
}

/** Files of the handlers around the sites. */
function elsewhere(met: Handlers): string[] {
  return met.handlers.flatMap((handler) => met.factOf(handler.id)?.path ?? []);
}

function lookedUp(flow: Flow, ids: readonly number[]): number[] {
  return ids.flatMap((id) => (flow.sites[id]?.guards ?? []).flatMap((guard) => (guard.kind === "lookup" ? [guard.site] : [])));
}

/** Inserts elsewhere that a look-up of these files decides about. */
function decided(flow: Flow, paths: readonly string[]): number[] {
  return paths.flatMap((path) => {
    const calls = (flow.program.facts(path)?.code?.calls ?? []).flatMap((_, call) => (asksLookup(flow, path, call) ? [call] : []));
    return sitesBelow(flow, path, calls).filter((id) => flow.sites[id]?.kind === "insert");
  });
}

/**
 * Everything that may stand under the files' handlers, and under those elsewhere that swallow errors: what a handler covers is known from the
 * guards of what it covers.
 */
function below(flow: Flow, paths: readonly string[], met: Handlers): number[] {
  const own = paths.flatMap((path) => (flow.program.facts(path)?.code?.handlers ?? []).map((_, index) => ({ path, index })));
  const others = met.handlers.flatMap((handler) => {
    const fact = met.factOf(handler.id);
    return fact !== null && !paths.includes(fact.path) && handler.swallows ? [fact] : [];
  });
  return [...own, ...others].flatMap((fact) => sitesBelow(flow, fact.path, callsUnder(flow, fact.path, fact.index)));
}

/** As `SiteStore.all` would order them. */
function inOrder(store: SiteStore, ids: ReadonlySet<number>): number[] {
  const pathOf = (id: number): string => store.drafts[id]?.at.path ?? "";
  return [...ids].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : pathOf(a) > pathOf(b) ? 1 : a - b));
}

/** Only sites that something refers to, and those inside of handlers, with ids that are their places again. */
function renumber(store: SiteStore, handlers: Handler[], guarded: number[]): { sites: Site[]; renumbered: Handler[] } {
  const ids = new Set(guarded);
  for (const id of guarded) {
    for (const guard of store.sites[id]?.guards ?? []) if ("site" in guard) ids.add(guard.site);
    for (const { lost } of store.sites[id]?.recoveries ?? []) for (const other of lost) ids.add(other);
  }
  for (const { covers, body } of handlers) {
    for (const id of covers) ids.add(id);
    for (const id of store.sitesOf(body.path)) ids.add(id);
  }
  const order = inOrder(store, ids);
  const places = new Map(order.map((id, place) => [id, place]));
  const placeOf = (id: number): number => places.get(id) ?? -1;
  const guardOf = (guard: Guard): Guard => ("site" in guard ? { ...guard, site: placeOf(guard.site) } : guard);
  const sites = order.flatMap((id) => {
    const site = store.sites[id];
    if (site === undefined) return [];
    const recoveries = site.recoveries?.map((each) => ({ ...each, lost: each.lost.map(placeOf) }));
    return [{ ...site, id: placeOf(id), guards: site.guards.map(guardOf), ...(recoveries === undefined ? {} : { recoveries }) }];
  });
  return { sites, renumbered: handlers.map((handler) => ({ ...handler, covers: handler.covers.map(placeOf).sort((a, b) => a - b) })) };
}
