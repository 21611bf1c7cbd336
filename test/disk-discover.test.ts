import { beforeAll, describe, expect, test } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import type { LoadOptions } from "../src/disk/load.ts";
import type { DatabaseSource } from "../src/model/input.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";

beforeAll(loadSqlParser);

const table = 'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const users = pgTable("users", { id: text("id").primaryKey() });\n';
const prisma = (provider = "postgresql") => `datasource db {\n  provider = "${provider}"\n}\nmodel User {\n  id Int @id\n}\n`;
const create = "CREATE TABLE users (id int PRIMARY KEY);\nCREATE TABLE teams (id int PRIMARY KEY);\n";

function discover(texts: Record<string, string>, options: LoadOptions = {}): DatabaseSource[] {
  return loadFiles(filesFrom(texts), options).databases;
}

/** The parts that most tests are about. */
function outline(texts: Record<string, string>, options: LoadOptions = {}) {
  return discover(texts, options).map(({ id, schemaFiles, migrations }) => ({
    id,
    schema: schemaFiles,
    migrations: migrations.map(({ runner, dir, files }) => [runner, ...files.map((file) => file.slice(dir === "" ? 0 : dir.length + 1))]),
  }));
}

describe("Drizzle", () => {
  const journal = (...tags: string[]) => JSON.stringify({ entries: tags.map((tag, idx) => ({ idx, tag })) });

  test("the journal says which files are migrations, and in which order", () => {
    const texts = {
      "drizzle.config.ts": 'import { defineConfig } from "drizzle-kit";\nexport default defineConfig({ dialect: "postgresql", schema: "./src/schema.ts", casing: "snake_case" });',
      "package.json": '{ "dependencies": { "drizzle-orm": "0.44.2" } }',
      "src/schema.ts": table,
      "drizzle/0000_b.sql": create,
      "drizzle/0001_a.sql": "",
      "drizzle/by-hand.sql": "",
      "drizzle/meta/_journal.json": journal("0001_a", "0000_b", "0002_lost"),
    };
    const input = loadFiles(filesFrom(texts));
    expect(input.databases).toEqual([
      {
        id: ".",
        orm: "drizzle",
        dialect: "postgres",
        dir: "",
        schemaFiles: ["src/schema.ts"],
        migrations: [{ runner: "drizzle", runnerVersion: "0.44.2", files: ["drizzle/0001_a.sql", "drizzle/0000_b.sql"], dir: "drizzle" }],
        queryFiles: [],
        casing: "snake_case",
        ormVersion: "0.44.2",
      },
    ]);
    expect(input.unread.map(({ message }) => message)).toEqual(["the journal names drizzle/0002_lost.sql, which does not exist"]);
  });

  test("numbered files that the journal does not name make no second database", () => {
    const texts = {
      "drizzle.config.ts": 'export default { dialect: "postgresql", schema: "./schema.ts" };',
      "schema.ts": table,
      "drizzle/0000_a.sql": create,
      "drizzle/0001_left.sql": "CREATE TABLE left_over (id int PRIMARY KEY);",
      "drizzle/meta/_journal.json": journal("0000_a"),
    };
    expect(outline(texts).map(({ migrations }) => migrations[0]?.slice(1))).toEqual([["0000_a.sql"]]);
  });

  test("of two configurations for one schema, that of the schema's package names the database", () => {
    const config = (path: string) => `export default { dialect: "postgresql", schema: "${path}schema.ts", out: "${path}migrations" };`;
    const texts = {
      "apps/web/package.json": "{}",
      "apps/web/drizzle.config.ts": config("../../packages/db/"),
      "packages/db/package.json": "{}",
      "packages/db/drizzle.config.ts": config("./"),
      "packages/db/schema.ts": table,
      "packages/db/migrations/0000_a.sql": create,
      "packages/db/migrations/meta/_journal.json": journal("0000_a"),
    };
    expect(discover(texts).map(({ id, dir }) => [id, dir])).toEqual([["packages/db", "packages/db"]]);
  });

  test("the folders of drizzle-kit 1.0", () => {
    const texts = {
      "drizzle.config.ts": 'export default { dialect: "postgresql", schema: "schema.ts" };',
      "schema.ts": table,
      "drizzle/20260102000000_b/migration.sql": create,
      "drizzle/20260101000000_a/migration.sql": create,
    };
    expect(outline(texts)).toEqual([
      { id: ".", schema: ["schema.ts"], migrations: [["drizzle", "20260101000000_a/migration.sql", "20260102000000_b/migration.sql"]] },
    ]);
  });

  test.each([
    ["a list with a glob", '["./src/db/*.table.ts", "./src/auth.ts"]', ["src/auth.ts", "src/db/a.table.ts", "src/db/b.table.ts"]],
    ["a folder, one level deep", '"./src/db"', ["src/db/a.table.ts", "src/db/b.table.ts"]],
    ["path.join and a constant", "path.join(__dirname, folder, `${name}.ts`)", ["src/auth.ts"]],
    ["an overridable default", 'process.env.SCHEMA ?? "./src/auth.ts"', ["src/auth.ts"]],
  ])("schema: %s", (_, schema, expected) => {
    const texts = {
      "drizzle.config.ts": `import path from "node:path";\nconst folder = "src";\nconst name = "auth";\nexport default { dialect: "postgresql", schema: ${schema} };`,
      "src/auth.ts": table,
      "src/db/a.table.ts": table,
      "src/db/b.table.ts": table,
      "src/db/deep/c.table.ts": table,
    };
    expect(discover(texts)[0]?.schemaFiles).toEqual(expected);
  });

  test("paths relative to where drizzle-kit is run, above the configuration", () => {
    const texts = {
      "package.json": "{}",
      "config/drizzle.config.ts": 'export default { dialect: "postgresql", schema: "./src/schema.ts", out: "./migrations" };',
      "src/schema.ts": table,
      "migrations/0000_a.sql": create,
      "migrations/meta/_journal.json": journal("0000_a"),
    };
    expect(outline(texts)).toEqual([{ id: "config", schema: ["src/schema.ts"], migrations: [["drizzle", "0000_a.sql"]] }]);
  });

  test("configurations that differ in credentials only are one database, others are several", () => {
    const config = (schema: string, dialect: string) => `export default { dialect: "${dialect}", schema: "./${schema}.ts", out: "./${schema}" };`;
    const texts = {
      "drizzle.config.ts": config("main", "postgresql"),
      "drizzle.prod.config.ts": config("main", "postgresql"),
      "drizzle.logs.config.ts": config("logs", "sqlite"),
      "main.ts": table,
      "logs.ts": table,
    };
    expect(discover(texts).map(({ id, dialect, schemaFiles }) => [id, dialect, schemaFiles])).toEqual([
      ["drizzle.config.ts", "postgres", ["main.ts"]],
      ["drizzle.logs.config.ts", "sqlite", ["logs.ts"]],
    ]);
  });

  test("migrations belong to the configuration that names their folder, not to one that leaves it to drizzle-kit", () => {
    const config = (schema: string, out: string) => `export default { dialect: "postgresql", schema: "./${schema}.ts"${out} };`;
    const texts = {
      "drizzle.config.ts": config("main", ', out: "./drizzle"'),
      "drizzle.events.config.ts": config("events", ""),
      "main.ts": table,
      "events.ts": table,
      "drizzle/meta/_journal.json": JSON.stringify({ entries: [{ idx: 0, tag: "0000_a" }] }),
      "drizzle/0000_a.sql": "SELECT 1;",
    };
    expect(outline(texts)).toEqual([
      { id: "drizzle.config.ts", schema: ["main.ts"], migrations: [["drizzle", "0000_a.sql"]] },
      { id: "drizzle.events.config.ts", schema: ["events.ts"], migrations: [] },
    ]);
  });

  test("without a configuration: the declaring files of each package; tests declare nothing", () => {
    const texts = {
      "packages/a/package.json": '{ "name": "a" }',
      "packages/a/src/schema.ts": table,
      "packages/a/src/other.ts": table,
      "packages/a/src/query.ts": 'import { alias } from "drizzle-orm/pg-core";\nexport const a = alias;',
      "packages/a/test/__tests__/t.ts": table,
      "packages/b/package.json": '{ "name": "b" }',
      "packages/b/db.ts": table.replaceAll("pg", "sqlite"),
    };
    expect(discover(texts).map(({ id, dialect, schemaFiles }) => [id, dialect, schemaFiles])).toEqual([
      ["packages/a/src", "postgres", ["packages/a/src/other.ts", "packages/a/src/schema.ts"]],
      ["packages/b", "sqlite", ["packages/b/db.ts"]],
    ]);
  });

  test("a barrel over another package claims its tables", () => {
    const texts = {
      "apps/web/package.json": '{ "name": "web" }',
      "apps/web/drizzle.config.ts": 'export default { dialect: "postgresql", schema: "./schema.ts" };',
      "apps/web/schema.ts": 'export * from "@repo/tables";',
      "packages/tables/package.json": '{ "name": "@repo/tables", "main": "./index.ts" }',
      "packages/tables/index.ts": table,
    };
    expect(outline(texts)).toEqual([{ id: "apps/web", schema: ["apps/web/schema.ts"], migrations: [] }]);
  });
});

describe("Prisma", () => {
  test("the default place, its migrations by name, its version", () => {
    const texts = {
      "package.json": '{ "devDependencies": { "prisma": "6.19.3" } }',
      "prisma/schema.prisma": prisma(),
      "prisma/migrations/migration_lock.toml": 'provider = "postgresql"',
      "prisma/migrations/20250102000000_b/migration.sql": create,
      "prisma/migrations/20250101_a/migration.sql": create,
    };
    expect(discover(texts)).toMatchObject([
      {
        id: "prisma",
        orm: "prisma",
        dialect: "postgres",
        dir: "",
        ormVersion: "6.19.3",
        migrations: [{ runner: "prisma", runnerVersion: "6.19.3", files: ["prisma/migrations/20250101_a/migration.sql", "prisma/migrations/20250102000000_b/migration.sql"] }],
      },
    ]);
  });

  test("a folder of schema files, named by prisma.config.ts, with its migrations elsewhere", () => {
    const texts = {
      "packages/db/package.json": "{}",
      "packages/db/prisma.config.ts": 'import { defineConfig } from "prisma/config";\nexport default defineConfig({ schema: "./schema", migrations: { path: "./changes" } });',
      "packages/db/schema/main.prisma": prisma(),
      "packages/db/schema/models/team.prisma": "model Team {\n  id Int @id\n}\n",
      "packages/db/changes/20250101000000_a/migration.sql": create,
    };
    expect(outline(texts)).toEqual([
      {
        id: "packages/db/schema",
        schema: ["packages/db/schema/main.prisma", "packages/db/schema/models/team.prisma"],
        migrations: [["prisma", "20250101000000_a/migration.sql"]],
      },
    ]);
  });

  test("a migrations folder that is written at deploy time: the sources are found in the package", () => {
    const texts = {
      "db/package.json": "{}",
      "db/prisma.config.ts": 'export default { schema: "schema.prisma", migrations: { path: ".generated" } };',
      "db/schema.prisma": prisma(),
      "db/history/20250101000000_a/migration.sql": create,
    };
    expect(outline(texts)[0]?.migrations).toEqual([["prisma", "20250101000000_a/migration.sql"]]);
  });

  test("several datasources are several databases; the migrations belong to the provider of the lock", () => {
    const texts = {
      "prisma/schema.prisma": prisma(),
      "prisma/schema.sqlite.prisma": prisma("sqlite"),
      "prisma/migrations/migration_lock.toml": 'provider = "sqlite"',
      "prisma/migrations/20250101000000_a/migration.sql": create,
    };
    expect(outline(texts)).toEqual([
      { id: "prisma/schema.prisma", schema: ["prisma/schema.prisma"], migrations: [] },
      { id: "prisma/schema.sqlite.prisma", schema: ["prisma/schema.sqlite.prisma"], migrations: [["prisma", "20250101000000_a/migration.sql"]] },
    ]);
  });

  test("a schema that nothing names, in a package with one where Prisma looks for it, is an example", () => {
    const texts = { "package.json": "{}", "prisma/schema.prisma": prisma(), "src/templates/shop.prisma": prisma("mysql"), "src/events/events.prisma": prisma(), "src/events/migrations/20250101000000_a/migration.sql": create };
    expect(outline(texts).map(({ id }) => id)).toEqual(["prisma", "src/events"]);
    expect(outline({ "package.json": "{}", "src/db/main.prisma": prisma() }).map(({ id }) => id)).toEqual(["src/db"]);
  });

  test("schemas in documentation are none", () => {
    const texts = { "docs/reference/schema.prisma": prisma(), "app/prisma/schema.prisma": prisma() };
    expect(outline(texts).map(({ id }) => id)).toEqual(["app/prisma"]);
  });
});

describe("SQL", () => {
  test("Supabase: by name, only what its CLI would run", () => {
    const texts = {
      "package.json": '{ "devDependencies": { "supabase": "2.98.0" } }',
      "supabase/config.toml": "",
      "supabase/migrations/20250102_b.sql": create,
      "supabase/migrations/20250101_a.sql": create,
      "supabase/migrations/notes.sql": create,
      "supabase/schemas/users.sql": create,
      "supabase/seed.sql": "",
    };
    expect(discover(texts)).toMatchObject([
      { id: "supabase", dir: "", schemaFiles: [], migrations: [{ runner: "supabase", runnerVersion: "2.98.0", files: ["supabase/migrations/20250101_a.sql", "supabase/migrations/20250102_b.sql"] }] },
    ]);
  });

  test("Supabase: a declarative schema where there are no migrations, in the order of config.toml", () => {
    const texts = {
      "supabase/config.toml": '[db.migrations]\nschema_paths = ["./schemas/z.sql", "./schemas/*.sql"]\n',
      "supabase/schemas/a.sql": create,
      "supabase/schemas/z.sql": create,
    };
    expect(outline(texts)).toEqual([{ id: "supabase", schema: ["supabase/schemas/z.sql", "supabase/schemas/a.sql"], migrations: [] }]);
  });

  test("sqlc: entries with one schema are one database; atlas' folder of the same tables is its history; ClickHouse is left out", () => {
    const texts = {
      "server/go.mod": "",
      "server/db/sqlc.yaml": 'version: "2"\nsql:\n  - { engine: postgresql, schema: schema.sql, queries: ../users/queries.sql }\n  - { engine: postgresql, schema: [schema.sql], queries: [../teams] }\n',
      "server/db/schema.sql": create,
      "server/users/queries.sql": "-- name: GetUser :one\nSELECT id FROM users WHERE id = $1;\n",
      "server/teams/queries.sql": "-- name: GetTeam :one\nSELECT id FROM teams WHERE id = $1;\n",
      "server/migrations/atlas.sum": "h1:",
      "server/migrations/20250101_a.sql": create,
      "server/clickhouse/migrations/20250101_a.sql": "CREATE TABLE events (id UInt64) ENGINE = MergeTree ORDER BY id;",
    };
    expect(discover(texts)).toMatchObject([
      {
        id: "server/db",
        dir: "server",
        schemaFiles: ["server/db/schema.sql"],
        queryFiles: ["server/teams/queries.sql", "server/users/queries.sql"],
        migrations: [{ runner: "atlas", files: ["server/migrations/20250101_a.sql"] }],
      },
    ]);
  });

  test("sqlc version 1 over a folder of goose migrations", () => {
    const texts = {
      "sqlc.json": '{ "version": "1", "packages": [{ "engine": "postgresql", "schema": "migrations", "queries": "q.sql" }] }',
      "migrations/10_b.sql": "-- +goose Up\nCREATE TABLE b (id int);\n",
      "migrations/9_a.sql": "-- +goose Up\nCREATE TABLE a (id int);\n",
      "q.sql": "-- name: A :one\nSELECT 1;\n",
    };
    expect(outline(texts)).toEqual([{ id: "migrations", schema: [], migrations: [["goose", "9_a.sql", "10_b.sql"]] }]);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ["dbmate", { "db/migrations/20250101_a.sql": `-- migrate:up\n${create}-- migrate:down\n` }, ["dbmate", "20250101_a.sql"]],
    ["Postgrator's", { "db/migrations/0001.do.a.sql": create, "db/migrations/0001.undo.a.sql": "DROP TABLE a;", "db/migrations/0002.do.b.sql": create }, ["unknown", "0001.do.a.sql", "0002.do.b.sql"]],
    ["golang-migrate", { "db/10_b.up.sql": create, "db/10_b.down.sql": "", "db/9_a.up.sql": create, "db/9_a.down.sql": "" }, ["golang-migrate", "9_a.up.sql", "10_b.up.sql"]],
    ["flyway", { "sql/V1.10__b.sql": create, "sql/V1.9__a.sql": create, "sql/R__views.sql": "", "sql/U1.9__a.sql": "" }, ["flyway", "V1.9__a.sql", "V1.10__b.sql", "R__views.sql"]],
    ["node-pg-migrate", { "package.json": '{ "devDependencies": { "node-pg-migrate": "^9" } }', "migrations/1700000000000_a.sql": create }, ["node-pg-migrate", "1700000000000_a.sql"]],
    ["graphile-migrate", { "migrations/committed/000001-a.sql": `--! Previous: -\n--! Hash: sha1:1\n${create}` }, ["graphile-migrate", "000001-a.sql"]],
    ["unknown", { "db/migrations/2_b.sql": create, "db/migrations/1_a.sql": create }, ["unknown", "1_a.sql", "2_b.sql"]],
  ])("%s", (_, texts, expected) => {
    expect(outline(texts).map(({ migrations }) => migrations)).toEqual([[expected]]);
  });

  test("migrations of an ORM's tables are its history; its dump says nothing new", () => {
    const texts = {
      "package.json": "{}",
      "src/schema.ts": `${table}export const teams = pgTable("teams", { id: text("id").primaryKey() });\n`,
      "db/migrations/1_a.sql": create,
      "db/schema.sql": create,
    };
    expect(outline(texts)).toEqual([{ id: "src", schema: ["src/schema.ts"], migrations: [["unknown", "1_a.sql"]] }]);
  });

  test("a folder that is named after its database is that database's", () => {
    const texts = {
      "go.mod": "",
      "assets/migrations/mysql/001_a.sql": `-- +goose Up\n${create}`,
      "assets/migrations/postgres/001_a.sql": `-- +goose Up\n${create}`,
      "store/sqlite-persistence/migration/V1__a.sql": create,
      "mysql-to-postgres/migrations/1_a.sql": create,
      "expo/migrations/1_a.sql": create,
    };
    expect(discover(texts).map(({ id, dialect }) => [id, dialect])).toEqual([
      ["assets/migrations/mysql", "mysql"],
      ["assets/migrations/postgres", "postgres"],
      ["expo/migrations", "postgres"],
      ["mysql-to-postgres/migrations", "postgres"],
      ["store/sqlite-persistence/migration", "sqlite"],
    ]);
  });

  test("other tables are another database", () => {
    const texts = { "package.json": "{}", "src/schema.ts": table, "billing/migrations/1_a.sql": "CREATE TABLE invoices (id int);" };
    expect(outline(texts).map(({ id }) => id)).toEqual(["billing/migrations", "src"]);
  });

  test("any file that creates tables, where nothing else tells of a database; a named file is a migration", () => {
    expect(outline({ "things.sql": create })).toEqual([{ id: ".", schema: ["things.sql"], migrations: [] }]);
    expect(outline({ "fix.sql": "DELETE FROM users;" })).toEqual([]);
    expect(outline({ "fix.sql": "DELETE FROM users;" }, { asked: ["fix.sql"] })).toEqual([{ id: "fix.sql", schema: [], migrations: [["unknown", "fix.sql"]] }]);
  });
});

describe("overrides", () => {
  const texts = { "db/migrations/1_a.sql": create, "db/migrations/2_b.sql": "" };

  test("correct what was found, by id", () => {
    expect(discover(texts, { databases: { "db/migrations": { runner: "psql", dialect: "mysql" } } })).toMatchObject([
      { id: "db/migrations", dialect: "mysql", migrations: [{ runner: "psql", files: ["db/migrations/1_a.sql", "db/migrations/2_b.sql"] }] },
    ]);
    expect(discover(texts, { databases: { "db/migrations": { enabled: false } } })).toEqual([]);
  });

  test("add what was not found, and refuse what does not exist", () => {
    const added = discover({ ...texts, "app/tables.ts": table }, { databases: { "db/migrations": { enabled: false }, app: { schema: "app/tables.ts", migrations: "db/migrations" } } });
    expect(added).toMatchObject([{ id: "app", orm: "drizzle", schemaFiles: ["app/tables.ts"], migrations: [{ files: ["db/migrations/1_a.sql", "db/migrations/2_b.sql"] }] }]);
    expect(() => discover(texts, { databases: { x: { schema: "no/*.ts" } } })).toThrow('databases["x"] names no/*.ts, which does not exist');
  });
});
