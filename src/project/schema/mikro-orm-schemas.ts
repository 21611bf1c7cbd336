import { asObject, asString, asStrings, callChain, entryOf, evaluateName, returnOf, unwrap } from "../evaluate.ts";
import type { Evaluated, Program } from "../program.ts";
import { isMikroOrm } from "./mikro-orm-classes.ts";
import type { EntityDraft, KeyDraft, PropertyDraft, PropertyKind } from "./mikro-orm-draft.ts";

/** `new EntitySchema({ name, properties })` and `defineEntity({ name, properties: (p) => ({ … }) })` that top-level names of a file hold. */
export function entitySchemasIn(program: Program, path: string): EntityDraft[] {
  const declarations = program.facts(path)?.code?.declarations ?? {};
  return Object.keys(declarations).flatMap((declared) => {
    const declaration = declarations[declared];
    if (declaration === undefined || declaration.value === null || (declaration.value.kind !== "new" && declaration.value.kind !== "call")) return [];
    const value = unwrap(program, { kind: "declaration", at: declaration.at, path, name: declared, declaration });
    const { root, links } = callChain(value);
    const [link] = links;
    if (root.kind !== "external" || !isMikroOrm(root.package) || (root.name !== "EntitySchema" && root.name !== "defineEntity") || link?.args == null) return [];
    return draftOf(program, path, declared, link.args[0] ?? null, declaration.at) ?? [];
  });
}

function draftOf(program: Program, path: string, declared: string, given: Evaluated | null, at: EntityDraft["at"]): EntityDraft | null {
  const options = asObject(given);
  if (options === null) return null;
  const owner = options.entries.get("class");
  const name = asString(options.entries.get("name")) ?? (owner?.kind === "declaration" ? owner.name : null);
  const listed = options.entries.get("properties");
  const properties = listed?.kind === "function" ? returnOf(program, listed) : (listed ?? null);
  if (name === null) return null;
  const flag = (option: string): boolean => {
    const value = options.entries.get(option);
    return value?.kind === "boolean" && value.value;
  };
  const object = asObject(properties);
  return {
    name, path, declared, options: options.entries, isTable: !flag("abstract") && !flag("embeddable"), extends: null, at,
    properties: [...(object?.entries ?? [])].map(([property, value]) => propertyOf(program, path, property, value)),
    keys: [...keysIn(options.entries.get("uniques"), true), ...keysIn(options.entries.get("indexes"), false)],
    complete: options.complete && object?.complete === true && !options.entries.has("extends"),
  };
}

function keysIn(value: Evaluated | undefined, unique: boolean): KeyDraft[] {
  if (value === undefined) return [];
  if (value.kind !== "array" || !value.complete) return [{ unique, properties: null, options: new Map(), at: value.at }];
  return value.items.map((item) => {
    const listed = entryOf(item, "properties");
    const options = asObject(item);
    return { unique, properties: options?.complete !== true ? null : listed === undefined ? [] : asStrings(listed), options: options?.entries ?? new Map<string, Evaluated>(), at: item.at };
  });
}

const KINDS: Record<string, PropertyKind> = { "m:1": "many-to-one", "1:1": "one-to-one", "m:n": "many-to-many", "1:m": "none", embedded: "embedded" };
const BUILT: Record<string, PropertyKind> = { manyToOne: "many-to-one", oneToOne: "one-to-one", manyToMany: "many-to-many", oneToMany: "none", embedded: "embedded", formula: "none" };

/** `{ type, primary, unique, kind: "m:1", entity }`, or a builder's chain: `p.string().unique()`. */
function propertyOf(program: Program, path: string, name: string, value: Evaluated): PropertyDraft {
  const object = asObject(value);
  const base = { name, typeText: null, optional: false, hasInitializer: false, keys: [], at: value.at };
  if (object !== null) {
    const kind = asString(object.entries.get("kind") ?? object.entries.get("reference"));
    const primary = object.entries.get("primary");
    const entity = object.entries.get("entity");
    const named = asString(entity);
    const target = entity === undefined ? null : named !== null ? evaluateName(program, path, named) : (returnOf(program, entity) ?? entity);
    return { ...base, kind: primary?.kind === "boolean" && primary.value && kind === null ? "primary" : (KINDS[kind ?? ""] ?? "scalar"), options: object.entries, target, complete: object.complete };
  }
  return chained(program, base, value);
}

/** Links of a builder that say something by themselves; others with one argument are options of that name. */
function chained(program: Program, base: Pick<PropertyDraft, "name" | "typeText" | "optional" | "hasInitializer" | "keys" | "at">, value: Evaluated): PropertyDraft {
  // A relation to what is declared later stands in a function.
  const built = value.kind === "function" ? (returnOf(program, value) ?? value) : value;
  const { links } = callChain(built);
  const [first, ...rest] = links.filter((link) => link.args !== null);
  const kind = BUILT[first?.name ?? ""];
  const options = new Map<string, Evaluated>();
  for (const { name, args } of rest) {
    const [given] = args ?? [];
    options.set(name === "name" ? "fieldName" : name, given ?? { kind: "boolean", at: base.at, value: true });
  }
  const [leads] = kind === undefined ? [] : (first?.args ?? []);
  const isPrimary = options.has("primary");
  return { ...base, kind: kind ?? (isPrimary ? "primary" : "scalar"), options, target: leads === undefined ? null : (returnOf(program, leads) ?? leads), complete: first !== undefined };
}
