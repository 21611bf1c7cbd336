import { returnOf } from "../evaluate.ts";
import { asObject, asString, entryOf, truthOf } from "../evaluated.ts";
import type { EvaluatedObject } from "../evaluated.ts";
import type { Evaluated, Program } from "../program.ts";
import { decoratorsOf, readDecorated, type ClassValue, type DecoratedClass, type DecoratedMember, type ReadDecorator } from "./decorated.ts";
import { columnDraft, isTrue, type ColumnMode } from "./typeorm-columns.ts";
import { entityKey, givenOf, NONE, type ColumnDraft, type EntityDraft, type JoinColumn, type RelationDraft, type RelationKind } from "./typeorm-draft.ts";
import { indexOf, uniqueOf } from "./typeorm-lists.ts";

/** The library itself, or a fork of it under its own scope; Nest's module of that name is another thing. */
export function isTypeorm(name: string | null): boolean {
  return name !== null && /^(?:@(?!nestjs\/)[\w-]+\/)?typeorm$/.test(name);
}

const ENTITIES: Record<string, EntityDraft["kind"]> = { Entity: "table", ChildEntity: "child", ViewEntity: "view" };
const COLUMNS: Record<string, ColumnMode> = {
  Column: "regular", PrimaryColumn: "regular", PrimaryGeneratedColumn: "regular", ViewColumn: "regular", CreateDateColumn: "createDate", UpdateDateColumn: "updateDate",
  DeleteDateColumn: "deleteDate", VersionColumn: "version", TreeLevelColumn: "treeLevel", ObjectIdColumn: "regular",
};
const RELATIONS: Record<string, RelationKind> = { ManyToOne: "many-to-one", OneToOne: "one-to-one", OneToMany: "one-to-many", ManyToMany: "many-to-many", TreeParent: "many-to-one", TreeChildren: "one-to-many" };
/** A hook of the class sets what is missing before a row is inserted. */
const HOOKS = new Set(["BeforeInsert"]);

/** The entity that a class is by its decorators; null: it is none. */
export function readEntityClass(program: Program, self: ClassValue): EntityDraft | null {
  const own = decoratorsOf(program, self, self.fact.decorators);
  const entity = own.find((each) => isTypeorm(each.package) && Object.hasOwn(ENTITIES, each.name));
  if (entity === undefined) return null;
  const read = readDecorated(program, self);
  const options = (entity.args ?? []).find((each) => each.kind === "object");
  const [first] = entity.args ?? [];
  const inheritance = own.find((each) => isTypeorm(each.package) && each.name === "TableInheritance");
  const synchronize = entryOf(options, "synchronize");
  const draft: EntityDraft = {
    path: self.path, name: self.name ?? "", at: entity.at,
    kind: ENTITIES[entity.name] === "view" && truthOf(entryOf(options, "materialized") ?? { kind: "undefined", at: entity.at }) === true ? "materialized-view" : (ENTITIES[entity.name] ?? "table"),
    given: first === undefined || first.kind === "object" || entity.name === "ChildEntity" ? givenOf(entryOf(options, "name")) : givenOf(first),
    schema: givenOf(entryOf(options, "schema")),
    synchronizes: synchronize === undefined || truthOf(synchronize) !== false,
    ...emptyParts(),
    inheritance: inheritance === undefined ? null : discriminatorOf(inheritance),
    tree: asString(own.find((each) => isTypeorm(each.package) && each.name === "Tree")?.args?.[0]),
    lineage: read.chain.map((each) => entityKey(each.path, each.name ?? "")),
    complete: entity.complete && (options === undefined || (options.kind === "object" && options.complete)),
  };
  if (!isKnownBase(read)) hide(draft);
  addMembers(program, draft, read);
  return draft;
}

/** The parts of an embedded class, or of an entity. */
export type EntityParts = Pick<EntityDraft, "columns" | "relations" | "embedded" | "uniques" | "indexes" | "hooks" | "hidden" | "complete">;

export function emptyParts(): EntityParts {
  return { columns: [], relations: [], embedded: [], uniques: [], indexes: [], hooks: false, hidden: false, complete: true };
}

/** What the members of a class, and the decorators of the classes that it inherits from, declare. */
export function addMembers(program: Program, parts: EntityParts, read: DecoratedClass): void {
  // In the order in which decorators run, which is that of the constraints: properties before classes, the last one first.
  for (const member of read.members) addMember(program, parts, member);
  for (const holder of read.chain.toReversed()) {
    for (const { name, package: from, args, at } of decoratorsOf(program, holder, holder.fact.decorators).toReversed()) {
      if (!isTypeorm(from)) continue;
      if (name === "Unique") parts.uniques.push(uniqueOf(program, args ?? [], null, at));
      if (name === "Index") parts.indexes.push(indexOf(program, args ?? [], null, at));
    }
  }
}

function hide(parts: EntityParts): void {
  parts.hidden = true;
  parts.complete = false;
}

/** TypeORM's own base class adds nothing; another one that is not known may add columns and keys. */
function isKnownBase({ ends }: DecoratedClass): boolean {
  if (ends === null) return true;
  // What another package's class decorates is rare; what it is called tells TypeORM's own.
  return ends.kind === "external" && (isTypeorm(ends.package) || ends.name === "BaseEntity" || ends.name === "Object");
}

function discriminatorOf({ args }: ReadDecorator): EntityDraft["inheritance"] {
  const column = entryOf(args?.[0], "column");
  if (column?.kind === "string") return { name: givenOf(column), type: null };
  return { name: givenOf(entryOf(column, "name")), type: asString(entryOf(column, "type")) };
}

function addMember(program: Program, parts: EntityParts, member: DecoratedMember): void {
  const own = member.decorators.filter((each) => isTypeorm(each.package));
  // Decorators run from the last to the first, those of a base class before; the first column of a property is kept.
  const column = own.findLast((each) => Object.hasOwn(COLUMNS, each.name));
  const relation = own.findLast((each) => Object.hasOwn(RELATIONS, each.name));
  if (column !== undefined) addColumn(program, parts, member, column, own);
  if (relation !== undefined) parts.relations.push(relationOf(program, member, relation, own));
  if (member.decorators.some((each) => mayDeclare(program, each, own.length > 0))) hide(parts);
  for (const { name, args, at } of own) {
    if (HOOKS.has(name)) parts.hooks = true;
    if (name === "Unique") parts.uniques.push(uniqueOf(program, args ?? [], member.name, at));
    if (name === "Index") parts.indexes.push(indexOf(program, args ?? [], member.name, at));
  }
}

/** A decorator of the project's own may make a column: of a member that has none of TypeORM's, or where it stands in a file that has. */
function mayDeclare(program: Program, { callee, package: from }: ReadDecorator, isDeclared: boolean): boolean {
  const isOwn = from === null || from.startsWith(".");
  if (!isOwn || !isDeclared || callee.kind !== "function") return isOwn && !isDeclared;
  return (program.facts(callee.path)?.code?.imports ?? []).some((each) => isTypeorm(each.from) && (Object.hasOwn(COLUMNS, each.name) || each.name === "Index" || each.name === "Unique"));
}

function addColumn(program: Program, parts: EntityParts, member: DecoratedMember, decorator: ReadDecorator, own: ReadDecorator[]): void {
  const args = decorator.args ?? [];
  const [first] = args;
  const options = mergedOptions(args);
  if (!decorator.complete || args.some((each) => each.kind !== "string" && each.kind !== "object" && each.kind !== "function" && each.kind !== "external" && each.kind !== "undefined")) parts.complete = false;
  if (options?.complete === false) parts.complete = false;
  const prefix = entryOf(options, "prefix");
  if (first?.kind === "function") {
    const isOff = prefix !== undefined && (truthOf(prefix) === false);
    const isDefault = prefix === undefined || truthOf(prefix) === true && prefix.kind === "boolean";
    parts.embedded.push({ property: member.name, prefix: isOff ? { kind: "off" } : isDefault ? NONE : givenOf(prefix), target: returnOf(program, first), isArray: isTrue(options, "array"), at: decorator.at });
    return;
  }
  // The name is one of the options that are not known.
  if (options?.complete === false && !options.entries.has("name")) {
    if (decorator.name === "Column" && !options.entries.has("primary")) return;
    return hide(parts);
  }
  const generated = own.find((each) => each.name === "Generated");
  const isGenerated = decorator.name === "PrimaryGeneratedColumn";
  const strategy = isGenerated ? (asString(first) ?? "increment") : generated === undefined ? null : (asString(generated.args?.[0]) ?? "increment");
  parts.columns.push(columnDraft(program, {
    property: member.name, mode: COLUMNS[decorator.name] ?? "regular", type: isGenerated || first === undefined || first.kind === "object" ? null : first, options, strategy,
    primary: isGenerated || decorator.name === "PrimaryColumn" || decorator.name === "ObjectIdColumn", typeText: member.typeText, at: decorator.at,
  }));
  for (const each of own) if (each.name === "Column" && isTrue(mergedOptions(each.args ?? []), "unique")) parts.uniques.push({ name: NONE, properties: [member.name], deferrable: false, at: each.at });
}

function mergedOptions(args: Evaluated[]): EvaluatedObject | null {
  const objects = args.flatMap((each) => asObject(each) ?? []);
  const [first, ...rest] = objects;
  return first === undefined ? null : rest.reduce((all, each) => ({ ...all, entries: new Map([...all.entries, ...each.entries]), complete: all.complete && each.complete }), first);
}

function relationOf(program: Program, member: DecoratedMember, { name, args, at }: ReadDecorator, own: ReadDecorator[]): RelationDraft {
  const target = name === "TreeParent" ? undefined : args?.[0];
  const rest = args?.slice(name === "TreeParent" ? 0 : 1) ?? [];
  const options = rest.find((each) => each.kind === "object");
  const inverse = rest.find((each) => each.kind === "function" || each.kind === "string");
  const joins = own.filter((each) => each.name === "JoinColumn");
  const table = own.find((each) => each.name === "JoinTable");
  return {
    property: member.name, prefixes: [], kind: RELATIONS[name] ?? "many-to-one",
    target: target === undefined || target.kind === "object" ? treeTarget(member, name) : target.kind === "function" ? returnOf(program, target) : target,
    inverse: inverse === undefined ? null : inversePropertyOf(program, inverse),
    nullable: rest.some((each) => each.kind === "alternatives" || each.kind === "unknown") ? null : nullableRelation(options, own),
    primary: own.some((each) => each.name === "PrimaryColumn") || isTrue(asObject(options), "primary"),
    onDelete: asString(entryOf(options, "onDelete"))?.toLowerCase() ?? null,
    constrained: truthOf(entryOf(options, "createForeignKeyConstraints") ?? { kind: "boolean", value: true, at }) !== false,
    cascades: entryOf(options, "cascade") !== undefined && truthOf(entryOf(options, "cascade") ?? { kind: "undefined", at }) !== false,
    joinColumns: joins.length === 0 ? null : joins.toReversed().flatMap((each) => joinColumnsOf(each.args?.[0])),
    joinTable: table === undefined ? null : joinTableOf(table),
    at,
  };
}

/** @TreeParent() leads to the class itself. */
function treeTarget({ of }: DecoratedMember, name: string): Evaluated | null {
  if (!name.startsWith("Tree") || of.name === null) return null;
  return { kind: "string", value: of.name, at: of.at };
}

function nullableRelation(options: Evaluated | undefined, own: ReadDecorator[]): boolean | null {
  if (own.some((each) => each.name === "PrimaryColumn")) return false;
  const value = entryOf(options, "nullable");
  return value === undefined || value.kind === "undefined" ? true : truthOf(value);
}

/** `(user) => user.profile`, `"profile"`. */
export function inversePropertyOf(program: Program, value: Evaluated): string | null {
  if (value.kind === "string") return value.value;
  const returned = returnOf(program, value);
  return returned?.kind === "parameter" && returned.members.length > 0 ? returned.members.join(".") : null;
}

/** `@JoinColumn()`, `{ name, referencedColumnName }`, a list of these. */
export function joinColumnsOf(value: Evaluated | undefined): JoinColumn[] {
  if (value === undefined || value.kind === "undefined" || value.kind === "boolean") return [{ given: NONE, references: null, foreignKeyName: null }];
  const items = value.kind === "array" ? value.items : [value];
  return items.map((item) => ({
    given: item.kind === "object" ? givenOf(entryOf(item, "name")) : { kind: "unknown" },
    references: asString(entryOf(item, "referencedColumnName")),
    foreignKeyName: asString(entryOf(item, "foreignKeyConstraintName")),
  }));
}

function joinTableOf({ args, at }: ReadDecorator): RelationDraft["joinTable"] {
  return readJoinTable(args?.[0], at);
}

export function readJoinTable(value: Evaluated | undefined, at: ColumnDraft["at"]): NonNullable<RelationDraft["joinTable"]> {
  if (value?.kind === "string") return { given: givenOf(value), schema: NONE, columns: [], inverse: [], at };
  const side = (one: string, many: string): JoinColumn[] => {
    const item = entryOf(value, one) ?? entryOf(value, many);
    return item === undefined ? [] : joinColumnsOf(item);
  };
  return {
    given: value === undefined || value.kind === "object" || value.kind === "boolean" ? givenOf(entryOf(value, "name")) : { kind: "unknown" },
    schema: givenOf(entryOf(value, "schema")), columns: side("joinColumn", "joinColumns"), inverse: side("inverseJoinColumn", "inverseJoinColumns"), at,
  };
}
