import type { Handler, ProjectClaim, Refresh, Repair, Site } from "../model/project.ts";
import { claimFiles, linkClaims } from "./claims.ts";
import { libraryClaims } from "./library-claims.ts";
import type { Effect, Linked } from "./clients/adapter.ts";
import { inheritEntries } from "./entry-callers.ts";
import { filterRoutes } from "./error-filters.ts";
import { isIncidental } from "./files.ts";
import { createFlow, type Flow } from "./flow.ts";
import { guardSites } from "./guards.ts";
import { linkHandlers } from "./handlers.ts";
import { findRecoveries } from "./recoveries.ts";
import { findRereads } from "./rereads.ts";
import { settleNullable } from "./nullable.ts";
import { createSites } from "./site-store.ts";

export type Linkage = { sites: Site[]; handlers: Handler[]; claims: ProjectClaim[]; refreshes: Refresh[]; repairs: Repair[] };

/**
 * What code does with tables: every look-up and write with its table, columns, conflict clause and what stands around it; the handlers of
 * errors; the claims that comments make. SQL in code needs `loadSqlParser()` to have been awaited; without it such sites are left out.
 */
export function linkSites(linked: Linked): Linkage {
  const store = createSites(linked);
  const ids = store.all();
  const flow = createFlow(linked, store);
  const handlers = settleSites(flow, ids, linked.program.input.candidates);
  return { sites: store.sites, handlers, claims: [...linkClaims(linked, store.sites, claimFiles(linked)), ...libraryClaims(linked.program.input, linked.databases)], ...maintenanceIn(store.effects) };
}

/** Works out what stands around these sites, in an order in which each step may use the ones before. `paths`: files whose handlers are wanted, met or not. */
export function settleSites(flow: Flow, ids: readonly number[], paths: readonly string[]): Handler[] {
  const handlers = linkHandlers(flow, ids);
  guardSites(flow, handlers, ids);
  findRecoveries(flow, handlers, ids);
  findRereads(flow, ids);
  handlers.finish(paths);
  inheritEntries(flow, ids);
  filterRoutes(flow, ids);
  settleNullable(flow, ids);
  return handlers.handlers;
}

/** What code does for the schema's sake. */
export function maintenanceIn(effects: readonly Effect[]): Pick<Linkage, "refreshes" | "repairs"> {
  return {
    refreshes: effects.flatMap((effect) => (effect.kind === "refresh" ? [{ database: effect.database, table: effect.table, at: effect.at, incidental: isIncidental(effect.path) }] : [])),
    repairs: effects.flatMap((effect) => (effect.kind === "dedup" ? [{ database: effect.database, table: effect.table, dedup: effect.dedup, at: effect.at }] : [])),
  };
}
