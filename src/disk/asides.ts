/** Folders that hold copies, samples and test data rather than a schema that is deployed. */
const asides = /(?:^|\/)(?:docs?|__tests__|__fixtures__|__mocks__|fixtures|testdata|test-data|e2e|templates?|snapshots|node_modules)\//g;

/** Is this file documentation or test data? A configuration file that names it says otherwise. */
export function isAside(path: string): boolean {
  return asideOf(path) !== null || /\.(?:test|spec)\.[cm]?[jt]sx?$/.test(path);
}

/** The deepest such folder that a path lies in; null: in none. */
export function asideOf(path: string): string | null {
  const last = [...path.matchAll(asides)].at(-1);
  return last === undefined ? null : path.slice(0, last.index + last[0].length - 1);
}
