import type { Language } from "@eslint/core";
import type { Comment } from "./comments.ts";
import { prismaComments, sqlComments } from "./comments.ts";
import { CommentedSourceCode, makeRoot } from "./source-code.ts";
import type { Root } from "./source-code.ts";

type CommentedLanguage = Language<{ LangOptions: Record<string, unknown>; Code: CommentedSourceCode; RootNode: Root; Node: Root }>;

/** A language whose files ESLint itself cannot misread: what uniqlint cannot understand in them is no parsing error. */
function makeLanguage(commentsOf: (text: string) => Comment[]): CommentedLanguage {
  return {
    fileType: "text",
    lineStart: 1,
    // As JavaScript's, so that one rule serves all languages.
    columnStart: 0,
    nodeTypeKey: "type",
    visitorKeys: { Program: [] },
    // They are JavaScript's, from a configuration without `files`: this language has none.
    validateLanguageOptions: () => undefined,
    normalizeLanguageOptions: () => ({ parserOptions: {} }),
    parse: ({ body }) => ({ ok: true, ast: makeRoot(String(body), commentsOf(String(body))) }),
    createSourceCode: ({ body }, { ast }) => new CommentedSourceCode(String(body), ast),
  };
}

export const languages = { sql: makeLanguage(sqlComments), prisma: makeLanguage(prismaComments) };
