/** Columns that a claim names. `words`: what it names in plain words ("team", "persona"), where these are no identifiers. */
export type NamedColumns = { columns: string[]; words?: string[] };

const IDENTIFIER = /^(?:[a-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Za-z]\w*(?:\.[a-z]\w*)+)$/;
const SEPARATOR = /^\s*(?:,\s*(?:and\s+)?|\band\s+|\+\s*|×\s*|&\s*)/;
/** After "and": the sentence goes on, the list does not. */
const CONTINUES = /^(?:is|are|was|were|the|we|so|it|its|this|that|which|then|not|will|can|cannot|must|has|have|a|an|on|in|to|for|with|by|only|also|therefore|thus|re-?\w+|\w+(?:s|ed|ing))$/;
/** A plain word behind a plain word makes a phrase ("task run"), unless it is one of these. */
const ENDS_PHRASE = /^\s+(?:and|or|is|are|so|because|in|on|at|of|for|to|that|which|when|where|while|who|with|by|from|via|since|as|then|but|only)\b/;

/**
 * Reads the list at the start of a text: `(a, b)`, `tenants (a, b)`, "a, b and c", "`a` + `b`", past articles and "the pair". A list of which one
 * part cannot be read gives no columns at all: half of a key is another key. null: no list stands here.
 */
export function readColumnList(text: string): NamedColumns | null {
  const plain = text.replace(/`(\([^`]*\))`/g, "$1");
  const rest = plain.replace(/^\s*(?:(?:the|a|an|each|every|all|both|its|their|our|same|given|single|columns?|fields?|pair|tuple|combination|combo|of|set)\s+)*/i, "");
  return readBracketed(rest) ?? readWords(rest);
}

/** `(a, b)`, or behind the name of a table. What stands in brackets behind anything else only explains it. */
function readBracketed(text: string): NamedColumns | null {
  const match = /^(`?["\w.]+`?\s*)?[([]((?:[^()[\]]|\([^()]*\))*)[)\]]/.exec(text);
  if (match === null) return null;
  const items = (match[2] ?? "").split(/,|\+|×|&|\band\b/).map((item) => item.trim().replace(/^[`"']|[`"']$/g, ""));
  // An error's code explains, it lists nothing: "the unique constraint (P2002)".
  if (items.every((item) => /^[A-Z]?\d[\dA-Z]{3,4}$/.test(item))) return null;
  if (match[1] !== undefined && items.length === 1 && !IDENTIFIER.test(items[0] ?? "")) return null;
  if (items.every((item) => /^[A-Za-z_][\w.]*$/.test(item))) return { columns: items };
  return items.some((item) => /^\w+\s\w+\s/.test(item)) ? null : { columns: [] };
}

function readWords(text: string): NamedColumns | null {
  const columns: string[] = [];
  const plain: string[] = [];
  const all: string[] = [];
  let isSum = false;
  let rest = text;
  for (;;) {
    const item = /^(?:the\s+|each\s+|every\s+|a\s+)?(`[^`\n]+`|[A-Za-z_][\w.]*\w|[A-Za-z])/.exec(rest);
    const word = item?.[1];
    if (item === null || word === undefined) break;
    const name = word.replaceAll("`", "");
    if (columns.length + plain.length > 0 && !word.startsWith("`") && CONTINUES.test(name)) break;
    rest = rest.slice(item[0].length);
    if (/^(?:-\w|\s*\/|\s+(?:or|xor)\b)/i.test(rest)) return { columns: [] };
    if (IDENTIFIER.test(name) || (word.startsWith("`") && /^[a-z_][\w.]*$/.test(name))) columns.push(name);
    else if (!/^[a-z]+$/i.test(name) || /^(?:table|database|schema|column|index|row)s?$/.test(name) || (/^\s+[a-z]/i.test(rest) && !ENDS_PHRASE.test(rest))) return { columns: [] };
    else plain.push(name);
    all.push(name);
    const separator = SEPARATOR.exec(rest);
    if (separator === null) break;
    isSum ||= /[+×]/.test(separator[0]);
    rest = rest.slice(separator[0].length);
  }
  // Nobody adds up anything but columns: "a + b".
  if (isSum) return { columns: all };
  if (plain.length > 0) return { columns: [], words: [...columns, ...plain] };
  return columns.length > 0 ? { columns } : null;
}
