import type { Column, Dialect } from "../../model/catalog.ts";
import type { PrismaField, PrismaModel } from "../../model/prisma.ts";
import type { NewForeignKey, NewKey, QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import type { Span } from "../../model/span.ts";
import { columnOf } from "./prisma-columns.ts";
import { columnNameOf, defaultName, tableNameOf } from "./prisma-names.ts";

type Models = ReadonlyMap<string, PrismaModel>;
type ForeignKeyAction = NewForeignKey["onDelete"];

const ACTIONS: Record<string, ForeignKeyAction> = {
  Cascade: "cascade",
  Restrict: "restrict",
  NoAction: "no action",
  SetNull: "set null",
  SetDefault: "set default",
};

export function qualifiedName(model: PrismaModel): QualifiedName {
  return { schema: model.schema, name: tableNameOf(model) };
}

/** Foreign keys of the relations that name their fields. */
export function foreignKeysOf(model: PrismaModel, models: Models, dialect: Dialect): NewForeignKey[] {
  return model.fields.flatMap((field) => {
    const relation = field.relation;
    const target = models.get(field.type);
    if (relation === null || relation.fields.length === 0 || target === undefined || target.kind === "view") return [];
    const columns = relation.fields.map((name) => columnNameOf(model, name));
    return [
      {
        name: relation.map ?? defaultName(dialect, tableNameOf(model), columns, "_fkey"),
        columns,
        table: qualifiedName(target),
        references: relation.references.map((name) => columnNameOf(target, name)),
        onDelete: ACTIONS[relation.onDelete ?? ""] ?? defaultAction(field, model),
        at: relation.at,
      },
    ];
  });
}

/** RESTRICT where any of the relation's columns is required, SET NULL otherwise. */
function defaultAction(field: PrismaField, model: PrismaModel): ForeignKeyAction {
  const required = model.fields.some((scalar) => field.relation?.fields.includes(scalar.name) === true && !scalar.nullable);
  return required || !field.nullable ? "restrict" : "set null";
}

/** A many-to-many relation without a model of its own: a list on either side. `first` is A, the earlier model name. */
type ManyToMany = { table: string; first: PrismaModel; second: PrismaModel; at: Span };

/** Join tables of implicit many-to-many relations (reference §5.2); `version` of Prisma decides what keeps (A, B) unique. */
export function joinTables(models: Models, dialect: Dialect, version: string | null, withForeignKeys: boolean): SchemaChange[] {
  return implicitRelations(models).map(({ table, first, second, at }) => ({
    kind: "create-table",
    table: { schema: first.schema, name: table },
    ifNotExists: false,
    temporary: false,
    tableKind: "table",
    partitioned: false,
    partitionOf: null,
    inherits: [],
    like: [],
    columns: [joinColumn("A", first, dialect, at), joinColumn("B", second, dialect, at)],
    keys: [joinKey(table, dialect, version, at)],
    indexes: [
      { name: `${table}_B_index`, parts: [part("B")], where: null, method: "btree", include: [], at },
    ],
    foreignKeys: withForeignKeys ? [joinForeignKey("A", table, first, dialect, at), joinForeignKey("B", table, second, dialect, at)] : [],
    checks: [],
    complete: true,
    at,
  }));
}

function implicitRelations(models: Models): ManyToMany[] {
  const found = new Map<string, ManyToMany>();
  for (const model of models.values()) {
    for (const field of model.fields) {
      const other = models.get(field.type);
      if (!field.list || other === undefined || model.kind !== "model" || !hasListBack(model, field, other)) continue;
      const [first, second] = model.name <= other.name ? [model, other] : [other, model];
      const table = `_${field.relation?.name ?? `${first.name}To${second.name}`}`;
      if (!found.has(table)) found.set(table, { table, first, second, at: field.at });
    }
  }
  return [...found.values()];
}

/** A relation of a model with itself has both of its fields in one model. */
function hasListBack(model: PrismaModel, field: PrismaField, other: PrismaModel): boolean {
  return other.fields.some(
    (back) =>
      back.list && back.type === model.name && (back.relation?.name ?? null) === (field.relation?.name ?? null) && back !== field,
  );
}

function joinColumn(name: "A" | "B", model: PrismaModel, dialect: Dialect, at: Span): Column {
  const id = idField(model);
  const type = id === null ? null : columnOf(id, model, dialect).type;
  return { name, property: null, type, nullable: false, default: null, generated: false, at };
}

/** Since Prisma 6 the pair is the primary key; before, a unique index. A version that is not known counts as new. */
function joinKey(table: string, dialect: Dialect, version: string | null, at: Span): NewKey {
  const old = version !== null && Number.parseInt(version, 10) < 6;
  const primary = dialect === "postgres" && !old;
  return {
    name: primary ? `${table}_AB_pkey` : `${table}_AB_unique`,
    kind: primary ? "primary" : "index",
    parts: [part("A"), part("B")],
    where: null,
    nullsNotDistinct: false,
    deferrable: false,
    at,
  };
}

function joinForeignKey(column: "A" | "B", table: string, target: PrismaModel, dialect: Dialect, at: Span): NewForeignKey {
  const id = idField(target);
  return {
    name: defaultName(dialect, table, [column], "_fkey"),
    columns: [column],
    table: qualifiedName(target),
    references: id === null ? [] : [columnNameOf(target, id.name)],
    onDelete: "cascade",
    at,
  };
}

function idField(model: PrismaModel): PrismaField | null {
  const id = model.keys.find((key) => key.kind === "id")?.fields;
  return (id?.length === 1 ? model.fields.find((field) => field.name === id[0]?.name) : undefined) ?? null;
}

function part(column: string) {
  return { kind: "column" as const, column, collation: null, opclass: null };
}
