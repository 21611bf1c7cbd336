import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { builderProject } from "./clients-compiled.ts";
import { firstSite, pairs, projectOf, sitesOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

function knexProject(code: string, more: Record<string, string> = {}) {
  return builderProject("knex", `import knexOf, { type Knex } from "knex"; const knex = knexOf({ client: "pg" });\n${code}`, more);
}

describe("helpers that name the table", () => {
  test("Knex: an object of functions, each over its table", () => {
    const project = knexProject(`
      const USERS = { name: "users" };
      const tables = { users: (db: Knex) => db<object>(USERS.name), posts: (db: Knex) => db("posts") };
      export const add = (deps: { db: Knex }) => async (email: string) => tables.users(deps.db).insert({ id: "a", email }).onConflict("email").ignore();
      export const find = (deps: { db: Knex }) => async (slug: string) => { const q = tables.posts(deps.db).where({ slug }); return await q.first(); };
    `);
    expect(firstSite(project, "upsert")).toMatchObject({ table: "public.users", conflict: { target: { by: "columns" } } });
    const asked = firstSite(project, "lookup");
    expect(asked.table).toBe("public.posts");
    expect(pairs(asked.match)).toEqual(["slug=slug"]);
  });

  test("Knex: a helper that a function builds for each table", () => {
    const more = {
      "src/tables.ts": `
        import type { Knex } from "knex"; import { knex } from "./knex";
        export function tableOf(name: string, columns: string[]) {
          const make = (options: { as?: string } = {}) => { const shown = options.as ? \`\${name} as \${options.as}\` : name; return { name: shown, columns, knex: (db?: Knex) => (db || knex)(shown) }; };
          return { ...make(), with: make };
        }
        export const Users = tableOf("users", ["id", "email"]);
      `,
      "src/knex.ts": `import knexOf from "knex"; export const knex = knexOf({ client: "pg" });`,
    };
    const project = knexProject(`import { Users } from "./tables"; export const f = (email: string) => Users.knex().where({ email }).first();`, more);
    expect(firstSite(project, "lookup")).toMatchObject({ table: "public.users", lookup: "one" });
  });

  test("Knex: what a query is asked of is no table", () => {
    const project = knexProject(`export async function f() { const q = knex("users").where({ org_id: "o" }); const [row] = await knex.count().from(q.as("sub")); return row; }`);
    expect(project.counts.lookup).toEqual({ seen: 1, resolved: 1 });
    expect(sitesOf(project, "lookup").map(({ table }) => table)).toEqual(["public.users"]);
  });

  test("an answer that is awaited goes on with its row, not with a query", () => {
    const project = knexProject(`async function user(email: string) { return knex("users").where({ email }).first(); } export const f = async () => (await user("e")).tags.select("x");`);
    expect(project.counts.lookup).toEqual({ seen: 1, resolved: 1 });
  });

  test("Kysely: a query that a helper puts in front with WITH", () => {
    const project = builderProject("kysely", `
      import { Kysely } from "kysely"; const db = new Kysely<any>({} as any);
      const withRecent = (own: typeof db, since: Date) => own.with("recent", (qb) => qb.selectFrom("users").where("n", ">", since as any).selectAll());
      export const f = (since: Date) => withRecent(db, since).selectFrom("recent").selectAll().execute();
    `);
    expect(project.counts.lookup).toEqual({ seen: 1, resolved: 1 });
  });
});

describe("entities", () => {
  const FILES = {
    "package.json": JSON.stringify({ name: "app", dependencies: { typeorm: "0.3.20", pg: "8.11.0" } }),
    "src/decorators.ts": `
      import { Column, Entity } from "typeorm";
      import { Entity as OtherEntity } from "other-orm";
      export function AppEntity(nameOrOptions?: string | object): ClassDecorator {
        const options = typeof nameOrOptions === "object" ? nameOrOptions : nameOrOptions || {};
        return (target: any) => { OtherEntity({})(target); Entity(options as any)(target); };
      }
      export function AppColumn(options: object = {}): PropertyDecorator { return (target: any, key) => { Column({ ...options })(target, key as string); }; }
    `,
    "src/user.ts": `
      import { PrimaryGeneratedColumn } from "typeorm";
      import { AppColumn, AppEntity } from "./decorators";
      @AppEntity("users") export class User { @PrimaryGeneratedColumn("uuid") id: string; @AppColumn({ name: "mail", unique: true }) email: string; }
    `,
  };

  test("decorators of the project's own that apply the library's", () => {
    const project = projectOf({
      ...FILES,
      "src/app.ts": `import { Repository } from "typeorm"; import { User } from "./user"; export class Users { constructor(private readonly users: Repository<User>) {} find(email: string) { return this.users.findOneBy({ email }); } }`,
    });
    const asked = firstSite(project, "lookup");
    expect(asked.table).toBe("public.users");
    expect(pairs(asked.match)).toEqual(["mail=email"]);
    expect(project.databases[0]?.catalog.tables["public.users"]?.keys.map(({ kind, parts }) => `${kind} ${parts.map((part) => (part.kind === "column" ? part.column : "")).join()}`)).toEqual(["primary id", "constraint mail"]);
  });

  test("a generic base class holds the repository of what its subclass names", () => {
    const project = projectOf({
      ...FILES,
      "src/base.ts": `
        import { Repository } from "typeorm";
        export abstract class Base<T extends object> { constructor(protected readonly repository: Repository<T>) {} all() { return this.repository.find(); } }
        export abstract class Tenant<T extends object> extends Base<T> {}
      `,
      "src/app.ts": `import { Tenant } from "./base"; import { User } from "./user"; export class Users extends Tenant<User> { find(email: string) { return this.repository.findOneBy({ email }); } }`,
    });
    expect(sitesOf(project, "lookup").map(({ at, table }) => `${at.path} ${table ?? "?"}`)).toEqual(["src/app.ts public.users", "src/base.ts ?"]);
  });

  test("migrations for several engines are the history of the entities, whatever SQLite's part rebuilds", () => {
    const project = projectOf({
      ...FILES,
      "src/migrations/1700000000000-First.ts": `
        import type { MigrationInterface, QueryRunner } from "typeorm";
        export class First1700000000000 implements MigrationInterface {
          async up(q: QueryRunner) { switch (q.connection.options.type) { case "sqlite": return this.sqlite(q); case "postgres": return this.postgres(q); } }
          async postgres(q: QueryRunner) { await q.query('CREATE TABLE "users" ("id" uuid NOT NULL, "mail" text NOT NULL, CONSTRAINT "users_pk" PRIMARY KEY ("id"))'); }
          async sqlite(q: QueryRunner) { await q.query('CREATE TABLE "temporary_users" ("id" text)'); await q.query('CREATE TABLE "temporary_user_tags" ("id" text)'); }
          async down() {}
        }
      `,
      "src/tag.ts": `import { PrimaryColumn } from "typeorm"; import { AppEntity } from "./decorators"; @AppEntity("tags") export class Tag { @PrimaryColumn() id: string; }`,
    });
    expect(project.databases).toHaveLength(1);
  });
});

test("what is asked of another engine only is not counted", () => {
  const project = projectOf({
    "package.json": JSON.stringify({ name: "root", private: true, workspaces: ["packages/*"] }),
    "packages/api/package.json": JSON.stringify({ name: "api", dependencies: { kysely: "0.28.0", pg: "8.11.0" } }),
    "packages/api/migrations/1_first.ts": `import { Kysely } from "kysely"; export async function up(db: Kysely<any>) { await db.schema.createTable("users").addColumn("id", "uuid", (c) => c.primaryKey()).execute(); }`,
    "packages/api/src/app.ts": `import { Kysely } from "kysely"; export const f = (db: Kysely<any>) => db.insertInto("users").values({ id: "a" }).execute(); export const g = (db: Kysely<any>) => db.insertInto("gone").values({ id: "a" }).execute();`,
    "packages/local/package.json": JSON.stringify({ name: "local", dependencies: { kysely: "0.28.0", "better-sqlite3": "12.0.0" } }),
    "packages/local/migrations/1_first.ts": `import { Kysely } from "kysely"; export async function up(db: Kysely<any>) { await db.schema.createTable("cache").addColumn("id", "text", (c) => c.primaryKey()).execute(); }`,
    "packages/local/src/app.ts": `import { Kysely } from "kysely"; export const f = (db: Kysely<any>) => db.insertInto("cache").values({ id: "a" }).execute();`,
  });
  expect(project.counts.insert).toEqual({ seen: 2, resolved: 1 });
});

describe("handlers that ask for errors of the program's own", () => {
  test.each([
    [`if (Object.values(PeerError).includes(e)) return e; throw e;`, "class PeerError"],
    [`if (isPeerError(e)) return e; throw e;`, "class PeerError"],
    [`if (e === signal.reason || e.cause === signal.reason) return; throw e;`, "class signal.reason"],
  ])("%s", (body) => {
    const project = knexProject(`
      enum PeerError { Unknown = "Unknown" } const isPeerError = (o: any): o is PeerError => Object.values(PeerError).includes(o);
      export async function f(signal: AbortSignal) { try { await knex("users").insert({ id: "a" }); } catch (e: any) { ${body} } }
    `);
    expect(project.handlers[0]).toMatchObject({ handles: "other", opaqueTests: 0 });
  });

  test("another error, and a part of this one, stay unknown", () => {
    const project = knexProject(`export async function f(last: unknown, codes: string[]) {
      try { await knex("users").insert({ id: "a" }); } catch (e: any) { if (e === last) return; throw e; }
      try { await knex("users").insert({ id: "b" }); } catch (e: any) { if (codes.includes(e.code)) return; throw e; }
    }`);
    expect(project.handlers.map(({ handles }) => handles)).toEqual(["unknown", "unknown"]);
  });

  test("a handler that a function makes and that only throws", () => {
    const project = knexProject(`
      class Taken extends Error {} const onTaken = (name: string) => (e: any): never => { if (e.code === "23505" && e.constraint === name) { throw new Taken(name); } throw e; };
      const onEmail = onTaken("users_email_key");
      export const f = () => knex("users").insert({ id: "a" }).catch(onEmail);
      export const g = () => knex("users").insert({ id: "b" }).catch(onTaken("users_pkey"));
    `);
    expect(project.handlers.map(({ handles, opaqueTests, tests }) => [handles, opaqueTests, ...tests.flatMap((each) => ("value" in each ? [each.value] : []))])).toEqual([
      ["unique", 0, "23505", "users_email_key"],
      ["unique", 0, "23505", "users_pkey"],
    ]);
  });
});

describe("handlers that write the error down, or take something out of it", () => {
  const around = (rest: string): ReturnType<typeof knexProject> => knexProject(`import { log } from "./log"; ${rest}`);

  test("a logger asks nothing", () => {
    const project = around(`export const f = () => knex("users").insert({ id: "a", email: "e" }).catch(console.log); export const g = () => knex("users").insert({ id: "a", email: "e" }).catch(log.error);`);
    expect(project.handlers.map(({ opaqueTests }) => opaqueTests)).toEqual([0, 0]);
    expect(project.counts.handler).toEqual({ seen: 0, resolved: 0 });
  });

  test("what a helper finds in the error's detail is no further test", () => {
    const project = around(`
      const constraintInfo = (e: any) => { const detail = e.detail as string; if (!detail) return null; return { keys: detail.split(",") }; };
      export const mapper = (e: any) => { if (e.code === "23505") { const info = constraintInfo(e); if (!info) throw e; throw new Error(info.keys.join()); } throw e; };
      export const f = () => knex("users").insert({ id: "a", email: "e" }).catch(mapper);`);
    expect(project.counts.handler).toEqual({ seen: 1, resolved: 1 });
  });
});

describe("tables that several databases have", () => {
  test("the folder of the module decides whose it is", () => {
    const table = "create table events (id text primary key, email text unique);";
    const module = (name: string) => ({
      [`src/modules/${name}/migrations/0001_init.ts`]: `import type { Knex } from "knex"; export const up = (knex: Knex) => knex.raw("${table}"); export const down = (knex: Knex) => knex.raw("drop table events");`,
      [`src/modules/${name}/store.ts`]: `import type { Knex } from "knex"; export const find = (knex: Knex, id: string) => knex("events").where({ id }).first();`,
    });
    const project = projectOf({ "package.json": JSON.stringify({ name: "app", dependencies: { knex: "3.1.0", pg: "8.11.0" } }), ...module("mail"), ...module("sms") });
    expect(sitesOf(project, "lookup").map(({ at, database }) => [at.path.split("/")[2], database?.split("/")[2]])).toEqual([["mail", "mail"], ["sms", "sms"]]);
  });
});

test("Sequelize: of a model with one key the upsert names it, whatever is written", () => {
  const files = {
    "package.json": JSON.stringify({ name: "app", dependencies: { sequelize: "6.37.0", pg: "8.11.0" } }),
    "src/models.ts": `import { DataTypes, Sequelize } from "sequelize"; const sequelize = new Sequelize("postgres://localhost/app");
      export const Rule = sequelize.define("rule", { name: { type: DataTypes.STRING, primaryKey: true }, network: { type: DataTypes.STRING, primaryKey: true }, n: DataTypes.INTEGER }, { timestamps: false });`,
    "src/app.ts": `import { Rule } from "./models"; import { parse } from "./parse"; export const save = (input: unknown) => Rule.upsert(parse(input));`,
    "src/parse.ts": `export declare function parse(input: unknown): any;`,
  };
  expect(firstSite(projectOf(files), "upsert").conflict?.target).toMatchObject({ by: "columns", parts: [{ column: "name" }, { column: "network" }] });
});

test("Kysely: several expressions in one text are several parts of the target", () => {
  const project = builderProject("kysely", `
    import { Kysely, sql } from "kysely"; const db = new Kysely<any>({} as any);
    export const f = () => db.insertInto("users").values({ id: "a" }).onConflict((oc) => oc.expression(sql\`"org_id", lower(email), coalesce(n, -1)\`).doNothing()).execute();
  `);
  expect(firstSite(project, "upsert").conflict?.target).toMatchObject({ by: "columns", parts: [{ kind: "column", column: "org_id" }, { kind: "expression", columns: ["email"] }, { kind: "expression", columns: ["n"] }] });
});
