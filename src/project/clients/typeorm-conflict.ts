import type { KeyPart } from "../../model/catalog.ts";
import type { Conflict } from "../../model/project.ts";
import type { Span } from "../../model/span.ts";
import { canonicalPredicate } from "../../read/sql/canonical.ts";
import { readSqlText } from "../../read/sql/text.ts";
import { isSqlParserReady } from "../../read/sql/parser.ts";
import { asString, asStrings, entryOf, truthOf } from "../evaluate.ts";
import type { Evaluated } from "../program.ts";
import type { EntityBinding } from "../schema/bindings.ts";
import type { DraftConflict } from "./adapter.ts";

/** ON CONFLICT (…) DO UPDATE with everything that is written. */
function made(target: Conflict["target"], at: Span): DraftConflict {
  return { action: "update", target, prepared: false, sets: "all", setWhere: false, native: "yes", reasons: [], at };
}

export function doNothing(at: Span): DraftConflict {
  return { ...made({ by: "none" }, at), action: "nothing", sets: [] };
}

/** `save` of a row with its primary key: a SELECT by it, then an INSERT or an UPDATE. */
export function savedByKey(entity: EntityBinding, at: Span): DraftConflict {
  const columns = entity.primary.flatMap((property) => entity.columns.get(property) ?? []);
  return { ...made({ by: "columns", parts: columns.map(partOf), where: null, selector: null }, at), native: "no", reasons: ["save reads the row by its primary key first"] };
}

/** The second argument of `upsert`: properties, or options with them. */
export function upsertConflict(entity: EntityBinding, value: Evaluated | null, at: Span): DraftConflict {
  const options = value?.kind === "object" ? value : null;
  const paths = options === null ? value : (entryOf(options, "conflictPaths") ?? null);
  const place = paths?.at.path === at.path ? paths.at : at;
  const properties = paths?.kind === "object" ? (paths.complete ? [...paths.entries].filter(([, item]) => truthOf(item) !== false).map(([key]) => key) : null) : asStrings(paths);
  const columns = properties === null ? null : propertyColumns(entity, properties);
  const predicate = entryOf(options, "indexPredicate");
  if (columns === null || (predicate !== undefined && predicate.kind !== "string" && predicate.kind !== "undefined")) return made({ by: "unknown" }, place);
  const conflict = made({ by: "columns", parts: columns.map(partOf), where: predicateOf(predicate), selector: null }, place);
  return { ...conflict, setWhere: isOn(options, "skipUpdateIfNoValuesChanged") };
}

/** Columns of properties; a relation stands for those that hold it. null: one has none. */
function propertyColumns(entity: EntityBinding, properties: string[]): string[] | null {
  const found = properties.map((property) => {
    const own = entity.columns.get(property);
    if (own !== undefined) return [own];
    const related = entity.relations.get(property)?.columns.map((each) => each.column);
    // `itemId` beside a relation `item` is the column that the relation holds.
    return related ?? ([...entity.relations.values()].some(({ columns: held }) => held.some((each) => each.column === property)) ? [property] : []);
  });
  return found.some((each) => each.length === 0) ? null : found.flat();
}

/** `orUpdate(columns, target, options)`: names of the database; a single string is a constraint's name. The first form took one object. */
export function orUpdateConflict(args: Evaluated[], at: Span): DraftConflict {
  const [first, second, third] = args;
  const legacy = first?.kind === "object" ? first : null;
  const target = legacy === null ? second : entryOf(legacy, "conflict_target");
  const options = legacy === null ? third : undefined;
  const overwrite = legacy === null ? first : (entryOf(legacy, "overwrite") ?? entryOf(legacy, "columns"));
  const isEmpty = overwrite?.kind === "array" && overwrite.complete && overwrite.items.length === 0;
  const predicate = entryOf(options, "indexPredicate");
  const names = target?.kind === "array" ? asStrings(target) : null;
  const named = target === undefined || target.kind === "undefined" ? { by: "none" as const } : constraintOrUnknown(target, legacy !== null);
  const isKnown = predicate === undefined || predicate.kind === "string" || predicate.kind === "undefined";
  const known: Conflict["target"] = names === null ? named : isKnown ? { by: "columns", parts: names.map(partOf), where: predicateOf(predicate), selector: null } : { by: "unknown" };
  const conflict = made(known, target?.at.path === at.path ? target.at : at);
  const setWhere = isOn(options, "skipUpdateIfNoValuesChanged") || entryOf(options, "overwriteCondition") !== undefined;
  return isEmpty ? { ...conflict, action: "nothing", sets: [] } : { ...conflict, setWhere };
}

function constraintOrUnknown(target: Evaluated, isColumn: boolean): Conflict["target"] {
  const name = asString(target);
  if (name === null) return { by: "unknown" };
  return isColumn ? { by: "columns", parts: [partOf(name)], where: null, selector: null } : { by: "constraint", name };
}

/** `onConflict('("email") DO NOTHING')` of TypeORM 0.x: SQL behind the words ON CONFLICT. */
export function rawConflict(value: Evaluated | undefined, at: Span): DraftConflict {
  const text = asString(value);
  if (text === null || !isSqlParserReady()) return made({ by: "unknown" }, at);
  const source = `insert into t default values on conflict ${text}`;
  const { statements } = readSqlText(source, { path: at.path, map: () => at.start });
  const clause = statements[0]?.queries[0]?.conflict;
  if (clause == null) return made({ by: "unknown" }, at);
  const { target } = clause;
  const known: Conflict["target"] = target === null ? { by: "none" } : target.by === "constraint" ? target : { by: "columns", parts: target.parts, where: target.where, selector: null };
  return { ...made(known, at), action: clause.action, sets: clause.action === "nothing" ? [] : null, setWhere: clause.setWhere };
}

function predicateOf(value: Evaluated | undefined): ReturnType<typeof canonicalPredicate> | null {
  const text = asString(value);
  return text === null || text === "" ? null : canonicalPredicate(text);
}

function isOn(options: Evaluated | null | undefined, name: string): boolean {
  const value = entryOf(options, name);
  return value !== undefined && truthOf(value) === true;
}

function partOf(column: string): KeyPart {
  return { kind: "column", column, collation: null, opclass: null };
}
