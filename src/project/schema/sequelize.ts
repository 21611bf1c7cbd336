import type { Expression } from "../../model/expression.ts";
import type { DatabaseSource } from "../../model/input.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import { asObject, asString, callChain, entryOf, evaluate } from "../evaluate.ts";
import { lastName, unspread } from "../expressions.ts";
import { stringIn } from "../migrations/sql-text.ts";
import { isInside } from "../paths.ts";
import type { Evaluated, Program } from "../program.ts";
import type { DeclaredSchema, TableBinding } from "./bindings.ts";
import { associate, type ModelFinder } from "./sequelize-associations.ts";
import { associateDecorated, decoratedModelsIn } from "./sequelize-decorated.ts";
import { modelsIn } from "./sequelize-declarations.ts";
import { NO_DEFAULTS, primaryOf, type Defaults, type SequelizeModel } from "./sequelize-model.ts";
import { tableOfModel, type TargetOf } from "./sequelize-table.ts";

/** A model with what its client needs to know. */
export type BoundModel = { model: SequelizeModel; binding: TableBinding };

export type SequelizeSchemas = DeclaredSchema & {
  /** The model that a value is: its declaration, or the call that makes it. */
  modelOf(value: Evaluated): BoundModel | null;
  /** Models of that name, of all databases. */
  named(name: string): BoundModel[];
  all: BoundModel[];
};

/** Sequelize's models: those that the schema files of `sources` declare, with what associations add. */
export function readSequelizeSchemas(program: Program, sources: DatabaseSource[]): SequelizeSchemas {
  const byDatabase = new Map(sources.filter((source) => source.orm === "sequelize").map((source) => [source.id, readModels(program, source)]));
  const all = [...byDatabase].flatMap(([database, models]) => models.map((model): BoundModel => ({ model, binding: bind(model, database) })));
  const byPlace = new Map(all.flatMap((bound) => keysOf(bound.model).map((key) => [key, bound])));
  return {
    modelOf: (value) => keysOfValue(value).flatMap((key) => byPlace.get(key) ?? [])[0] ?? null,
    named: (name) => all.filter(({ model }) => model.name === name),
    all,
    changes: (database) => changesOf(byDatabase.get(database) ?? [], sources.every((source) => source.id !== database || source.migrations.length === 0)),
    complete: () => true,
  };
}

function readModels(program: Program, source: DatabaseSource): SequelizeModel[] {
  const defaults = defaultsOf(program, source);
  const decorated = source.schemaFiles.flatMap((path) => decoratedModelsIn(program, path, defaults));
  const models = [...decorated.map(({ model }) => model), ...source.schemaFiles.flatMap((path) => modelsIn(program, path, defaults))];
  const finder = finderOf(models);
  for (const each of decorated) associateDecorated(program, each, finder, defaults);
  for (const path of source.schemaFiles) associate(program, path, finder, defaults);
  return models;
}

/** `new Sequelize(url, { define, schema })` of the package: what the first says that says anything. */
function defaultsOf(program: Program, source: DatabaseSource): Defaults {
  for (const path of program.input.candidates) {
    if (source.dir !== "" && !isInside(path, source.dir)) continue;
    for (const made of instancesIn(program, path)) {
      const options = made.args.map((item) => evaluate(program, path, unspread(item))).findLast((value) => asObject(value) !== null);
      const define = asObject(entryOf(options, "define"))?.entries ?? new Map<string, Evaluated>();
      const schema = stringIn(options, "schema");
      if (define.size > 0 || schema !== null) return { define, schema };
    }
  }
  return NO_DEFAULTS;
}

type New = Extract<Expression, { kind: "new" }>;

/** What names of a file, and names inside of its functions, hold. */
function instancesIn(program: Program, path: string): New[] {
  const code = program.facts(path)?.code;
  if (code == null) return [];
  const held = [...Object.values(code.declarations).map(({ value }) => value), ...code.locals.flatMap(({ values }) => values.map(({ value }) => value)), ...code.functions.flatMap(({ returns }) => returns)];
  return held.flatMap((value) => (value?.kind === "new" && lastName(value.callee) === "Sequelize" ? [value] : []));
}

function finderOf(models: SequelizeModel[]): ModelFinder {
  const byName = (name: string): SequelizeModel | null => models.find((model) => model.name === name) ?? null;
  const byPlace = (value: Evaluated): SequelizeModel | null => {
    const keys = new Set(keysOfValue(value));
    return models.find((model) => keysOf(model).some((key) => keys.has(key))) ?? null;
  };
  return {
    find: (value, expression) => byPlace(value) ?? byName(asString(value) ?? writtenName(value, expression)),
    named: byName,
    add: (model) => {
      if (!models.includes(model)) models.push(model);
    },
  };
}

/** `models.User`, `db.User`: a registry that is filled at run time is followed by name. */
function writtenName(value: Evaluated, expression: Expression | null): string {
  if (expression !== null) return lastName(expression);
  return callChain(value).links.at(-1)?.name ?? (value.kind === "unknown" ? value.text : "");
}

function keysOf(model: SequelizeModel): string[] {
  const call = `${model.path}#${String(model.at.end)}`;
  return model.declared === null ? [call] : [call, `${model.path}\0${model.declared}`];
}

function keysOfValue(value: Evaluated): string[] {
  if (value.kind === "declaration") return [`${value.path}\0${value.name}`];
  return value.kind === "call" ? [`${value.at.path}#${String(value.at.end)}`] : [];
}

function bind(model: SequelizeModel, database: string): TableBinding {
  return {
    path: model.path, name: model.declared ?? model.name, exportedAs: [model.name], database, table: `${model.schema ?? "public"}.${model.table}`, dialect: "postgres",
    columns: new Map(model.attributes.map((attribute) => [attribute.property, attribute.column])), propertiesComplete: model.complete, at: model.at,
  };
}

/** A table that two models stand for counts once. */
function changesOf(models: SequelizeModel[], syncs: boolean): SchemaChange[] {
  const finder = finderOf(models);
  const target: TargetOf = (value) => {
    const found = finder.find(value, null) ?? models.find((model) => model.table === (asString(value) ?? stringIn(value, "tableName"))) ?? null;
    return found === null ? null : { table: { schema: found.schema, name: found.table }, primary: primaryOf(found).map(({ column }) => column) };
  };
  const seen = new Set<string>();
  return models.flatMap((model) => {
    const key = `${model.schema ?? ""}.${model.table}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [tableOfModel(model, target, syncs)];
  });
}
