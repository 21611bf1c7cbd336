import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { catalogOf, readCode } from "./migration-code.ts";
import { runs } from "./migration-libraries.ts";
import { describeCatalog, describeServer } from "./postgres-compare.ts";
import { emptyDatabase, introspect } from "./postgres-server.ts";

/** Migrations that the real library sends to a real Postgres, and that are read: both must give the same tables, keys and names. */
const migrations: Record<keyof typeof runs, Record<string, string[]>> = {
  knex: {
    "columns and their keys": [
      `exports.up = async function (knex) {
        await knex.schema.createTable("Orgs", (t) => { t.increments(); t.string("name", 80).notNullable().unique(); t.timestamps(true, true); });
        await knex.schema.createTable("members", (table) => {
          table.uuid("id").primary().defaultTo(knex.raw("gen_random_uuid()"));
          table.integer("org_id").unsigned().notNullable().references("id").inTable("Orgs").onDelete("CASCADE").index();
          table.string("email").notNullable();
          table.enum("role", ["owner", "member"]).defaultTo("member");
          table.boolean("active").notNullable().defaultTo(true);
          table.decimal("share", 10, 4);
          table.specificType("tags", "text[]");
          table.datetime("deleted_at");
          table.unique(["org_id", "email"]);
          table.unique(["email"], { indexName: "members_live_email", predicate: knex.whereNull("deleted_at") });
          table.unique(["org_id", "role"], { useConstraint: false });
          table.unique("share", { deferrable: "deferred" });
          table.index(["email", "active"], "members_look");
        });
      };`,
      `exports.up = (knex) => knex.schema
        .alterTable("members", (t) => {
          t.dropUnique(["org_id", "email"]);
          t.dropIndex(["email", "active"], "members_look");
          t.string("handle").unique();
          t.text("note").notNullable().defaultTo("");
          t.string("email").nullable().alter();
          t.renameColumn("share", "part");
          t.dropNullable("role");
        })
        .renameTable("Orgs", "orgs");`,
    ],
    "schemas, raw SQL, loops and helpers": [
      `const AUDITED = ["a", "b"];
      function audit(knex, name) {
        return knex.schema.alterTable(name, (t) => { t.uuid("trace").unique(); });
      }
      exports.up = async (knex) => {
        await knex.schema.createSchema("auth");
        await knex.schema.withSchema("auth").createTable("users", (t) => { t.bigIncrements("id"); t.string("email").unique(); });
        await knex.schema.createTable("auth.keys", (t) => { t.increments("id"); t.string("key").unique(); t.bigInteger("user").references("id").inTable("auth.users"); });
        for (const name of AUDITED) {
          await knex.schema.createTable(name, (t) => { t.increments("id"); t.integer("n"); });
          await audit(knex, name);
        }
        await knex.raw("create unique index ?? on ?? (lower(??))", ["users_lower", "auth.users", "email"]);
        await knex.schema.raw(\`alter table "\${AUDITED[0]}" add constraint a_n unique nulls not distinct (n)\`);
        if (!(await knex.schema.hasColumn("a", "extra"))) await knex.schema.table("a", (t) => { t.string("extra").unique(); });
      };`,
    ],
    "primary keys and foreign keys": [
      `exports.up = async (knex) => {
        await knex.schema.createTable("x", (t) => { t.integer("a"); t.integer("b"); t.primary(["a", "b"]); });
        await knex.schema.alterTable("x", (t) => { t.dropPrimary(); });
        await knex.schema.alterTable("x", (t) => { t.primary(["b"], { constraintName: "x_b" }); t.unique(["a", "b"]); });
        await knex.schema.createTable("y", (t) => {
          t.increments("n"); t.string("code"); t.primary(["code"], "y_code_pk"); t.integer("x_a"); t.integer("x_b");
          t.foreign(["x_a", "x_b"], "y_to_x").references(["a", "b"]).inTable("x").onDelete("SET NULL");
        });
      };`,
    ],
  },
  kysely: {
    "tables, constraints and indexes": [
      `const { sql } = require("kysely");
      const id = (col) => col.primaryKey().defaultTo(sql\`gen_random_uuid()\`);
      const withTimes = (table) => table.addColumn("created_at", "timestamptz", (c) => c.notNull().defaultTo(sql\`now()\`));
      exports.up = async (db) => {
        await db.schema.createTable("orgs").addColumn("id", "uuid", id).addColumn("slug", "varchar(40)", (col) => col.notNull().unique()).$call(withTimes).execute();
        await db.schema.createTable("members").ifNotExists()
          .addColumn("id", "bigserial", (c) => c.primaryKey())
          .addColumn("org_id", "uuid", (c) => c.references("orgs.id").onDelete("cascade").notNull())
          .addColumn("email", "text").addColumn("state", "text", (c) => c.defaultTo("new")).addColumn("deleted_at", "timestamptz")
          .addColumn("code", "text", (c) => c.unique().nullsNotDistinct())
          .addUniqueConstraint("members_org_email", ["org_id", "email"], (u) => u.nullsNotDistinct())
          .addCheckConstraint("members_state", sql\`state <> ''\`)
          .execute();
        await db.schema.createIndex("members_live").unique().on("members").columns(["org_id", "state desc"]).where("deleted_at", "is", null).where("state", "=", "new").execute();
        await db.schema.createIndex("members_lower").unique().on("members").expression(sql\`lower(email)\`).execute();
        await db.schema.createIndex("members_some").on("members").column("email").using("hash").execute();
        await db.schema.createIndex("members_or").unique().on("members").column("code").where((eb) => eb.or([eb("state", "=", "a"), eb("state", "=", "b")])).execute();
      };`,
      `const { sql } = require("kysely");
      exports.up = async (db) => {
        await db.schema.alterTable("members").addColumn("handle", "varchar", (c) => c.unique()).addColumn("n", "integer", (c) => c.notNull().defaultTo(0)).execute();
        await db.schema.alterTable("members").alterColumn("email", (c) => c.setNotNull()).execute();
        await db.schema.alterTable("members").addUniqueConstraint("members_n", ["n", "email"]).execute();
        await db.schema.alterTable("members").dropConstraint("members_org_email").ifExists().execute();
        await db.schema.alterTable("members").addForeignKeyConstraint("members_twin", ["id"], "members", ["id"]).onDelete("set null").execute();
        await db.schema.alterTable("members").renameColumn("state", "status").execute();
        await db.schema.dropIndex("members_some").execute();
        await sql\`create unique index \${sql.id("by_status")} on \${sql.table("members")} (\${sql.ref("status")}) where n > \${sql.lit(3)}\`.execute(db);
        await sql.raw("alter table orgs add column name text unique").execute(db);
        await db.schema.alterTable("orgs").renameTo("organisations").execute();
      };`,
    ],
    "schemas": [
      `exports.up = async (db) => {
        await db.schema.createSchema("auth").execute();
        await db.schema.withSchema("auth").createTable("users").addColumn("id", "integer", (c) => c.primaryKey()).execute();
        await db.schema.createTable("auth.keys").addColumn("id", "integer", (c) => c.references("auth.users.id")).addPrimaryKeyConstraint("keys_pk", ["id"]).execute();
      };`,
    ],
  },
  "node-pg-migrate": {
    "tables, constraints and indexes": [
      `exports.up = (pgm) => {
        pgm.createTable("orgs", { id: "id", name: { type: "string", notNull: true, unique: true }, made: { type: "datetime", default: pgm.func("now()") } });
        pgm.createTable("members", {
          id: { type: "uuid", primaryKey: true, default: pgm.func("gen_random_uuid()") },
          org_id: { type: "integer", notNull: true, references: "orgs", onDelete: "CASCADE" },
          email: { type: "varchar(200)", notNull: true },
          kind: { type: "text", default: "x" },
          deleted_at: { type: "timestamptz" },
        }, { constraints: { unique: [["org_id", "email"], ["kind"]] }, ifNotExists: true });
        pgm.createTable("pairs", { a: { type: "int", primaryKey: true }, b: { type: "int", primaryKey: true } });
        pgm.createIndex("members", "email", { unique: true, where: "deleted_at IS NULL" });
        pgm.createIndex("members", ["org_id", { name: "kind", sort: "DESC" }], { name: "members_kinds" });
        pgm.createIndex("members", ["lower(email)", "org_id"], { unique: true, nulls: "not distinct", name: "members_lower" });
        pgm.addConstraint("members", "members_both", { unique: ["email", "kind"], deferrable: true, deferred: true });
        pgm.addConstraint("orgs", null, { unique: ["name", "made"] });
        pgm.addConstraint("orgs", "orgs_raw", "UNIQUE (made, name)");
        pgm.addConstraint("pairs", "pairs_org", { foreignKeys: { columns: "a", references: "orgs(id)", onDelete: "SET NULL" } });
      };`,
      `exports.up = (pgm) => {
        pgm.addColumns("orgs", { slug: { type: "text", unique: true }, n: "int" });
        pgm.dropColumns("members", ["kind"]);
        pgm.dropIndex("members", "email", { unique: true });
        pgm.dropConstraint("orgs", "orgs_uniq_name_made", { ifExists: true });
        pgm.alterColumn("orgs", "n", { notNull: true, type: "bigint", default: 5 });
        pgm.renameTable("pairs", "twos");
        pgm.renameColumn("orgs", "made", "made_at");
        pgm.renameConstraint("orgs", "orgs_raw", "orgs_named");
        pgm.sql("create unique index {name} on orgs (n)", { name: "orgs_n" });
        pgm.createSchema("audit");
        pgm.createTable({ schema: "audit", name: "log" }, { id: "id", key: { type: "text", unique: true } });
        pgm.createIndex({ schema: "audit", name: "log" }, "key");
      };`,
    ],
  },
  sequelize: {
    "tables, constraints and indexes": [
      `module.exports = {
        up: async (queryInterface, Sequelize) => {
          await queryInterface.createTable("orgs", { id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true }, name: { type: Sequelize.STRING, allowNull: false, unique: true } });
          await queryInterface.createTable("memberShips", {
            orgId: { type: Sequelize.INTEGER, allowNull: false, primaryKey: true, references: { model: "orgs", key: "id" }, onDelete: "CASCADE" },
            userId: { type: Sequelize.UUID, primaryKey: true },
            email: Sequelize.STRING(64),
            state: { type: Sequelize.TEXT, defaultValue: "new" },
            deletedAt: { type: Sequelize.DATE, field: "deleted_at" },
          }, { uniqueKeys: { some: { fields: ["email", "state"] } } });
          await queryInterface.addIndex("memberShips", ["orgId", "email"], { unique: true });
          await queryInterface.addIndex("memberShips", { fields: ["userId"], unique: true, where: { deleted_at: null }, name: "live_user" });
          await queryInterface.addIndex("memberShips", [Sequelize.fn("lower", Sequelize.col("email"))], { name: "lower_email", unique: true });
          await queryInterface.addConstraint("memberShips", { fields: ["userId", "email"], type: "unique" });
        },
        down: async (queryInterface) => { await queryInterface.dropTable("memberShips"); },
      };`,
      `module.exports = {
        async up(queryInterface, Sequelize) {
          await queryInterface.addColumn("orgs", "slug", { type: Sequelize.STRING, unique: true });
          await queryInterface.addColumn("orgs", "parentId", { type: Sequelize.INTEGER, references: { model: "orgs", key: "id" }, onDelete: "SET NULL" });
          await queryInterface.changeColumn("memberShips", "email", { type: Sequelize.STRING, allowNull: false, unique: true });
          await queryInterface.removeIndex("memberShips", ["orgId", "email"]);
          await queryInterface.removeConstraint("memberShips", "memberShips_userId_email_uk");
          await queryInterface.removeColumn("memberShips", "state");
          await queryInterface.sequelize.query('create unique index by_name on orgs ("name", slug)');
          await queryInterface.addConstraint("memberShips", { fields: ["orgId"], type: "foreign key", references: { table: "orgs", field: "id" }, onDelete: "cascade" });
        },
      };`,
    ],
  },
  typeorm: {
    "tables, constraints and indexes": [
      `const { Table, TableColumn, TableForeignKey, TableIndex, TableUnique } = require("typeorm");
      exports.Init1700000000000 = class Init1700000000000 {
        async up(queryRunner) {
          await queryRunner.createTable(new Table({
            name: "orgs",
            columns: [
              { name: "id", type: "int", isPrimary: true, isGenerated: true, generationStrategy: "increment" },
              { name: "name", type: "varchar", length: "100", isUnique: true },
              { name: "state", type: "text", default: "'new'", isNullable: true },
            ],
            uniques: [{ columnNames: ["state", "name"] }],
            indices: [{ columnNames: ["state"], isUnique: true, where: "name <> ''" }],
          }), true);
          await queryRunner.createTable(new Table({
            name: "members",
            columns: [
              { name: "org", type: "int", isPrimary: true }, { name: "user", type: "uuid", isPrimary: true }, { name: "email", type: "varchar", isNullable: true },
            ],
            foreignKeys: [{ columnNames: ["org"], referencedTableName: "orgs", referencedColumnNames: ["id"], onDelete: "CASCADE" }],
          }));
          await queryRunner.createIndex("members", new TableIndex({ columnNames: ["email", "org"], isUnique: true }));
          await queryRunner.addColumn("members", new TableColumn({ name: "code", type: "integer", isNullable: true, isUnique: true }));
          await queryRunner.createUniqueConstraint("members", new TableUnique({ name: "members_code_org", columnNames: ["code", "org"] }));
          await queryRunner.createForeignKey("members", new TableForeignKey({ columnNames: ["code"], referencedTableName: "orgs", referencedColumnNames: ["id"] }));
          await queryRunner.query(\`CREATE UNIQUE INDEX "raw" ON "orgs" (lower("name"))\`);
        }
      };`,
    ],
  },
};

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

for (const [runner, all] of Object.entries(migrations) as [keyof typeof runs, Record<string, string[]>][]) {
  describe(runner, () => {
    for (const [name, files] of Object.entries(all)) {
      it(`${name}: read as Postgres has it afterwards`, async () => {
        await emptyDatabase(server);
        for (const code of files) await runs[runner](server, code);
        const read = files.map((code) => readCode(runner, code));
        expect(read.flatMap(({ unread }) => unread)).toEqual([]);
        const replayed = describeCatalog(catalogOf(...read));
        expect(replayed).toEqual(describeServer(await introspect(server), replayed));
      }, 60_000);
    }
  });
}
