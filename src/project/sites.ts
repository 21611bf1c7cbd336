import type { Handler, ProjectClaim, Refresh, Repair, Site, Written } from "../model/project.ts";
import { linkClaims } from "./claims.ts";
import type { Draft, DraftConflict, DraftWritten, Effect, Linked } from "./clients/adapter.ts";
import { isIncidental } from "./files.ts";
import { inheritEntries } from "./entry-callers.ts";
import { createFlow } from "./flow.ts";
import { guardSites } from "./guards.ts";
import { linkHandlers } from "./handlers.ts";
import { findRecoveries } from "./recoveries.ts";
import { settleNullable } from "./nullable.ts";
import { readDrafts } from "./read-sites.ts";
import { settleRowFate } from "./row-fates.ts";
import { valueOf, type Values } from "./values.ts";
import { exportedAs } from "./exports.ts";

export type Linkage = { sites: Site[]; handlers: Handler[]; claims: ProjectClaim[]; refreshes: Refresh[]; repairs: Repair[] };

/**
 * What code does with tables: every look-up and write with its table, columns, conflict clause and what stands around it; the handlers of
 * errors; the claims that comments make. SQL in code needs `loadSqlParser()` to have been awaited; without it such sites are left out.
 */
export function linkSites(linked: Linked): Linkage {
  const { drafts, effects, migrations } = readDrafts(linked);
  const values: Values = { program: linked.program, siteAt: siteIndex(drafts) };
  const sites = drafts.map((draft, id) => finishSite(linked, values, draft, id, migrations));
  for (const [id, draft] of drafts.entries()) if (sites[id] !== undefined) settleRowFate(linked.program, draft, sites[id]);
  const flow = createFlow({ linked, drafts, effects, sites, values });
  const handlers = linkHandlers(flow);
  guardSites(flow, handlers);
  findRecoveries(flow, handlers);
  handlers.finish();
  inheritEntries(flow);
  settleNullable(flow);
  return { sites, handlers: handlers.handlers, claims: linkClaims(linked, sites), ...maintenanceIn(effects) };
}

/** What code does for the schema's sake. */
function maintenanceIn(effects: Effect[]): Pick<Linkage, "refreshes" | "repairs"> {
  return {
    refreshes: effects.flatMap((effect) => (effect.kind === "refresh" ? [{ database: effect.database, table: effect.table, at: effect.at, incidental: isIncidental(effect.path) }] : [])),
    repairs: effects.flatMap((effect) => (effect.kind === "dedup" ? [{ database: effect.database, table: effect.table, dedup: effect.dedup, at: effect.at }] : [])),
  };
}

/** What kind of site the call at some offsets is. */
function siteIndex(drafts: Draft[]): Values["siteAt"] {
  const index = new Map(drafts.map((draft) => [`${draft.at.path}:${String(draft.at.start)}:${String(draft.at.end)}`, draft.kind]));
  return (path, start, end) => index.get(`${path}:${String(start)}:${String(end)}`) ?? null;
}

function finishSite(linked: Linked, values: Values, draft: Draft, id: number, migrations: Set<string>): Site {
  const { path } = draft.at;
  const code = linked.program.facts(path)?.code;
  const call = draft.call === null ? undefined : code?.calls[draft.call];
  const fact = call?.function == null ? undefined : code?.functions[call.function];
  const finish = (list: DraftWritten[] | null): Written[] | null => list?.map((each) => finishWritten(values, each)) ?? null;
  const exported = fact?.name != null && code != null && exportedAs(code, fact.name).length > 0;
  return {
    id,
    kind: draft.kind,
    client: draft.client,
    operation: draft.operation,
    database: draft.database,
    table: draft.table,
    at: draft.at,
    rows: draft.rows,
    columns: finish(draft.columns),
    columnsComplete: draft.columnsComplete,
    match: finish(draft.match),
    matchRest: draft.matchRest,
    lookup: draft.lookup,
    ...(draft.ordered === true ? { ordered: true } : {}),
    conflict: draft.conflict === null ? null : finishConflict(draft.conflict, finish),
    returning: draft.returning,
    guards: [],
    ways: 1,
    entry: migrations.has(path) ? "migration" : null,
    inside: fact === undefined ? null : { path, name: fact.name, at: fact.at, exported },
    loop: call?.context.some((step) => step.kind === "loop") ?? false,
    incidental: migrations.has(path) || isIncidental(path),
  };
}

function finishConflict(conflict: DraftConflict, finish: (list: DraftWritten[] | null) => Written[] | null): Site["conflict"] {
  const { sets, ...rest } = conflict;
  return { ...rest, sets: sets === "all" ? "all" : finish(sets) };
}

function finishWritten(values: Values, written: DraftWritten): Written {
  const value = written.source === null ? (written.value ?? { text: "", origin: "unknown" as const, nullable: null }) : valueOf(values, written.source);
  return { column: written.column, value, at: written.at };
}
