import type { Argument, Expression } from "../../model/expression.ts";
import type { CodeFacts } from "../../model/facts.ts";
import { rawChain } from "../chains.ts";
import { asObject, asString, entryOf, evaluate } from "../evaluate.ts";
import { unspread } from "../expressions.ts";
import { flagIn, stringIn } from "../migrations/sql-text.ts";
import type { Evaluated, Program } from "../program.ts";
import { impliedAttribute, readAttribute } from "./sequelize-attributes.ts";
import { makeModel } from "./sequelize-declarations.ts";
import { primaryOf, type Attribute, type Defaults, type SequelizeModel } from "./sequelize-model.ts";
import { camelize, singularize } from "./sequelize-names.ts";

const KINDS = new Set(["belongsTo", "hasOne", "hasMany", "belongsToMany"]);

/** What associations need to know of the models. `find` follows a value or, where that leads nowhere, the name it is written with. */
export type ModelFinder = { find(value: Evaluated, expression: Expression | null): SequelizeModel | null; named(name: string): SequelizeModel | null; add(model: SequelizeModel): void };

/** `A.belongsTo(B, { foreignKey })` and the like of a file add columns, foreign keys and join tables (reference §11.1). */
export function associate(program: Program, path: string, models: ModelFinder, defaults: Defaults): void {
  const code = program.facts(path)?.code;
  for (const fact of code?.calls ?? []) {
    const { root, links } = rawChain(fact.expression);
    const link = links.find((each) => each.args !== null && KINDS.has(each.name));
    if (code == null || link?.args == null) continue;
    const owner = fact.expression.kind === "call" && fact.expression.callee.kind === "member" ? fact.expression.callee.of : root;
    const source = owner.kind === "this" ? enclosing(code, fact.function, models) : models.find(evaluate(program, path, owner), owner);
    const [first, second] = link.args;
    const target = first === undefined ? null : models.find(evaluate(program, path, unspread(first)), unspread(first));
    if (source === null || target === null) continue;
    relate(program, link.name, source, target, optionsOf(program, path, second), models, defaults);
  }
}

function enclosing(code: CodeFacts, inside: number | null, models: ModelFinder): SequelizeModel | null {
  for (let at = inside; at !== null; at = code.functions[at]?.parent ?? null) {
    const name = code.functions[at]?.class;
    if (name != null) return models.named(name);
  }
  return null;
}

function optionsOf(program: Program, path: string, given: Argument | undefined): Evaluated | null {
  return given === undefined ? null : evaluate(program, path, unspread(given));
}

/** One association. Options that are not known leave the models incomplete. */
export function relate(program: Program, kind: string, source: SequelizeModel, target: SequelizeModel, options: Evaluated | null, models: ModelFinder, defaults: Defaults): void {
  if (options !== null && asObject(options)?.complete !== true) source.complete = target.complete = false;
  const as = stringIn(options ?? undefined, "as");
  if (kind === "belongsToMany") return join(program, source, target, options, as, models, defaults);
  const [holder, other] = kind === "belongsTo" ? [source, target] : [target, source];
  const [key] = primaryOf(other);
  const foreign = entryOf(options, "foreignKey");
  const stem = kind === "belongsTo" ? (as ?? target.singular) : kind === "hasOne" ? singularize(as ?? source.name) : source.singular;
  const name = nameIn(foreign) ?? camelize(`${stem}_${key?.property ?? "id"}`);
  const required = kind === "belongsTo" ? null : "cascade";
  addKey(program, holder, name, foreign, { model: other, constraints: isConstrained(options), onDelete: stringIn(options ?? undefined, "onDelete"), required, type: key?.type ?? null });
}

function nameIn(foreign: Evaluated | undefined): string | null {
  return asString(foreign) ?? stringIn(foreign, "name") ?? stringIn(foreign, "fieldName");
}

function isConstrained(options: Evaluated | null): boolean {
  const value = entryOf(options, "constraints");
  return !(value?.kind === "boolean" && !value.value);
}

/** `required`: what ON DELETE does where nothing is said and the column is NOT NULL. */
type Lead = { model: SequelizeModel; constraints: boolean; onDelete: string | null; required: string | null; type: string | null };

/** The column is made where the model has none; what the model says itself stays. */
function addKey(program: Program, holder: SequelizeModel, property: string, foreign: Evaluated | undefined, lead: Lead): Attribute {
  let attribute = holder.attributes.find((each) => each.property === property);
  const said = asObject(foreign) === null || foreign === undefined ? null : readAttribute({ program, table: holder.table, underscored: holder.underscored }, property, withType(foreign));
  if (attribute === undefined) {
    const mayBeNull = said?.attribute.nullable !== false;
    attribute = { ...(said?.attribute ?? impliedAttribute(holder, property, holder.at, {})), type: lead.type ?? said?.attribute.type ?? null, allowsNull: mayBeNull, implied: true };
    holder.attributes.push(attribute);
  } else if (said !== null) attribute.unique ??= said.attribute.unique;
  if (lead.constraints && attribute.references === null) {
    const onDelete = lead.onDelete ?? (attribute.allowsNull ? "set null" : lead.required);
    attribute.references = { model: { kind: "string", at: holder.at, value: lead.model.name }, key: primaryOf(lead.model)[0]?.column ?? null, onDelete };
  }
  if (attribute.nullable !== false) attribute.allowsNull = true;
  return attribute;
}

/** `foreignKey: { name, allowNull }` says what an attribute says, but for the type. */
function withType(value: Evaluated): Evaluated {
  const object = asObject(value);
  if (object === null || object.entries.has("type")) return value;
  return { ...object, entries: new Map([...object.entries, ["type", { kind: "undefined", at: value.at }]]) };
}

/**
 * The join table: its two keys are the primary key, or, where the model behind `through` has one of its own, unique together (unless
 * `unique: false`).
 */
function join(program: Program, source: SequelizeModel, target: SequelizeModel, options: Evaluated | null, as: string | null, models: ModelFinder, defaults: Defaults): void {
  const given = entryOf(options, "through");
  const inner = asObject(given)?.entries.has("model") === true ? entryOf(given, "model") : given;
  if (inner === undefined) return;
  const through = models.find(inner, null) ?? (inner.kind === "string" ? made(program, inner.value, source, options, given, defaults) : null);
  if (through === null) return;
  models.add(through);
  const [own, other] = [primaryOf(source)[0], primaryOf(target)[0]];
  const foreign = nameIn(entryOf(options, "foreignKey")) ?? camelize(`${source.singular}_${own?.property ?? "id"}`);
  const otherName = nameIn(entryOf(options, "otherKey")) ?? pairedKey(through, source, foreign) ?? camelize(`${source === target ? singularize(as ?? target.name) : target.singular}_${other?.property ?? "id"}`);
  const implied = through.attributes.filter((each) => each.primary && each.implied && each.property !== foreign && each.property !== otherName);
  const joinsByKeys = implied.some((each) => each.property === "id") || through.attributes.some((each) => each.implied && each.primary);
  through.attributes = through.attributes.filter((each) => !implied.includes(each));
  const lead = { constraints: isConstrained(options), onDelete: stringIn(options ?? undefined, "onDelete") ?? "cascade", required: null };
  const keys = [
    addKey(program, through, foreign, entryOf(options, "foreignKey"), { ...lead, model: source, type: own?.type ?? null }),
    addKey(program, through, otherName, entryOf(options, "otherKey"), { ...lead, model: target, type: other?.type ?? null }),
  ];
  const unique = flagOf(entryOf(given, "unique"));
  for (const key of keys) {
    if (joinsByKeys) Object.assign(key, { primary: true, nullable: false, implied: true });
    else if (unique !== false) Object.assign(key, { unique: stringIn(options ?? undefined, "uniqueKey") ?? `${through.table}_${foreign}_${otherName}_unique`, joins: true });
  }
}

/** Seen from the other side already, the keys are there by their names. */
function pairedKey(through: SequelizeModel, source: SequelizeModel, foreign: string): string | null {
  const other = through.attributes.find((each) => each.implied && each.references !== null && each.property !== foreign && asString(each.references.model) !== source.name);
  return through.attributes.some((each) => each.property === foreign && each.implied && each.references !== null) ? (other?.property ?? null) : null;
}

function flagOf(value: Evaluated | undefined): boolean | null {
  return value?.kind === "boolean" ? value.value : null;
}

/** A join table that has no model of its own goes by the name as it is written, and has what its source's options say. */
function made(program: Program, name: string, source: SequelizeModel, options: Evaluated | null, given: Evaluated | undefined, defaults: Defaults): SequelizeModel {
  const at = source.at;
  const entries = new Map<string, Evaluated>([["tableName", { kind: "string", at, value: name }]]);
  for (const option of ["underscored", "schema", "createdAt", "updatedAt"]) {
    const value = entryOf(source.options, option);
    if (value !== undefined) entries.set(option, value);
  }
  const timestamps = entryOf(options, "timestamps");
  if (timestamps !== undefined) entries.set("timestamps", timestamps);
  if (flagIn(given, "paranoid") === true) entries.set("paranoid", { kind: "boolean", at, value: true });
  const nothing: Evaluated = { kind: "object", at, entries: new Map(), complete: true };
  return makeModel(program, { name, path: source.path, declared: null, at }, nothing, { kind: "object", at, entries, complete: true }, defaults);
}
