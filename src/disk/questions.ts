import type { FileFacts } from "../model/facts.ts";
import type { Discovery } from "./context.ts";
import type { Files } from "./files.ts";
import { looks } from "./looks.ts";
import type { LookName } from "./looks.ts";

/** What the search for packages and databases wanted to know of files: as long as the answers stay, so does what it found. */
export type Questions = {
  /** Read for whatever they say. */
  texts: Set<string>;
  /** Asked for their imports and exports alone. */
  links: Set<string>;
  looks: Map<string, LookName[]>;
};

export function noteQuestions(files: Files, facts: (path: string) => FileFacts | null): Pick<Discovery, "files" | "facts" | "imports" | "look"> & { questions: Questions; links(path: string): FileFacts | null } {
  const questions: Questions = { texts: new Set(), links: new Set(), looks: new Map() };
  const links = (path: string): FileFacts | null => {
    questions.links.add(path);
    return facts(path);
  };
  return {
    questions,
    files: {
      ...files,
      text(path, limit) {
        questions.texts.add(path);
        return files.text(path, limit);
      },
    },
    facts(path) {
      questions.texts.add(path);
      return facts(path);
    },
    links,
    imports: (path) => links(path)?.code?.imports ?? [],
    look<Name extends LookName>(path: string, name: Name) {
      const asked = questions.looks.get(path) ?? [];
      if (!asked.includes(name)) questions.looks.set(path, [...asked, name]);
      return looks[name](files.text(path) ?? "") as ReturnType<(typeof looks)[Name]>;
    },
  };
}

/** A file's content, and what was read out of it. */
export type Content = { text: string; facts: FileFacts | null };

/** Would the same be found with either content in the file's place? */
export function answersStay(questions: Questions, path: string, one: Content, other: Content): boolean {
  if (questions.texts.has(path) || (questions.links.has(path) && linksOf(one.facts) !== linksOf(other.facts))) return false;
  return answersOf(questions, path, one.text) === answersOf(questions, path, other.text);
}

/** What the looks at a file tell, were its text this one. */
export function answersOf({ looks: asked }: Pick<Questions, "looks">, path: string, text: string): string {
  return JSON.stringify((asked.get(path) ?? []).map((name) => looks[name](text)));
}

function linksOf(facts: FileFacts | null): string {
  const { imports = [], exports = [] } = facts?.code ?? {};
  return JSON.stringify([imports, exports]);
}
