/**
 * What a row holds in a column. `given`: a value that another row may hold too (`literal`: its text, when it is one; `present`: it is surely not
 * NULL); `fresh`: one that no other row holds; `null`: NULL; `unknown`: cannot be told, or the insert fails before it reaches a key.
 */
export type RowValue = { kind: "given"; literal: string | null; present?: true } | { kind: "fresh" } | { kind: "null" } | { kind: "unknown" };
