import { beforeAll, describe, expect, it } from "vitest";
import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import { buildProject } from "../src/project/build.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { catalogOf, readCode } from "./migration-code.ts";

beforeAll(loadSqlParser);

/** What db-migrate 0.11 with db-migrate-pg 1.5 sent to PostgreSQL 18 for the same migrations stands in the expectations. */
const ONE = `exports.up = function (db, cb) {
  db.createTable("orgs", { id: { type: "int", primaryKey: true, autoIncrement: true }, slug: { type: "string", length: 40, notNull: true, unique: true } }, function (err) {
    if (err) return cb(err);
    db.createTable("members", {
      columns: {
        org_id: { type: "int", primaryKey: true, foreignKey: { name: "members_org_fk", table: "orgs", mapping: "id", rules: { onDelete: "CASCADE" } } },
        user_id: { type: "bigint", primaryKey: true },
        email: "string", nick: { type: "text", defaultValue: "x" }, seat: { type: "int" },
      },
      ifNotExists: true,
    }, cb);
  });
};`;
const TWO = `const async = require("async");
exports.up = function (db, callback) {
  async.series([
    db.addColumn.bind(db, "orgs", "code", { type: "string", unique: true, notNull: true }),
    db.addIndex.bind(db, "members", "members_email_seat", ["email", "seat"], true),
    db.addIndex.bind(db, "members", "members_nick", "nick"),
    db.runSql.bind(db, "ALTER TABLE members ADD COLUMN badge text; CREATE UNIQUE INDEX members_badge ON members (badge) WHERE badge IS NOT NULL"),
  ], callback);
};`;
const THREE = `exports.up = function (db) {
  return db.changeColumn("members", "seat", { type: "bigint", notNull: true, unique: true })
    .then(() => db.renameColumn("members", "nick", "alias"))
    .then(function () { return db.removeIndex("members", "members_nick"); })
    .then(() => db.renameTable("members", "people"))
    .then(() => db.addForeignKey("people", "orgs", "people_code_fk", { email: "code" }, { onDelete: "SET NULL" }))
    .then(() => db.removeColumn("people", "badge"));
};`;

describe("db-migrate", () => {
  it("with callbacks, bound for async.series, and with promises", () => {
    const { tables } = catalogOf(...[ONE, TWO, THREE].map((code) => readCode("db-migrate", code)));
    const keys = Object.values(tables).map(({ id, keys: own }) => [id, own.map((key) => `${key.kind} ${key.name ?? ""} (${key.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ")})`).sort()]);
    expect(keys).toEqual([
      ["public.orgs", ["constraint orgs_code_key (code)", "constraint orgs_slug_key (slug)", "primary orgs_pkey (id)"]],
      ["public.people", ["constraint members_seat_key (seat)", "index members_email_seat (email, seat)", "primary members_pkey (org_id, user_id)"]],
    ]);
    expect(tables["public.people"]?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([["org_id", false], ["user_id", false], ["email", true], ["alias", true], ["seat", false]]);
    expect(tables["public.people"]?.indexes).toEqual([]);
    expect(tables["public.people"]?.foreignKeys.map(({ columns, onDelete }) => [columns, onDelete])).toEqual([[["org_id"], "cascade"], [["email"], "set null"]]);
  });

  it("runs a file in a transaction, unless it is told not to", () => {
    const build = (script: string): unknown[] =>
      buildProject(loadFiles(filesFrom({ "package.json": JSON.stringify({ scripts: { migrate: script }, dependencies: { "db-migrate": "0.11.14", pg: "8.0.0" } }), "migrations/20240101000000-one.js": ONE })))
        .databases.flatMap(({ migrations }) => migrations.map(({ runner, runnerVersion, transaction }) => [runner, runnerVersion, transaction]));
    expect(build("db-migrate up")).toEqual([["db-migrate", "0.11.14", "file"]]);
    expect(build("db-migrate up --non-transactional")).toEqual([["db-migrate", "0.11.14", "none"]]);
  });

  it("reads the file of SQL that a migration sends", () => {
    const code = `var fs = require("fs"); var path = require("path");
exports.up = function (db) {
  var filePath = path.join(__dirname, "sqls", "20240101000000-one-up.sql");
  return new Promise(function (resolve, reject) {
    fs.readFile(filePath, { encoding: "utf-8" }, function (err, data) { if (err) return reject(err); resolve(data); });
  }).then(function (data) { return db.runSql(data); });
};`;
    const project = buildProject(loadFiles(filesFrom({
      "package.json": JSON.stringify({ dependencies: { "db-migrate": "0.11.14" } }),
      "migrations/20240101000000-one.js": code,
      "migrations/sqls/20240101000000-one-up.sql": "CREATE TABLE crates (id int PRIMARY KEY);",
      "migrations/sqls/20240101000000-one-down.sql": "DROP TABLE crates;",
    })));
    expect(project.databases.map(({ migrations, catalog }) => [migrations.map(({ path, runner }) => [path, runner]), Object.keys(catalog.tables)])).toEqual([[[["migrations/sqls/20240101000000-one-up.sql", "db-migrate"]], ["public.crates"]]]);
    expect(project.unread).toEqual([]);
  });
});
