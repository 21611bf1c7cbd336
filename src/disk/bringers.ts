import type { Bringers } from "../catalog/deploys.ts";
import { isFailure } from "../lint/failure.ts";
import { openRepository, parts, read } from "./git.ts";
import type { Repository } from "./git.ts";
import { commitOf } from "./git-commits.ts";

/** The history of the repository that a folder lies in, asked for what brought a file. Nothing is known where there is none, or git cannot tell. */
export type GitHistory = {
  /** The commit that is checked out; null: none, or not known. */
  head(): string | null;
  /** The commit that added each of these files, and all others that it added; "" for a file that the next one will add. Paths relative to the folder. */
  bringers(paths: string[]): Bringers;
};

export function openHistory(dir: string): GitHistory {
  let opened: Repository | null | undefined;
  let kept: { key: string; bringers: Bringers } | null = null;
  const ask = <T>(question: (repository: Repository) => T, unknown: T): T => {
    try {
      opened ??= openRepository(dir, OPTION);
      return question(opened);
    } catch (error) {
      if (!isFailure(error)) throw error;
      return unknown;
    }
  };
  const head = (): string | null => ask((repository) => commitOf(repository, "HEAD"), null);
  return {
    head,
    bringers(paths) {
      const commit = head();
      if (commit === null || paths.length === 0) return new Map();
      const key = JSON.stringify([commit, paths]);
      if (kept?.key !== key) kept = { key, bringers: ask<Bringers>((repository) => findBringers(repository, commit, paths), new Map()) };
      return kept.bringers;
    },
  };
}

/** For messages that nobody sees. */
const OPTION = "history";

/**
 * The oldest commit of the branch itself that has a file under its name: what another branch made in several commits, its merge brought. Commits without a parent have added
 * nothing (in a shallow clone they hold all that came before); a file that got another name was there.
 */
function findBringers(repository: Repository, head: string, paths: string[]): Bringers {
  const commits = read(repository, OPTION, ["rev-list", "--reverse", "--topo-order", "--first-parent", head, "--", ...paths]);
  const bringers = new Map<string, string>();
  let commit = "";
  for (const part of parts(read(repository, OPTION, ["diff-tree", "--stdin", "--diff-merges=first-parent", "-r", "-z", "-M100%", "--relative", "--diff-filter=A", "--name-only"], commits.toString()))) {
    if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(part)) commit = part;
    else if (!bringers.has(part)) bringers.set(part, commit);
  }
  const there = new Set(parts(read(repository, OPTION, ["ls-tree", "-z", "--name-only", head, "--", ...paths])));
  for (const path of paths) if (!there.has(path) && !bringers.has(path)) bringers.set(path, "");
  return bringers;
}
