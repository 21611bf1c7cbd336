import type { PrismaKey, PrismaModel } from "../../model/prisma.ts";
import type { PrismaModelMap } from "../../model/project.ts";
import { columnFields, isClientField } from "./prisma-columns.ts";
import { accessorOf, columnNameOf, tableNameOf } from "./prisma-names.ts";

type ModelEntry = PrismaModelMap[string];

/** What the client calls things. Models with @@ignore are in the database only. `table`: id of the catalog's table. */
export function modelMap(models: ReadonlyMap<string, PrismaModel>, enums: ReadonlySet<string>): PrismaModelMap {
  const names = new Set(models.keys());
  const entries = [...models.values()].filter((model) => !model.ignored && model.kind !== "type");
  return Object.fromEntries(entries.map((model) => [model.name, entryOf(model, names, enums)]));
}

function entryOf(model: PrismaModel, models: ReadonlySet<string>, enums: ReadonlySet<string>): ModelEntry {
  const fields = columnFields(model, enums).filter(isClientField);
  return {
    table: `${model.schema ?? "public"}.${tableNameOf(model)}`,
    accessor: accessorOf(model.name),
    columns: Object.fromEntries(fields.map((field) => [field.name, columnNameOf(model, field.name)])),
    relations: relationsOf(model, models),
    selectors: Object.fromEntries(model.keys.flatMap(selectorOf)),
    at: model.at,
  };
}

function relationsOf(model: PrismaModel, models: ReadonlySet<string>): ModelEntry["relations"] {
  const relations: ModelEntry["relations"] = {};
  for (const field of model.fields) {
    if (!models.has(field.type) || field.ignored) continue;
    const { fields = [], references = [] } = field.relation ?? {};
    relations[field.name] = { model: field.type, list: field.list, fields, references };
  }
  return relations;
}

/** `email`, `orgId_e164`, or the name that the key gives. */
function selectorOf(key: PrismaKey): [string, string[]][] {
  if (key.kind === "index") return [];
  const fields = key.fields.map((field) => field.name);
  return [[key.name ?? fields.join("_"), fields]];
}
