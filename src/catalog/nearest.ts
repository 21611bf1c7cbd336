/**
 * Candidates that a wrong name most likely meant, best first, at most three: one is a part of the other, or few letters differ
 * (Levenshtein, at most a third of the name).
 */
export function nearestNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = nameDistance(wanted, candidate.toLowerCase());
    if (candidate !== name && distance !== null) scored.push({ candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return scored.slice(0, 3).map(({ candidate }) => candidate);
}

function nameDistance(a: string, b: string): number | null {
  const limit = Math.max(2, Math.floor(a.length / 3));
  const contained = Math.min(a.length, b.length) >= 6 && (a.includes(b) || b.includes(a));
  if (!contained && Math.abs(a.length - b.length) > limit) return null;
  const distance = editDistance(a, b);
  return contained || distance <= limit ? distance : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
