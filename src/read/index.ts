import type { FileFacts } from "../model/facts.ts";
import type { SourceFile } from "../model/span.ts";
import { readPrismaFile } from "./prisma/index.ts";
import { readSqlFile } from "./sql/file.ts";
import { readTypeScriptFile } from "./typescript/index.ts";

/** Files over this many UTF-16 units are not parsed. */
const MAX_LENGTH = 5_000_000;

/**
 * What one file says. Picks the reader by the file's ending. Never throws: what cannot be read (binary, too large, a reader's own failure on
 * absurd nesting) is an Unread at the file's start.
 */
export function readFile(file: SourceFile): FileFacts {
  if (file.text.slice(0, 8192).includes("\0") || file.text.includes("\0")) return unreadable(file, "binary file");
  if (file.text.length > MAX_LENGTH) return unreadable(file, "too large");
  try {
    return pickReader(file.path)(file);
  } catch (error) {
    return unreadable(file, `could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function pickReader(path: string): (file: SourceFile) => FileFacts {
  if (/\.sql$/i.test(path)) return readSqlFile;
  if (/\.prisma$/i.test(path)) return readPrismaFile;
  if (/\.[mc]?[tj]sx?$/i.test(path)) return readTypeScriptFile;
  return (file) => noFacts(file, []);
}

function unreadable(file: SourceFile, message: string): FileFacts {
  return noFacts(file, [{ at: { path: file.path, start: 0, end: 0 }, message }]);
}

function noFacts(file: SourceFile, unread: FileFacts["unread"]): FileFacts {
  return { path: file.path, language: "none", unread, suppressions: [], claims: [], sql: null, prisma: null, code: null };
}
