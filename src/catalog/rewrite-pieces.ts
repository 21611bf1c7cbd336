import type { Fix } from "../model/finding.ts";
import { freeSlots, type Subject } from "./migration-slots.ts";
import { mannerOf, mayStay, type Manner } from "./rewrite-manners.ts";
import { isAlone, leadOf, precheckOf, rangeOf, type Place } from "./rewrite-place.ts";

type Edit = Fix["edits"][number];

/**
 * A statement (without its semicolon) out of those that take the place of another. `outside`: Postgres refuses it in a transaction. `file`: what its file
 * is called where it needs one, and `down` what that says about going down; null: nothing.
 */
export type Piece = { sql: string; kind: "build" | "drop" | "other"; outside: boolean; file: string; down: string | null };

/**
 * Pieces in the place of a statement: there, where its runner runs them so, else with its directive, else those from the first that wants no
 * transaction in files of their own. null: no way that is surely right. `title`: what the fix does, without where.
 */
export function replaceBy(place: Place, pieces: Piece[], subject: Subject, title: string): Fix | null {
  const { migration, step, text } = place;
  const first = pieces.findIndex(({ outside }) => outside);
  const alone = isAlone(place) && first === 0;
  const { at } = step.statement;
  const whole = { at, text: joined(pieces) };
  if (mayStay(migration, step.index, { alone, first, outside: pieces.filter(({ outside }) => outside).length, all: pieces.length, drops: pieces.some(({ kind }) => kind === "drop") })) return made(place, title, [whole]);
  const manner = mannerOf(migration);
  const direct = alone && migration.transaction === "file" && manner?.direct ? manner.direct(text) : undefined;
  if (manner === null || direct === null) return null;
  const directive: Edit[] = direct === undefined ? [] : [{ at: { path: migration.path, start: direct.start, end: direct.end }, text: direct.text }];
  const said = direct === undefined ? "" : `, with ${direct.text.trim()}`;
  if (alone && manner.several) return made(place, `${title}${said}`, [...directive, whole]);
  const count = alone ? 1 : first;
  const [here, apart] = [pieces.slice(0, count), pieces.slice(count)];
  // Comments above the statement go where the key is built.
  const carrier = here.every(({ kind }) => kind === "drop") ? (apart.find(({ kind }) => kind === "build") ?? apart[0] ?? null) : null;
  const files = filesFor(place, apart, subject, manner, carrier);
  if (files === null) return null;
  const where = whereTo(files.map((file) => file.at.path), carrier !== null && here.length > 0);
  const left = carrier === null ? at : { ...at, start: rangeOf(place).start };
  return made(place, `${title}${said}${where}`, [...directive, here.length === 0 ? { at: { ...at, ...rangeOf(place) }, text: "" } : { at: left, text: joined(here) }, ...files]);
}

/** `moved`: this file keeps only what is dropped first, and the build itself goes. */
function whereTo(paths: string[], moved: boolean): string {
  if (paths.length === 0) return "";
  if (moved) return `, and the build in ${paths.join(", ")}`;
  return `, in ${paths.length === 1 ? "a file of its own" : "files of their own"}: ${paths.join(", ")}`;
}

function joined(pieces: Piece[]): string {
  return pieces.map(({ sql }) => sql).join(";\n");
}

/** A file for each piece, or one for all; null: no number is free. */
function filesFor(place: Place, apart: Piece[], subject: Subject, manner: Manner, carrier: Piece | null): Edit[] | null {
  const groups = manner.several && apart.length > 0 ? [apart] : apart.map((piece) => [piece]);
  const paths = freeSlots(place.database, place.migration, place.step, subject, groups.map((group) => (group.find(({ kind }) => kind === "build") ?? group[0])?.file ?? subject.name));
  return paths === null ? null : groups.map((group, index) => ({ at: { path: paths[index] ?? "", start: 0, end: 0 }, text: fileOf(place, group, subject, manner, carrier) }));
}

function fileOf(place: Place, group: Piece[], subject: Subject, manner: Manner, carrier: Piece | null): string {
  const lead = (piece: Piece): string => `${piece.kind === "build" ? precheckOf(place) : ""}${piece === carrier ? leadOf(place) : ""}`;
  return manner.wrap(group.map((piece) => `${lead(piece)}${piece.sql};`).join("\n"), downOf(place, group, subject), group.some(({ outside }) => outside));
}

/** What the new file says about going down: nothing where the old one drops the index, or the constraint and its index with it. */
function downOf({ text, end, migration }: Place, group: Piece[], subject: Subject): string {
  const down = group.findLast((piece) => piece.down !== null)?.down ?? null;
  if (down === null) return "-- Nothing to do.";
  return text.slice(end).includes(subject.name) ? `-- ${migration.name} drops it.` : down;
}

function made(place: Place, title: string, edits: Edit[]): Fix | null {
  const { migration, text } = place;
  const changing = edits.filter((edit) => edit.at.path !== migration.path || text.slice(edit.at.start, edit.at.end) !== edit.text);
  if (changing.length === 0) return null;
  const lines = text.includes("\r\n") ? changing.map((edit) => ({ ...edit, text: edit.text.replace(/\r?\n/g, "\r\n") })) : changing;
  return { title: migration.runner === "atlas" ? `${title}; then run atlas migrate hash` : title, edits: lines };
}
