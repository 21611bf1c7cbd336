import type { CallFact } from "../model/facts.ts";
import type { Site } from "../model/project.ts";
import { callGraphOf } from "./call-graph.ts";
import type { Draft } from "./clients/adapter.ts";
import { fileEntry } from "./entries.ts";
import { returnOf } from "./evaluate.ts";
import type { Evaluated, Program } from "./program.ts";

/**
 * What becomes of the row that an upsert may not give: where its absence throws, and, of a row that a function hands on, what the callers do.
 * Changes `returning` and `absence` of the site.
 */
export function settleRowFate(program: Program, draft: Draft, site: Site): void {
  if (site.conflict === null || draft.call === null || site.returning === "none" || site.returning === "unknown") return;
  const fact = program.facts(draft.at.path)?.code?.calls[draft.call];
  if (fact === undefined) return;
  if (site.returning === "checked") noteThrow(site, fact);
  else if (site.returning === "passed-on") askCallers(program, draft, site, fact);
}

function noteThrow(site: Site, fact: CallFact): void {
  if (fact.absentThrows !== undefined) site.absence = { at: fact.at, throws: fact.absentThrows };
}

function askCallers(program: Program, draft: Draft, site: Site, fact: CallFact): void {
  if (fact.function === null || !returnsRow(program, draft, fact.function)) return;
  const callers = callGraphOf(program).callers({ path: draft.at.path, function: fact.function });
  const uses = callers.filter(({ path }) => fileEntry(path) !== "test").flatMap(({ path, call }) => program.facts(path)?.code?.calls[call] ?? []);
  const unchecked = uses.find((use) => use.rowUse === "unchecked");
  const throwing = uses.find((use) => use.absentThrows !== undefined);
  if (unchecked !== undefined) {
    site.returning = "used-unchecked";
    site.absence = { at: unchecked.at, throws: null };
  } else if (throwing !== undefined) {
    site.returning = "checked";
    noteThrow(site, throwing);
  } else if (uses.length > 0 && uses.every((use) => use.rowUse === "checked" || use.rowUse === "unused")) site.returning = "checked";
}

/** Does the function answer with the first row of the call, and with nothing else? */
function returnsRow(program: Program, draft: Draft, fn: number): boolean {
  const at = program.facts(draft.at.path)?.code?.functions[fn]?.at;
  if (at === undefined) return false;
  const value: Evaluated = { kind: "function", at, path: draft.at.path, function: fn };
  const returned = returnOf(program, value);
  if (returned?.kind !== "member" || returned.name !== "0") return false;
  return returned.of.at.path === draft.at.path && returned.of.at.start === draft.at.start && returned.of.at.end === draft.at.end;
}
