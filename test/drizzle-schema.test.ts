import { describe, expect, it } from "vitest";
import type { DatabaseSource } from "../src/model/input.ts";
import type { NewKey, SchemaChange } from "../src/model/schema-change.ts";
import { evaluateName } from "../src/project/evaluate.ts";
import { createProgram } from "../src/project/modules.ts";
import { columnName } from "../src/project/schema/drizzle-names.ts";
import { readDrizzleSchemas } from "../src/project/schema/drizzle.ts";
import { drizzleSource, projectOf } from "./project-files.ts";

type CreateTable = Extract<SchemaChange, { kind: "create-table" }>;

const PG = `import { pgTable, pgTableCreator, pgSchema, pgEnum, customType, text, uuid, integer, serial, boolean, timestamp, varchar, unique, uniqueIndex, index, primaryKey, foreignKey, check } from "drizzle-orm/pg-core";
import { sql, eq, and, isNull, isNotNull } from "drizzle-orm";
`;

function read(texts: Record<string, string> | string, rest: Partial<DatabaseSource> = {}) {
  const files = typeof texts === "string" ? { "schema.ts": PG + texts } : texts;
  const program = createProgram(projectOf(files, { databases: [drizzleSource(["schema.ts"], rest)] }));
  const schemas = readDrizzleSchemas(program, program.input.databases);
  const tables = schemas.changes("db").filter((change): change is CreateTable => change.kind === "create-table");
  return { program, schemas, tables, table: (name: string) => tables.find((item) => item.table.name === name) as CreateTable };
}

/** `constraint users_email_unique (email)`. */
function showKey(key: NewKey): string {
  const parts = key.parts.map((part) => (part.kind === "column" ? part.column : `=${part.expression}`) + (part.opclass === null ? "" : ` ${part.opclass}`));
  const where = key.where === null ? "" : ` where ${key.where.text}`;
  return `${key.kind} ${key.name ?? "-"} (${parts.join(", ")})${where}${key.nullsNotDistinct ? " nulls not distinct" : ""}`;
}

function keysOf(text: string, rest: Partial<DatabaseSource> = {}): string[] {
  const [table] = read(`export const users = ${text}`, rest).tables;
  return (table?.keys ?? []).map(showKey);
}

describe("columns", () => {
  it("reads names, types, nullability and defaults", () => {
    const { table } = read(`
      export const users = pgTable("users", {
        id: uuid("id").primaryKey().defaultRandom(),
        number: serial("no"),
        fullName: text("full_name").notNull(),
        role: text({ enum: ["a", "b"] }).default("a"),
        seen: timestamp({ withTimezone: true }).defaultNow(),
        token: varchar("token", { length: 20 }).$defaultFn(() => nanoid()),
        kind: text().$default(() => "fixed"),
        upper: text("upper").generatedAlwaysAs(sql\`upper(full_name)\`),
        key: uuid().default(sql\`gen_random_uuid()\`),
        tags: text("tags").array(),
        order: integer().generatedAlwaysAsIdentity(),
      });`);
    const columns = table("users").columns.map((column) => [column.name, column.property, column.type, column.nullable, column.default, column.generated]);
    const fresh = { by: "database", fresh: true };
    expect(columns).toEqual([
      ["id", "id", "uuid", false, fresh, false],
      ["no", "number", "serial", false, fresh, false],
      ["full_name", "fullName", "text", false, null, false],
      ["role", "role", "text", true, { by: "database", fresh: false }, false],
      ["seen", "seen", "timestamp with time zone", true, fresh, false],
      ["token", "token", "varchar(20)", true, { by: "client", fresh: true }, false],
      ["kind", "kind", "text", true, { by: "client", fresh: false }, false],
      ["upper", "upper", "text", true, null, true],
      ["key", "key", "uuid", true, fresh, false],
      ["tags", "tags", "text[]", true, null, false],
      ["order", "order", "integer", false, fresh, false],
    ]);
    expect(table("users").complete).toBe(true);
  });

  it("follows spreads, helpers, callbacks, enums and custom types", () => {
    const { table } = read({
      "columns.ts": `${PG}
        export const timestamps = { createdAt: timestamp("created_at").notNull().defaultNow() };
        export const primaryUlid = (prefix: string) => text("id").primaryKey().$defaultFn(() => make(prefix));
        export function tenant() { return { tenantId: uuid("tenant_id").notNull() }; }
        export const citext = customType<{ data: string }>({ dataType() { return "citext"; } });
        export const state = pgEnum("state", ["on", "off"]);
        export const slug = text("slug").notNull();`,
      "schema.ts": `${PG} import { timestamps, primaryUlid, tenant, citext, state, slug } from "./columns";
        export const leads = pgTable("leads", { id: primaryUlid("lead"), ...tenant(), email: citext("email_address").notNull(), state: state("status"), slug: slug.unique(), ...timestamps });
        export const notes = pgTable("notes", (t) => ({ id: t.uuid().primaryKey(), body: t.text("text_body") }));`,
    });
    expect(table("leads").columns.map((column) => [column.name, column.type, column.nullable])).toEqual([
      ["id", "text", false],
      ["tenant_id", "uuid", false],
      ["email_address", "citext", false],
      ["status", "state", true],
      ["slug", "text", false],
      ["created_at", "timestamp", false],
    ]);
    expect(table("leads").keys.map(showKey)).toEqual(["primary - (id)", "constraint leads_slug_unique (slug)"]);
    expect(table("notes").columns.map((column) => column.name)).toEqual(["id", "text_body"]);
    expect([table("leads").complete, table("notes").complete]).toEqual([true, true]);
  });

  it("says when it does not know them all", () => {
    const { table } = read(`import { audit, odd } from "audit-columns"; function two(x: boolean) { if (x) return text("a"); return text("b"); }
      export const a = pgTable("a", { id: uuid("id").primaryKey(), ...audit });
      export const b = pgTable("b", { id: uuid("id").primaryKey(), other: two(true) });
      export const c = pgTable("c", { id: uuid("id").primaryKey(), vec: odd("embedding") });`);
    expect(table("a").complete).toBe(false);
    expect(table("b").complete).toBe(false);
    expect(table("b").columns.map((column) => [column.name, column.nullable])).toEqual([["id", false], ["other", null]]);
    expect(table("c").columns.map((column) => column.name)).toEqual(["id", "embedding"]);
    expect(table("c").complete).toBe(true);
  });
});

describe("columns that helpers decide about", () => {
  it("knows what the possible columns share", () => {
    const { table } = read(`
      function cuid(name: string, options?: { default?: boolean }) {
        const column = varchar(name, { length: 24 }).notNull();
        return options?.default === false ? column : column.$defaultFn(() => createId());
      }
      const maybe = (name: string, on: boolean) => (flag() ? text(name) : text(name).unique());
      export const a = pgTable("a", { id: cuid("id").primaryKey(), other: cuid("other", { default: false }) });
      export const b = pgTable("b", { id: maybe("id", true) });`);
    expect(table("a").columns.map((column) => [column.name, column.nullable, column.default])).toEqual([
      ["id", false, { by: "client", fresh: true }],
      ["other", false, null],
    ]);
    expect([table("a").complete, table("b").complete]).toEqual([true, false]);
  });
});

describe("factories", () => {
  it("reads creators, schemas and their kin", () => {
    const { tables } = read(`import * as p from "drizzle-orm/pg-core"; import { snakeCase } from "drizzle-orm/pg-core";
      const prefix = "app";
      export const createTable = pgTableCreator((name) => \`\${prefix}_\${name}\`);
      const auth = pgSchema("auth");
      export const a = createTable("posts", { id: uuid("id") });
      export const b = auth.table("users", { id: uuid("id") });
      export const c = p.pgTable("plain", { id: p.uuid("id") }).enableRLS();
      export const d = pgTable.withRLS("rls", { id: uuid("id") });
      export const e = snakeCase.table("cased", { orgID: uuid() });
      export const f = pgTableCreator((name) => "x_" + name)("direct", { id: uuid("id") });
      const make = (name: string) => pgTable(name, { id: uuid("id").primaryKey() });
      export const g = make("made");
      export const v = p.pgView("seen").as((qb) => qb.select().from(a));
      export const notATable = [1];`);
    expect(tables.map((table) => `${table.tableKind} ${table.table.schema ?? ""}.${table.table.name}`)).toEqual([
      "table .app_posts", "table auth.users", "table .plain", "table .rls", "table .cased", "table .x_direct", "table .made", "view .seen",
    ]);
    expect(tables[4]?.columns[0]?.name).toBe("org_id");
  });

  it("knows MySQL and SQLite", () => {
    const sqlite = read({ "schema.ts": `import { sqliteTable, text } from "drizzle-orm/sqlite-core"; export const t = sqliteTable("t", { a: text("a").unique() });` }, { dialect: "sqlite" });
    const numbered = read({ "schema.ts": `import { sqliteTable, integer } from "drizzle-orm/sqlite-core"; export const t = sqliteTable("t", { id: integer("id").primaryKey() });` }, { dialect: "sqlite" });
    expect(numbered.tables[0]?.columns[0]?.default).toEqual({ by: "database", fresh: true });
    expect(sqlite.tables[0]?.keys.map(showKey)).toEqual(["index t_a_unique (a)"]);
    const mysql = read({ "schema.ts": `import { mysqlTable, varchar } from "drizzle-orm/mysql-core"; export const t = mysqlTable("t", { a: varchar("a", { length: 9 }).unique() });` }, { dialect: "mysql" });
    expect(mysql.tables[0]?.keys.map(showKey)).toEqual(["constraint t_a_unique (a)"]);
  });

  it("takes exported tables of the schema files only, through barrels, once", () => {
    const { tables, schemas, program } = read({
      "schema.ts": `export * from "./parts/users"; export { posts, posts as entries } from "./parts/posts";`,
      "parts/users.ts": `${PG} export const users = pgTable("users", { id: uuid("id") }); const hidden = pgTable("hidden", { id: uuid("id") }); export { eq };`,
      "parts/posts.ts": `${PG} export const posts = pgTable("posts", { id: uuid("id") });`,
      "x.test.ts": `${PG} export const users = pgTable("users", { id: uuid("other_id") });`,
    });
    expect(tables.map((table) => table.table.name)).toEqual(["users", "posts"]);
    expect(schemas.exportedTable("db", "entries")?.table).toBe("public.posts");
    expect(schemas.exportedTable("db", "hidden")).toBeNull();
    const test = schemas.tableOf(evaluateName(program, "x.test.ts", "users"));
    expect([test?.database, test?.columns.get("id")]).toEqual([null, "other_id"]);
  });

  it("gives a table to each database whose files export it", () => {
    const sources = [drizzleSource(["a.ts"], { id: "a" }), drizzleSource(["b.ts"], { id: "b" })];
    const program = createProgram(projectOf({ "a.ts": `${PG} export const users = pgTable("users", { id: uuid("id") });`, "b.ts": `export { users as people } from "./a";` }, { databases: sources }));
    const schemas = readDrizzleSchemas(program, sources);
    expect([schemas.changes("a").length, schemas.changes("b").length]).toEqual([1, 1]);
    expect(schemas.exportedTable("b", "people")?.table).toBe("public.users");
    expect(schemas.exportedTable("b", "users")).toBeNull();
    expect(schemas.tableOf(evaluateName(program, "a.ts", "users"))?.database).toBe("a");
  });

  it("reports a name that it cannot work out", () => {
    const { tables, schemas } = read(`export const t = pgTable(process.env.TABLE, { id: uuid("id") });`);
    expect(tables).toEqual([]);
    expect(schemas.complete("db")).toBe(false);
    expect(schemas.unread).toHaveLength(1);
  });
});

describe("keys", () => {
  it.each([
    [`pgTable("users", { email: text("email_address").unique() })`, "constraint users_email_address_unique (email_address)"],
    [`pgTable("users", { email: text().unique("u_email", { nulls: "not distinct" }) })`, "constraint u_email (email) nulls not distinct"],
    [`pgTable("users", { a: text(), b: text() }, (t) => [unique().on(t.a, t.b)])`, "constraint users_a_b_unique (a, b)"],
    [`pgTable("users", { a: text(), b: text() }, (t) => ({ x: unique("n").on(t.a, t.b).nullsNotDistinct() }))`, "constraint n (a, b) nulls not distinct"],
    [`pgTable("users", { a: text("aa") }, ({ a }) => [uniqueIndex("n").on(a)])`, "index n (aa)"],
    [`pgTable("users", { a: text("aa") }, (t) => { const cols = [t.a]; return [uniqueIndex("n").on(...cols)]; })`, "index n (aa)"],
    [`pgTable("users", { orgID: text("org_id"), b: text() }, (t) => [uniqueIndex().on(t.orgID, t["b"])])`, "index users_org_id_b_index (org_id, b)"],
    [`pgTable("users", { a: text() }, (t) => [uniqueIndex("n").using("btree", t.a.asc().nullsLast().op("text_ops"))])`, "index n (a text_ops)"],
    [`pgTable("users", { a: text() }, (t) => [[uniqueIndex("n").on(sql\`\${t.a} desc\`)]])`, "index n (a)"],
    [`pgTable("users", { a: text() }, (t) => [uniqueIndex("n").on(users.a)])`, "index n (a)"],
    [`pgTable("users", { a: text(), b: text() }, (t) => [primaryKey({ columns: [t.a, t.b] })])`, "primary users_a_b_pk (a, b)"],
    [`pgTable("users", { a: text(), b: text() }, (t) => [primaryKey(t.a, t.b)])`, "primary users_a_b_pk (a, b)"],
    [`pgTable("users", { a: text() }, (t) => [primaryKey({ name: "p", columns: [t.a] })])`, "primary p (a)"],
  ])("%s", (text, expected) => {
    expect(keysOf(text)).toEqual([expected]);
  });

  it("names them as drizzle-kit 1 does", () => {
    expect(keysOf(`pgTable("users", { a: text().unique(), b: text() }, (t) => [unique().on(t.a, t.b), primaryKey({ columns: [t.a, t.b] }), uniqueIndex().on(t.b)])`, { ormVersion: "1.0.0-rc.5" })).toEqual([
      "constraint - (a)", "constraint users_a_b_unique (a, b)", "primary - (a, b)", "index users_b_index (b)",
    ]);
  });

  it("converts names as the configuration says, keys of unique() excepted", () => {
    const { tables } = read(`export const users = pgTable("users", { emailAddress: text().unique(), orgID: uuid() }, (t) => [uniqueIndex().on(t.orgID, t.emailAddress)]);`, { casing: "snake_case" });
    expect(tables[0]?.columns.map((column) => column.name)).toEqual(["email_address", "org_id"]);
    expect(tables[0]?.keys.map(showKey)).toEqual(["constraint users_emailAddress_unique (email_address)", "index users_org_id_email_address_index (org_id, email_address)"]);
  });

  it("reads predicates in every form, in database names", () => {
    const where = (condition: string): string | undefined =>
      read(`const KIND = "live"; export const t = pgTable("t", { a: text("a"), deletedAt: timestamp("deleted_at"), kind: text("kind") }, (t) => [uniqueIndex("n").on(t.a).where(${condition})]);`).tables[0]?.keys[0]?.where?.text;
    const isNull = where("sql`${t.deletedAt} is null`");
    expect(isNull).toMatch(/deleted_at/);
    expect(where("sql`deleted_at IS NULL`")).toBe(isNull);
    expect(where('sql`"deleted_at" is null`')).toBe(isNull);
    expect(where("sql`${t.deletedAt} IS NULL`")).toBe(isNull);
    expect(where("isNull(t.deletedAt)")).toBe(isNull);
    expect(where("sql.raw('deleted_at is null')")).toBe(isNull);
    const both = where("sql`kind = 'live' and deleted_at is null`");
    expect(where("and(isNull(t.deletedAt), eq(t.kind, KIND))")).toBe(both);
    expect(where("sql`${t.kind} = ${KIND} AND ${t.deletedAt} IS NULL`")).toBe(both);
  });

  it("never takes an index with an unknown predicate for a full one", () => {
    const { table } = read(`export const t = pgTable("t", { a: text() }, (t) => [uniqueIndex("n").on(t.a).where(build(t))]);`);
    expect(table("t").keys[0]?.where).not.toBeNull();
    expect(table("t").complete).toBe(false);
  });

  it("reads expressions, helpers too", () => {
    const { table } = read(`const lower = (column: unknown) => sql\`lower(\${column})\`;
      export const t = pgTable("t", { orgId: uuid("org_id"), email: text("e_mail") }, (t) => [uniqueIndex("n").on(t.orgId, lower(t.email)), index("i").on(sql\`lower(\${t.email})\`)]);`);
    const [key] = table("t").keys;
    expect(key?.parts[1]).toMatchObject({ kind: "expression", columns: ["e_mail"] });
    expect(table("t").indexes[0]?.parts[0]).toMatchObject({ kind: "expression", columns: ["e_mail"] });
  });

  it("counts what it cannot read, but not policies", () => {
    const { table } = read(`import { pgPolicy } from "drizzle-orm/pg-core"; import { extras } from "elsewhere";
      export const a = pgTable("a", { id: uuid("id") }, (t) => [pgPolicy("p", {}), check("c_check", sql\`id is not null\`)]);
      export const b = pgTable("b", { id: uuid("id") }, (t) => [...extras(t)]);
      export const c = pgTable("c", { id: uuid("id") }, (t) => [unique("u").on(t.gone)]);
      export const d = pgTable("d", { id: uuid("id") }, (t) => [index("i").on(sql\`\${t.id} \${later()}\`)]);`);
    expect([table("a"), table("b"), table("c"), table("d")].map((item) => item.complete)).toEqual([true, false, false, true]);
    expect(table("a").checks).toMatchObject([{ name: "c_check" }]);
  });

  it("cuts names at 63 bytes", () => {
    const long = "a".repeat(70);
    expect(keysOf(`pgTable("users", { a: text().unique("${long}") })`)).toEqual([`constraint ${"a".repeat(63)} (a)`]);
  });
});

describe("foreign keys", () => {
  it("reads references and foreignKey, across files and to itself", () => {
    const { table } = read({
      "orgs.ts": `${PG} export const orgs = pgTable("orgs", { id: uuid("org_id").primaryKey(), parentId: uuid("parent_id").references((): AnyPgColumn => orgs.id), region: text("region") });`,
      "schema.ts": `${PG} import { orgs } from "./orgs"; export * from "./orgs";
        export const users = pgTable("users", { orgId: uuid("org").references(() => orgs.id, { onDelete: "cascade" }), region: text("region") }, (t) => [
          foreignKey({ columns: [t.orgId, t.region], foreignColumns: [orgs.id, orgs.region] }).onDelete("set null"),
        ]);
        export const usersRelations = relations(users, ({ one }) => ({ org: one(orgs, { fields: [users.orgId], references: [orgs.id] }) }));`,
    });
    const show = (name: string) => table(name).foreignKeys.map((key) => [key.name, key.columns, key.table.name, key.references, key.onDelete]);
    expect(show("users")).toEqual([
      ["users_org_orgs_org_id_fk", ["org"], "orgs", ["org_id"], "cascade"],
      ["users_org_region_orgs_org_id_region_fk", ["org", "region"], "orgs", ["org_id", "region"], "set null"],
    ]);
    expect(show("orgs")).toEqual([["orgs_parent_id_orgs_org_id_fk", ["parent_id"], "orgs", ["org_id"], "no action"]]);
  });
});

describe("bindings", () => {
  it("finds tables and columns behind values", () => {
    const { program, schemas } = read({
      "schema.ts": `${PG} export const users = pgTable("users", { orgId: uuid("org_id") });`,
      "a.ts": `import * as schema from "./schema"; import { users as u } from "./schema"; const both = [schema.users, u.orgId, u.nothing, schema];`,
    });
    const both = evaluateName(program, "a.ts", "both");
    const items = both.kind === "array" ? both.items : [];
    const [table, column, nothing, other] = items;
    if (table === undefined || column === undefined || nothing === undefined || other === undefined) throw new Error("not four");
    expect(schemas.tableOf(table)?.table).toBe("public.users");
    expect(schemas.columnOf(column)?.column).toBe("org_id");
    expect(schemas.columnOf(nothing)).toMatchObject({ property: "nothing", column: null });
    expect(schemas.tableOf(other)).toBeNull();
  });
});

describe("columnName", () => {
  it.each([
    ["orgID", "org_id"],
    ["oauth2Token", "oauth2_token"],
    ["address1", "address1"],
    ["HTTPServer", "http_server"],
    ["_private", "private"],
  ])("%s becomes %s", (property, expected) => {
    expect(columnName(property, "snake_case")).toBe(expected);
    expect(columnName(property, null)).toBe(property);
  });
});
