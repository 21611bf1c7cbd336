import { createRequire } from "node:module";
import { posix } from "node:path";
import "reflect-metadata";
import type { PGlite } from "@electric-sql/pglite";
import { ts } from "ts-morph";
import { DataSource, DefaultNamingStrategy, EntitySchema, type DataSourceOptions, type Logger } from "typeorm";
import { snakeCase } from "typeorm/util/StringUtils.js";
import { driverOf } from "./pglite-driver.ts";

const require = createRequire(import.meta.url);
const COMPILER: ts.CompilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false };

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

/** Runs the modules of a project as Node would after compilation; gives what each exports. */
function run(files: Record<string, string>): Record<string, Record<string, unknown>> {
  const modules: Record<string, Record<string, unknown>> = {};
  const load = (path: string): Record<string, unknown> => {
    const known = modules[path];
    if (known !== undefined) return known;
    const module = { exports: (modules[path] = {} as Record<string, unknown>) };
    const { outputText } = ts.transpileModule(files[path] ?? "", { compilerOptions: COMPILER, fileName: path });
    const own = (specifier: string): unknown => {
      if (specifier === "typeorm-naming-strategies") return { SnakeNamingStrategy };
      return specifier.startsWith(".") ? load(`${posix.join(posix.dirname(path), specifier)}.ts`) : require(specifier);
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    (new Function("module", "exports", "require", outputText) as (...given: unknown[]) => void)(module, module.exports, own);
    return module.exports;
  };
  for (const path of Object.keys(files)) if (path.endsWith(".ts")) load(path);
  return modules;
}

export type Opened = { source: DataSource; modules: Record<string, Record<string, unknown>>; sent: string[] };

/** The project's data source over a server in the process, its tables made by `synchronize()`. `sent`: the statements that it sends from then on. */
export async function openTypeorm(server: PGlite, files: Record<string, string>, options: Partial<DataSourceOptions> = {}): Promise<Opened> {
  const modules = run(files);
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
