import type { NewForeignKey, NewKey, QualifiedName, SchemaChange } from "../../model/schema-change.ts";
import { cutName, nameBytes } from "../../catalog/names.ts";
import { NONE, textOf, type JoinColumn, type RelationDraft } from "./typeorm-draft.ts";
import { defaultName, type Naming } from "./typeorm-names.ts";
import type { Entities, Entity, EntityColumn } from "./typeorm-resolve.ts";

/** A relation with the columns of this table that hold it. `references`: property of the target. */
export type JoinedRelation = { draft: RelationDraft; target: Entity | null; columns: { column: string; references: string }[] };
export type Joined = {
  relations: JoinedRelation[];
  /** Columns that only relations make. */
  added: EntityColumn[];
  foreignKeys: NewForeignKey[];
  /** Of one-to-one relations. */
  keys: NewKey[];
  /** Junction tables of many-to-many relations. */
  junctions: SchemaChange[];
  complete: boolean;
};

type Scope = { entity: Entity; entities: Entities; naming: Naming; out: Joined };

/** Follows an entity's relations: join columns, foreign keys, the UNIQUE of one-to-one, junction tables. */
export function joinRelations(entity: Entity, entities: Entities, naming: Naming): Joined {
  const out: Joined = { relations: [], added: [], foreignKeys: [], keys: [], junctions: [], complete: true };
  const scope: Scope = { entity, entities, naming, out };
  for (const draft of entity.relations) {
    const target = draft.target === null ? null : entities.of(draft.target);
    const isOwner = draft.kind === "many-to-one" || (draft.kind === "one-to-one" && draft.joinColumns !== null);
    const columns = isOwner ? addJoinColumns(scope, draft, target) : [];
    out.relations.push({ draft, target, columns });
    if (draft.kind === "many-to-many" && draft.joinTable !== null) addJunction(scope, draft, target);
  }
  return out;
}

type Pair = { name: string; column: EntityColumn; referenced: EntityColumn };

function addJoinColumns(scope: Scope, draft: RelationDraft, target: Entity | null): JoinedRelation["columns"] {
  const { entity, naming, out } = scope;
  const written = draft.joinColumns ?? [];
  const referenced = target === null ? null : referencedColumns(written, target);
  if (referenced === null || referenced.length === 0) return unknownTarget(scope, draft, written);
  const pairs: Pair[] = [];
  for (const each of referenced) {
    const join = written.find((one) => (one.references === null || one.references === each.property) && one.given.kind !== "none");
    const name = join === undefined ? naming.joinColumn(lastOf(draft.property), each.property) : textOf(join.given);
    if (name === null) {
      out.complete = false;
      return [];
    }
    const column = columnNamed(scope, draft, name, { type: each.type });
    if (column.name !== null) pairs.push({ name: column.name, column, referenced: each });
  }
  if (draft.constrained) addForeignKey(scope, draft, target, pairs, written[0]?.foreignKeyName ?? null);
  if (draft.constrained && draft.kind === "one-to-one" && !pairs.every((pair) => pair.column.primary)) {
    const columns = pairs.map((pair) => pair.name);
    const name = naming.hashes && entity.table !== null ? defaultName("REL", entity.table.name, columns) : null;
    out.keys.push({ name, kind: "constraint", parts: columns.map(partOf), where: null, nullsNotDistinct: false, deferrable: false, at: draft.at });
  }
  return pairs.map((pair) => ({ column: pair.name, references: pair.referenced.property }));
}

/** An entity that is not read: its column is known where its name is written. */
function unknownTarget(scope: Scope, draft: RelationDraft, written: JoinColumn[]): JoinedRelation["columns"] {
  const [join] = written;
  const name = join === undefined ? null : textOf(join.given);
  // What the target's key is called, and what it consists of, is not known; with one column named, it is that one.
  if (name === null || written.length > 1) {
    scope.out.complete = false;
    return [];
  }
  const column = columnNamed(scope, draft, name, { type: null });
  if (draft.constrained && draft.kind === "one-to-one" && !column.primary && column.name !== null) {
    const hash = scope.naming.hashes && scope.entity.table !== null ? defaultName("REL", scope.entity.table.name, [column.name]) : null;
    scope.out.keys.push({ name: hash, kind: "constraint", parts: [partOf(column.name)], where: null, nullsNotDistinct: false, deferrable: false, at: draft.at });
  }
  return column.name === null ? [] : [{ column: column.name, references: join?.references ?? "id" }];
}

function referencedColumns(written: JoinColumn[], target: Entity): EntityColumn[] | null {
  const named = written.flatMap((join) => join.references ?? []);
  if (named.length === 0) return target.hidden ? null : target.columns.filter((column) => column.primary);
  const found = written.flatMap((join) => target.columns.find((column) => column.property === join.references) ?? []);
  return found.length === written.length ? found : null;
}

/** A column of the entity's own with that name, or a new one. */
function columnNamed({ entity, naming, out }: Scope, draft: RelationDraft, name: string, { type }: Pick<EntityColumn, "type">): EntityColumn {
  const full = naming.column(name, { kind: "text", value: name }, draft.prefixes);
  const own = [...entity.columns, ...out.added].find((column) => column.name !== null && column.name === full);
  if (own !== undefined) return own;
  const made: EntityColumn = {
    property: draft.property, name: full, given: NONE, prefixes: draft.prefixes, type, primary: draft.primary, primaryName: null,
    nullable: draft.primary ? false : draft.nullable, default: null, generated: false, at: draft.at,
  };
  out.added.push(made);
  return made;
}

function addForeignKey({ entity, naming, out }: Scope, draft: RelationDraft, target: Entity | null, pairs: Pair[], given: string | null): void {
  if (target?.table == null || entity.table === null) return;
  const columns = pairs.map((pair) => pair.name);
  const references = pairs.flatMap((pair) => pair.referenced.name ?? []);
  const name = given ?? (naming.hashes ? defaultName("FK", entity.table.name, columns) : null);
  out.foreignKeys.push({ name: name === null ? null : cutName(name), columns, references, table: target.table, onDelete: onDeleteOf(draft.onDelete), at: draft.at });
}

const ON_DELETE = ["no action", "restrict", "cascade", "set null", "set default"] as const;

function onDeleteOf(text: string | null): NewForeignKey["onDelete"] {
  return ON_DELETE.find((item) => item === text) ?? "no action";
}

function partOf(column: string): NewKey["parts"][number] {
  return { kind: "column", column, collation: null, opclass: null };
}

function lastOf(property: string): string {
  return property.split(".").at(-1) ?? property;
}

/** The table of a many-to-many relation: its primary key is both sides; each side has an index. */
function addJunction(scope: Scope, draft: RelationDraft, target: Entity | null): void {
  const { entity, naming, out } = scope;
  const { joinTable } = draft;
  if (joinTable === null || target === null || entity.plain === null || target.plain === null || entity.table === null || target.table === null) return;
  const plain = joinTable.given.kind === "none" ? naming.joinTable(entity.plain, target.plain, draft.property) : textOf(joinTable.given);
  // Longer names are shortened by the library.
  if (plain === null || (naming.prefix + plain).length > nameBytes || joinTable.schema.kind === "unknown") return;
  const table: QualifiedName = { schema: textOf(joinTable.schema) ?? entity.table.schema, name: naming.prefix + plain };
  const owner = sideOf(naming, entity, joinTable.columns);
  const inverse = sideOf(naming, target, joinTable.inverse);
  if (owner === null || inverse === null) return;
  numberDuplicates(owner, inverse);
  const all = [...owner, ...inverse];
  const columns = all.map((each) => each.name);
  const named = (kind: "PK" | "FK" | "IDX", of: string[]): string | null => (naming.hashes ? defaultName(kind, table.name, of) : null);
  const { at } = joinTable;
  const indexed = [owner, inverse].map((side) => side.map((each) => each.name));
  const foreignKey = (side: Side[], to: Entity): NewForeignKey[] => {
    const own = side.map((each) => each.name);
    return to.table === null ? [] : [{ name: named("FK", own), columns: own, references: side.map((each) => each.references), table: to.table, onDelete: "cascade", at }];
  };
  out.junctions.push({
    kind: "create-table", at, table, ifNotExists: false, temporary: false, tableKind: "table", partitioned: false, partitionOf: null, inherits: [], like: [],
    columns: all.map(({ name, type }) => ({ name, property: null, type, nullable: false, default: null, generated: false, at })),
    keys: [{ name: named("PK", columns), kind: "primary", parts: columns.map(partOf), where: null, nullsNotDistinct: false, deferrable: false, at }],
    indexes: indexed.map((of) => ({ name: named("IDX", of), parts: of.map(partOf), where: null, method: "btree", include: [], at })),
    foreignKeys: draft.constrained ? [...foreignKey(owner, entity), ...foreignKey(inverse, target)] : [],
    checks: [],
    complete: true,
  });
}

type Side = { name: string; references: string; type: string | null };

function sideOf(naming: Naming, entity: Entity, written: JoinColumn[]): Side[] | null {
  const referenced = referencedColumns(written, entity);
  if (referenced === null || referenced.length === 0 || entity.plain === null) return null;
  const out: Side[] = [];
  for (const column of referenced) {
    const join = written.find((one) => (one.references === null || one.references === column.property) && one.given.kind !== "none");
    const name = join === undefined ? (column.name === null ? null : naming.joinTableColumn(entity.plain, column.name)) : textOf(join.given);
    if (name === null || column.name === null) return null;
    out.push({ name, references: column.name, type: column.type });
  }
  return out;
}

/** Both sides of a relation of a table with itself get numbers. */
function numberDuplicates(owner: Side[], inverse: Side[]): void {
  for (const one of owner) {
    for (const other of inverse) {
      if (one.name !== other.name) continue;
      other.name = `${other.name}_2`;
      one.name = `${one.name}_1`;
    }
  }
}
