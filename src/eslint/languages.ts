import type { Language } from "@eslint/core";
import type { Comment } from "./comments.ts";
import { prismaComments, sqlComments } from "./comments.ts";
import { CommentedSourceCode, makeRoot } from "./source-code.ts";
import type { Root } from "./source-code.ts";

type CommentedLanguage = Language<{ LangOptions: Record<string, never>; Code: CommentedSourceCode; RootNode: Root; Node: Root }>;

/** A language whose files ESLint itself cannot misread: what uniqlint cannot understand in them is no parsing error. */
function makeLanguage(commentsOf: (text: string) => Comment[]): CommentedLanguage {
  return {
    fileType: "text",
    lineStart: 1,
    // As JavaScript's, so that one rule serves all languages.
    columnStart: 0,
    nodeTypeKey: "type",
    visitorKeys: { Program: [] },
    validateLanguageOptions(options) {
      const [unknown] = Object.keys(options ?? {});
      if (unknown !== undefined) throw new TypeError(`languageOptions.${unknown} is not an option: this language has none`);
    },
    parse: ({ body }) => ({ ok: true, ast: makeRoot(String(body), commentsOf(String(body))) }),
    createSourceCode: ({ body }, { ast }) => new CommentedSourceCode(String(body), ast),
  };
}

export const languages = { sql: makeLanguage(sqlComments), prisma: makeLanguage(prismaComments) };
