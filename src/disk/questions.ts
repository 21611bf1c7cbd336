import type { FileFacts } from "../model/facts.ts";
import type { Discovery } from "./context.ts";
import type { Files } from "./files.ts";

/** What the search for packages and databases wanted to know of files: as long as the answers stay, so does what it found. */
export type Questions = {
  /** Read for whatever they say. */
  texts: Set<string>;
  /** Asked for their imports and exports alone. */
  links: Set<string>;
  looks: Map<string, { question: (text: string) => unknown; answer: string }[]>;
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
    look(path, question) {
      const answer = question(files.text(path) ?? "");
      const looks = questions.looks.get(path) ?? [];
      questions.looks.set(path, looks);
      looks.push({ question, answer: JSON.stringify(answer) });
      return answer;
    },
  };
}

/** Would the same be found with this text and these facts in the file's place? */
export function answersStay({ texts, links, looks }: Questions, path: string, text: string, before: FileFacts | null, after: FileFacts | null): boolean {
  if (texts.has(path) || (links.has(path) && linksOf(before) !== linksOf(after))) return false;
  return (looks.get(path) ?? []).every(({ question, answer }) => JSON.stringify(question(text)) === answer);
}

function linksOf(facts: FileFacts | null): string {
  const { imports = [], exports = [] } = facts?.code ?? {};
  return JSON.stringify([imports, exports]);
}
