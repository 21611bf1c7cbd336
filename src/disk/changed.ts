import type { Finding } from "../model/finding.ts";
import type { Files } from "./files.ts";
import { withContents } from "./files.ts";
import { readBlobs } from "./git-blobs.ts";
import type { Blob } from "./git-blobs.ts";
import { isAdded, isTouched } from "./git-changes.ts";
import type { Change } from "./git-changes.ts";

/** The files that a change leads to: those of the disk, or those of the next commit. */
export function filesAfter(files: Files, { index, option }: Change): Files {
  return index === null ? files : withContents(files, contentsOf(index.contents, option), (path) => index.has(path));
}

/** The files as they were before the change. What is unreadable in them is nobody's business. */
export function filesBefore(files: Files, change: Change): Files {
  return withContents({ ...files, unread: [] }, contentsOf(change.before, change.option), (path) => !isAdded(change, path));
}

function contentsOf(blobs: Map<string, Blob | null>, option: string): Map<string, Buffer | null> {
  const contents = readBlobs([...blobs.values()].filter((blob) => blob !== null), option);
  return new Map([...blobs].map(([path, blob]) => [path, blob === null ? null : (contents.get(blob.id) ?? null)]));
}

/**
 * Findings that a change can have brought: all in the files that it touches, and elsewhere those that were not there before it, or were less
 * severe. `before` is asked only when there is one elsewhere.
 */
export async function keepBrought(findings: Finding[], change: Change, before: () => Promise<Finding[]>): Promise<Finding[]> {
  if (findings.every(({ at }) => isTouched(change, at.path))) return findings;
  const known = new Map((await before()).map(({ fingerprint, severity }) => [fingerprint, severity]));
  return findings.filter(({ at, fingerprint, severity }) => {
    const earlier = known.get(fingerprint);
    return isTouched(change, at.path) || earlier === undefined || (earlier === "warning" && severity === "error");
  });
}
