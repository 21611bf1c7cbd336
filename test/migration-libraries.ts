import { createRequire } from "node:module";
import type { PGlite } from "@electric-sql/pglite";
import knexFactory, { type Knex } from "knex";
import { Kysely, PostgresDialect } from "kysely";
import { MigrationBuilder } from "node-pg-migrate";
import { Sequelize } from "sequelize";
import { DataSource } from "typeorm";
import { driverOf } from "./pglite-driver.ts";

/** What a migration exports, as its library takes it. */
type Exported = { up: (...handles: unknown[]) => unknown };

/** Runs a migration's text, CommonJS, with the real library against a server. */
export type Run = (server: PGlite, code: string) => Promise<void>;

const require = createRequire(import.meta.url);

function load(code: string): Record<string, unknown> {
  const module = { exports: {} as Record<string, unknown> };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function("module", "exports", "require", code) as (...given: unknown[]) => void;
  run(module, module.exports, require);
  return module.exports;
}

const knex: Run = async (server, code) => {
  const Base = (require("knex/lib/dialects/postgres/index.js") as new (config: object) => object);
  class Client extends Base {
    _driver(): unknown {
      return driverOf(server);
    }
    acquireRawConnection(): Promise<unknown> {
      return Promise.resolve(new (driverOf(server).Client)());
    }
    destroyRawConnection(): void {
      // Nothing is held.
    }
    checkVersion(): Promise<string> {
      return Promise.resolve("18.0");
    }
  }
  const own: Knex = knexFactory({ client: Client as never, connection: {}, version: "18.0" });
  await (load(code) as Exported).up(own);
  await own.destroy();
};

const kysely: Run = async (server, code) => {
  const { Pool } = driverOf(server);
  const own = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool() as never }) });
  await (load(code) as Exported).up(own);
};

const nodePgMigrate: Run = async (server, code) => {
  const pgm = new MigrationBuilder({} as never, undefined, false, console as never);
  await (load(code) as Exported).up(pgm);
  for (const step of pgm.getSqlSteps()) await server.exec(step);
};

const sequelize: Run = async (server, code) => {
  const own = new Sequelize({ dialect: "postgres", dialectModule: driverOf(server), databaseVersion: "18.0.0", logging: false, hooks: {}, standardConformingStrings: true } as never);
  own.query = (async (text: string) => [(await server.exec(text)).at(-1)?.rows ?? [], {}]) as never;
  await (load(code) as Exported).up(own.getQueryInterface(), Sequelize);
};

const typeorm: Run = async (server, code) => {
  const source = new DataSource({ type: "postgres", driver: driverOf(server), database: "postgres", uuidExtension: "pgcrypto", installExtensions: false });
  await source.initialize();
  const [Migration] = Object.values(load(code)) as (new () => Exported)[];
  const runner = source.createQueryRunner();
  if (Migration !== undefined) await new Migration().up(runner);
  await runner.release();
  await source.destroy();
};

export const runs = { knex, kysely, "node-pg-migrate": nodePgMigrate, sequelize, typeorm };
