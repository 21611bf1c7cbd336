import type { Fix } from "../model/finding.ts";
import type { Database, Migration, Runner } from "../model/project.ts";
import { blankSegments, findSegments } from "../read/sql/segments.ts";
import type { KeyBuild } from "./builds.ts";
import { freeSlot } from "./migration-slots.ts";
import { formerKey } from "./recipes.ts";
import type { ReplayStep } from "./replay.ts";
import { quoteName } from "./words.ts";

/** A file's text; null: it cannot be read. */
type ReadText = (path: string) => string | null;
type Edit = Fix["edits"][number];

/** A statement in the .sql file that holds it. */
type Place = { database: Database; migration: Migration; step: ReplayStep; text: string; /** Where the part that goes up ends. */ end: number };

/**
 * What a file has to say so that its runner leaves out the transaction, `up` around the statement and `down` behind it; `direct` puts it into a
 * file that is there. Runners whose files have no such words, and where a statement that is alone runs outside of one, only name their files.
 */
type Manner = { direct?(text: string): { start: number; end: number; text: string } | null; wrap(sql: string, down: string): string };

const plain: Manner = { wrap: (sql) => `${sql}\n` };
const MANNERS: Partial<Record<Runner, Manner>> = {
  prisma: plain,
  supabase: plain,
  "golang-migrate": plain,
  flyway: plain,
  goose: {
    direct: () => ({ start: 0, end: 0, text: "-- +goose NO TRANSACTION\n" }),
    wrap: (sql, down) => `-- +goose NO TRANSACTION\n-- +goose Up\n${sql}\n\n-- +goose Down\n${down}\n`,
  },
  atlas: {
    direct: () => ({ start: 0, end: 0, text: "-- atlas:txmode none\n\n" }),
    wrap: (sql) => `-- atlas:txmode none\n\n${sql}\n`,
  },
  dbmate: {
    direct: directDbmate,
    wrap: (sql, down) => `-- migrate:up transaction:false\n${sql}\n\n-- migrate:down transaction:false\n${down}\n`,
  },
};

function directDbmate(text: string): { start: number; end: number; text: string } | null {
  const up = /^--[ \t]*migrate:up(?=[ \t]*\r?$)/m.exec(text);
  return up === null ? null : { start: up.index + up[0].length, end: up.index + up[0].length, text: " transaction:false" };
}

/** CONCURRENTLY put into a CREATE UNIQUE INDEX, in the place where its runner takes it; null: no edit that is surely right. */
export function buildConcurrently(database: Database, build: KeyBuild, text: ReadText): Fix | null {
  const place = findPlace(database, build.migration, build.step, text);
  const former = formerKey(build);
  if (place === null || build.how !== "index" || build.table.partitioned || (former !== null && former.name !== build.key.name)) return null;
  const head = /^CREATE\s+UNIQUE\s+INDEX\b/i.exec(ownText(place))?.[0];
  if (head === undefined) return null;
  const sql = `${head} CONCURRENTLY${ownText(place).slice(head.length)}`;
  return outside(place, sql, build.ifNotExists, "Build it CONCURRENTLY");
}

/** The statement where its runner opens no transaction around it; null: no edit that is surely right. */
export function runOutside(database: Database, migration: Migration, step: ReplayStep, text: ReadText): Fix | null {
  const place = findPlace(database, migration, step, text);
  return place === null ? null : outside(place, ownText(place), false, "Run it");
}

/** `drop` (without semicolon) before the statement: in the same file where that may hold both, else the statement moves to a file of its own. */
export function dropBefore(database: Database, migration: Migration, step: ReplayStep, drop: string, text: ReadText): Fix | null {
  const place = findPlace(database, migration, step, text);
  if (place === null) return null;
  const { at } = step.statement;
  if (holdsSeveral(migration)) return made(place, `${drop} first`, [{ at: { ...at, end: at.start }, text: `${drop};\n` }]);
  const path = isAlone(place) ? pathFor(place) : null;
  const manner = MANNERS[migration.runner];
  if (path === null || manner === undefined || isBatch(migration)) return null;
  const { start } = rangeOf(place);
  return made(place, `${drop} first, and build it in ${path}`, [{ at: { ...at, start }, text: drop }, newFile(path, manner.wrap(`${leadOf(place, start)}${ownText(place)};`, downOf(place)))]);
}

function outside(place: Place, sql: string, ifNotExists: boolean, title: string): Fix | null {
  const { migration, step } = place;
  const inPlace = { at: step.statement.at, text: sql };
  const alone = isAlone(place);
  // The next pass has to find a file for the DROP INDEX that IF NOT EXISTS wants before it.
  if (ifNotExists && alone && !holdsSeveral(migration) && MANNERS[migration.runner]?.direct === undefined && pathFor(place) === null) return null;
  if (mayStay(migration, step, alone) && (alone || !ifNotExists || holdsSeveral(migration))) return made(place, title, sql === ownText(place) ? [] : [inPlace]);
  const manner = MANNERS[migration.runner];
  if (manner === undefined || isBatch(migration)) return null;
  if (alone) {
    const directive = manner.direct?.(place.text);
    if (directive == null) return null;
    const { start, end, text } = directive;
    return made(place, `${title}, with ${text.trim()}`, [{ at: { path: migration.path, start, end }, text }, ...(sql === ownText(place) ? [] : [inPlace])]);
  }
  const path = pathFor(place);
  if (path === null) return null;
  const { start, end } = rangeOf(place);
  const lead = leadOf(place, start);
  const removed = { at: { path: migration.path, start, end }, text: "" };
  return made(place, `${title}, in a file of its own: ${path}`, [removed, newFile(path, manner.wrap(`${lead}${sql};`, downOf(place)))]);
}

/** null where the file is none of SQL, has run, or says more than what could be read. */
function findPlace(database: Database, migration: Migration, step: ReplayStep, read: ReadText): Place | null {
  const { statement } = step;
  if (!/\.sql$/i.test(migration.path) || migration.applied === true || statement.nested) return null;
  if (migration.statements.some(({ transaction }) => transaction !== null)) return null;
  const text = read(migration.path);
  if (text === null || /^--[ \t]*\+goose[ \t]+StatementBegin/im.test(text)) return null;
  const down = DOWN.exec(text)?.index ?? text.length;
  const place = { database, migration, step, text, end: down };
  return statement.at.end <= down && !holdsMore(place) ? place : null;
}

const DOWN = /^--[ \t]*(?:\+goose[ \t]+down|migrate:down)\b/im;

/** Something between the statements that is no comment: a psql command, or what could not be read. */
function holdsMore({ migration, text, end }: Place): boolean {
  let rest = blankSegments(text, findSegments(text), ["comment"]).slice(0, end);
  for (const { at } of migration.statements) rest = rest.slice(0, at.start) + " ".repeat(at.end - at.start) + rest.slice(at.end);
  return /[^\s;\ufeff]/.test(rest);
}

/** Does CONCURRENTLY run where the statement stands? */
function mayStay(migration: Migration, step: ReplayStep, alone: boolean): boolean {
  // Flyway wants such a file to hold nothing else.
  if (migration.runner === "flyway") return alone;
  if (migration.transaction === "none") return true;
  if (migration.transaction === "pipeline") return step.index === 0;
  const isQuery = migration.transaction === "implicit" || (migration.transaction === "unknown" && migration.runner !== "unknown");
  return isQuery && alone;
}

/** Files in which DROP and CREATE INDEX CONCURRENTLY stand together. */
function holdsSeveral({ runner, transaction }: Migration): boolean {
  return transaction === "none" && runner !== "prisma" && runner !== "supabase";
}

/** One transaction around all files, whatever a file says: Prisma 8, atlas with tx-mode all. */
function isBatch({ runner, transaction }: Migration): boolean {
  return transaction === "batch" || (runner === "prisma" && transaction === "file");
}

function isAlone({ migration }: Place): boolean {
  return migration.statements.length === 1;
}

function ownText({ text, step }: Place): string {
  return text.slice(step.statement.at.start, step.statement.at.end);
}

function pathFor({ database, migration, step }: Place): string | null {
  return freeSlot(database, migration, step);
}

/** The statement with its semicolon and what stands before it since the last one; comments on the line where that one ends belong to that. */
function rangeOf({ migration, step, text }: Place): { start: number; end: number } {
  const { at } = step.statement;
  const end = at.end + (/^\s*;/.exec(text.slice(at.end))?.[0].length ?? 0);
  const before = migration.statements[step.index - 1];
  if (before === undefined) return { start: startOfLead(text, at.start), end: end + (/^[ \t]*\r?\n(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0].length ?? 0) };
  const start = before.at.end + (/^\s*;(?:[ \t]*--[^\r\n]*)?/.exec(text.slice(before.at.end))?.[0].length ?? 0);
  return { start, end };
}

/** Comments directly above the first statement; the file's head stays. */
function startOfLead(text: string, at: number): number {
  let start = text.lastIndexOf("\n", at - 1) + 1;
  if (text.slice(start, at).trim() !== "") return at;
  for (let above = start; above > 0; start = above) {
    above = text.lastIndexOf("\n", start - 2) + 1;
    if (!/^[ \t]*--(?![ \t]*(?:\+goose|migrate:|atlas:))/.test(text.slice(above, start))) break;
  }
  return start;
}

function leadOf({ text, step }: Place, start: number): string {
  return text.slice(start, step.statement.at.start).replace(/^\s+/, "").replaceAll("\r\n", "\n");
}

/** What the new file says about going down: nothing where the old one drops the index. */
function downOf({ text, end, step, migration }: Place): string {
  const change = step.statement.changes.find(({ kind }) => kind === "create-index");
  if (change?.kind !== "create-index" || change.index.name === null) return "-- Nothing to do.";
  const { index, table } = change;
  if (text.slice(end).includes(change.index.name)) return `-- ${migration.name} drops the index.`;
  return `DROP INDEX CONCURRENTLY IF EXISTS ${table.schema === null ? "" : `${quoteName(table.schema)}.`}${quoteName(index.name ?? "")};`;
}

function newFile(path: string, text: string): Edit {
  return { at: { path, start: 0, end: 0 }, text };
}

function made({ migration, text }: Place, title: string, edits: Edit[]): Fix | null {
  if (edits.length === 0) return null;
  const lines = text.includes("\r\n") ? edits.map((edit) => ({ ...edit, text: edit.text.replace(/\r?\n/g, "\r\n") })) : edits;
  return { title: migration.runner === "atlas" ? `${title}; then run atlas migrate hash` : title, edits: lines };
}
