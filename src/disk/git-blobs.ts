import { failure } from "../lint/failure.ts";
import { read } from "./git.ts";
import type { Repository } from "./git.ts";

/** A file's content as git keeps it. */
export type Blob = { repository: Repository; id: string };

/** More than any lock file. */
const largest = 64 * 1024 * 1024;

/** Reads contents by their id, those of each repository in one go; huge ones are left out. A `failure` tells of what a partial clone lacks. */
export function readBlobs(blobs: Blob[], option: string): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (const repository of new Set(blobs.map((blob) => blob.repository))) {
    const ids = [...new Set(blobs.flatMap((blob) => (blob.repository === repository ? [blob.id] : [])))];
    const sizes = readSizes(repository, ids, option);
    const wanted = ids.filter((_, index) => (sizes[index] ?? 0) <= largest);
    const printed = read(repository, option, ["cat-file", "--batch"], asLines(wanted));
    let at = 0;
    for (const id of wanted) {
      // `<id> blob <size>\n<content>\n` for each.
      const start = printed.indexOf(10, at) + 1;
      at = start + (sizes[ids.indexOf(id)] ?? 0) + 1;
      contents.set(id, printed.subarray(start, at - 1));
    }
  }
  return contents;
}

function readSizes(repository: Repository, ids: string[], option: string): number[] {
  const printed = read(repository, option, ["cat-file", "--batch-check=%(objectsize)"], asLines(ids)).toString();
  return printed.split("\n").slice(0, ids.length).map((line) => {
    if (/^\d+$/.test(line)) return Number(line);
    throw failure(`${option}: this clone is partial and lacks what must be compared (${line}); \`git fetch --refetch\` gets it`);
  });
}

function asLines(ids: string[]): string {
  return ids.map((id) => `${id}\n`).join("");
}
