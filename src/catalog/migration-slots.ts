import type { Database, Migration } from "../model/project.ts";
import type { SchemaChange } from "../model/schema-change.ts";
import type { Statement } from "../model/statement.ts";
import type { ReplayStep } from "./replay.ts";

/** What leaves its file: a key's name, and its table where that is known. */
export type Subject = { table: string | null; name: string };

/**
 * Paths of new migrations, called as `names` say, for statements that leave their own: numbered behind it, one after the other, before all that may need
 * what they do. null: another statement has to stay behind them, too few numbers are free, or files are not named by numbers.
 */
export function freeSlots({ migrations }: Database, migration: Migration, step: ReplayStep, subject: Subject, names: string[]): string[] | null {
  if (names.length === 0) return [];
  const own = readNumber(migration.path);
  if (own === null || !migration.statements.slice(step.index + 1).every((later) => mayPass(later, subject))) return null;
  let last = own;
  const position = migrations.indexOf(migration);
  for (const [offset, next] of migrations.slice(position + 1).entries()) {
    const number = readNumber(next.path);
    if (number === null || number.dir !== own.dir) return null;
    const free = following(last.digits, names.length);
    if (BigInt(free.at(-1) ?? "") < BigInt(number.digits)) return isLate(migrations, position + 1 + offset) ? null : pathsOf(own, free, names);
    if (!next.statements.every((later) => mayPass(later, subject) && isSettled(later))) return null;
    last = number;
  }
  return pathsOf(own, following(last.digits, names.length), names);
}

/** Is it the same whether this runs before or after? Other indexes, and what says nothing of the table and the index. */
function mayPass(later: Statement, { table, name }: Subject): boolean {
  if (later.nested || later.queries.length > 0 || later.changes.length === 0) return false;
  if (later.changes.every((change) => isOtherKey(change, name))) return true;
  // The old key goes when the new one is there.
  if (later.changes.some((change) => change.kind === "drop-index")) return false;
  const said = new Set(JSON.stringify(later.changes).match(/\w+/g));
  return table !== null && !said.has(table) && !said.has(name);
}

function isOtherKey(change: SchemaChange, name: string): boolean {
  if (change.kind === "create-index") return change.index.name !== name;
  return change.kind === "add-key" && change.key.name !== null && ![change.key.name, change.usingIndex].includes(name);
}

/** What is going to move itself may take the same number. */
function isSettled({ changes }: Statement): boolean {
  return changes.every((change) => {
    if (change.kind === "create-index") return !change.unique || (change.concurrently && !change.ifNotExists);
    if (change.kind === "add-key") return change.usingIndex !== null;
    return change.kind !== "add-column" || change.keys.length === 0;
  });
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

function following(digits: string, count: number): string[] {
  const found: string[] = [];
  for (let next = digits; found.length < count; found.push(next)) next = increase(next);
  return found;
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

function pathsOf({ dir, mark, ending }: Numbered, digits: string[], names: string[]): string[] {
  return digits.map((own, index) => `${dir}${mark}${own}${mark === "" ? "_" : "__"}${(names[index] ?? "").replace(/\W+/g, "_")}${ending}`);
}
