import type { SchemaChange } from "../model/schema-change.ts";
import { isCaught, restore, snapshot, type OpenBlock, type Session } from "./session.ts";

type Block = Extract<SchemaChange, { kind: "block" }>;

/** Are changes made here, or is this a handler that is not entered, or what stands behind a refused change? */
export function isMade(session: Session): boolean {
  return session.blocks.every((block) => block.state === "made");
}

/** Enters and leaves the parts of a block with EXCEPTION, as PL/pgSQL does: a refused change undoes the block, and a handler is looked for. */
export function stepBlock(session: Session, { part, catches }: Block): void {
  const block = session.blocks.at(-1);
  if (part === "begin") session.blocks.push({ state: isMade(session) ? "made" : "passed", catches, sqlstate: "", before: snapshot(session) });
  else if (part === "end") session.blocks.pop();
  else if (block?.state === "made") block.state = "passed";
  else if (block?.state === "undone" && isCaught(catches, block.sqlstate)) block.state = "made";
}

/**
 * A change was refused. Where nobody expects that, it is the end of the migration: then something was not read, and the change is taken as it
 * comes.
 */
export function undo(session: Session, sqlstate: string): void {
  const at = session.blocks.findLastIndex((block) => isCaught(block.catches, sqlstate));
  const block: OpenBlock | undefined = session.blocks[at];
  if (!block) return;
  restore(session, block.before);
  for (const inner of session.blocks.slice(at + 1)) inner.state = "passed";
  block.state = "undone";
  block.sqlstate = sqlstate;
}
