import type { Site } from "../model/project.ts";
import type { Draft, Effect, Linked, Reading } from "./clients/adapter.ts";
import { readSqlFiles } from "./clients/sql-files.ts";
import { readCode } from "./read-sites.ts";
import { settleRowFate } from "./row-fates.ts";
import { finishSite } from "./sites.ts";
import type { Values } from "./values.ts";

/** The sites of a project, read file by file when they are asked for. Ids are given in that order; those of one file follow each other. */
export type SiteStore = {
  drafts: Draft[];
  /** Missing where only the draft was asked for. */
  sites: Site[];
  effects: Effect[];
  values: Values;
  /** Ids of a file's sites, with their values; guards are not worked out. */
  sitesOf(path: string): readonly number[];
  effectsOf(path: string): readonly Effect[];
  /** Every site: the code's in order of the files, then those of .sql files. */
  all(): number[];
};

type FileSites = { ids: number[]; effects: Effect[]; finished: boolean };

const none: FileSites = { ids: [], effects: [], finished: true };

export function createSites(linked: Linked): SiteStore {
  const { input } = linked.program;
  const files = new Map<string, FileSites>();
  const candidates = new Set(input.candidates);
  const migrations = new Set(input.databases.flatMap((source) => source.migrations.flatMap((list) => list.files)));
  const [drafts, sites, effects]: [Draft[], Site[], Effect[]] = [[], [], []];
  const kinds = new Map<string, Map<string, Site["kind"]>>();

  const add = (path: string, reading: Reading): FileSites => {
    const made: FileSites = { ids: reading.drafts.map((draft) => drafts.push(draft) - 1), effects: reading.effects, finished: false };
    effects.push(...reading.effects);
    files.set(path, made);
    return made;
  };
  const read = (path: string): FileSites => files.get(path) ?? (candidates.has(path) ? add(path, readCode(linked, path)) : none);
  // The row that DO NOTHING … RETURNING gives, if any, is a new one.
  const kindsOf = (path: string): Map<string, Site["kind"]> => {
    let index = kinds.get(path);
    if (index === undefined) kinds.set(path, (index = new Map(read(path).ids.flatMap((id) => drafts[id] ?? []).map((draft) => [`${draft.at.start}:${draft.at.end}`, draft.conflict?.action === "nothing" ? "insert" : draft.kind]))));
    return index;
  };
  const values: Values = { program: linked.program, siteAt: (path, start, end) => kindsOf(path).get(`${start}:${end}`) ?? null };
  const sitesOf = (path: string): number[] => {
    const file = read(path);
    if (file.finished) return file.ids;
    file.finished = true;
    for (const id of file.ids) {
      const draft = drafts[id];
      if (draft === undefined) continue;
      const site = finishSite(linked, values, draft, id, migrations);
      settleRowFate(linked.program, draft, site);
      sites[id] = site;
    }
    return file.ids;
  };
  const all = (): number[] => {
    for (const path of input.candidates) read(path);
    for (const [path, reading] of byFile(readSqlFiles(linked))) if (!files.has(path) || files.get(path)?.ids.length === 0) add(path, reading);
    for (const path of files.keys()) sitesOf(path);
    return drafts.map((_, id) => id);
  };
  return { drafts, sites, effects, values, sitesOf, effectsOf: (path) => read(path).effects, all };
}

function byFile({ drafts, effects }: Reading): Map<string, Reading> {
  const files = new Map<string, Reading>();
  const of = (path: string): Reading => {
    const file = files.get(path) ?? { drafts: [], effects: [] };
    files.set(path, file);
    return file;
  };
  for (const draft of drafts) of(draft.at.path).drafts.push(draft);
  for (const effect of effects) of(effect.path).effects.push(effect);
  return files;
}
