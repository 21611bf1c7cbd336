import type { HistoryOptions } from "./applied.ts";
import { openCacheFolder } from "./cache-folder.ts";
import type { CacheOptions } from "./cache-folder.ts";
import { ownState } from "./cache-key.ts";
import type { Config } from "./config-schema.ts";
import { digestOf } from "./content-id.ts";
import type { Files } from "./files.ts";
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

/**
 * `[path, stamp, digest, scan]` of a file. `stamp` and `digest` null: it has none. `scan` null: its content counts as a whole; else only what a look
 * at it told: a component that asks no database may say what it likes.
 */
type Made = [path: string, stamp: string | null, digest: string | null, scan: string | null];

/** `added`: the migrations that the change brought, of all `migrations`. */
type Snapshot = { tree: string; made: Made[]; migrations: string[]; added: string[]; state: State };

export function openStateCache(options: CacheOptions, target: Target, config: Config, rules: string[]): StateCache {
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
        const fresh = { read: 0 };
        if (!snapshot.made.every((made) => isSame(files, made, fresh))) continue;
        if (fresh.read > MANY) folder.write(name, { ...snapshot, made: snapshot.made.map((made) => restamp(files, made)) });
        else folder.touch(name);
        return snapshot.state;
      }
      // A stamp has to be older than what is read.
      for (const path of files.all) files.stamp(path);
      return null;
    },
    keep(files, history, { state, made: { read, scans, migrations } }) {
      const watched = [...new Set([...read, ...scans.keys()])].filter((path) => files.has(path)).sort();
      const made = watched.map((path): Made => [path, files.stamp(path), files.seen(path), read.has(path) ? null : scanKey(scans.get(path) ?? null)]);
      // Somebody wrote it meanwhile.
      if (made.some(([, , digest]) => digest === "")) return;
      const added = history.isNew === undefined ? [] : migrations.filter(history.isNew);
      const snapshot: Snapshot = { tree: treeOf(files), made, migrations, added, state };
      folder.write(`${groupOf(history)}-${digestOf(JSON.stringify([snapshot.tree, added, made.map(([path, , digest, scan]) => (scan === null ? [path, digest] : [path, scan]))])).replace(/\W/g, "_").slice(0, 16)}.json`, snapshot);
    },
  };
}

/** So many contents read again for nothing are a reason to note the new stamps. */
const MANY = 50;

function isSameHistory({ migrations, added }: Snapshot, { isNew }: HistoryOptions): boolean {
  return isNew === undefined || JSON.stringify(migrations.filter(isNew)) === JSON.stringify(added);
}

function isSame(files: Files, [path, stamp, digest, scan]: Made, fresh: { read: number }): boolean {
  if (stamp !== null && files.stamp(path) === stamp) return true;
  fresh.read += 1;
  if (digest !== null && files.digest(path) === digest) return true;
  if (scan === null) return false;
  const text = files.text(path);
  return text !== null && scanKey(scanText(path, text)) === scan;
}

/** A file whose content is another has no digest in the state, and is looked at again. */
function restamp(files: Files, [path, stamp, digest, scan]: Made): Made {
  return [path, digest !== null && files.digest(path) === digest ? files.stamp(path) : stamp, digest, scan];
}

/** A look that told nothing is kept as nothing. */
function scanKey(scan: Scan | null): string {
  return scan !== null && scan.link === null && !scan.holds && !scan.generated && !scan.writes ? "" : digestOf(JSON.stringify(scan));
}
