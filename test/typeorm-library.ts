import type { PGlite } from "@electric-sql/pglite";
import { DataSource, DefaultNamingStrategy, EntitySchema, type DataSourceOptions, type Logger } from "typeorm";
import { snakeCase } from "typeorm/util/StringUtils.js";
import { driverOf } from "./pglite-driver.ts";
import { runModules } from "./transpiled.ts";

/** As typeorm-naming-strategies 4.1 publishes it; its peer is an older TypeORM, so it cannot be installed beside this one. */
class SnakeNamingStrategy extends DefaultNamingStrategy {
  override columnName(property: string, custom: string, prefixes: string[]): string {
    return snakeCase(prefixes.concat("").join("_")) + (custom || snakeCase(property));
  }
  override relationName(property: string): string {
    return snakeCase(property);
  }
  override joinColumnName(relation: string, referenced: string): string {
    return snakeCase(`${relation}_${referenced}`);
  }
  override joinTableColumnName(table: string, property: string, column?: string): string {
    return snakeCase(`${table}_${column ?? property}`);
  }
}

export type Opened = { source: DataSource; modules: Record<string, Record<string, unknown>>; sent: string[] };

/** The project's data source over a server in the process, its tables made by `synchronize()`. `sent`: the statements that it sends from then on. */
export async function openTypeorm(server: PGlite, files: Record<string, string>, options: Partial<DataSourceOptions> = {}): Promise<Opened> {
  const modules = runModules(files, { "typeorm-naming-strategies": { SnakeNamingStrategy } });
  const exported = Object.values(modules).flatMap((each) => Object.values(each));
  const entities = exported.filter((each) => typeof each === "function" || each instanceof EntitySchema) as never[];
  const sent: string[] = [];
  const logger = { logQuery: (query: string) => void sent.push(query), logQueryError: () => undefined, logQuerySlow: () => undefined, logSchemaBuild: () => undefined, logMigration: () => undefined, log: () => undefined } as Logger;
  const source = new DataSource({ type: "postgres", driver: driverOf(server), database: "postgres", uuidExtension: "pgcrypto", installExtensions: false, logger, logging: true, ...options, entities } as DataSourceOptions);
  await source.initialize();
  await source.synchronize();
  sent.length = 0;
  return { source, modules, sent };
}

export { SnakeNamingStrategy };
