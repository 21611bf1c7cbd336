import { asObject, asString, callChain, entryOf, evaluateName, returnOf, unwrap } from "../evaluate.ts";
import { lastName } from "../expressions.ts";
import type { Evaluated, Program } from "../program.ts";
import { classValueOf, readDecorated, type DecoratedClass, type DecoratedMember, type ReadDecorator } from "./decorated.ts";
import type { ModelFinder } from "./sequelize-associations.ts";
import { relate } from "./sequelize-associations.ts";
import { makeModel } from "./sequelize-declarations.ts";
import type { Defaults, SequelizeModel } from "./sequelize-model.ts";

const LIBRARY = "sequelize-typescript";

/** A class of sequelize-typescript as a model, with the class that its associations are on. */
export type DecoratedModel = { model: SequelizeModel; decorated: DecoratedClass };

/** Classes with `@Table` of a file, bases and mixins followed (reference §11.1). */
export function decoratedModelsIn(program: Program, path: string, defaults: Defaults): DecoratedModel[] {
  const declarations = program.facts(path)?.code?.declarations ?? {};
  return Object.keys(declarations).flatMap((name) => {
    const self = declarations[name]?.class == null ? null : classValueOf(program, evaluateName(program, path, name));
    if (self === null) return [];
    const decorated = readDecorated(program, self);
    const table = ownTable(decorated, path, self.fact.decorators.length);
    return table === null ? [] : [{ model: modelOf(program, decorated, table, { name, path, at: self.at }, defaults), decorated }];
  });
}

/** `@Table` alone, or with options; a class without one is no model of its own. */
function ownTable(decorated: DecoratedClass, path: string, written: number): ReadDecorator | null {
  return written === 0 ? null : (decorated.decorators.find((each) => each.name === "Table" && each.package === LIBRARY && each.at.path === path) ?? null);
}

type Named = Pick<SequelizeModel, "name" | "path" | "at">;

function modelOf(program: Program, decorated: DecoratedClass, table: ReadDecorator, named: Named, defaults: Defaults): SequelizeModel {
  const [given] = table.args ?? [];
  const options = new Map(asObject(given)?.entries ?? []);
  const attributes = new Map<string, Evaluated>();
  const indexes: Evaluated[] = [];
  const grouped = new Map<string, Evaluated[]>();
  let complete = (table.args ?? []).length === 0 || asObject(given)?.complete === true;
  for (const member of decorated.members) {
    const attribute = attributeOf(program, member);
    if (attribute !== null) attributes.set(member.name, attribute.value);
    if (attribute?.complete === false) complete = false;
    for (const index of indexesOf(program, member)) {
      if (index === null) complete = false;
      else if (index.group === null) indexes.push(indexObject(index.options, [index.field]));
      else grouped.set(index.group, [...(grouped.get(index.group) ?? []), index.options, index.field]);
    }
  }
  for (const [name, parts] of grouped) indexes.push(groupedIndex(name, parts));
  for (const member of decorated.members) if (attributes.has(member.name) && stampOf(member) !== null) options.set(stampOf(member) ?? "", text(member.name, member.at));
  // Those of the table's options stand for all.
  if (indexes.length > 0 && !options.has("indexes")) options.set("indexes", { kind: "array", at: named.at, items: indexes, complete: true });
  const name = asString(options.get("modelName")) ?? named.name;
  const at = named.at;
  const model = makeModel(program, { ...named, name, declared: named.name }, { kind: "object", at, entries: attributes, complete: true }, { kind: "object", at, entries: options, complete: true }, defaults);
  model.complete &&= complete && ending(decorated);
  return model;
}

/** A base class of another package than the library may bring anything. */
function ending({ ends }: DecoratedClass): boolean {
  return ends === null || (ends.kind === "external" && ends.package === LIBRARY) || ends.kind === "call";
}

function text(value: string, at: Evaluated["at"]): Evaluated {
  return { kind: "string", at, value };
}

function named(member: DecoratedMember, ...names: string[]): ReadDecorator | undefined {
  return member.decorators.find((each) => each.package === LIBRARY && names.includes(each.name));
}

const STAMPS: Record<string, string> = { CreatedAt: "createdAt", UpdatedAt: "updatedAt", DeletedAt: "deletedAt" };

function stampOf(member: DecoratedMember): string | null {
  const found = member.decorators.find((each) => each.package === LIBRARY && Object.hasOwn(STAMPS, each.name));
  return found === undefined ? null : (STAMPS[found.name] ?? null);
}

const OWN_OPTIONS: Record<string, [string, boolean]> = { PrimaryKey: ["primaryKey", true], AutoIncrement: ["autoIncrement", true], Unique: ["unique", true] };

/** The attribute that `@Column` and its companions make, in the words of `Model.init`; null: the member is none. */
function attributeOf(program: Program, member: DecoratedMember): { value: Evaluated; complete: boolean } | null {
  const column = named(member, "Column") ?? (stampOf(member) === null ? undefined : named(member, "CreatedAt", "UpdatedAt", "DeletedAt"));
  if (column === undefined) return null;
  const { at } = member;
  const [given] = column.name === "Column" ? (column.args ?? []) : [];
  const entries = new Map<string, Evaluated>();
  const options = asObject(given);
  let complete = given === undefined || options === null || options.complete;
  for (const [key, value] of options?.entries ?? []) entries.set(key, value);
  if (!entries.has("type")) entries.set("type", given !== undefined && options === null ? given : { kind: "undefined", at });
  for (const decorator of member.decorators) {
    if (decorator.package !== LIBRARY && decorator.package !== null) continue;
    const [first] = decorator.args ?? [];
    if (decorator.name === "AllowNull") entries.set("allowNull", first ?? { kind: "boolean", at, value: true });
    else if (decorator.name === "Default" && first !== undefined) entries.set("defaultValue", first);
    else if (decorator.name === "Unique" && first !== undefined) entries.set("unique", first);
    else if (Object.hasOwn(OWN_OPTIONS, decorator.name)) entries.set(OWN_OPTIONS[decorator.name]?.[0] ?? "", { kind: "boolean", at, value: true });
    else if (decorator.name === "ForeignKey" && first !== undefined) entries.set("references", referenceOf(program, first, at));
    else if (decorator.package === null && decorator.name === "") complete &&= isHarmless(program, decorator);
  }
  return { value: { kind: "object", at, entries, complete: true }, complete };
}

/** A decorator of the project adds nothing but validation, unless its file gives the library other options of a column. */
function isHarmless(program: Program, { callee }: ReadDecorator): boolean {
  const code = callee.kind === "function" ? program.facts(callee.path)?.code : null;
  return (code?.calls ?? []).every(({ expression }) => {
    if (expression.kind !== "call" || !/^(?:addAttributeOptions|addAttribute|addFieldToIndex|annotateModelWithIndex)$/.test(lastName(expression.callee))) return true;
    const options = expression.args.at(-1);
    return options?.kind === "object" && options.entries.every((entry) => entry.kind === "property" && entry.key !== null && !/^(?:unique|primaryKey|field|type|autoIncrement)$/.test(entry.key));
  });
}

/** `@ForeignKey(() => User)` alone makes no constraint: that is the association's. */
function referenceOf(program: Program, given: Evaluated, at: Evaluated["at"]): Evaluated {
  return { kind: "undefined", at: returnOf(program, given)?.at ?? at };
}

type FoundIndex = { group: string | null; options: Evaluated; field: Evaluated };

/** `@Index`, `@Index("name")`, `@Index({ name, unique, … })`, and what `createIndexDecorator(options)` gives. null: not known. */
function indexesOf(program: Program, member: DecoratedMember): (FoundIndex | null)[] {
  return member.decorators.flatMap((decorator): (FoundIndex | null)[] => {
    const { at } = member;
    const empty: Evaluated = { kind: "object", at, entries: new Map(), complete: true };
    const [first] = decorator.args ?? [];
    const made = indexDecorator(program, decorator.callee);
    if (made !== null) return [{ group: made.name ?? `${made.options.at.path}:${String(made.options.at.start)}`, options: made.options, field: fieldOf(member, first) }];
    if (decorator.name !== "Index" || decorator.package !== LIBRARY) return [];
    if (first === undefined) return [{ group: null, options: empty, field: fieldOf(member, undefined) }];
    const name = asString(first);
    if (name !== null) return [{ group: name, options: empty, field: fieldOf(member, undefined) }];
    if (first.kind !== "object") return [null];
    const given = asString(entryOf(first, "name"));
    return [{ group: given, options: first, field: fieldOf(member, first) }];
  });
}

/** `const Key = createIndexDecorator({ name, unique })`: what it was called with. */
function indexDecorator(program: Program, callee: Evaluated): { name: string | null; options: Evaluated } | null {
  const { root, links } = callChain(unwrap(program, callee));
  const link = links.at(-1);
  if (root.kind !== "external" || root.name !== "createIndexDecorator" || link?.args == null) return null;
  const options = link.args[0] ?? { kind: "object" as const, at: callee.at, entries: new Map<string, Evaluated>(), complete: true };
  return { name: asString(entryOf(options, "name")), options };
}

/** The library names the attribute, and Sequelize takes that for the column. */
function fieldOf(member: DecoratedMember, options: Evaluated | undefined): Evaluated {
  const at = member.at;
  const entries = new Map<string, Evaluated>([["name", text(member.name, at)]]);
  for (const option of ["order", "collate", "operator"]) {
    const value = entryOf(options, option);
    if (value !== undefined) entries.set(option, value);
  }
  return { kind: "object", at, entries, complete: true };
}

function indexObject(options: Evaluated, fields: Evaluated[]): Evaluated {
  const entries = new Map([...(asObject(options)?.entries ?? [])].filter(([key]) => !["order", "collate", "operator"].includes(key)));
  return { kind: "object", at: options.at, entries: new Map([...entries, ["fields", { kind: "array", at: options.at, items: fields, complete: true }]]), complete: asObject(options)?.complete ?? false };
}

/** Options and fields of one index, in turns; the first options that are given hold. */
function groupedIndex(name: string, parts: Evaluated[]): Evaluated {
  const options = parts.filter((_, i) => i % 2 === 0);
  const fields = parts.filter((_, i) => i % 2 === 1);
  const entries = new Map(options.toReversed().flatMap((each) => [...(asObject(each)?.entries ?? [])]));
  const at = options[0]?.at ?? fields[0]?.at ?? { path: "", start: 0, end: 0 };
  if (!entries.has("name") && !name.includes(":")) entries.set("name", text(name, at));
  return indexObject({ kind: "object", at, entries, complete: true }, fields);
}

const RELATIONS: Record<string, string> = { BelongsTo: "belongsTo", HasOne: "hasOne", HasMany: "hasMany", BelongsToMany: "belongsToMany" };

/** `@BelongsTo(() => User, "userId")`, `@BelongsToMany(() => Tag, () => PostTag)` and the like. */
export function associateDecorated(program: Program, { model, decorated }: DecoratedModel, models: ModelFinder, defaults: Defaults): void {
  for (const member of decorated.members) {
    for (const decorator of member.decorators) {
      const kind = decorator.package === LIBRARY && Object.hasOwn(RELATIONS, decorator.name) ? RELATIONS[decorator.name] : undefined;
      const [first, second, third, fourth] = decorator.args ?? [];
      if (kind === undefined || first === undefined) continue;
      const target = models.find(returnOf(program, first) ?? first, null);
      if (target === null) continue;
      const at = member.at;
      const options = new Map<string, Evaluated>([["as", text(member.name, at)]]);
      if (kind === "belongsToMany") {
        if (second !== undefined) options.set("through", returnOf(program, second) ?? second);
        if (third !== undefined) options.set("foreignKey", third);
        if (fourth !== undefined) options.set("otherKey", fourth);
        if (third === undefined) setKeys(program, options, second, model, target, models);
      } else {
        for (const [key, value] of asObject(second)?.entries ?? []) options.set(key, value);
        const own = asString(second);
        const foreign = own ?? foreignKeyIn(program, kind === "belongsTo" ? decorated : null, target, models);
        if (!options.has("foreignKey") && foreign !== null) options.set("foreignKey", text(foreign, at));
        // On the other side the key is found by its decorator: without its name nothing is added that is not there.
        if (kind !== "belongsTo" && !options.has("foreignKey")) continue;
      }
      relate(program, kind, model, target, { kind: "object", at, entries: options, complete: true }, models, defaults);
    }
  }
}

/** The member with `@ForeignKey(() => Target)`. */
function foreignKeyIn(program: Program, holder: DecoratedClass | null, target: SequelizeModel, models: ModelFinder): string | null {
  const found = holder?.members.find((member) => {
    const [leads] = named(member, "ForeignKey")?.args ?? [];
    return leads !== undefined && models.find(returnOf(program, leads) ?? leads, null) === target;
  });
  return found?.name ?? null;
}

/** The keys of a join model, by the foreign keys that it declares. */
function setKeys(program: Program, options: Map<string, Evaluated>, through: Evaluated | undefined, source: SequelizeModel, target: SequelizeModel, models: ModelFinder): void {
  const value = through === undefined ? null : (returnOf(program, through) ?? through);
  const self = value === null ? null : classValueOf(program, value);
  if (self === null) return;
  const joined = readDecorated(program, self);
  const [own, other] = [foreignKeyIn(program, joined, source, models), foreignKeyIn(program, joined, target, models)];
  if (own !== null) options.set("foreignKey", text(own, self.at));
  if (other !== null && other !== own) options.set("otherKey", text(other, self.at));
}
