import { posix } from "node:path";

/** A path from the current folder as one from the repository, without `..` in its middle: servers look it up as it is written. `prefix`: see `FormatOptions`. */
export function repositoryPath(prefix: string, path: string): string {
  return posix.normalize(`${prefix}${path}`);
}
