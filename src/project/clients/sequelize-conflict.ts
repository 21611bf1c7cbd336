import type { KeyPart } from "../../model/catalog.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { majorVersion } from "../schema/drizzle-names.ts";
import { asStrings, entryOf } from "../evaluate.ts";
import { whereText } from "../migrations/sequelize-parts.ts";
import { flagIn } from "../migrations/sql-text.ts";
import type { Evaluated } from "../program.ts";
import { primaryOf, uniqueKeysOf, type SequelizeModel } from "../schema/sequelize-model.ts";
import { indexesOf } from "../schema/sequelize-table.ts";
import type { Draft, DraftConflict } from "./adapter.ts";

type Target = DraftConflict["target"];

/** What the clause is made of. `at`: where the options that decide stand. */
export type ConflictScope = { model: SequelizeModel; version: string | null; columnOf(key: string): string; draft: Draft; options: Evaluated | null };

/** `upsert(values, { conflictFields, conflictWhere, fields })` (reference §11.2). */
export function conflictOfUpsert(scope: ConflictScope): DraftConflict {
  const { draft, options } = scope;
  const fields = entryOf(options, "conflictFields");
  const where = predicateIn(options);
  const made = madeOf(draft, "update", fields ?? entryOf(options, "conflictWhere"));
  if (fields !== undefined && fields.kind !== "undefined") {
    // These are the database's names as they stand.
    const named = asStrings(fields);
    return { ...made, target: named === null || where === undefined ? { by: "unknown" } : columnsOf(named, where) };
  }
  const isKnown = options === null || (options.kind === "object" && options.complete) || options.kind === "undefined";
  return { ...made, target: isKnown && where === null ? (guessed(scope) ?? { by: "unknown" }) : { by: "unknown" } };
}

/**
 * Without `conflictFields` the columns that will be updated are gone through in order: the first unique key, else unique index, that contains one of
 * them is taken, partial ones too; the primary key where one of its columns is among them, or nothing is found.
 */
function guessed({ model, draft, options, columnOf }: ConflictScope): Target | null {
  const indexes = indexesOf(model);
  if (!model.complete || indexes === null) return null;
  const said = entryOf(options, "fields");
  const given = said === undefined ? (draft.columns !== null && draft.columnsComplete ? draft.columns.map(({ column }) => column) : null) : (asStrings(said)?.map(columnOf) ?? null);
  if (given === null) return soleKey(model, indexes);
  const updated = model.stamps.updated === null ? given : [...given, columnOf(model.stamps.updated)];
  const primary = primaryOf(model).map(({ column }) => column);
  if (updated.some((column) => primary.includes(column))) return columnsOf(primary, null);
  const keys = [...uniqueKeysOf(model).values()].map((key) => key.columns);
  const unique = indexes.filter((index) => index.unique);
  for (const column of updated) {
    const key = keys.find((columns) => columns.includes(column)) ?? unique.find((index) => index.columns?.includes(column) === true)?.columns;
    if (key != null) return columnsOf([...new Set(key)], null);
    if (unique.some((index) => index.columns === null)) return null;
  }
  return primary.length === 0 ? null : columnsOf(primary, null);
}

/** Whatever is written, there is but the one key. */
function soleKey(model: SequelizeModel, indexes: NonNullable<ReturnType<typeof indexesOf>>): Target | null {
  const primary = primaryOf(model).map(({ column }) => column);
  return primary.length === 0 || uniqueKeysOf(model).size > 0 || indexes.some(({ unique }) => unique) ? null : columnsOf(primary, null);
}

/** `bulkCreate(rows, { ignoreDuplicates })`, `{ updateOnDuplicate, conflictAttributes, conflictWhere }`; null: a plain INSERT. */
export function conflictOfBulk(scope: ConflictScope): DraftConflict | null {
  const { model, draft, options, columnOf } = scope;
  if (flagIn(options ?? undefined, "ignoreDuplicates") === true) return { ...madeOf(draft, "nothing", entryOf(options, "ignoreDuplicates")), target: { by: "none" }, sets: [] };
  const update = entryOf(options, "updateOnDuplicate");
  if (update === undefined || update.kind === "undefined") return null;
  const attributes = entryOf(options, "conflictAttributes");
  const made = madeOf(draft, "update", attributes ?? update);
  made.sets = asStrings(update)?.map((key) => ({ column: columnOf(key), at: update.at, source: null, value: { text: `excluded.${columnOf(key)}`, origin: "excluded", nullable: null } })) ?? null;
  const where = predicateIn(options);
  if (attributes !== undefined && attributes.kind !== "undefined") {
    const named = asStrings(attributes);
    return { ...made, target: named === null || where === undefined ? { by: "unknown" } : columnsOf(named.map(columnOf), where) };
  }
  const indexes = indexesOf(model);
  // Version 7 counts in another way.
  if (where !== null || indexes === null || !model.complete || majorVersion(scope.version) > 6) return made;
  const whole = indexes.filter((index) => index.unique && !index.hasWhere);
  if (whole.some((index) => index.columns === null)) return made;
  const [first] = uniqueKeysOf(model).values();
  const columns = [...whole.flatMap((index) => index.columns ?? []), ...(first?.columns ?? [])];
  return { ...made, target: columnsOf(columns.length > 0 ? columns : primaryOf(model).map(({ column }) => column), null) };
}

function madeOf(draft: Draft, action: DraftConflict["action"], place: Evaluated | undefined): DraftConflict {
  const at = place?.at.path === draft.at.path && place.at.start >= draft.at.start && place.at.end <= draft.at.end ? place.at : draft.at;
  return { action, target: { by: "unknown" }, prepared: false, sets: "all", setWhere: false, native: "yes", reasons: [], at };
}

function columnsOf(columns: string[], where: Extract<Target, { by: "columns" }>["where"]): Target {
  if (columns.length === 0) return { by: "unknown" };
  return { by: "columns", parts: columns.map((column): KeyPart => ({ kind: "column", column, collation: null, opclass: null })), where, selector: null };
}

/** `conflictWhere`: null: none; undefined: not known. */
function predicateIn(options: Evaluated | null): ReturnType<typeof canonicalPredicate> | null | undefined {
  const where = entryOf(options, "conflictWhere");
  if (where === undefined || where.kind === "undefined") return null;
  const text = whereText(where);
  return text === null ? undefined : canonicalPredicate(text);
}
