// Not the package itself: that loads polyfills for a quarter of a second.
import { parsePrismaSchema } from "@loancrate/prisma-schema-parser/dist/parse.js";
import type { ModelDeclarationMember, SchemaDeclaration } from "@loancrate/prisma-schema-parser";
import { blank, skipString } from "./scan.ts";

/** A top-level block; offsets in the file. `declaration`'s own offsets count from `start`. */
export type PrismaBlock = {
  keyword: string;
  name: string;
  start: number;
  end: number;
  /** null: the block stays unread. */
  declaration: SchemaDeclaration | null;
  /** Lines that the parser refused; they were left out. */
  refused: { start: number; end: number }[];
};

export type PrismaBlocks = { blocks: PrismaBlock[]; /** Text outside of any block. */ stray: { start: number; end: number }[] };

const HEADER = /^[ \t]*([A-Za-z]+)[ \t]+([\w-]+)[ \t]*\{/;

/** Cuts the code (comments already blank) into its blocks and parses each by itself, so that one bad line costs no other block. */
export function readBlocks(code: string): PrismaBlocks {
  const blocks: PrismaBlock[] = [];
  const stray: PrismaBlocks["stray"] = [];
  let at = 0;
  while (at < code.length) {
    const lineEnd = endOfLine(code, at);
    const header = HEADER.exec(code.slice(at, lineEnd));
    if (header === null) {
      const start = at + (/\S/.exec(code.slice(at, lineEnd))?.index ?? lineEnd - at);
      if (start < lineEnd) stray.push({ start, end: lineEnd });
      at = lineEnd + 1;
      continue;
    }
    const end = blockEnd(code, at + header[0].length);
    blocks.push(parseBlock(code, { keyword: header[1] ?? "", name: header[2] ?? "", start: at, end }));
    at = end;
  }
  return { blocks, stray };
}

/** After the brace that closes the block; a line that opens the next block ends it too, so that a forgotten brace stays local. */
function blockEnd(code: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < code.length) {
    const afterString = skipString(code, at);
    if (afterString !== null) {
      at = afterString;
      continue;
    }
    const character = code[at];
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    at += 1;
    if (depth === 0) return at;
    if (character === "\n" && HEADER.test(code.slice(at, endOfLine(code, at)))) return at;
  }
  return code.length;
}

/** More refused lines than this, and the block is of another language. */
const MOST_REFUSED = 20;

function parseBlock(code: string, block: Omit<PrismaBlock, "declaration" | "refused">): PrismaBlock {
  const refused: PrismaBlock["refused"] = [];
  const text = maskObjects(code.slice(block.start, block.end)).split("");
  const bodyStart = text.indexOf("{");
  while (refused.length <= MOST_REFUSED) {
    const parsed = tryParse(text.join(""));
    if (typeof parsed !== "number") return { ...block, declaration: parsed, refused: [...refused, ...dropUntyped(parsed, block.start)] };
    const line = lineAt(text.join(""), parsed);
    if (line.start <= bodyStart || line.end <= line.start) break;
    blank(text, line.start, line.end);
    refused.push({ start: block.start + line.start, end: block.start + line.end });
  }
  return { ...block, declaration: null, refused: [] };
}

/** The grammar lets a field stand without its type, as people leave it while typing; takes such fields out and names their places. */
function dropUntyped(declaration: SchemaDeclaration | null, base: number): PrismaBlock["refused"] {
  if (declaration?.kind !== "model" && declaration?.kind !== "type" && declaration?.kind !== "view") return [];
  const isUntyped = (member: ModelDeclarationMember) => member.kind === "field" && (member.type as unknown) === null;
  const untyped = declaration.members.filter(isUntyped).flatMap((member) => (member.kind === "field" ? member.name.location ?? [] : []));
  declaration.members = declaration.members.filter((member) => !isUntyped(member));
  return untyped.map(({ start, end }) => ({ start: base + start.offset, end: base + end.offset }));
}

/** The declaration, or the offset where the parser gave up. */
function tryParse(text: string): SchemaDeclaration | null | number {
  try {
    return parsePrismaSchema(text).declarations[0] ?? null;
  } catch (error) {
    const offset = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset;
    return offset ?? 0;
  }
}

/** The line that holds the offset, without the white space around it. An error at a line break belongs to the line that ends there. */
function lineAt(text: string, offset: number): { start: number; end: number } {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = endOfLine(text, Math.max(start, offset));
  const line = text.slice(start, end);
  return { start: start + (line.length - line.trimStart().length), end: start + line.trimEnd().length };
}

/**
 * Inside brackets, `{ … }` becomes a string of the same length and a line break a space: the parser knows neither. Left as it is where
 * the brackets do not close.
 */
function maskObjects(block: string): string {
  const out = block.split("");
  let depth = 0;
  let at = 0;
  while (at < block.length) {
    const afterString = skipString(block, at);
    if (afterString !== null) {
      at = afterString;
      continue;
    }
    const character = block[at] ?? "";
    if ("([".includes(character)) depth += 1;
    if (")]".includes(character)) depth -= 1;
    if (depth > 0 && "\r\n".includes(character)) out[at] = " ";
    const close = depth > 0 && character === "{" ? closingBrace(block, at) : null;
    if (close !== null) {
      out.fill(" ", at + 1, close);
      out[at] = out[close] = '"';
      at = close;
    }
    at += 1;
  }
  return depth === 0 ? out.join("") : block;
}

/** Where the brace at `open` closes; null: it does not. */
export function closingBrace(text: string, open: number): number | null {
  let depth = 0;
  let at = open;
  while (at < text.length) {
    const afterString = skipString(text, at);
    if (afterString !== null) {
      at = afterString;
      continue;
    }
    if (text[at] === "{") depth += 1;
    if (text[at] === "}" && --depth === 0) return at;
    at += 1;
  }
  return null;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
