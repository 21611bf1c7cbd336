import type { Argument, Expression } from "../../model/expression.ts";
import type { CallFact, CodeFacts } from "../../model/facts.ts";
import type { Span } from "../../model/span.ts";
import { rawChain } from "../chains.ts";
import { asObject, asString, entryOf, evaluate } from "../evaluate.ts";
import { nameOf, unspread } from "../expressions.ts";
import { flagIn, stringIn } from "../migrations/sql-text.ts";
import type { Evaluated, Program } from "../program.ts";
import { impliedAttribute, readAttribute } from "./sequelize-attributes.ts";
import { NO_DEFAULTS, type Attribute, type Defaults, type SequelizeModel } from "./sequelize-model.ts";
import { pluralize, singularize, underscore } from "./sequelize-names.ts";

/** `sequelize.define("User", attributes, options)` and `User.init(attributes, options)` of a file (reference §11.1). */
export function modelsIn(program: Program, path: string, defaults: Defaults): SequelizeModel[] {
  const code = program.facts(path)?.code;
  if (code == null) return [];
  return code.calls.flatMap((fact) => readCall(program, path, code, fact, defaults) ?? []);
}

function readCall(program: Program, path: string, code: CodeFacts, fact: CallFact, defaults: Defaults): SequelizeModel | null {
  const { root, links } = rawChain(fact.expression);
  const link = links.find((each) => each.args !== null && (each.name === "define" || each.name === "init"));
  if (link?.args == null) return null;
  const value = (item: Argument | undefined): Evaluated | null => (item === undefined ? null : evaluate(program, path, unspread(item)));
  const at: Span = { path, start: link.start, end: link.end };
  if (link.name === "define") {
    const name = asString(value(link.args[0]));
    const attributes = value(link.args[1]);
    if (name === null || attributes === null || !(isAttributes(attributes) || (isNone(attributes) && /sequelize/i.test(nameOf(root))))) return null;
    return makeModel(program, { name, path, at, declared: declaredAs(code, link) }, attributes, value(link.args[2]), defaults);
  }
  const options = value(link.args[1]);
  if (options === null || link.args.length > 2 || !isOptions(options)) return null;
  const owner = ownerOf(code, fact, root);
  const name = stringIn(options, "modelName") ?? owner;
  const attributes = value(link.args[0]);
  if (name === null || attributes === null) return null;
  const declared = owner !== null && Object.hasOwn(code.declarations, owner) ? owner : null;
  return makeModel(program, { name, path, at, declared }, attributes, options, defaults);
}

/** Other libraries have a `define` of a name and an object too; attributes are types, or objects with one. */
function isAttributes(value: Evaluated): boolean {
  if (value.kind !== "object") return false;
  const items = [...value.entries.values()];
  return items.length > 0 ? items.some((item) => asObject(item)?.entries.has("type") === true || item.kind === "member" || item.kind === "external" || item.kind === "call" || item.kind === "parameter") : !value.complete;
}

function isNone(value: Evaluated): boolean {
  return value.kind === "object" && value.entries.size === 0;
}

function isOptions(value: Evaluated): boolean {
  return value.kind === "object" && (value.entries.has("sequelize") || (!value.complete && (value.entries.has("tableName") || value.entries.has("modelName"))));
}

/** The class that `init` is called on, by its name in the file. */
function ownerOf(code: CodeFacts, fact: CallFact, root: Expression): string | null {
  if (root.kind === "name" || root.kind === "local") return root.name;
  for (let at = fact.function; at !== null; at = code.functions[at]?.parent ?? null) {
    const name = code.functions[at]?.class;
    if (name != null) return name;
  }
  return null;
}

/** The top-level name that the call initializes. */
function declaredAs(code: CodeFacts, { start, end }: { start: number; end: number }): string | null {
  const found = Object.entries(code.declarations).find(([, declaration]) => declaration.value !== null && declaration.value.start === start && declaration.value.end === end);
  return found?.[0] ?? null;
}

type Named = Pick<SequelizeModel, "name" | "path" | "at" | "declared">;

/** A model out of evaluated attributes and options; also of a join table that an association names. */
export function makeModel(program: Program, named: Named, attributes: Evaluated, given: Evaluated | null, defaults: Defaults = NO_DEFAULTS): SequelizeModel {
  const options = withDefaults(given, defaults, named.at);
  const flag = (name: string): boolean | null => flagIn(options, name);
  const underscored = flag("underscored") === true;
  const frozen = flag("freezeTableName");
  const name = entryOf(options, "name");
  const plural = stringIn(name, "plural") ?? pluralize(named.name);
  const explicit = entryOf(options, "tableName");
  const tableName = asString(explicit) ?? (frozen === true ? named.name : underscored ? underscore(pluralize(named.name)) : pluralize(named.name));
  const object = asObject(attributes);
  const model: SequelizeModel = {
    ...named, singular: stringIn(name, "singular") ?? singularize(named.name), plural, table: tableName,
    schema: stringIn(options, "schema") ?? defaults.schema, underscored, attributes: [], options, stamps: { created: null, updated: null },
    complete: object?.complete === true && options.complete && frozen !== null && (explicit === undefined || explicit.kind === "string" || explicit.kind === "undefined"),
  };
  const scope = { program, table: tableName, underscored };
  for (const [property, value] of object?.entries ?? []) {
    const read = readAttribute(scope, property, value);
    if (read === null) continue;
    model.attributes.push(read.attribute);
    model.complete &&= read.complete;
  }
  addImplied(model, options, scope);
  return model;
}

/** Global options of `new Sequelize({ define })` stand under a model's own. */
function withDefaults(given: Evaluated | null, { define }: Defaults, at: Span): Extract<Evaluated, { kind: "object" }> {
  const own = given === null || given.kind === "undefined" ? null : asObject(given);
  const complete = given === null || given.kind === "undefined" || own?.complete === true;
  return { kind: "object", at: given?.at ?? at, entries: new Map([...define, ...(own?.entries ?? [])]), complete };
}

/** `id` where nothing is the primary key, time stamps, the version. */
export function addImplied(model: SequelizeModel, options: Evaluated, scope: { underscored: boolean }): void {
  const has = (property: string): boolean => model.attributes.some((each) => each.property === property);
  const add = (property: string, rest: Partial<Attribute>): void => {
    if (!has(property)) model.attributes.push(impliedAttribute(scope, property, model.at, rest));
  };
  // Attributes that are not known may hold the primary key.
  if (!model.attributes.some((each) => each.primary) && !has("id") && model.complete) {
    model.attributes.unshift(impliedAttribute(scope, "id", model.at, { type: "integer", nullable: false, primary: true, numbered: true, default: { by: "database", fresh: true } }));
  }
  if (flagIn(options, "timestamps") === true || entryOf(options, "timestamps")?.kind !== "boolean") {
    const named = (option: string, otherwise: string): string | null => {
      const value = entryOf(options, option);
      return value?.kind === "boolean" && !value.value ? null : (asString(value) ?? otherwise);
    };
    const [created, updated] = [named("createdAt", "createdAt"), named("updatedAt", "updatedAt")];
    const deleted = flagIn(options, "paranoid") === true ? named("deletedAt", "deletedAt") : null;
    const stamp: Partial<Attribute> = { type: "timestamptz", nullable: false, default: { by: "client", fresh: true } };
    if (created !== null) add(created, stamp);
    if (updated !== null) add(updated, stamp);
    if (deleted !== null) add(deleted, { type: "timestamptz" });
    model.stamps = { created, updated };
  }
  const version = entryOf(options, "version");
  if (version?.kind === "boolean" ? version.value : version?.kind === "string") add(asString(version) ?? "version", { type: "integer", nullable: false, default: { by: "client", fresh: false } });
}
