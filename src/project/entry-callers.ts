import type { Entry, Written } from "../model/project.ts";
import type { DraftWritten } from "./clients/adapter.ts";
import { fileEntry, functionEntry } from "./entries.ts";
import { substitute, type Flow, type Frame } from "./flow.ts";
import { nullableOf, originOf, valueOf } from "./values.ts";

/** The first that some caller has counts: what is called from outside again and again matters most. */
const ORDER: Entry[] = ["webhook", "consumer", "job", "import", "route", "script", "seed", "migration", "test"];

/** Gives each of these sites the entry of its function, else that of what calls it, and its values the origin that callers give them. */
export function inheritEntries(flow: Flow, ids: readonly number[]): void {
  for (const id of ids) {
    const site = flow.sites[id];
    const draft = flow.drafts[id];
    if (site === undefined || draft === undefined || site.entry === "migration") continue;
    const { path } = site.at;
    if (draft.call === null) {
      // A query file's folder says what its tables are about, not who runs its queries.
      const entry = fileEntry(path);
      site.entry = entry === "test" || entry === "seed" || entry === "script" ? entry : null;
      continue;
    }
    const own = functionEntry(flow.program, path, flow.program.facts(path)?.code?.calls[draft.call]?.function ?? null);
    const frames = own === null || site.kind !== "lookup" ? flow.frames(path, draft.call) : [];
    site.entry = own ?? inherited(flow, frames) ?? fileEntry(path);
    if (site.kind === "lookup") continue;
    settleOrigins(flow, draft.columns, site.columns, frames);
  }
}

function inherited(flow: Flow, frames: Frame[]): Entry {
  const entries = new Set(frames.slice(1).map((frame) => functionEntry(flow.program, frame.path, frame.fact.function)));
  return ORDER.find((entry) => entries.has(entry)) ?? null;
}

/** A parameter's value comes from where its arguments come from. */
function settleOrigins(flow: Flow, drafts: DraftWritten[] | null, written: Written[] | null, frames: Frame[]): void {
  for (const [i, each] of (written ?? []).entries()) {
    const source = drafts?.[i]?.source;
    if (source == null || each.value.origin !== "parameter") continue;
    const given = frames.filter((frame) => frame.bindings.length > 0).map((frame) => substitute(flow.program, source, frame.bindings));
    if (given.length === 0) continue;
    const origins = given.map((value) => originOf(flow.values, value));
    if (origins.includes("external")) each.value.origin = "external";
    else if (origins.every((origin) => origin === "generated" || origin === "created")) {
      each.value.origin = origins.every((origin) => origin === "generated") ? "generated" : "created";
      each.value.byCallers = true;
      if (given.some((value) => valueOf(flow.values, value).sometimes === true)) each.value.sometimes = true;
    }
    else if (origins.every((origin) => origin === "computed")) each.value.origin = "computed";
    if (each.value.nullable === null && given.some((value) => nullableOf(value) === true)) each.value.nullable = true;
  }
}
