import type { Reread, Site } from "../model/project.ts";
import { answersOf, type Answer } from "./answers.ts";
import type { Place } from "./answer-sources.ts";
import { substitute, type Flow, type Frame } from "./flow.ts";
import { valueText } from "./value-text.ts";

/**
 * Finds for writes that skip conflicts (DO NOTHING) the look-ups that run where they gave no row: `if (!inserted) return find(…)`. Changes the sites of the writes.
 */
export function findRereads(flow: Flow, ids: readonly number[]): void {
  for (const id of ids) delete flow.sites[id]?.rereads;
  // Most files hold no such write.
  const paths = new Set(flow.sites.flatMap((site) => (site.conflict?.action === "nothing" && site.returning !== "none" ? [site.at.path] : [])));
  if (paths.size === 0) return;
  for (const id of ids) {
    const [lookup, draft] = [flow.sites[id], flow.drafts[id]];
    if (lookup?.kind !== "lookup" || draft === undefined || draft.call === null || lookup.table === null) continue;
    for (const frame of flow.frames(lookup.at.path, draft.call)) {
      if (frame.calls > 1 || !paths.has(frame.path)) continue;
      for (const answer of skippedIn(flow, frame)) {
        const write = flow.sites[answer.site];
        if (write === undefined || write.table !== lookup.table || write.database !== lookup.database) continue;
        (write.rereads ??= []).push({ site: id, columns: comparedColumns(flow, lookup, id, frame, answer) });
      }
    }
  }
}

/** The writes of whose rows it is known where this call stands that they were not given. */
function skippedIn(flow: Flow, frame: Frame): Answer[] {
  const place: Place = { path: frame.path, inside: frame.fact.function, depth: frame.calls, bindings: [], skipped: true };
  const answers = frame.fact.context.flatMap((step) => (step.kind === "condition" ? answersOf(flow, place, step.test, step.holds) : []));
  return answers.filter((answer) => answer.when === "absent" && answer.handedIn !== true && flow.sites[answer.site]?.conflict?.action === "nothing");
}

function comparedColumns(flow: Flow, lookup: Site, id: number, frame: Frame, answer: Answer): Reread["columns"] {
  const [own, written] = [flow.drafts[id]?.match, flow.drafts[answer.site]?.columns];
  if (own == null || written == null || lookup.matchRest.some((rest) => rest.includes("…") || /\bor\b/i.test(rest))) return null;
  const texts = new Map(written.flatMap(({ column, source }) => (source === null ? [] : [[column, valueText(flow.program, substitute(flow.program, source, answer.bindings))]])));
  return own.flatMap(({ column, source }) => (source !== null && texts.get(column) === valueText(flow.program, substitute(flow.program, source, frame.bindings)) ? [column] : []));
}
