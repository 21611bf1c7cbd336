import { beforeAll, describe, expect, it } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import type { Database, Runner } from "../src/model/project.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { catalogOf, readCode } from "./migration-code.ts";

beforeAll(loadSqlParser);

/** `users: primary (id), constraint (email)`, one a table. */
function keysOf(catalog: Database["catalog"]): string[] {
  return Object.values(catalog.tables).map((table) => {
    const keys = table.keys.map((key) => `${key.kind} (${key.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ")})${key.where === null ? "" : ` where ${key.where.text}`}`);
    return `${table.id.replace(/^public\./, "")}: ${keys.join(", ")}`;
  });
}

function textAt(code: string, at: { start: number; end: number }): string {
  return code.slice(at.start, at.end);
}

describe("where `up` stands", () => {
  const body = `{ await knex.schema.createTable("t", (t) => { t.increments("id"); }); }`;
  it.each([
    ["an exported function", `export async function up(knex) ${body}`],
    ["an exported constant", `export const up = async (knex) => ${body};`],
    ["exports.up", `exports.up = async function (knex) ${body};`],
    ["module.exports", `module.exports = { up: async (knex) => ${body}, down() {} };`],
    ["a method of module.exports", `module.exports = { async up(knex) ${body} };`],
    ["a name in module.exports", `const up = async (knex) => ${body};\nmodule.exports = { up };`],
    ["the default export", `export default { async up(knex) ${body} };`],
    ["a promise that is returned", `exports.up = (knex) => knex.schema.createTable("t", (t) => { t.increments("id"); });`],
    ["a chain behind Promise.resolve()", `exports.up = function (knex) { return Promise.resolve().then(() => knex.schema.createTable("t", (t) => { t.increments("id"); })).then(() => {}); };`],
    ["this of the callback", `exports.up = (knex) => knex.schema.createTable("t", function () { this.increments("id"); });`],
  ])("%s", (_, code) => {
    expect(keysOf(catalogOf(readCode("knex", code)))).toEqual(["t: primary (id)"]);
  });

  it("is a method of a class", () => {
    const code = `export class A1700000000000 implements MigrationInterface { async up(q: QueryRunner) { await q.query("create table t (id int primary key)"); } async down(q) { await q.query("drop table t"); } }`;
    expect(keysOf(catalogOf(readCode("typeorm", code)))).toEqual(["t: primary (id)"]);
  });

  it("and may call other methods of its class", () => {
    const code = `export class Init1700000000000 {
      private async tables(queryRunner) { await queryRunner.query('create table a (id int primary key)'); await this.more(queryRunner, "b"); }
      private more = async (runner, name) => { await runner.query(\`create table \${name} (id int unique)\`); };
      async down(queryRunner) { await queryRunner.query("drop table a"); }
      async up(queryRunner) { await this.tables(queryRunner); await this.unknown(queryRunner); }
    }`;
    expect(Object.keys(catalogOf(readCode("typeorm", code)).tables)).toEqual(["public.a", "public.b"]);
  });

  it("and may chain promises, each answer behind what it answers", () => {
    const code = `exports.up = (knex) => Promise.resolve()
      .then(() => knex.schema.createTable("a", (t) => { t.uuid("id").primary(); }))
      .then(() => Promise.all([
        knex.schema.createTable("b", (t) => { t.uuid("id"); }),
        knex.schema.createTable("c", (t) => { t.uuid("id"); }),
      ]).then(async () => {
        await knex.schema.alterTable("b", (t) => { t.primary(["id"]); });
        await knex.schema.dropTable("c");
      }))
      .then(() => knex.schema.alterTable("a", (t) => { t.string("name").unique(); }))
      .catch(() => knex.schema.dropTable("a"));`;
    const read = readCode("knex", code);
    expect([keysOf(catalogOf(read)), read.unread]).toEqual([["a: primary (id), constraint (name)", "b: primary (id)"], []]);
  });

  it("what goes down is not read", () => {
    const code = `export const up = (knex) => knex.schema.raw("create table t (id int)"); export const down = (knex) => knex.schema.dropTable("t");`;
    expect(keysOf(catalogOf(readCode("knex", code)))).toEqual(["t: "]);
  });
});

describe("places", () => {
  it("of raw SQL are letter by letter", () => {
    const code = "exports.up = (knex) => knex.raw(`create table t (\n  id int primary key,\n  email text unique\n)`);";
    const [statement] = readCode("knex", code).statements;
    const change = statement?.changes[0];
    expect(change?.kind === "create-table" ? change.keys.map((key) => textAt(code, key.at)) : []).toEqual(["id int primary key", "email text unique"]);
  });

  it("of built statements are those of the call that asks for the part", () => {
    const code = `exports.up = (knex) => knex.schema.createTable("t", (t) => { t.increments("id"); t.string("email").unique(); });`;
    const statements = readCode("knex", code).statements;
    expect(statements.flatMap(({ changes }) => changes).flatMap((change) => (change.kind === "add-key" ? [textAt(code, change.at)] : []))).toEqual([`t.string("email").unique()`]);
  });

  it("of a helper in another file are those of its call", () => {
    const code = `import { add } from "../helpers";\nexport const up = async (knex) => { await add(knex, "t"); };`;
    const helpers = `export async function add(knex, table) { const name = table; await knex.schema.createTable(name, (t) => { t.uuid("id").primary(); }); }`;
    const { statements } = readCode("knex", code, { "helpers.ts": helpers });
    expect(statements.map(({ at }) => textAt(code, at))).toEqual([`add(knex, "t")`]);
  });
});

describe("values", () => {
  it("of a variable that is given several, one after the other", () => {
    const code = `exports.up = async (knex) => { let name = "a"; await knex.raw(\`create table \${name} (id int)\`); name = "b"; await knex.raw(\`create table \${name} (id int)\`); };`;
    const read = readCode("knex", code);
    expect([read.unread, keysOf(catalogOf(read))]).toEqual([[], ["a: ", "b: "]]);
  });

  it("but not where a condition decides", () => {
    const code = `exports.up = async (knex) => { let name = "a"; if (process.env.OTHER) name = "b"; await knex.raw(\`create table \${name} (id int)\`); };`;
    expect(readCode("knex", code).unread).toHaveLength(1);
  });

  it("of lists that map and forEach go through", () => {
    const code = `const names = ["a", "b"]; exports.up = async (knex) => { await Promise.all(names.map((name, i) => knex.schema.createTable(\`\${name}_\${i}\`, (t) => { ["x", "y"].forEach((column) => t.string(column).unique()); }))); };`;
    const read = readCode("knex", code);
    expect([read.unread, keysOf(catalogOf(read))]).toEqual([[], ["a_0: constraint (x), constraint (y)", "b_1: constraint (x), constraint (y)"]]);
  });
});

describe("what is not known", () => {
  it("is told, and nothing is guessed", () => {
    const code = `exports.up = async (knex) => {
      await knex.schema.createTable(process.env.TABLE, (t) => { t.increments("id"); });
      await knex.schema.createTable("t", (t) => { t.string(columnName()); t.string("a").unique(); });
      await knex.schema.alterTable("t", (t) => { t.unique(columns()); t.unique(["a"], { indexName: "x", predicate: live(knex) }); });
    };`;
    const read = readCode("knex", code);
    expect(read.unread.map(({ at }) => textAt(code, at).slice(0, 24))).toEqual(["t.string(columnName())", "knex.schema.createTable(", "t.unique(columns())", "t.unique([\"a\"], { indexN"]);
    const table = catalogOf(read).tables["public.t"];
    expect([table?.complete, table?.keys.map((key) => key.name)]).toEqual([false, ["t_a_unique"]]);
  });

  it("in a text that only writes rows is a value", () => {
    const read = readCode("knex", "exports.up = async (knex) => { for (const row of await rows()) await knex.raw(`update t set a = ${row.a} where id = ${row.id}`); };");
    expect([read.unread, read.statements.map(({ queries }) => queries[0]?.kind)]).toEqual([[], ["update"]]);
  });

  it("between two statements leaves them readable", () => {
    const read = readCode("mikro-orm", "export class M extends Migration { async up() { this.addSql(`create table a (id int primary key);\n${drop(\"x\")}\ncreate table b (id int primary key);`); } }");
    expect([read.unread.length, keysOf(catalogOf(read))]).toEqual([1, ["a: primary (id)", "b: primary (id)"]]);
  });

  it("a query that is only built is not sent", () => {
    const read = readCode("knex", `exports.up = async (knex) => { const now = knex.raw("now()"); await knex("t").update({ at: now }); await knex.schema.createTable("u", (t) => { t.dateTime("at").defaultTo(now); }); };`);
    expect([read.unread, read.statements.filter(({ changes }) => changes.length > 0).length]).toEqual([[], 1]);
  });

  it.each<[Runner, string, string[]]>([
    ["knex", `exports.up = async (knex) => { await knex("t").whereNull("a").del(); await knex.from("t").update({ a: 1, b: x() }); await knex("t").select("a"); };`, ["delete t ", "update t a, b"]],
    ["kysely", `export const up = async (db) => { await db.deleteFrom("t").where("a", "is", null).execute(); await db.updateTable("t").set({ a: 1 }).execute(); await db.selectFrom("t").selectAll().execute(); };`, ["delete t ", "update t a"]],
    ["sequelize", `exports.up = async (queryInterface) => { await queryInterface.bulkDelete("t", { a: null }); await queryInterface.bulkUpdate("t", { a: 1 }, { b: 2 }); };`, ["delete t ", "update t a"]],
  ])("%s: which rows the query builder changes, but not where", (runner, code, expected) => {
    const read = readCode(runner, code);
    expect(read.unread).toEqual([]);
    expect(read.statements.flatMap(({ queries }) => queries).map((query) => `${query.kind} ${query.table?.name ?? ""} ${query.writes?.map(({ column }) => column).join(", ") ?? ""}`)).toEqual(expected);
    expect(read.statements.map(({ dedup }) => dedup)).toEqual([null, null]);
  });
});

describe("conditions", () => {
  it("most likely ask whether it is done already", () => {
    const read = readCode("knex", `exports.up = async (knex) => { if (!(await knex.schema.hasTable("t"))) { await knex.schema.createTable("t", (t) => { t.increments("id"); }); } };`);
    expect(read.statements.flatMap(({ changes }) => changes).map((change) => [change.kind, change.conditional !== undefined, change.kind === "create-table" && change.ifNotExists])).toEqual([["create-table", true, true]]);
  });

  it("what is done after an error is not the plan", () => {
    const read = readCode("knex", `exports.up = async (knex) => { try { await knex.raw("create table a (id int)"); } catch (e) { await knex.raw("drop table a"); } };`);
    expect(keysOf(catalogOf(read))).toEqual(["a: "]);
  });
});

describe("transactions", () => {
  const concurrent = "create unique index concurrently i on t (a)";
  it.each<[Runner, string, boolean]>([
    ["knex", `exports.config = { transaction: false }; exports.up = (knex) => knex.raw("${concurrent}");`, true],
    ["knex", `export const config = { transaction: false }; export const up = (knex) => knex.raw("${concurrent}");`, true],
    ["knex", `module.exports = { config: { transaction: false }, up: (knex) => knex.raw("${concurrent}") };`, true],
    ["knex", `exports.config = { transaction: true }; exports.up = (knex) => knex.raw("${concurrent}");`, false],
    ["node-pg-migrate", `exports.up = (pgm) => { pgm.noTransaction(); pgm.createIndex("t", "a", { unique: true, concurrently: true }); };`, true],
    ["node-pg-migrate", `exports.up = (pgm) => { pgm.createIndex("t", "a", { unique: true, concurrently: true }); };`, false],
    ["typeorm", `export class A implements MigrationInterface { transaction = false; async up(q) { await q.query("${concurrent}"); } }`, true],
    ["typeorm", `export class A implements MigrationInterface { async up(q) { await q.query("${concurrent}"); } }`, false],
    ["mikro-orm", `export class A extends Migration { async up() { this.addSql("${concurrent}"); } isTransactional(): boolean { return false; } }`, true],
    ["kysely", `import { sql } from "kysely"; export const up = (db) => sql\`${concurrent}\`.execute(db);`, false],
  ])("%s: %s", (runner, code, optsOut) => {
    const read = readCode(runner, code);
    expect([read.optsOut, read.statements.map(({ refusesTransaction }) => refusesTransaction)]).toEqual([optsOut, [true]]);
  });

  it("that the author opens stand around what is in them", () => {
    const code = `module.exports = { async up(queryInterface) {
      await queryInterface.sequelize.transaction(async (transaction) => {
        await queryInterface.addIndex("t", ["a"], { unique: true, transaction });
        await queryInterface.addIndex("t", ["b"], { unique: true, transaction });
      });
      await queryInterface.addIndex("t", ["c"], { unique: true, concurrently: true });
    } };`;
    expect(readCode("sequelize", code).statements.map(({ transaction, changes }) => transaction ?? changes[0]?.kind)).toEqual(["begin", "create-index", "create-index", "commit", "create-index"]);
  });
});

it("umzug hands the query interface over as context", () => {
  const code = `export const up: Migration = async ({ context: queryInterface }) => { await queryInterface.addIndex("t", ["a"], { unique: true }); };`;
  expect(readCode("sequelize", code).statements).toHaveLength(1);
});

it("comments of a migration are kept", () => {
  const code = `// prechecked: no duplicates\nexports.up = (knex) => knex.raw("create unique index i on t (a)"); /* done */`;
  expect(readCode("knex", code).comments.map(({ text }) => text)).toEqual(["prechecked: no duplicates", "done"]);
});

describe("names that libraries cut or change", () => {
  it("Sequelize takes every capital for a word", () => {
    const code = `exports.up = (queryInterface) => queryInterface.addIndex("userAccounts", ["userID", "Email"], { unique: true });`;
    const [change] = readCode("sequelize", code).statements[0]?.changes ?? [];
    expect(change?.kind === "create-index" ? change.index.name : null).toBe("user_accounts_user_i_d__email");
  });
});

describe("discovery", () => {
  const build = (files: Record<string, string>): Database[] => buildProject(loadFiles(filesFrom(files))).databases;
  const table = (name: string): string => `export async function up(knex) { await knex.schema.createTable("${name}", (t) => { t.increments("id"); }); }`;

  it("finds a folder for each database, its runner and version", () => {
    const databases = build({
      "package.json": JSON.stringify({ dependencies: { knex: "3.1.0", pg: "8.0.0" } }),
      "db/migrations/2_b.ts": `import type { Knex } from "knex";\n${table("b")}`,
      "db/migrations/10_a.ts": `import type { Knex } from "knex";\n${table("a")}`,
      "db/migrations/helpers.ts": `import type { Knex } from "knex"; export const n = 1;`,
      "other/migrations/1.cjs": `exports.up = async (knex) => { await knex.schema.createTable("o", (t) => { t.increments("id"); }); };`,
    });
    expect(databases.map(({ id, migrations }) => [id, migrations.map(({ path, runner, runnerVersion, transaction }) => `${path} ${runner} ${runnerVersion ?? ""} ${transaction}`)])).toEqual([
      // By name, as Knex sorts them.
      ["db/migrations", ["db/migrations/10_a.ts knex 3.1.0 batch", "db/migrations/2_b.ts knex 3.1.0 batch"]],
      ["other/migrations", ["other/migrations/1.cjs knex 3.1.0 batch"]],
    ]);
  });

  it("orders TypeORM's classes by their time, from all folders", () => {
    const migration = (stamp: number, name: string): string => `import { MigrationInterface } from "typeorm"; export class ${name}${stamp} implements MigrationInterface { async up(q) { await q.query("create table ${name} (id int)"); } }`;
    const [database] = build({
      "package.json": JSON.stringify({ dependencies: { typeorm: "0.3.20", pg: "8.0.0" } }),
      "src/z/migrations/first.ts": migration(1_600_000_000_000, "a"),
      "src/a/migrations/second.ts": migration(1_700_000_000_000, "b"),
      "src/data-source.ts": `export default new DataSource({ migrationsTransactionMode: "each" });`,
    });
    expect(database?.migrations.map(({ path, transaction }) => `${path} ${transaction}`)).toEqual(["src/z/migrations/first.ts file", "src/a/migrations/second.ts file"]);
  });

  it.each([
    ["knex", "knexfile.ts", "export default { migrations: { disableTransactions: true } };", "none"],
    ["knex", "src/server.ts", "const disableTransactions: true;", "batch"],
    ["kysely", "src/migrator.ts", "new Migrator({ db, provider, disableTransactions: true })", "none"],
    ["node-pg-migrate", "package.json", JSON.stringify({ scripts: { migrate: "node-pg-migrate up --no-single-transaction" }, dependencies: { "node-pg-migrate": "9.0.0" } }), "file"],
    ["mikro-orm", "mikro-orm.config.ts", "export default defineConfig({ migrations: { allOrNothing: false } });", "file"],
  ])("%s: %s may say what to do with transactions", (runner, path, text, expected) => {
    const code: Record<string, string> = {
      knex: table("t"),
      kysely: `import { Kysely } from "kysely"; export async function up(db: Kysely<any>) { await db.schema.createTable("t").addColumn("id", "integer").execute(); }`,
      "node-pg-migrate": `exports.up = (pgm) => { pgm.createTable("t", { id: "id" }); };`,
      "mikro-orm": `import { Migration } from "@mikro-orm/migrations"; export class Migration1 extends Migration { async up() { this.addSql("create table t (id int)"); } }`,
    };
    const [database] = build({ "package.json": "{}", "migrations/1_t.ts": `/* knex */ ${code[runner] ?? ""}`.replace(runner === "knex" ? "" : "/* knex */ ", ""), [path]: text });
    expect(database?.migrations.map((migration) => [migration.runner, migration.transaction])).toEqual([[runner, expected]]);
  });

  it("tells the histories of several engines apart, and reads Postgres' only", () => {
    const migration = (sql: string): string => `import { MigrationInterface } from "typeorm"; export class A1700000000000 implements MigrationInterface { async up(q) { await q.query("${sql}"); } }`;
    const project = buildProject(loadFiles(filesFrom({
      "package.json": JSON.stringify({ dependencies: { typeorm: "0.3.20", pg: "8.0.0", mysql2: "3.0.0" } }),
      "src/migrations/mysql/1.ts": migration("create table `m` (`id` int)"),
      "src/migrations/postgres/1.ts": migration("create table p (id int)"),
    })));
    expect(project.databases.map(({ id, catalog }) => [id, catalog.dialect, Object.keys(catalog.tables)])).toEqual([["src/migrations/mysql", "mysql", []], ["src/migrations/postgres", "postgres", ["public.p"]]]);
    expect(project.unread.map(({ message }) => message)).toEqual(["The migrations of src/migrations/mysql are not read: they are for another database than Postgres"]);
  });

  it("leaves MySQL's and ClickHouse's migrations to others", () => {
    const databases = build({
      "package.json": JSON.stringify({ dependencies: { knex: "3.1.0", mysql2: "3.0.0" } }),
      "db/migrations/1.js": table("m").replace("export async function up(knex)", "exports.up = async function (knex)"),
      "clickhouse/migrations/1.js": table("c"),
    });
    expect(databases.map(({ id, catalog }) => [id, catalog.dialect])).toEqual([["db/migrations", "mysql"]]);
  });
});
