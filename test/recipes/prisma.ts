import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { init, parse } from "@guanmingchiu/sqlparser-ts";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { Address } from "./lab.ts";
import { BUILD, FEW_KINDS, MEMBERS, stamp, type Draft, type RealRunner } from "./runner.ts";

/**
 * Prisma's schema engine, as it is built for WebAssembly, with the last step of the native one, which cannot be had here: until 7.3 a file goes to
 * the server as one simple query. Since 7.4 it is taken apart into its statements, if all of them are understood by sqlparser 0.61, the crate
 * that the engine is built with up to 7.10; else it is one query as before.
 */
type Engine = { applyMigrations(input: object): Promise<unknown>; free(): void };
type EngineModule = { __wbg_set_wasm(exports: object): void; SchemaEngine: { new: (options: object, log: () => void, adapter: object) => Promise<Engine> } };

/** Part of Node, but of no type library that this project loads. */
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object; Instance: new (module: object, imports: object) => { exports: { __wbindgen_start?: () => void } } } };

const require = createRequire(import.meta.url);
let loaded: Promise<EngineModule> | null = null;

async function load(): Promise<EngineModule> {
  await init();
  const path = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const module = (await import(path)) as EngineModule;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path.replace(/js$/, "wasm"))), { "./schema_engine_bg.js": module });
  module.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
  return module;
}

async function migrate(root: string, { host, user, database }: Address, splits: boolean): Promise<void> {
  const { SchemaEngine } = await (loaded ??= load());
  const factory = new PrismaPg({ host, user, database, max: 1 });
  const connect = factory.connect.bind(factory);
  // The engine answers with an error of its own.
  const refused: { error?: unknown } = {};
  const opened: { dispose(): Promise<void> }[] = [];
  factory.connect = async () => {
    const adapter = await connect();
    opened.push(adapter);
    const { client } = adapter as unknown as { client: { query(text: string): Promise<unknown> } };
    adapter.executeScript = async (script) => {
      for (const query of splits ? statementsOf(script) : [script]) await client.query(query).catch((error: unknown) => Promise.reject((refused.error = error) as Error));
    };
    return adapter;
  };
  const engine = await SchemaEngine.new({ datamodels: [["schema.prisma", SCHEMA]] }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
  try {
    await engine.applyMigrations({ migrationsList: listOf(root), filters: { externalTables: [], externalEnums: [] } });
  } catch (error) {
    throw refused.error ?? error;
  } finally {
    engine.free();
    await Promise.all(opened.map((adapter) => adapter.dispose()));
  }
}

function statementsOf(script: string): string[] {
  const statements = script.split(/;\s*(?:\n|$)/).filter((text) => text.trim() !== "");
  try {
    if (parse(script, "postgresql").length !== statements.length) throw new Error(`taken apart wrongly: ${script}`);
    return statements;
  } catch (error) {
    if (!/sql parser error/.test(String(error))) throw error;
    return [script];
  }
}

const SCHEMA = `datasource db {\n  provider = "postgresql"\n}\n`;
const LOCK = `provider = "postgresql"\n`;

function listOf(root: string): object {
  const base = join(root, "prisma/migrations");
  const names = readdirSync(base).filter((name) => /^\d/.test(name)).sort();
  const read = (path: string) => ({ path: "migration.sql", content: { tag: "ok", value: readFileSync(path, "utf8") } });
  return {
    baseDir: base, shadowDbInitScript: "", lockfile: { path: "migration_lock.toml", content: LOCK },
    migrationDirectories: names.map((name) => ({ path: name, migrationFile: read(join(base, name, "migration.sql")) })),
  };
}

const project = (version: string, drafts: Draft[]): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "lab", private: true, dependencies: { "@prisma/client": version, prisma: version } }),
  "prisma/schema.prisma": SCHEMA,
  "prisma/migrations/migration_lock.toml": LOCK,
  ...Object.fromEntries(drafts.map(({ sql }, index) => [`prisma/migrations/${stamp(index)}_step/migration.sql`, sql.map((each) => `${each};\n`).join("")])),
});

const draft = (...sql: string[]): Draft => ({ sql, advised: true });
const attach = "ALTER TABLE members ADD CONSTRAINT members_email_key UNIQUE USING INDEX members_email_key";
const drop = "DROP INDEX CONCURRENTLY IF EXISTS members_email_key";
const do_ = "DO $$ BEGIN PERFORM 1; END $$";

/** `sql` with CONCURRENTLY in one file: what each of the two engines says. */
function withVersion(version: string, others: Record<string, { sql: string[]; refused: "25001" | null }>): RealRunner {
  return {
    version,
    project: (drafts) => project(version, drafts),
    migrate: (root, address) => migrate(root, address, version !== "7.3.0"),
    fixes: true,
    place: "alone in a migration file",
    kinds: FEW_KINDS,
    others: Object.fromEntries(Object.entries(others).map(([name, { sql, refused }]) => [name, { files: project(version, [MEMBERS, draft(...sql)]), refused }])),
  };
}

export const prismaUntil73 = withVersion("7.3.0", {
  "one statement": { sql: [BUILD], refused: null },
  "a setting before it": { sql: ["SET lock_timeout = '5s'", BUILD], refused: "25001" },
  "the constraint behind it": { sql: [BUILD, attach], refused: "25001" },
});

export const prismaSince74 = withVersion("7.10.0", {
  "one statement": { sql: [BUILD], refused: null },
  "a setting before it": { sql: ["SET lock_timeout = '5s'", BUILD], refused: null },
  "two of them": { sql: [BUILD, "CREATE UNIQUE INDEX CONCURRENTLY members_both ON members (id, email) NULLS NOT DISTINCT"], refused: null },
  "the index dropped before": { sql: [drop, BUILD], refused: "25001" },
  "a DO block before it": { sql: [do_, BUILD], refused: "25001" },
  "the constraint behind it": { sql: [BUILD, attach], refused: "25001" },
  "a refresh behind it": { sql: ["CREATE MATERIALIZED VIEW one AS SELECT 1 AS id", BUILD, "REFRESH MATERIALIZED VIEW one"], refused: "25001" },
});
