import type { SchemaChange } from "../model/schema-change.ts";
import { restore, snapshot, type OpenBlock, type Session } from "./session.ts";

type Block = Extract<SchemaChange, { kind: "block" }>;

/** Are changes made here, or is this a handler that is not entered, or what stands behind a refused change? */
export function isMade(session: Session): boolean {
  return session.blocks.every((block) => block.state === "made");
}

/** Enters and leaves the parts of a block with EXCEPTION, as PL/pgSQL does: a refused change undoes the block, and a handler is looked for. */
export function stepBlock(session: Session, { part, catches }: Block): void {
  const block = session.blocks.at(-1);
  if (part === "begin") session.blocks.push({ state: isMade(session) ? "made" : "passed", sqlstate: "", before: snapshot(session) });
  else if (part === "end") leaveBlock(session);
  else if (block?.state === "made") block.state = "passed";
  else if (block?.state === "undone" && (catches.includes("*") || catches.includes(block.sqlstate))) block.state = "made";
}

/** Without a handler for it, the refusal goes on to the block around. */
function leaveBlock(session: Session): void {
  const block = session.blocks.pop();
  if (block?.state === "undone") undo(session, block.sqlstate);
}

/** A change was refused. Outside of all blocks that is the end of the migration: something was not read, and the rest is taken as it comes. */
export function undo(session: Session, sqlstate: string): void {
  const block: OpenBlock | undefined = session.blocks.at(-1);
  if (!block) return;
  restore(session, block.before);
  block.state = "undone";
  block.sqlstate = sqlstate;
}
