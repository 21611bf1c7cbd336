/** Columns that a claim names. `words`: what it names in plain words ("team", "persona"), where these are no identifiers. */
export type NamedColumns = { columns: string[]; words?: string[] };

const IDENTIFIER = /^(?:[a-z]\w*_\w+|[a-z]+[A-Z]\w*|[a-z]+\d*(?:\.[a-z]\w*)+)$/;
const SEPARATOR = /^\s*(?:,\s*(?:and\s+)?|\band\s+|\+\s*|×\s*|&\s*|\/\s*)/;
/** After "and": the sentence goes on, the list does not. */
const CONTINUES = /^(?:is|are|was|were|the|we|so|it|its|this|that|which|then|not|will|can|cannot|must|has|have|a|an|on|in|to|for|with|by|only|also|therefore|thus|re-?\w+|\w+(?:s|ed|ing))$/;

/**
 * Reads the list at the start of a text: `(a, b)`, `tenants (a, b)`, "a, b and c", "`a` + `b`", past articles and "the pair". A list of which one
 * part cannot be read gives no columns at all: half of a key is another key. null: no list stands here.
 */
export function readColumnList(text: string, whole = false): NamedColumns | null {
  const rest = text.replace(/^\s*(?:(?:the|a|an|each|every|all|both|its|their|our|same|given|single|columns?|fields?|pair|tuple|combination|combo|of|set)\s+)*/i, "");
  const bracketed = /^(?:`?["\w.]+`?\s*)?[([]((?:[^()[\]]|\([^()]*\))*)[)\]]/.exec(rest);
  if (bracketed !== null) return readBracketed(bracketed[1] ?? "");
  return readWords(rest, whole);
}

function readBracketed(list: string): NamedColumns | null {
  const items = list.split(/,|\+|×|&|\band\b/).map((item) => item.trim().replace(/^[`"']|[`"']$/g, ""));
  if (items.every((item) => /^[A-Za-z_][\w.]*$/.test(item))) return { columns: items };
  return items.some((item) => /\s\w+\s/.test(item)) ? null : { columns: [] };
}

function readWords(text: string, whole: boolean): NamedColumns | null {
  const columns: string[] = [];
  const plain: string[] = [];
  let rest = text;
  for (;;) {
    const item = /^(?:the\s+|each\s+|every\s+|a\s+)?(`[^`\n]+`|[A-Za-z_][\w.]*\w|[A-Za-z])/.exec(rest);
    const word = item?.[1];
    if (item === null || word === undefined) break;
    const name = word.replaceAll("`", "");
    const isListed = columns.length + plain.length > 0;
    if (word.startsWith("`") ? /^[A-Za-z_][\w.]*$/.test(name) : IDENTIFIER.test(name)) columns.push(name);
    else if (isListed && CONTINUES.test(name)) break;
    else plain.push(name);
    rest = rest.slice(item[0].length);
    const separator = SEPARATOR.exec(rest);
    if (separator === null) break;
    rest = rest.slice(separator[0].length);
  }
  if (whole && rest.trim() !== "") return null;
  if (plain.length > 0) return { columns: [], words: [...columns, ...plain] };
  return columns.length > 0 ? { columns } : null;
}
