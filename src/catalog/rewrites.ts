import type { Fix } from "../model/finding.ts";
import type { Database, Migration } from "../model/project.ts";
import type { KeyBuild } from "./builds.ts";
import type { Subject } from "./migration-slots.ts";
import { cutName } from "./names.ts";
import { formerKey, nameOf } from "./recipes.ts";
import type { ReplayStep } from "./replay.ts";
import { splitKey } from "./rewrite-keys.ts";
import { replaceBy, type Piece } from "./rewrite-pieces.ts";
import { findPlace, ownText, type ReadText } from "./rewrite-place.ts";
import { findTable } from "./tables.ts";
import { quoteName } from "./words.ts";

/** The key built CONCURRENTLY, in the place where its runner takes that; null: no edit that is surely right. */
export function buildConcurrently(database: Database, build: KeyBuild, text: ReadText): Fix | null {
  const { migration, step, table, key } = build;
  const place = findPlace(database, migration, step, text);
  const former = formerKey(build);
  // A table that no migration creates may be partitioned.
  if (place === null || table.partitioned || table.built.length === 0 || (former !== null && former.name !== key.name) || lapses(build)) return null;
  const own = ownText(place);
  if (build.how !== "index") {
    const { name, free } = nameOf(build);
    const steps = name === null || free !== name ? null : splitKey(build, own, cutName(name));
    if (steps === null || name === null) return null;
    const drop = `ALTER TABLE ${steps.table} DROP CONSTRAINT IF EXISTS ${quoteName(cutName(name))};`;
    const pieces: Piece[] = [
      ...(steps.column === null ? [] : [{ sql: steps.column, kind: "other" as const, outside: false, file: "", down: null }]),
      { sql: steps.index, kind: "build", outside: true, file: cutName(name), down: dropText(table.schema, cutName(name)) },
      { sql: steps.attach, kind: "other", outside: false, file: `attach_${cutName(name)}`, down: drop },
    ];
    return replaceBy(place, pieces, { table: table.name, name: cutName(name) }, "Build its index CONCURRENTLY, then attach it");
  }
  const head = /^CREATE\s+UNIQUE\s+INDEX\b/i.exec(own)?.[0];
  if (head === undefined) return null;
  const piece = pieceOf(step, `${head} CONCURRENTLY${own.slice(head.length)}`);
  const first = build.ifNotExists ? [dropPiece(table.schema, cutName(key.name ?? ""))] : [];
  return replaceBy(place, [...first, piece], subjectOf(step), "Build it CONCURRENTLY");
}

/** The statement where its runner opens no transaction around it; null: no edit that is surely right. */
export function runOutside(database: Database, migration: Migration, step: ReplayStep, text: ReadText): Fix | null {
  const place = findPlace(database, migration, step, text);
  return place === null ? null : replaceBy(place, [pieceOf(step, ownText(place))], subjectOf(step), "Run it");
}

/** DROP INDEX CONCURRENTLY IF EXISTS before a CREATE INDEX CONCURRENTLY IF NOT EXISTS, where its runner takes both; null: no edit that is surely right. */
export function dropBefore(database: Database, migration: Migration, step: ReplayStep, text: ReadText): Fix | null {
  const place = findPlace(database, migration, step, text);
  const { name } = subjectOf(step);
  if (place === null || name === "") return null;
  const first = dropPiece(schemaOf(step), name);
  return replaceBy(place, [first, pieceOf(step, ownText(place))], subjectOf(step), `${first.sql} first`);
}

/** What takes an index away without waiting for those who read; its schema is named unless it is `public`. */
export function dropSql(schema: string, name: string): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${schema === "public" ? "" : `${quoteName(schema)}.`}${quoteName(name)}`;
}

function dropText(schema: string, name: string): string {
  return `${dropSql(schema, name)};`;
}

function dropPiece(schema: string, name: string): Piece {
  return { sql: dropSql(schema, name), kind: "drop", outside: true, file: `drop_${name}`, down: null };
}

function pieceOf(step: ReplayStep, sql: string): Piece {
  const { table, name } = subjectOf(step);
  const isBuild = table !== null;
  return { sql, kind: isBuild ? "build" : "drop", outside: true, file: name, down: isBuild ? dropText(schemaOf(step), name) : null };
}

function subjectOf({ statement }: ReplayStep): Subject {
  const change = statement.changes.find(({ kind }) => kind === "create-index" || kind === "drop-index");
  if (change?.kind === "create-index") return { table: change.table.name, name: cutName(change.index.name ?? `${change.table.name}_unique`) };
  return { table: null, name: change?.kind === "drop-index" ? cutName(change.indexes[0]?.name ?? "") : "" };
}

function schemaOf({ statement, before, searchPath }: ReplayStep): string {
  const change = statement.changes.find(({ kind }) => kind === "create-index");
  if (change?.kind !== "create-index") return "public";
  return findTable(before, change.table, searchPath)?.schema ?? change.table.schema ?? "public";
}

/** A key of the table goes before the new one is there: apart from each other they leave it without any, and duplicates get in. */
function lapses({ migration, table, earlier }: KeyBuild): boolean {
  return migration.transaction !== "none" && earlier.keys.some(({ name }) => name !== null && !table.keys.some((key) => key.name === name));
}
