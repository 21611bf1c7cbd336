/** Do these words of an error's message speak of a unique key? "Violates foreign key constraint" speaks of another kind of constraint. */
export function speaksOfUnique(words: string): boolean {
  return /duplicate|unique|23505|P2002/i.test(words) || (/violat/i.test(words) && !/foreign|check|null|exclusion/i.test(words));
}
