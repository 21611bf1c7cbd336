import type { Column, KeyPart } from "../../model/catalog.ts";
import type { NewForeignKey, NewIndex, NewKey, QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { cutName } from "../../catalog/names.ts";
import { canonicalExpression, canonicalPredicate } from "../../read/sql/canonical.ts";
import { asString, entryOf } from "../evaluate.ts";
import { functionText, whereText } from "../migrations/sequelize-parts.ts";
import { flagIn, stringIn } from "../migrations/sql-text.ts";
import type { Evaluated } from "../program.ts";
import { primaryOf, uniqueKeysOf, type SequelizeModel } from "./sequelize-model.ts";
import { underscore } from "./sequelize-names.ts";

/** `where` not known: null within. `columns`: as Sequelize itself counts them, for its guess of an upsert's target; null: an expression is among them. */
export type ModelIndex = { name: string | null; unique: boolean; parts: KeyPart[]; where: NewKey["where"]; hasWhere: boolean; method: string; columns: string[] | null; known: boolean; at: Span };

/** Where a foreign key leads, as the models' names say; null: not known. */
export type TargetOf = (model: Evaluated) => { table: QualifiedName; primary: string[] } | null;

/**
 * What `sync()` makes of a model (reference §11.1): one `create-table`. Unique keys of attributes go by Postgres' own default names. `syncs`: it is
 * what makes the tables; beside migrations nobody declares the keys that associations would bring.
 */
export function tableOfModel(model: SequelizeModel, targetOf: TargetOf, syncs: boolean): SchemaChange {
  const indexes = indexesOf(model);
  const base = { where: null, nullsNotDistinct: false, deferrable: false };
  const primary = primaryOf(model);
  const keys: NewKey[] = [];
  const unique = [...uniqueKeysOf(model).values()].filter((key) => syncs || !key.joins);
  // Behind the columns first, as Postgres counts them for names that are taken.
  for (const key of [...unique.filter((each) => !each.own), ...unique.filter((each) => each.own)]) {
    keys.push({ ...base, name: null, kind: "constraint", parts: key.columns.map(columnPart), at: key.at });
  }
  if (primary.length > 0) keys.push({ ...base, name: null, kind: "primary", parts: primary.map(({ column }) => columnPart(column)), at: primary[0]?.at ?? model.at });
  const made = indexes?.filter((index) => index.known) ?? [];
  for (const index of made) if (index.unique) keys.push({ ...base, name: index.name, kind: "index", parts: index.parts, where: index.where, at: index.at });
  return {
    kind: "create-table", at: model.at, table: { schema: model.schema, name: model.table }, ifNotExists: false, temporary: false, tableKind: "table",
    partitioned: false, partitionOf: null, inherits: [], like: [],
    columns: model.attributes.map((attribute): Column => ({
      name: attribute.column, property: attribute.property, type: attribute.type, nullable: attribute.nullable, default: attribute.default, generated: false,
      at: attribute.implied ? null : attribute.at,
    })),
    keys,
    indexes: made.flatMap((index): NewIndex[] => (index.unique ? [] : [{ name: index.name, parts: index.parts, where: index.where, method: index.method, include: [], at: index.at }])),
    foreignKeys: model.attributes.flatMap((attribute): NewForeignKey[] => {
      const target = attribute.references === null ? null : targetOf(attribute.references.model);
      if (attribute.references === null || target === null) return [];
      const key = attribute.references.key ?? (target.primary.length === 1 ? (target.primary[0] ?? "id") : "id");
      return [{ name: null, columns: [attribute.column], table: target.table, references: [key], onDelete: actionOf(attribute.references.onDelete), at: attribute.at }];
    }),
    checks: [],
    complete: model.complete && indexes !== null && indexes.every((index) => index.known || !index.unique),
  };
}

function columnPart(column: string): KeyPart {
  return { kind: "column", column, collation: null, opclass: null };
}

function actionOf(text: string | null): NewForeignKey["onDelete"] {
  const action = text?.toLowerCase();
  return action === "cascade" || action === "restrict" || action === "set null" || action === "set default" ? action : "no action";
}

/** `indexes` of the options; names and conditions are the database's columns. null: the list is not known. */
export function indexesOf(model: SequelizeModel): ModelIndex[] | null {
  const list = entryOf(model.options, "indexes");
  if (list === undefined || list.kind === "undefined") return [];
  if (list.kind !== "array" || !list.complete) return null;
  return list.items.map((item) => readIndex(model, item));
}

function readIndex(model: SequelizeModel, value: Evaluated): ModelIndex {
  const type = stringIn(value, "type")?.toLowerCase();
  const unique = type === "unique" ? true : flagIn(value, "unique");
  const fields = entryOf(value, "fields");
  const parts = fields?.kind === "array" && fields.complete ? fields.items.map(readField) : [null];
  const where = entryOf(value, "where");
  const hasWhere = where !== undefined && where.kind !== "undefined";
  const condition = hasWhere ? whereText(where) : null;
  const named = entryOf(value, "name");
  const columns = parts.map((part) => part?.name ?? null);
  const made = columns.includes(null) ? null : cutName(underscore(`${model.table}_${columns.join("_")}`));
  return {
    name: named === undefined ? made : (asString(named) ?? null), unique: unique !== false, parts: parts.flatMap((each) => (each === null ? [] : [each.part])),
    where: condition === null ? null : canonicalPredicate(condition), hasWhere, method: stringIn(value, "using")?.toLowerCase() ?? "btree",
    columns: parts.every((each) => each !== null && each.part.kind === "column") ? columns.flatMap((each) => each ?? []) : null,
    known: parts.length > 0 && !parts.includes(null) && (!hasWhere || condition !== null) && unique !== null, at: value.at,
  };
}

const AS_IT_STANDS = { home: (at: Span): Span => at, unread: (): void => undefined };

/** `"email"`, `{ name, order, operator, collate }`, `fn("lower", col("email"))`, `literal("…")`. `name`: what a default name calls it. */
function readField(value: Evaluated): { part: KeyPart; name: string | null } | null {
  const column = asString(value) ?? stringIn(value, "name") ?? stringIn(value, "attribute");
  if (column !== null) return { part: { kind: "column", column, collation: stringIn(value, "collate"), opclass: stringIn(value, "operator") }, name: column };
  const text = functionText(AS_IT_STANDS, value);
  if (text === null) return null;
  const plain = /^"([^"]+)"$/.exec(text)?.[1] ?? (/^[a-z_]\w*$/.test(text) ? text : undefined);
  if (plain !== undefined) return { part: { kind: "column", column: plain, collation: null, opclass: null }, name: null };
  const { text: expression, columns } = canonicalExpression(text);
  return { part: { kind: "expression", expression, columns, collation: null, opclass: null }, name: null };
}
