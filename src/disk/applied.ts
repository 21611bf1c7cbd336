import { failure } from "../lint/failure.ts";
import { didYouMean } from "../lint/nearest.ts";
import type { DatabaseSource } from "../model/input.ts";
import { nameOf as lastPart } from "./paths.ts";

/** What is known about which migrations have run in production. */
export type HistoryOptions = {
  /** `migrations.appliedThrough` of the configuration. */
  through?: AppliedThrough | undefined;
  /** Did the change that is linted bring this file? Absent: no change was named. */
  isNew?: ((path: string) => boolean) | undefined;
};

/** The last migration that has run: its name, its file or its number. A list: one of each database. */
export type AppliedThrough = string | number | (string | number)[];

/**
 * Migration file → has it run in production? Files of which nobody told are not in it. A name that no migration has is a `failure` which
 * names the nearest.
 */
export function findApplied(databases: DatabaseSource[], { through, isNew }: HistoryOptions): Map<string, boolean> {
  const lists = databases.flatMap(({ migrations }) => migrations.map(({ files }) => files));
  const applied = new Map<string, boolean>();
  if (isNew !== undefined) for (const path of lists.flat()) applied.set(path, !isNew(path));
  for (const name of through === undefined ? [] : [through].flat()) markThrough(lists, String(name), applied);
  return applied;
}

/** In every list that has a migration of that name: databases of one repository often count alike. */
function markThrough(lists: string[][], name: string, applied: Map<string, boolean>): void {
  const isCalled = lists.some((files) => files.some((path) => hasName(path, name))) ? hasName : hasNumber;
  let found = false;
  for (const files of lists) {
    const last = files.findLastIndex((path) => isCalled(path, name));
    if (last < 0) continue;
    found = true;
    for (const [index, path] of files.entries()) applied.set(path, index <= last || applied.get(path) === true);
  }
  if (!found) throw failure(`configuration: migrations.appliedThrough: no migration is called "${name}"${hint(lists.flat(), name)}`);
}

/** `0042_add_email`, with its ending or not, after some of its folders or none; Prisma's are called as their folder. */
function hasName(path: string, name: string): boolean {
  return [path, withoutFile(path), withoutEnding(path)].some((own) => own === name || own.endsWith(`/${name}`));
}

/** `42` is `0042_add_email`; `1.2` is Flyway's `V1_2__add_email`. */
function hasNumber(path: string, name: string): boolean {
  const wanted = /^V?(\d+(?:[._]\d+)*)$/i.exec(name)?.[1];
  const own = /^V(\d+(?:[._]\d+)*)__/.exec(nameOf(path))?.[1] ?? /^\d+/.exec(nameOf(path))?.[0];
  return wanted !== undefined && own !== undefined && toNumber(own) === toNumber(wanted);
}

function toNumber(version: string): string {
  return version.split(/[._]/).map((part) => BigInt(part)).join(".");
}

function hint(paths: string[], name: string): string {
  const names = paths.map(nameOf);
  const last = names.at(-1);
  return didYouMean(name, names) || (last === undefined ? ": there are none" : `; the last one is "${last}"`);
}

/** As its runner names it. */
function nameOf(path: string): string {
  return lastPart(withoutEnding(path));
}

function withoutEnding(path: string): string {
  return path === withoutFile(path) ? path.replace(/(?:\.up)?\.\w+$/, "") : withoutFile(path);
}

function withoutFile(path: string): string {
  return path.replace(/\/migration\.sql$/, "");
}
