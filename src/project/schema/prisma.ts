import type { Dialect } from "../../model/catalog.ts";
import type { PrismaFacts, PrismaModel } from "../../model/prisma.ts";
import type { PrismaModelMap } from "../../model/project.ts";
import type { SchemaChange } from "../../model/schema-change.ts";
import { columnFields, columnOf } from "./prisma-columns.ts";
import { indexesOf, keysOf } from "./prisma-keys.ts";
import { modelMap } from "./prisma-models.ts";
import { foreignKeysOf, joinTables, qualifiedName } from "./prisma-relations.ts";

/** `version`: Prisma's, from package.json or the lock file; null: not known, taken as the newest. */
export type PrismaSchemaOptions = { version: string | null };

export type PrismaSchema = {
  changes: SchemaChange[];
  models: PrismaModelMap;
  relationMode: string | null;
  dialect: Dialect;
};

/**
 * The .prisma files of one schema → what Prisma Migrate makes of them, one `create-table` a model, view and implicit join table, with the
 * default names worked out (reference §5.2). Composite types (MongoDB) are no tables.
 */
export function prismaSchemaChanges(files: { path: string; facts: PrismaFacts }[], options: PrismaSchemaOptions): PrismaSchema {
  const datasource = files.find((file) => file.facts.datasource !== null)?.facts.datasource ?? null;
  const dialect = dialectOf(datasource?.provider ?? null);
  const relationMode = datasource?.relationMode ?? null;
  const models = new Map<string, PrismaModel>();
  for (const model of files.flatMap((file) => file.facts.models)) if (!models.has(model.name)) models.set(model.name, model);
  const enums = new Set(files.flatMap((file) => file.facts.enums.map((declared) => declared.name)));
  const withForeignKeys = relationMode !== "prisma";
  const tables = [...models.values()].filter((model) => model.kind !== "type");
  const changes = tables.map((model) => createTable(model, { models, enums, dialect, withForeignKeys }));
  const joins = dialect === "other" ? [] : joinTables(models, dialect, options.version, withForeignKeys);
  return { changes: [...changes, ...joins], models: modelMap(models, enums), relationMode, dialect };
}

type Surroundings = {
  models: ReadonlyMap<string, PrismaModel>;
  enums: ReadonlySet<string>;
  dialect: Dialect;
  withForeignKeys: boolean;
};

function createTable(model: PrismaModel, { models, enums, dialect, withForeignKeys }: Surroundings): SchemaChange {
  const isView = model.kind === "view";
  return {
    kind: "create-table",
    table: qualifiedName(model),
    ifNotExists: false,
    temporary: false,
    tableKind: isView ? "view" : "table",
    partitioned: false,
    partitionOf: null,
    inherits: [],
    like: [],
    columns: columnFields(model, enums).map((field) => columnOf(field, model, dialect)),
    // A view's @unique steers the client only.
    keys: isView ? [] : keysOf(model, dialect),
    indexes: isView ? [] : indexesOf(model, dialect),
    foreignKeys: isView || !withForeignKeys ? [] : foreignKeysOf(model, models, dialect),
    checks: [],
    complete: model.complete,
    at: model.at,
  };
}

/** CockroachDB speaks Postgres' protocol, but its indexes, locks and migrations are its own. */
function dialectOf(provider: string | null): Dialect {
  if (provider === "postgresql" || provider === "postgres") return "postgres";
  return provider === "mysql" || provider === "sqlite" ? provider : "other";
}
