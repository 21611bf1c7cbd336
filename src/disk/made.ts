import type { Files } from "./files.ts";

/**
 * What something kept was made of: `[path, stamp, digest, told]` of a file. `stamp` and `digest` null: it has none. `told` null: its content counts as
 * a whole; else only what a look at it told: a component that asks no database may say what it likes.
 */
export type Made = [path: string, stamp: string | null, digest: string | null, told: string | null];

/** What a look at a text tells, as one text. */
type Tell = (path: string, text: string) => string;

/** `told` null: the content counts as a whole. null: somebody writes the files meanwhile. */
export function madeOf(files: Files, paths: Iterable<string>, told: (path: string) => string | null): Made[] | null {
  const made = [...new Set(paths)].filter((path) => files.has(path)).sort().map((path): Made => [path, files.stamp(path), files.seen(path), told(path)]);
  return made.some(([, , digest]) => digest === "") ? null : made;
}

/** The files whose content is another although what counts of it is the same, and how many had to be read to know; null: something that counts has changed. */
export function compareMade(files: Files, made: readonly Made[], tell: Tell): { others: string[]; read: number } | null {
  const found = { others: [] as string[], read: 0 };
  for (const [path, stamp, digest, told] of made) {
    if (stamp !== null && files.stamp(path) === stamp) continue;
    found.read += 1;
    if (digest !== null && files.digest(path) === digest) continue;
    const text = told === null ? null : files.text(path);
    if (text === null || tell(path, text) !== told) return null;
    found.others.push(path);
  }
  return found;
}

/** The same with the stamps of now, where the content is that of then. */
export function restamp(files: Files, made: readonly Made[]): Made[] {
  return made.map(([path, stamp, digest, told]) => [path, digest !== null && files.digest(path) === digest ? files.stamp(path) : stamp, digest, told]);
}

/** So many contents read again for nothing are a reason to note the new stamps. */
export const MANY = 50;
