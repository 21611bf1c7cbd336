import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PrismaModel } from "../src/model/prisma.ts";
import { prismaSchemaChanges } from "../src/project/schema/prisma.ts";
import { readPrismaFile } from "../src/read/prisma/index.ts";

function read(text: string) {
  return readPrismaFile({ path: "schema.prisma", text });
}

function onlyModel(text: string): PrismaModel {
  const facts = read(text);
  expect(facts.unread).toEqual([]);
  expect(facts.prisma?.models).toHaveLength(1);
  return facts.prisma?.models[0] as PrismaModel;
}

describe("fields", () => {
  test("type, nullability, lists, defaults and native types are read as written", () => {
    const model = onlyModel(`model User {
  id    String   @id @default(cuid())
  name  String?  @db.VarChar(20) @map("full_name")
  tags  String[] @default([])
  role  Role     @default(USER)
  uid   String   @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  spot  Unsupported("circle")?
  seen  DateTime @updatedAt
  old   Int      @ignore @default(0)
}`);
    expect(model.fields.map(({ name, type, nullable, list, default: value }) => [name, type, nullable, list, value])).toEqual([
      ["id", "String", false, false, "cuid()"],
      ["name", "String", true, false, null],
      ["tags", "String", false, true, "[]"],
      ["role", "Role", false, false, "USER"],
      ["uid", "String", false, false, 'dbgenerated("gen_random_uuid()")'],
      ["spot", 'Unsupported("circle")', true, false, null],
      ["seen", "DateTime", false, false, null],
      ["old", "Int", false, false, "0"],
    ]);
    expect(model.fields[1]).toMatchObject({ map: "full_name", nativeType: "VarChar(20)" });
    expect(model.fields[6]?.updatedAt).toBe(true);
    expect(model.fields[7]?.ignored).toBe(true);
  });

  test("a relation keeps its name, fields, references, action and constraint name", () => {
    const text = `model Post {
  id Int @id
  author User? @relation("Wrote", fields: [authorId], references: [id], onDelete: Cascade, map: "post_author")
}`;
    const relation = onlyModel(text).fields[1]?.relation;
    expect(relation).toMatchObject({ name: "Wrote", fields: ["authorId"], references: ["id"], onDelete: "Cascade", map: "post_author" });
    expect(text.slice(relation?.at.start, relation?.at.end)).toMatch(/^@relation\("Wrote".*"post_author"\)$/);
  });
});

describe("keys", () => {
  test("of fields and of blocks, with their places", () => {
    const text = `model User {
  id    Int    @id
  email String @unique(map: "users_mail") // the login
  a     Int
  b     Int

  @@unique([a(sort: Desc), b], name: "pair", map: "a_b")
  @@unique(fields: [b, a])
  @@index([a(ops: raw("int4_ops"))], type: Brin, map: "brin_a")
  @@map("users")
  @@schema("auth")
}`;
    const model = onlyModel(text);
    expect(model).toMatchObject({ map: "users", schema: "auth", kind: "model", ignored: false, complete: true });
    expect(model.keys.map((key) => [key.kind, key.fields.map((field) => field.name), key.name, key.map])).toEqual([
      ["id", ["id"], null, null],
      ["unique", ["email"], null, "users_mail"],
      ["unique", ["a", "b"], "pair", "a_b"],
      ["unique", ["b", "a"], null, null],
      ["index", ["a"], null, "brin_a"],
    ]);
    expect(model.keys[2]?.fields[0]?.sort).toBe("Desc");
    expect(model.keys[4]).toMatchObject({ method: "Brin", fields: [{ ops: "int4_ops" }] });
    expect(model.keys.map(({ at }) => text.slice(at.start, at.end))).toEqual([
      "@id",
      '@unique(map: "users_mail")',
      '@@unique([a(sort: Desc), b], name: "pair", map: "a_b")',
      "@@unique(fields: [b, a])",
      '@@index([a(ops: raw("int4_ops"))], type: Brin, map: "brin_a")',
    ]);
  });

  test("a partial key's where, raw and as an object", () => {
    const model = onlyModel(`model User {
  id Int @id
  a  Int
  @@unique([a], where: raw("deleted_at IS NULL AND note <> '{'"))
  @@unique([a], where: { active: true, kind: { not: "}" } }, map: "live")
}`);
    expect(model.keys.map((key) => key.where)).toEqual([
      null,
      "deleted_at IS NULL AND note <> '{'",
      '{ active: true, kind: { not: "}" } }',
    ]);
    expect(model.keys[2]?.map).toBe("live");
  });
});

describe("the rest of the language", () => {
  test("datasource, generators, enums, views and composite types", () => {
    const facts = read(`datasource db {
  provider     = "postgresql" // the only one
  url          = env("DATABASE_URL")
  relationMode = "prisma"
  schemas      = ["auth", "public"]
  extensions   = [uuidOssp(map: "uuid-ossp"), pg_trgm]
}
generator client {
  provider        = "prisma-client"
  output          = "../src/generated"
  previewFeatures = ["partialIndexes", "views"]
  engineType      = "client"
}
enum Role {
  USER  @map("user")
  ADMIN
  @@schema("auth")
}
type Photo {
  url String
}
view Active {
  id Int @unique
}
`);
    expect(facts.unread).toEqual([]);
    expect(facts.prisma).toMatchObject({
      datasource: { provider: "postgresql", relationMode: "prisma", schemas: ["auth", "public"] },
      generators: [
        {
          name: "client",
          provider: "prisma-client",
          output: "../src/generated",
          previewFeatures: ["partialIndexes", "views"],
          engineType: "client",
        },
      ],
      enums: [{ name: "Role" }],
    });
    expect(facts.prisma?.models.map((model) => [model.name, model.kind])).toEqual([["Photo", "type"], ["Active", "view"]]);
  });

  test("comments of every form, a byte order mark and CRLF change no offset", () => {
    const text = '\uFEFF/* head { */\r\nmodel A { // [\r\n  /// "doc\r\n  id Int @id // )\r\n  s String @default("// no comment") /* } */\r\n}\r\n';
    const model = onlyModel(text);
    expect(text.slice(model.at.start, model.at.end)).toMatch(/^model A \{[^]*\}$/);
    expect(model.fields[1]?.default).toBe('"// no comment"');
    const id = model.fields[0]?.at;
    expect(text.slice(id?.start, id?.end)).toBe("id Int @id");
  });
});

describe("comments", () => {
  test("commented-out keys are claims of their model, each at its own line", () => {
    const text = `model Job {
  id  Int @id
  key String
  ref String

  // @@unique([key])
  // @@unique([key, ref])
  @@index([key])
}`;
    const { claims } = read(text);
    expect(claims.map(({ kind, columns, declaration }) => [kind, columns, declaration])).toEqual([
      ["code", ["key"], "Job"],
      ["code", ["key", "ref"], "Job"],
    ]);
    expect(claims.map(({ at }) => text.slice(at.start, at.end))).toEqual(["@@unique([key])", "@@unique([key, ref])"]);
  });

  test("a sentence over two lines before a model is a claim about it", () => {
    const text = "model A {\n  id Int @id\n}\n\n/// There is a unique index on\n/// (org_id, ref) here.\nmodel B {\n  id Int @id\n}\n";
    expect(read(text).claims).toMatchObject([{ kind: "key", columns: ["org_id", "ref"], declaration: "B", denies: false }]);
  });

  test("suppressions", () => {
    const facts = read("model A {\n  id Int @id\n  // uniqlint-disable-next-line require-unique-external-id -- a log\n  external_id String // uniqlint-disable-line\n}\n");
    expect(facts.suppressions.map(({ kind, rules, reason }) => [kind, rules, reason])).toEqual([
      ["disable-next-line", ["require-unique-external-id"], "a log"],
      ["disable-line", [], null],
    ]);
  });
});

describe("what cannot be read", () => {
  test("a bad line costs its line: the rest is read, the model is not complete", () => {
    const text = `model A {
  id Int @id
  x  Int @@@
  @@unique([x])
}
model B {
  id Int @id
}`;
    const facts = read(text);
    expect(facts.unread.map(({ at }) => text.slice(at.start, at.end))).toEqual(["x  Int @@@"]);
    expect(facts.prisma?.models.map((model) => [model.name, model.complete, model.keys.length])).toEqual([["A", false, 2], ["B", true, 1]]);
  });

  test("a forgotten brace costs its own block only", () => {
    const facts = read("model A {\n  id Int @id\n\nmodel B {\n  id Int @id\n}\n");
    expect(facts.prisma?.models.map((model) => model.name)).toContain("B");
    expect(facts.unread).toHaveLength(1);
  });

  test("blocks of another language and stray text are named, never thrown", () => {
    const facts = read('namespace auth {\n  model X {\n    id Int @id\n  }\n}\ntype Legacy = String @db.Text\n');
    expect(facts.prisma?.models.every((model) => model.name !== "auth")).toBe(true);
    expect(facts.unread.length).toBeGreaterThan(0);
    for (const text of ["", "}", "model", "model A", "model A {", '"', "/*", "model A { s String @default(\"", "\0\0"]) {
      expect(() => read(text)).not.toThrow();
    }
  });

  test("brackets over several lines are read, although Prisma itself refuses them", () => {
    const model = onlyModel("model A {\n  id Int @id\n  a Int\n  b Int\n  @@unique([\n    a,\n    b // the second\n  ])\n}\n");
    expect(model.keys[1]?.fields.map((field) => field.name)).toEqual(["a", "b"]);
  });

  test("a damaged file is read without an exception, and every place lies in it", () => {
    const text = `datasource db {
  provider = "postgresql"
}
/// A user
model User {
  id    String @id @default(cuid()) // key
  email String @unique(map: "mail")
  a     Int?   @default(0) @map("a_b")
  @@unique([a, email(sort: Desc)], where: { a: { not: null } })
  @@index([a], name: "x", where: raw("a > 0"))
  /* @@unique([a]) */
}
enum Role { A B }
`;
    const damage = fc.tuple(fc.nat(text.length), fc.nat(6), fc.constantFrom("", "{", "}", '"', "\n", "(", "]", "/*", "//", "@@", "\\", "é"));
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const broken = damages.reduce((before, [at, cut, put]) => before.slice(0, at) + put + before.slice(at + cut), text);
        const facts = read(broken);
        if (facts.prisma !== null) prismaSchemaChanges([{ path: facts.path, facts: facts.prisma }], { version: null });
        const places = [...facts.unread, ...(facts.prisma?.models ?? []).flatMap((model) => [model, ...model.fields, ...model.keys])];
        return places.every(({ at }) => at.start >= 0 && at.start <= at.end && at.end <= broken.length);
      }),
      { numRuns: 300 },
    );
  });
});
