import type { Database, Migration } from "../model/project.ts";
import type { Statement } from "../model/statement.ts";
import { cutName } from "./names.ts";
import type { ReplayStep } from "./replay.ts";

/**
 * The path of a new migration for a statement that leaves its own: numbered behind it, before all that may need what the statement does.
 * null: another statement has to stay behind it, no number is free, or files are not named by numbers.
 */
export function freeSlot({ migrations }: Database, migration: Migration, step: ReplayStep): string | null {
  const own = readNumber(migration.path);
  const change = step.statement.changes.find(({ kind }) => kind === "create-index" || kind === "drop-index");
  const subject = change === undefined ? null : subjectOf(change);
  if (own === null || subject === null || !migration.statements.slice(step.index + 1).every((later) => mayPass(later, subject))) return null;
  let last = own;
  const position = migrations.indexOf(migration);
  for (const [offset, next] of migrations.slice(position + 1).entries()) {
    const number = readNumber(next.path);
    if (number === null || number.dir !== own.dir) return null;
    const free = increase(last.digits);
    if (BigInt(free) < BigInt(number.digits)) return isLate(migrations, position + 1 + offset) ? null : pathOf(own, free, subject.name);
    if (!next.statements.every((later) => mayPass(later, subject) && isSettled(later))) return null;
    last = number;
  }
  return pathOf(own, increase(last.digits), subject.name);
}

type Subject = { table: string | null; name: string };

function subjectOf(change: Statement["changes"][number]): Subject | null {
  if (change.kind === "create-index") return { table: change.table.name, name: cutName(change.index.name ?? `${change.table.name}_unique`) };
  return change.kind === "drop-index" && change.indexes[0] !== undefined ? { table: null, name: change.indexes[0].name } : null;
}

/** Is it the same whether this runs before or after? Other indexes, and what says nothing of the table and the index. */
function mayPass(later: Statement, { table, name }: Subject): boolean {
  if (later.nested || later.queries.length > 0 || later.changes.length === 0) return false;
  if (later.changes.every((change) => change.kind === "create-index" && change.index.name !== name)) return true;
  // The old key goes when the new one is there.
  if (later.changes.some((change) => change.kind === "drop-index")) return false;
  const said = new Set(JSON.stringify(later.changes).match(/\w+/g));
  return table !== null && !said.has(table) && !said.has(name);
}

/** What is going to move itself may take the same number. */
function isSettled({ changes }: Statement): boolean {
  return changes.every((change) => change.kind !== "create-index" || !change.unique || (change.concurrently && !change.ifNotExists));
}

/** A runner leaves out what comes before a migration that has run. */
function isLate(migrations: Migration[], from: number): boolean {
  return migrations.slice(from).some(({ applied }) => applied === true);
}

type Numbered = { dir: string; mark: string; digits: string; ending: string };

/** `dir/0003_name.up.sql`, `dir/V3__name.sql`, `dir/20240101000000_name/migration.sql`. */
function readNumber(path: string): Numbered | null {
  const found = /^(?<dir>(?:.*\/)?)(?<mark>V?)(?<digits>\d+)(?<rest>__?)[^/]*?(?<ending>\/migration\.sql|(?:\.up)?\.sql)$/i.exec(path)?.groups;
  if (found === undefined) return null;
  return { dir: found["dir"] ?? "", mark: found["mark"] ?? "", digits: found["digits"] ?? "", ending: found["ending"] ?? "" };
}

/** The next number in as many digits; the next second where they are a time. */
function increase(digits: string): string {
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)?.slice(1).map(Number);
  if (time === undefined) return String(BigInt(digits) + 1n).padStart(digits.length, "0");
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = time;
  const next = new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1)).toISOString().replace(/\D/g, "").slice(0, 14);
  // Not every number of 14 digits is a time.
  return next > digits ? next : String(BigInt(digits) + 1n);
}

function pathOf({ dir, mark, ending }: Numbered, digits: string, name: string): string {
  return `${dir}${mark}${digits}${mark === "" ? "_" : "__"}${name.replace(/\W+/g, "_")}${ending}`;
}
