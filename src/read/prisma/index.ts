import type { FileFacts } from "../../model/facts.ts";
import type { PrismaFacts } from "../../model/prisma.ts";
import type { SourceFile, Span, Unread } from "../../model/span.ts";
import { readClaims, readSuppressions } from "../comments.ts";
import type { PrismaBlock } from "./blocks.ts";
import { readBlocks } from "./blocks.ts";
import { readDatasource, readGenerator } from "./config.ts";
import { readModel } from "./model.ts";
import type { PrismaComment } from "./scan.ts";
import { scanPrisma } from "./scan.ts";

/**
 * One .prisma file → its facts. Never throws: a line or block that the schema parser refuses becomes an `Unread`, and the model it stood
 * in is not `complete`. Grammar: https://www.prisma.io/docs/orm/reference/prisma-schema-reference (Prisma 5–7).
 */
export function readPrismaFile(file: SourceFile): FileFacts {
  const { code, comments } = scanPrisma(file.text);
  const { blocks, stray } = readBlocks(code);
  const unread: Unread[] = stray.map((at) => ({ at: { path: file.path, ...at }, message: "not a declaration of the Prisma schema language" }));
  const prisma: PrismaFacts = { datasource: null, generators: [], models: [], enums: [] };
  for (const block of blocks) {
    readBlock(block, { path: file.path, code }, prisma);
    unread.push(...unreadOf(block, file.path));
  }
  const place = (comment: PrismaComment) => ({
    text: file.text.slice(comment.start, comment.end),
    at: { path: file.path, start: comment.start, end: comment.end },
    declaration: declarationAt(comment, blocks, code),
    function: null,
  });
  return {
    path: file.path,
    language: "prisma",
    unread: unread.sort((a, b) => a.at.start - b.at.start),
    suppressions: readSuppressions(comments.map(place)),
    claims: readClaims(groupComments(comments, code, file.text).map(place)),
    sql: null,
    prisma,
    code: null,
  };
}

function readBlock(block: PrismaBlock, file: { path: string; code: string }, prisma: PrismaFacts): void {
  const declaration = block.declaration;
  const at: Span = { path: file.path, start: block.start, end: block.end };
  switch (declaration?.kind) {
    case "model":
    case "type":
    case "view":
      prisma.models.push(readModel(declaration, { ...file, start: block.start, end: block.end }, block.refused.length === 0));
      break;
    case "enum":
      prisma.enums.push({ name: declaration.name.value, at });
      break;
    case "datasource":
      prisma.datasource ??= readDatasource(declaration, at);
      break;
    case "generator":
      prisma.generators.push(readGenerator(declaration));
      break;
    default:
      break;
  }
}

function unreadOf(block: PrismaBlock, path: string): Unread[] {
  if (block.declaration === null) {
    const at = { path, start: block.start, end: block.end };
    return [{ at, message: `the ${block.keyword} block ${block.name} is not understood` }];
  }
  return block.refused.map((line) => ({ at: { path, ...line }, message: `a line of ${block.keyword} ${block.name} is not understood` }));
}

/** `// @@unique([a])`, `// email String @unique`. */
const COMMENTED_CODE = /^\/+\s*(\w+\s+[\w[\]?]+\s+)?@/;

/** Comments on lines that follow each other are one text, as people read them; a line of commented-out code is its own. */
function groupComments(comments: PrismaComment[], code: string, text: string): PrismaComment[] {
  const groups: PrismaComment[] = [];
  for (const comment of comments) {
    const last = groups.at(-1);
    const isProse = (part: PrismaComment) => !COMMENTED_CODE.test(text.slice(part.start, part.end));
    if (last !== undefined && follows(last, comment, code) && isProse(last) && isProse(comment)) {
      groups[groups.length - 1] = { start: last.start, end: comment.end };
    } else groups.push(comment);
  }
  return groups;
}

function follows(last: PrismaComment, next: PrismaComment, code: string): boolean {
  const between = code.slice(last.end, next.start);
  return between.trim() === "" && between.split("\n").length === 2 && startsLine(code, last.start);
}

function startsLine(code: string, at: number): boolean {
  return code.slice(code.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
}

/** The block that the comment stands in, or directly before. */
function declarationAt(comment: PrismaComment, blocks: PrismaBlock[], code: string): string | null {
  const block = blocks.find((candidate) => comment.start < candidate.end);
  if (block === undefined) return null;
  const before = comment.start < block.start && code.slice(comment.end, block.start).trim() === "";
  return comment.start >= block.start || before ? block.name : null;
}
