import type { Mentions, Writing } from "../project/call-index.ts";

/** The names that a file calls, and those that it hands on, between spaces. */
export type Words = Record<Exclude<Writing, "any">, string>;

/** What may follow any name: the end of `["name"]` and of parentheses; `!`, a type that it is taken for, a comment. */
const END = "[\"'`\\])]*\\s*";
const AFTER = "[!/]|(?:as|satisfies)\\b";
/** What may follow the name of what is called, and of what is handed on. */
const CALLED = new RegExp(`[\\w$]+(?=${END}(?:${AFTER}|[(<]|\\?\\.))`, "g");
const TAKEN = new RegExp(`[\\w$]+(?=${END}(?:${AFTER}|[,)\\]}]|\\??\\.\\s*bind\\b))`, "g");

export function wordsOf(text: string): Words {
  const all = (how: RegExp): string => [...new Set(text.match(how))].join(" ");
  return { called: all(CALLED), taken: all(TAKEN) };
}

/** What a search for calls asks of the texts of files; `words` is asked of each once, at the first question about names that are called or handed on. */
export function mentionsIn(paths: string[], text: (path: string) => string, words: (path: string) => Words): Mentions {
  const index: Partial<Record<Writing, Map<string, string[]>>> = {};
  const looked = new Map<RegExp, string[]>();
  const like = (how: RegExp): string[] => {
    let found = looked.get(how);
    if (found === undefined) looked.set(how, (found = paths.filter((path) => how.test(text(path)))));
    return found;
  };
  return {
    of(name, how) {
      if (how === "any") return paths.filter((path) => text(path).includes(name));
      return (index[how] ??= invert(paths, (path) => words(path)[how])).get(name) ?? [];
    },
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
