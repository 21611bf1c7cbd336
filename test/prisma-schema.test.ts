import { describe, expect, test } from "vitest";
import type { PrismaFacts } from "../src/model/prisma.ts";
import type { SchemaChange } from "../src/model/schema-change.ts";
import { prismaSchemaChanges } from "../src/project/schema/prisma.ts";
import { readPrismaFile } from "../src/read/prisma/index.ts";

type CreateTable = Extract<SchemaChange, { kind: "create-table" }>;

const POSTGRES = 'datasource db {\n  provider = "postgresql"\n}\n';

function schema(text: string, version: string | null = "7.4.0") {
  const facts = readPrismaFile({ path: "schema.prisma", text });
  expect(facts.unread).toEqual([]);
  return prismaSchemaChanges([{ path: facts.path, facts: facts.prisma as PrismaFacts }], { version });
}

function table(text: string, name: string, version?: string | null): CreateTable {
  const change = schema(text, version).changes.find((c): c is CreateTable => c.kind === "create-table" && c.table.name === name);
  expect(change, `table ${name}`).toBeDefined();
  return change as CreateTable;
}

const columnsOfParts = (parts: CreateTable["keys"][number]["parts"]) =>
  parts.map((part) => (part.kind === "column" ? part.column : part.expression));

describe("names (reference §17.2)", () => {
  test("@@unique([orgId, teamId]) with orgId mapped org_id makes index users_org_id_teamId_key", () => {
    const users = table(
      `${POSTGRES}model User {\n  id Int @id\n  orgId Int @map("org_id")\n  teamId Int\n  @@unique([orgId, teamId])\n  @@map("users")\n}`,
      "users",
    );
    expect(users.keys.map((key) => [key.name, key.kind, columnsOfParts(key.parts)])).toEqual([
      ["users_pkey", "primary", ["id"]],
      ["users_org_id_teamId_key", "index", ["org_id", "teamId"]],
    ]);
  });

  test("@@index([x], name:) names the index in the database, @@unique([x], name:) only the selector", () => {
    const text = `${POSTGRES}model T {\n  id Int @id\n  x Int\n  y Int\n  @@index([x], name: "n")\n  @@index([y])\n  @@unique([x, y], name: "sel")\n}`;
    const t = table(text, "T");
    expect(t.indexes.map((index) => index.name)).toEqual(["n", "T_y_idx"]);
    expect(t.keys[1]?.name).toBe("T_x_y_key");
    expect(schema(text).models["T"]?.selectors).toEqual({ id: ["id"], sel: ["x", "y"] });
  });

  test("a name over 63 bytes loses the end of table and columns, not its suffix", () => {
    const model = "M".repeat(40);
    const field = "f".repeat(40);
    const t = table(`${POSTGRES}model ${model} {\n  id Int @id\n  ${field} Int @unique\n  @@index([${field}])\n}`, model);
    expect(t.keys[1]?.name).toBe(`${model}_${"f".repeat(63 - 41 - "_key".length)}_key`);
    expect(t.keys[1]?.name).toHaveLength(63);
    expect(t.indexes[0]?.name).toBe(`${model}_${"f".repeat(63 - 41 - "_idx".length)}_idx`);
  });

  test("a cut never splits a character of several bytes", () => {
    // 58 bytes of name + "_" leave 0 of the 59 for "é" (2 bytes): 63 - "_key" = 59.
    const name = "m".repeat(58);
    const t = table(`${POSTGRES}model M {\n  id Int @id\n  f Int @unique @map("é")\n  @@map("${name}")\n}`, name);
    expect(t.keys[1]?.name).toBe(`${name}__key`);
  });
});

describe("implicit many-to-many", () => {
  const text = `${POSTGRES}model Tag {
  id String @id @db.Uuid
  posts Post[]
}
model Post {
  id Int @id
  tags Tag[]
}`;

  test("since 6.0 the pair is the primary key", () => {
    const join = table(text, "_PostToTag", "6.0.0");
    expect(join.keys).toMatchObject([{ name: "_PostToTag_AB_pkey", kind: "primary" }]);
    expect(join.indexes.map((index) => index.name)).toEqual(["_PostToTag_B_index"]);
    expect(join.columns.map((column) => [column.name, column.type, column.nullable])).toEqual([
      ["A", "integer", false],
      ["B", "uuid", false],
    ]);
    expect(join.foreignKeys.map((key) => [key.name, key.table.name, key.onDelete])).toEqual([
      ["_PostToTag_A_fkey", "Post", "cascade"],
      ["_PostToTag_B_fkey", "Tag", "cascade"],
    ]);
  });

  test("before 6.0 it is a unique index", () => {
    expect(table(text, "_PostToTag", "5.22.0").keys).toMatchObject([{ name: "_PostToTag_AB_unique", kind: "index" }]);
  });

  test("a relation's name names the table; a model related to itself has one too", () => {
    const self = `${POSTGRES}model User {\n  id Int @id\n  follows User[] @relation("Follow")\n  followed User[] @relation("Follow")\n}`;
    expect(schema(self).changes.map((c) => (c.kind === "create-table" ? c.table.name : c.kind))).toEqual(["User", "_Follow"]);
  });

  test("a list that answers a foreign key is no join table", () => {
    const oneToMany = `${POSTGRES}model A {\n  id Int @id\n  bs B[]\n}\nmodel B {\n  id Int @id\n  aId Int\n  a A @relation(fields: [aId], references: [id])\n}`;
    expect(schema(oneToMany).changes).toHaveLength(2);
  });
});

describe("columns", () => {
  const t = () =>
    table(
      `${POSTGRES}enum Role {\n  USER\n}
model T {
  id      String   @id @default(cuid())
  uid     String   @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  n       Int      @default(autoincrement())
  role    Role     @default(USER)
  made    DateTime @default(now()) @db.Timestamptz(6)
  changed DateTime @updatedAt
  name    String?  @map("full_name")
  tags    String[]
  code    String   @default(dbgenerated("upper('x')"))
  spot    Unsupported("circle")?
  old     Int      @ignore
  other   Missing?
}`,
      "T",
    ).columns;

  test("types and nullability; a relation is no column, not even to a model that cannot be found", () => {
    expect(t().map((column) => [column.name, column.property, column.type, column.nullable])).toEqual([
      ["id", "id", "text", false],
      ["uid", "uid", "uuid", false],
      ["n", "n", "integer", false],
      ["role", "role", "Role", false],
      ["made", "made", "timestamptz(6)", false],
      ["changed", "changed", "timestamp(3)", false],
      ["full_name", "name", "text", true],
      ["tags", "tags", "text[]", true],
      ["code", "code", "text", false],
      ["spot", null, "circle", true],
      ["old", null, "integer", false],
    ]);
  });

  test("who makes the default, and is it another one for every row", () => {
    const defaults = Object.fromEntries(t().map((column) => [column.name, column.default]));
    expect(defaults).toEqual({
      id: { by: "client", fresh: true },
      uid: { by: "database", fresh: true },
      n: { by: "database", fresh: true },
      role: { by: "database", fresh: false },
      made: { by: "database", fresh: true },
      changed: { by: "client", fresh: true },
      full_name: null,
      tags: null,
      code: { by: "database", fresh: false },
      spot: null,
      old: null,
    });
  });
});

describe("foreign keys", () => {
  const text = (mode: string, field: string, relation: string) =>
    `datasource db {\n  provider = "postgresql"\n${mode}}\nmodel A {\n  id Int @id\n  bs B[]\n}\nmodel B {\n  id Int @id\n  ${field}\n  a ${relation}\n}`;

  test("RESTRICT for a required relation, SET NULL for an optional one, else what is written", () => {
    const action = (field: string, relation: string) => table(text("", field, relation), "B").foreignKeys.map((key) => [key.name, key.onDelete]);
    expect(action("aId Int", "A @relation(fields: [aId], references: [id])")).toEqual([["B_aId_fkey", "restrict"]]);
    expect(action("aId Int?", "A? @relation(fields: [aId], references: [id])")).toEqual([["B_aId_fkey", "set null"]]);
    expect(action("aId Int", 'A @relation(fields: [aId], references: [id], onDelete: Cascade, map: "fk")')).toEqual([["fk", "cascade"]]);
  });

  test('none with relationMode = "prisma"', () => {
    const emulated = text('  relationMode = "prisma"\n', "aId Int", "A @relation(fields: [aId], references: [id])");
    expect(table(emulated, "B").foreignKeys).toEqual([]);
    expect(schema(emulated).relationMode).toBe("prisma");
  });
});

describe("partial keys", () => {
  const where = (argument: string) =>
    table(
      `${POSTGRES}model T {\n  id Int @id\n  a Int\n  active Boolean\n  deletedAt DateTime? @map("deleted_at")\n  kind String\n  @@unique([a], where: ${argument})\n}`,
      "T",
    ).keys[1]?.where;

  test("raw(…) and the object that says the same are one predicate", () => {
    expect(where('raw("deleted_at IS NULL")')).toEqual(where("{ deletedAt: null }"));
    expect(where('raw("deleted_at IS NULL")')?.columns).toEqual(["deleted_at"]);
    expect(where('raw("active = true")')).toEqual(where("{ active: true }"));
    expect(where(`raw("kind <> 'x' AND deleted_at IS NOT NULL")`)).toEqual(where('{ kind: { not: "x" }, deletedAt: { not: null } }'));
  });
});

describe("what the client calls things", () => {
  test("accessor, columns, relations and selectors; ignored models and fields are left out", () => {
    const { models } = schema(`${POSTGRES}model URLThing {
  id    Int    @id
  orgId String @map("org_id")
  e164  String
  old   Int    @ignore
  org   Org    @relation(fields: [orgId], references: [id])
  @@unique([orgId, e164])
  @@map("things")
  @@schema("app")
}
model Org {
  id     String @id
  things URLThing[]
}
model Gone {
  id Int @id
  @@ignore
}`);
    expect(Object.keys(models)).toEqual(["URLThing", "Org"]);
    expect(models["URLThing"]).toMatchObject({
      table: "app.things",
      accessor: "uRLThing",
      columns: { id: "id", orgId: "org_id", e164: "e164" },
      relations: { org: { model: "Org", list: false, fields: ["orgId"], references: ["id"] } },
      selectors: { id: ["id"], orgId_e164: ["orgId", "e164"] },
    });
    expect(models["URLThing"]?.columns).not.toHaveProperty("old");
    expect(models["Org"]?.relations).toEqual({ things: { model: "URLThing", list: true, fields: [], references: [] } });
  });

  test("an @@ignored model is a table all the same; a view is none and keeps nothing unique; a composite type is nothing", () => {
    const { changes } = schema(`${POSTGRES}model Gone {\n  id Int @id\n  @@ignore\n}\nview V {\n  id Int @unique\n}\ntype P {\n  x Int\n}`);
    expect(changes.map((c) => (c.kind === "create-table" ? [c.table.name, c.tableKind, c.keys.length] : c.kind))).toEqual([
      ["Gone", "table", 1],
      ["V", "view", 0],
    ]);
  });
});

describe("several files and other databases", () => {
  test("the files of a folder make one schema", () => {
    const files = [
      { path: "prisma/a.prisma", text: "model A {\n  id Int @id\n  role Role\n  bs B[]\n}" },
      { path: "prisma/b.prisma", text: `${POSTGRES}enum Role {\n  X\n}\nmodel B {\n  id Int @id\n  as A[]\n}` },
    ].map((file) => ({ path: file.path, facts: readPrismaFile(file).prisma as PrismaFacts }));
    const { changes, dialect } = prismaSchemaChanges(files, { version: null });
    expect(dialect).toBe("postgres");
    expect(changes.map((c) => (c.kind === "create-table" ? c.table.name : c.kind))).toEqual(["A", "B", "_AToB"]);
    expect(changes.map((c) => c.at.path)).toEqual(["prisma/a.prisma", "prisma/b.prisma", "prisma/a.prisma"]);
  });

  test.each([
    ["mysql", "mysql", "PRIMARY"],
    ["sqlite", "sqlite", null],
    ["mongodb", "other", "T_pkey"],
    ["cockroachdb", "other", "T_pkey"],
  ])("%s is dialect %s", (provider, dialect, primary) => {
    const result = schema(`datasource db {\n  provider = "${provider}"\n}\nmodel T {\n  id Int @id\n}`);
    expect(result.dialect).toBe(dialect);
    expect(result.changes[0]).toMatchObject({ keys: [{ name: primary }] });
  });
});
