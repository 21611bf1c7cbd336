import { loadModule, parsePlPgSQLSync, parseSync, hasSqlDetails, type Node } from "libpg-query";

export type { Node };

let ready = false;

/** Loads Postgres' parser (WebAssembly, about 20 ms). Await it once; afterwards everything under read/sql is synchronous. */
export async function loadSqlParser(): Promise<void> {
  await loadModule();
  ready = true;
}

export function isSqlParserReady(): boolean {
  return ready;
}

/** A statement's tree with its place in the parsed text (UTF-16; `end` before the semicolon). `offset` translates the tree's locations. */
export type ParsedStatement = { node: Node; start: number; end: number; offset: (location: number | undefined) => number };

export type ParseFailure = { message: string; offset: number };

/** Parses SQL text of any number of statements. `base` is added to every offset. */
export function parseStatements(text: string, base: number): { statements: ParsedStatement[] } | { failure: ParseFailure } {
  if (/^\s*$/.test(text)) return { statements: [] };
  const offset = locate(text, base);
  try {
    const { stmts } = parseSync(text);
    const statements = (stmts ?? []).flatMap(({ stmt, stmt_location, stmt_len }) => {
      if (!stmt) return [];
      const end = stmt_len ? offset((stmt_location ?? 0) + stmt_len) : base + text.length;
      return [{ node: stmt, start: offset(stmt_location), end, offset }];
    });
    return { statements };
  } catch (error) {
    return { failure: describeFailure(error, text, base) };
  }
}

function describeFailure(error: unknown, text: string, base: number): ParseFailure {
  // Postgres repeats the token that it stumbled on, however long it is.
  const message = (error instanceof Error ? error.message : String(error)).replace(/"([^"]{60})[^"]{20,}"/g, '"$1…"');
  if (!hasSqlDetails(error)) return { message, offset: base };
  // The parser counts characters here, not bytes as in the tree.
  const position = error.sqlDetails?.cursorPosition ?? 0;
  return { message, offset: base + Math.min(text.length, skipCharacters(text, position)) };
}

function skipCharacters(text: string, count: number): number {
  if (!/[\ud800-\udbff]/.test(text)) return count;
  let at = 0;
  for (let i = 0; i < count && at < text.length; i++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

/** Tree of PL/pgSQL as libpg-query gives it; shapes are its C structs', so they are read defensively in block.ts. */
export function parseProcedure(text: string): unknown {
  try {
    return parsePlPgSQLSync(text);
  } catch {
    return null;
  }
}

/** Byte offset in UTF-8 → UTF-16 offset, by the characters that take more than one byte. */
function locate(text: string, base: number): (location: number | undefined) => number {
  const bytes: number[] = [];
  const units: number[] = [];
  let extra = 0;
  const wide = /[^\0-\x7f]/gu;
  for (let match = wide.exec(text); match; match = wide.exec(text)) {
    const length = match[0].length;
    const code = match[0].codePointAt(0) ?? 0;
    const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    extra += size - length;
    units.push(match.index + length);
    bytes.push(match.index + length + extra);
  }
  return (location) => {
    const byte = Math.max(0, location ?? 0);
    let low = 0;
    let high = bytes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bytes[middle] ?? 0) <= byte) low = middle + 1;
      else high = middle;
    }
    const delta = low === 0 ? 0 : (bytes[low - 1] ?? 0) - (units[low - 1] ?? 0);
    return base + byte - delta;
  };
}
