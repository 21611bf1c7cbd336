import { ts } from "ts-morph";
import { plainComment } from "../comments.ts";
import type { Reader } from "./state.ts";

/** The comment right in front of a node: its last block comment, or the lines of `//` that end there. */
export function docOf(reader: Reader, node: ts.Node): string | null {
  const ranges = ts.getLeadingCommentRanges(reader.text, node.pos);
  const last = ranges?.at(-1);
  if (ranges === undefined || last === undefined) return null;
  let first = ranges.length - 1;
  while (last.kind === ts.SyntaxKind.SingleLineCommentTrivia && first > 0 && joins(reader.text, ranges[first - 1], ranges[first])) first--;
  return plainComment(reader.text.slice(ranges[first]?.pos, last.end));
}

function joins(text: string, before: ts.CommentRange | undefined, after: ts.CommentRange | undefined): boolean {
  if (before === undefined || after === undefined || before.kind !== ts.SyntaxKind.SingleLineCommentTrivia) return false;
  return !/\n[^\S\n]*\n/.test(text.slice(before.end, after.pos));
}
