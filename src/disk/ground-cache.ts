import type { Database } from "../model/project.ts";
import type { Unread } from "../model/span.ts";
import { openCacheFolder } from "./cache-folder.ts";
import type { CacheOptions } from "./cache-folder.ts";
import { ownState } from "./cache-key.ts";
import { filesBefore } from "./changed.ts";
import type { Config } from "./config-schema.ts";
import { digestOf } from "./content-id.ts";
import type { Files } from "./files.ts";
import type { Change } from "./git-changes.ts";
import { isCode, isSource } from "./languages.ts";
import type { Found } from "./load.ts";
import { compareMade, madeOf, MANY } from "./made.ts";
import type { Made } from "./made.ts";
import { answersOf } from "./questions.ts";
import { scanText } from "./scan.ts";
import type { Scan } from "./scan.ts";
import type { Target } from "./targets.ts";
import { wordsOf } from "./words.ts";

/** All of a project but its code, as an earlier run read it. `counting`: files whose content counts as a whole. Plain data. */
export type KeptGround = { found: Found; built: { databases: Database[]; unread: Unread[] }; counting: ReadonlySet<string> };

/** Grounds of a project. One is found again as long as code changes that declares no schema and migrates nothing, and no file comes or goes. */
export type GroundCache = {
  find(files: Files): KeptGround | null;
  /** `scans`: what looks at files told, which is what counts of those whose content does not. */
  keep(files: Files, ground: KeptGround, scans: ReadonlyMap<string, Scan | null>): void;
};

type Snapshot = KeptGround & { tree: string; made: Made[] };

export function openGroundCache(options: CacheOptions, target: Target, config: Config): GroundCache {
  const folder = openCacheFolder(options, target.root);
  const nameOf = (parts: unknown, length: number): string => digestOf(JSON.stringify(parts)).replace(/\W/g, "_").slice(0, length);
  const { rules: _rules, preset: _preset, suppressions: _suppressions, ...read } = config;
  const group = nameOf(["ground", ownState(), target.within, read], 24);
  const treeOf = (files: Files): string => digestOf(JSON.stringify([[...files.all], [...files.links]]));
  return {
    find(files) {
      const tree = treeOf(files);
      for (const name of folder.list(group)) {
        const snapshot = folder.read(name) as Snapshot | null;
        if (snapshot === null || snapshot.tree !== tree) continue;
        const { questions } = snapshot.found;
        const same = compareMade(files, snapshot.made, (path, text) => told(questions, path, scanText(path, text), text));
        if (same === null) continue;
        const moved = { ...snapshot, found: withOthers(files, snapshot.found, same.others) };
        if (same.read > MANY) folder.write(name, { ...moved, made: renew(files, snapshot.made, same.others) });
        else folder.touch(name);
        return moved;
      }
      return null;
    },
    keep(files, ground, scans) {
      const { found: { questions }, counting } = ground;
      const toldOf = (path: string): string => told(questions, path, scans.get(path) ?? null, questions.looks.has(path) ? (files.text(path) ?? "") : "");
      const made = madeOf(files, [...counting, ...scans.keys()], (path) => (counting.has(path) ? null : toldOf(path)));
      if (made === null) return;
      const tree = treeOf(files);
      const snapshot: Snapshot = { tree, made, ...ground };
      folder.write(`${group}-${nameOf([tree, made.filter(([, , , own]) => own === null).map(([path, , digest]) => [path, digest])], 16)}.v8`, snapshot);
    },
  };
}

/** Whether a file is to be read, and what the search for databases wanted to know of it. */
function told(questions: Found["questions"], path: string, scan: Scan | null, text: string): string {
  return digestOf(JSON.stringify([scan?.holds, scan?.generated, answersOf(questions, path, text)]));
}

/** Other code may write now, or call others. */
function withOthers(files: Files, found: Found, others: string[]): Found {
  const { candidates } = found.choice;
  const [writers, links, words] = [new Set(found.choice.writers), new Map(found.choice.links), new Map(found.words)];
  const chosen = new Set(candidates);
  let isSame = true;
  for (const path of others) {
    const text = files.text(path) ?? "";
    if (words.has(path)) words.set(path, wordsOf(text));
    const { link, ...scan } = scanText(path, text);
    const writes = scan.writes && chosen.has(path);
    if (JSON.stringify(links.get(path) ?? null) === JSON.stringify(link) && writers.has(path) === writes) continue;
    isSame = false;
    if (link === null) links.delete(path);
    else links.set(path, link);
    if (writes) writers.add(path);
    else writers.delete(path);
  }
  return isSame ? { ...found, words } : { ...found, words, candidates: null, choice: { candidates, writers, links } };
}

function renew(files: Files, made: readonly Made[], others: string[]): Made[] {
  const moved = new Set(others);
  return made.map(([path, stamp, digest, own]) => {
    const now = moved.has(path) || (stamp !== files.stamp(path) && digest === files.digest(path));
    return now ? [path, files.stamp(path), files.digest(path), own] : [path, stamp, digest, own];
  });
}

/** Where there is nothing to compare code with, the whole lint says why. */
export function holdsTables(databases: Database[]): boolean {
  return databases.some(({ catalog }) => Object.keys(catalog.tables).length > 0);
}

/** Does a change touch only what was of no account to the ground's code, and still is? */
export function isOfNoAccount({ found, built, counting }: KeptGround, files: Files, change: Change): boolean {
  if (found.candidates === null || !holdsTables(built.databases)) return false;
  const candidates = new Set(found.candidates);
  const earlier = filesBefore(files, change);
  return [...change.before.keys()].every((path) => {
    const [text, now] = [earlier.text(path), files.text(path)];
    if (counting.has(path) || candidates.has(path) || text === null || now === null) return false;
    return isCode(path) ? JSON.stringify(scanText(path, text)) === JSON.stringify(scanText(path, now)) && answersOf(found.questions, path, text) === answersOf(found.questions, path, now) : !isSource(path);
  });
}
