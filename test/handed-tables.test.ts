import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { builderProject } from "./clients-compiled.ts";
import { drizzleProject, firstSite, pairs, projectOf, sitesOf } from "./clients-project.ts";
import type { Project } from "../src/model/project.ts";

beforeAll(loadSqlParser);

function knexProject(code: string, more: Record<string, string> = {}) {
  return builderProject("knex", `import knexOf, { type Knex } from "knex"; const knex = knexOf({ client: "pg" });\n${code}`, more);
}

const TYPEORM = {
  "package.json": JSON.stringify({ name: "app", dependencies: { typeorm: "0.3.20", pg: "8.11.0" } }),
  "src/data-source.ts": `import { DataSource } from "typeorm"; import { Org, User } from "./entities"; export const source = new DataSource({ type: "postgres", entities: [Org, User] });`,
  "src/entities.ts": `
    import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
    @Entity() export class User { @PrimaryGeneratedColumn("uuid") id: string; @Column({ unique: true }) email: string; }
    @Entity() export class Org { @PrimaryGeneratedColumn("uuid") id: string; @Column() name: string; }
  `,
};

function typeormProject(code: string, more: Record<string, string> = {}): Project {
  return projectOf({ ...TYPEORM, "src/app.ts": `import { source } from "./data-source"; import { Org, User } from "./entities";\n${code}`, ...more });
}

function tables(project: Project, kind: Parameters<typeof sitesOf>[1]) {
  return sitesOf(project, kind).map(({ table }) => table).sort();
}

describe("a table that is handed over", () => {
  test("TypeORM: an entity through two functions and a namespace", () => {
    const project = typeormProject(
      `import type { DataSource } from "typeorm"; import { base } from "./base";
       export class Users extends base.Base { add(rows: Partial<User>[]) { return this.saveAll(User, rows, ["email"]); } }
       export class Orgs extends base.Base { add(rows: Partial<Org>[]) { return this.saveAll(Org, rows, ["name"]); } }`,
      {
        "src/base.ts": `export * as base from "./store";`,
        "src/store.ts": `
          import { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
          export class Base {
            constructor(protected source: DataSource) {}
            saveAll<E extends ObjectLiteral>(entity: EntityTarget<E>, rows: Partial<E>[], keys: (keyof E)[]) { return Promise.all(rows.map((row) => this.saveOne(entity, row, keys))); }
            protected async saveOne<E extends ObjectLiteral>(entity: EntityTarget<E>, row: Partial<E>, keys: (keyof E)[]) {
              const where = keys.reduce((found, key) => { found[key] = row[key]; return found; }, {} as Record<keyof E, any>);
              const repository = this.source.getRepository(entity);
              const found = await repository.findOne({ where });
              if (!found) await repository.insert(row);
            }
          }
        `,
      },
    );
    expect(tables(project, "insert")).toEqual(["public.org", "public.user"]);
    expect(tables(project, "lookup")).toEqual(["public.org", "public.user"]);
    expect(sitesOf(project, "lookup").map(({ match }) => match?.map(({ column }) => column).join()).sort()).toEqual(["email", "name"]);
    expect(project.counts).toMatchObject({ insert: { seen: 2, resolved: 2 }, lookup: { seen: 2, resolved: 2 } });
  });

  test("TypeORM: each entity of a list", () => {
    const project = typeormProject(`export const counts = () => Promise.all([User, Org].map((entity) => source.getRepository(entity).count()));
      export async function clear() { for (const entity of [User, Org]) await source.getRepository(entity).find(); }`);
    expect(tables(project, "lookup")).toEqual(["public.org", "public.org", "public.user", "public.user"]);
    expect(project.counts.lookup).toEqual({ seen: 4, resolved: 4 });
  });

  test("Knex: what the function around was handed", () => {
    const project = knexProject(`
      const metaOf = (table: { name: string; key: string }) => ({
        get: (id: string) => knex(table.name).where({ [table.key]: id }).first(),
        set: (id: string) => knex(table.name).insert({ [table.key]: id }).onConflict(table.key).ignore(),
      });
      export const users = metaOf({ name: "users", key: "email" });
      export const posts = metaOf({ name: "posts", key: "slug" });
    `);
    expect(tables(project, "lookup")).toEqual(["public.posts", "public.users"]);
    expect(sitesOf(project, "upsert").map(({ table, conflict }) => `${String(table)} ${JSON.stringify(conflict?.target)}`).sort()).toEqual([
      expect.stringMatching(/^public\.posts .*"column":"slug"/), expect.stringMatching(/^public\.users .*"column":"email"/),
    ]);
    expect(project.counts.conflict).toEqual({ seen: 2, resolved: 2 });
  });

  test("Knex: a table's name as an argument", () => {
    const project = knexProject(`
      const first = (db: Knex, table: string, id: string) => db(table).where({ id }).first();
      export const a = (id: string) => first(knex, "users", id);
      export const b = (id: string) => first(knex, "posts", id);
    `);
    expect(tables(project, "lookup")).toEqual(["public.posts", "public.users"]);
  });

  test("what no caller tells is counted and left alone", () => {
    const project = knexProject(`export const first = (db: Knex, table: string, id: string) => db(table).where({ id }).first();`);
    expect(project.counts.lookup).toEqual({ seen: 1, resolved: 0 });
  });

  test("what only some callers tell stays counted", () => {
    const project = knexProject(`
      const first = (db: Knex, table: string, id: string) => db(table).where({ id }).first();
      export const a = (id: string) => first(knex, "users", id);
      export const b = (table: string, id: string) => first(knex, table, id);
    `);
    expect(project.counts.lookup).toEqual({ seen: 2, resolved: 1 });
  });
});

describe("a table that an instance holds", () => {
  const BASE = `
    export class Repo { constructor(protected readonly table: any) {}
      add(row: { id: string }) { return db.insert(this.table).values(row); }
      async byId(id: string) { const [row] = await db.select().from(this.table).where(eq(this.table.id, id)); return row; } }
  `;

  test("Drizzle: of the classes that extend it", () => {
    const project = drizzleProject(`${BASE}
      export class Users extends Repo { constructor() { super(users); } }
      export class Posts extends Repo { constructor() { super(posts); } }`);
    expect(tables(project, "insert")).toEqual(["public.posts", "public.users"]);
    expect(tables(project, "lookup")).toEqual(["public.posts", "public.users"]);
  });

  test("Drizzle: of each instance that is made", () => {
    const project = drizzleProject(`${BASE} export const all = [new Repo(users), new Repo(posts)];`);
    expect(tables(project, "insert")).toEqual(["public.posts", "public.users"]);
  });

  test("Drizzle: of the instance that is asked", () => {
    const project = drizzleProject(`${BASE} const people = new Repo(users); export const f = () => people.add({ id: "a" });`);
    expect(firstSite(project, "insert")).toMatchObject({ table: "public.users" });
    expect(pairs(firstSite(project, "insert").columns)).toEqual(["id='a'"]);
  });

  test("Knex: a property of each class", () => {
    const project = knexProject(`
      abstract class Repo { abstract table: string; find(id: string) { return knex(this.table).where({ id }).first(); } }
      export class Users extends Repo { table = "users"; }
      export class Posts extends Repo { table = "posts"; }
    `);
    expect(tables(project, "lookup")).toEqual(["public.posts", "public.users"]);
  });
});

describe("a target out of columns by their names", () => {
  const cases: [string, string][] = [
    ["reduce", `names.reduce((out, name) => { out[name] = name; return out; }, {} as Record<string, string>)`],
    ["reduce with a spread", `names.reduce((out, name) => ({ ...out, [name]: name }), {} as Record<string, string>)`],
    ["fromEntries", `Object.fromEntries(names.map((name) => [name, name]))`],
    ["lodash", `reduce(names, (out, name) => { out[name] = name; return out; }, {} as Record<string, string>)`],
  ];

  test.each(cases)("Knex: %s", (_, made) => {
    const project = knexProject(`import { reduce } from "lodash-es"; const names = ["id", "email"]; const col: Record<string, string> = ${made};
      export const f = (email: string) => knex("users").insert({ id: "a", email }).onConflict(col.email).ignore();`);
    expect(firstSite(project, "upsert").conflict?.target).toMatchObject({ by: "columns", parts: [{ column: "email" }] });
  });

  test("Knex: a reduce that decides is not followed", () => {
    const project = knexProject(`const names = ["id", "email"]; const col = names.reduce((out, name) => { if (Math.random() > 1) out[name] = name; return out; }, {} as Record<string, string>);
      export const f = (email: string) => knex("users").insert({ id: "a", email }).onConflict(col.email).ignore();`);
    expect(project.counts.conflict).toEqual({ seen: 1, resolved: 0 });
  });

  test("TypeORM: the column that a relation holds", () => {
    const project = typeormProject(`export const f = (tag: string, itemId: string) => source.getRepository(Tag).upsert({ tag, item: { id: itemId } } as any, ["tag", "itemId"]);
      import { Tag } from "./tag";`, {
      "src/data-source.ts": `import { DataSource } from "typeorm"; import { User } from "./entities"; import { Tag } from "./tag"; export const source = new DataSource({ type: "postgres", entities: [User, Tag] });`,
      "src/tag.ts": `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from "typeorm"; import { User } from "./entities";
        @Entity() export class Tag { @PrimaryGeneratedColumn("uuid") id: string; @Column() tag: string; @ManyToOne(() => User) item: User; }`,
    });
    expect(firstSite(project, "upsert").conflict?.target).toMatchObject({ by: "columns", parts: [{ column: "tag" }, { column: "itemId" }] });
  });
});
