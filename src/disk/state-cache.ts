import type { HistoryOptions } from "./applied.ts";
import type { GitHistory } from "./bringers.ts";
import { openCacheFolder } from "./cache-folder.ts";
import type { CacheOptions } from "./cache-folder.ts";
import { ownState } from "./cache-key.ts";
import type { Config } from "./config-schema.ts";
import { digestOf } from "./content-id.ts";
import type { Files } from "./files.ts";
import { compareMade, madeOf, MANY, restamp } from "./made.ts";
import type { Made } from "./made.ts";
import { scanText } from "./scan.ts";
import type { Scan } from "./scan.ts";
import type { Linted, State } from "./state.ts";
import type { Target } from "./targets.ts";

/** States of a project that earlier runs linted. One is found again as long as all that it was made of is the same. */
export type StateCache = {
  find(files: Files, history: HistoryOptions): State | null;
  /** To be called for files of which `find` knew nothing, once they are linted. */
  keep(files: Files, history: HistoryOptions, linted: Linted): void;
};

/** `added`: the migrations that the change brought, of all `migrations`. `doubts`: what git told about those that it was asked of. */
type Snapshot = { tree: string; made: Made[]; migrations: string[]; added: string[]; doubts: Doubts; state: State };
/** `told`: of all migrations, as one text, when `head` was checked out. */
type Doubts = { paths: string[]; head: string | null; told: string };

export function openStateCache(options: CacheOptions, target: Target, config: Config, rules: string[], git: GitHistory): StateCache {
  const folder = openCacheFolder(options, target.root);
  const own = JSON.stringify([ownState(), target.within, config, rules]);
  const groupOf = ({ through, isNew }: HistoryOptions): string => digestOf(JSON.stringify([own, through !== undefined, isNew !== undefined])).replace(/\W/g, "_").slice(0, 24);
  const trees = new Map<Files, string>();
  const treeOf = (files: Files): string => {
    // Before anything is read: what is found unreadable then belongs to the state.
    let tree = trees.get(files);
    if (tree === undefined) trees.set(files, (tree = digestOf(JSON.stringify([[...files.all], [...files.links], files.unread]))));
    return tree;
  };
  return {
    find(files, history) {
      const tree = treeOf(files);
      for (const name of folder.list(groupOf(history))) {
        const snapshot = folder.read(name) as Snapshot | null;
        if (snapshot === null || snapshot.tree !== tree || !isSameHistory(snapshot, history)) continue;
        const same = compareMade(files, snapshot.made, (path, text) => scanKey(scanText(path, text)));
        if (same === null || !isStillTold(git, snapshot)) continue;
        if (same.read > MANY) folder.write(name, { ...snapshot, made: restamp(files, snapshot.made) });
        else folder.touch(name);
        return snapshot.state;
      }
      // A stamp has to be older than what is read.
      for (const path of files.all) files.stamp(path);
      return null;
    },
    keep(files, history, { state, made: { read, scans, migrations, doubts } }) {
      const made = madeOf(files, [...read, ...scans.keys()], (path) => (read.has(path) ? null : scanKey(scans.get(path) ?? null)));
      if (made === null) return;
      const added = history.isNew === undefined ? [] : migrations.filter(history.isNew);
      const snapshot: Snapshot = { tree: treeOf(files), made, migrations, added, doubts: { paths: doubts, head: doubts.length === 0 ? null : git.head(), told: toldOf(git, doubts, migrations) }, state };
      folder.write(`${groupOf(history)}-${digestOf(JSON.stringify([snapshot.tree, added, snapshot.doubts.told, made.map(([path, , digest, scan]) => (scan === null ? [path, digest] : [path, scan]))])).replace(/\W/g, "_").slice(0, 16)}.json`, snapshot);
    },
  };
}

function isStillTold(git: GitHistory, { doubts: { paths, head, told }, migrations }: Snapshot): boolean {
  return paths.length === 0 || git.head() === head || toldOf(git, paths, migrations) === told;
}

function toldOf(git: GitHistory, paths: string[], migrations: string[]): string {
  const bringers = git.bringers(paths);
  return JSON.stringify(migrations.flatMap((path) => (bringers.has(path) ? [[path, bringers.get(path)]] : [])));
}

function isSameHistory({ migrations, added }: Snapshot, { isNew }: HistoryOptions): boolean {
  return isNew === undefined || JSON.stringify(migrations.filter(isNew)) === JSON.stringify(added);
}

/** A look that told nothing is kept as nothing. */
function scanKey(scan: Scan | null): string {
  return scan !== null && scan.link === null && !scan.holds && !scan.generated && !scan.writes ? "" : digestOf(JSON.stringify(scan));
}
