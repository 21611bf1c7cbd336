import { asObject, asStrings, evaluateName, returnOf } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import { classValueOf, decoratorsOf, readDecorated, type DecoratedMember, type ReadDecorator } from "./decorated.ts";
import type { EntityDraft, KeyDraft, PropertyDraft, PropertyKind } from "./mikro-orm-draft.ts";

const KINDS: Record<string, PropertyKind> = {
  Property: "scalar", Enum: "scalar", PrimaryKey: "primary", SerializedPrimaryKey: "none", ManyToOne: "many-to-one", OneToOne: "one-to-one", OneToMany: "none",
  ManyToMany: "many-to-many", Embedded: "embedded", Formula: "none",
};

export function isMikroOrm(name: string | null): boolean {
  return name?.startsWith("@mikro-orm/") === true;
}

/** Classes with `@Entity` or `@Embeddable` of a file, bases followed. A decorator of the project may add keys. */
export function entityClassesIn(program: Program, path: string): EntityDraft[] {
  const declarations = program.facts(path)?.code?.declarations ?? {};
  return Object.keys(declarations).flatMap((name): EntityDraft[] => {
    const self = declarations[name]?.class == null ? null : classValueOf(program, evaluateName(program, path, name));
    if (self === null) return [];
    const own = decoratorsOf(program, self, self.fact.decorators);
    const entity = own.find((each) => isMikroOrm(each.package) && (each.name === "Entity" || each.name === "Embeddable"));
    if (entity === undefined) return [];
    const decorated = readDecorated(program, self);
    const [given] = entity.args ?? [];
    const options = new Map(asObject(given)?.entries ?? []);
    const abstract = options.get("abstract");
    const parent = decorated.chain.slice(1).find((base) => isConcrete(decoratorsOf(program, base, base.fact.decorators)));
    return [{
      name, path, declared: name, options, properties: decorated.members.flatMap((member) => propertyOf(program, member) ?? []),
      keys: decorated.decorators.flatMap((each) => keyOf(each) ?? []),
      isTable: entity.name === "Entity" && !(abstract?.kind === "boolean" && abstract.value), extends: parent === undefined ? null : parent.name,
      complete: [...decorated.decorators, ...decorated.members.flatMap((member) => member.decorators)].every((each) => each.package !== null) && (given === undefined || asObject(given)?.complete === true) && (decorated.ends === null || (decorated.ends.kind === "external" && isMikroOrm(decorated.ends.package))),
      at: self.at,
    }];
  });
}

function isConcrete(decorators: ReadDecorator[]): boolean {
  return decorators.some((each) => {
    const abstract = each.name === "Entity" && isMikroOrm(each.package) ? asObject(each.args?.[0])?.entries.get("abstract") : null;
    return abstract !== null && !(abstract?.kind === "boolean" && abstract.value);
  });
}

function propertyOf(program: Program, member: DecoratedMember): PropertyDraft | null {
  const decorator = member.decorators.find((each) => isMikroOrm(each.package) && Object.hasOwn(KINDS, each.name));
  if (decorator === undefined) return null;
  const kind = KINDS[decorator.name] ?? "none";
  const args = decorator.args ?? [];
  const options = new Map(args.flatMap((arg) => [...(asObject(arg)?.entries ?? [])]));
  const isRelation = kind === "many-to-one" || kind === "one-to-one" || kind === "many-to-many" || kind === "embedded";
  const leads = isRelation ? (options.get("entity") ?? args.find((arg) => asObject(arg) === null)) : undefined;
  // The second argument of the other side: `@OneToOne(() => User, "profile")`, `(user) => user.profile`.
  if (isRelation && args.length > 1 && asObject(args[1]) === null && args[1] !== undefined) options.set(options.has("mappedBy") ? "" : "mappedBy", args[1]);
  return {
    name: member.name, kind, options, target: leads === undefined ? typeOf(program, member) : (returnOf(program, leads) ?? leads), typeText: member.typeText,
    optional: member.optional || /\bnull\b|\bundefined\b/.test(member.typeText ?? ""), hasInitializer: member.value !== null,
    keys: member.decorators.flatMap((each) => keyOf(each, member.name) ?? []),
    complete: decorator.complete && args.every((arg) => asObject(arg)?.complete !== false), at: member.at,
  };
}

/** A relation without `entity` is to the class of its type: `user: User`, `Ref<User>`. */
function typeOf(program: Program, member: DecoratedMember): Evaluated | null {
  const name = /(?:^|<)\s*(?:Rel<|Ref<|Loaded<|Reference<|IdentifiedReference<)?([A-Z]\w*)/.exec(member.typeText?.replace(/^(?:Ref|Rel|Reference|IdentifiedReference|Loaded|Collection|Opt)</, "") ?? "")?.[1];
  return name === undefined ? null : evaluateName(program, member.of.path, name);
}

/** `@Unique()`, `@Index()`, on a property or on the class. */
function keyOf(decorator: ReadDecorator, property?: string): KeyDraft | null {
  if (!isMikroOrm(decorator.package) || (decorator.name !== "Unique" && decorator.name !== "Index")) return null;
  const [given] = decorator.args ?? [];
  const options = new Map(asObject(given)?.entries ?? []);
  const listed = options.get("properties");
  const properties = property !== undefined ? [property] : listed === undefined ? (options.has("expression") ? [] : null) : asStrings(listed);
  const isKnown = given === undefined || asObject(given)?.complete === true;
  return { unique: decorator.name === "Unique", properties: isKnown ? properties : null, options, at: decorator.at };
}
