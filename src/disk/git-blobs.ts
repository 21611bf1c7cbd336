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

function readSizes({ run }: Repository, ids: string[], option: string): number[] {
  const { status, stdout } = run(["cat-file", "--batch-check=%(objectsize)"], asLines(ids));
  const sizes = stdout.toString().split("\n").slice(0, ids.length).map((line) => (/^\d+$/.test(line) ? Number(line) : null));
  const known = sizes.filter((size) => size !== null);
  if (status === 0 && known.length === ids.length) return known;
  throw failure(`${option}: this clone is partial and lacks files as they were before; \`git fetch --refetch --no-filter\` gets them`);
}

function asLines(ids: string[]): string {
  return ids.map((id) => `${id}\n`).join("");
}
