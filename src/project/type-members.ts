import type { Program } from "./program.ts";

/** Members of an object type, with the file whose names their types are written in. `complete`: the type lists all of them. */
export type TypeMembers = { path: string; members: TypeMember[]; complete: boolean };
type TypeMember = { name: string; optional: boolean; type: string };

const DEEPEST = 4;

/** What `{ a: string; b?: number }` lists, also behind the name of an alias or interface of the project; null: another kind of type. */
export function membersOfType(program: Program, path: string, text: string, depth = 0): TypeMembers | null {
  const type = text.trim().replace(/^Readonly<(.*)>$/s, "$1").trim();
  const literal = membersOfLiteral(type);
  if (literal !== null) return { path, ...literal };
  if (depth >= DEEPEST || !/^[A-Z]\w*$/.test(type)) return null;
  const symbol = program.lookup(path, type);
  const declared = symbol?.kind === "declaration" && symbol.declaration.kind === "type" ? symbol.declaration.typeText : null;
  if (symbol?.kind !== "declaration" || declared === null) return null;
  const body = /^(?:export\s+)?(?:declare\s+)?interface\s+\w+\s*(extends[^{]*)?(\{.*)$/s.exec(declared);
  if (body === null) return membersOfType(program, symbol.path, declared, depth + 1);
  const own = membersOfLiteral(body[2] ?? "");
  return own === null ? null : { path: symbol.path, members: own.members, complete: own.complete && body[1] === undefined };
}

function membersOfLiteral(text: string): Pick<TypeMembers, "members" | "complete"> | null {
  const inner = text.startsWith("{") ? bodyOf(text) : null;
  if (inner === null) return null;
  const members: TypeMember[] = [];
  let complete = true;
  for (const part of splitMembers(inner)) {
    const match = /^(?:readonly\s+)?(?:["']([^"']+)["']|([\w$]+))(\?)?\s*:\s*(.+)$/s.exec(part);
    const name = match?.[1] ?? match?.[2];
    // An index signature or a method: it lists nothing that is written.
    if (match === null || name === undefined) complete = false;
    else members.push({ name, optional: match[3] !== undefined || /(?:^|\|)\s*undefined\s*(?:\||$)/.test(match[4] ?? ""), type: match[4] ?? "" });
  }
  return { members, complete };
}

/** What stands between the braces; null: they do not close at the end, so the text is cut off or more than a literal. */
function bodyOf(text: string): string | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    depth += stepOf(text, at);
    if (depth === 0) return at === text.length - 1 ? withoutComments(text.slice(1, at)) : null;
  }
  return null;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, " ").replace(/\/\/[^\n]*/g, " ");
}

/** +1 where a bracket opens, -1 where one closes; the `>` of an arrow is none. */
function stepOf(text: string, at: number): number {
  const char = text[at] ?? "";
  if ("{([<".includes(char)) return 1;
  return "})]".includes(char) || (char === ">" && text[at - 1] !== "=") ? -1 : 0;
}

function splitMembers(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    depth += stepOf(text, at);
    const ends = text[at] === ";" || text[at] === "," || (text[at] === "\n" && /^\s*(?:readonly\s+)?["'\w$]+["']?\??\s*:/.test(text.slice(at + 1, at + 200)));
    if (depth > 0 || !ends) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
