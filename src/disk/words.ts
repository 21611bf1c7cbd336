import type { Mentions, Writing } from "../project/call-index.ts";

/** The names that a file writes so, between spaces. */
export type Words = Record<Writing, string>;

/** What may follow any name: the end of `["name"]` and of parentheses; `!`, a type that it is taken for, a comment. */
const END = "[\"'`\\])]*\\s*";
const AFTER = "[!/]|(?:as|satisfies)\\b";
/** What may follow the name of what is called, and of what is handed on. */
const CALLED = new RegExp(`[\\w$]+(?=${END}(?:${AFTER}|[(<]|\\?\\.))`, "g");
const TAKEN = new RegExp(`[\\w$]+(?=${END}(?:${AFTER}|[,)\\]}]|\\??\\.\\s*bind\\b))`, "g");

const MADE = /(?<=\bnew\s+(?:[\w$]+\s*\.\s*)*)[\w$]+/g;
/** All that stands between `extends` or `implements` and the class's body. */
const ANCESTORS = /\b(?:extends|implements)\b[^{;]*/g;

export function wordsOf(text: string): Words {
  const all = (words: Iterable<string> | null): string => [...new Set(words ?? [])].join(" ");
  const ancestors = text.match(ANCESTORS)?.flatMap((each) => each.match(/[\w$]+/g) ?? []) ?? [];
  return { called: all(text.match(CALLED)), taken: all(text.match(TAKEN)), made: all(text.match(MADE)), inherited: all(ancestors) };
}

/** What a search for calls asks of the texts of files; `words` is asked of each once, at the first question about a name. */
export function mentionsIn(paths: string[], text: (path: string) => string, words: (path: string) => Words): Mentions {
  const index: Partial<Record<Writing, Map<string, string[]>>> = {};
  const looked = new Map<RegExp, string[]>();
  const like = (how: RegExp): string[] => {
    let found = looked.get(how);
    if (found === undefined) looked.set(how, (found = paths.filter((path) => how.test(text(path)))));
    return found;
  };
  return {
    of: (name, how) => (index[how] ??= invert(paths, (path) => words(path)[how])).get(name) ?? [],
    like,
  };
}

function invert(paths: string[], wordsIn: (path: string) => string): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const path of paths) {
    for (const word of wordsIn(path).split(" ")) {
      const places = index.get(word);
      if (places === undefined) index.set(word, [path]);
      else places.push(path);
    }
  }
  return index;
}
