/** How often each word occurs, cheap to copy: what has changed since stands beside what is shared. */
export type Counts = { shared: ReadonlyMap<string, number>; own: Map<string, number> };

export function emptyCounts(): Counts {
  return { shared: new Map(), own: new Map() };
}

export function countOf(counts: Counts, word: string): number {
  return counts.own.get(word) ?? counts.shared.get(word) ?? 0;
}

export function addToCount(counts: Counts, word: string, by: number): void {
  counts.own.set(word, countOf(counts, word) + by);
}

/** A copy that may change while the original stays. Once much has changed, that is shared too. */
export function copyCounts({ shared, own }: Counts): Counts {
  if (own.size <= 32) return { shared, own: new Map(own) };
  return { shared: new Map([...shared, ...own]), own: new Map() };
}
