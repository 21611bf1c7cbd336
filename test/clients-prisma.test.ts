import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { firstSite, pairs, prismaProject, projectOf, sitesOf, targetOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

const upsertOf = (code: string) => firstSite(prismaProject(code), "upsert");
const insertOf = (code: string) => firstSite(prismaProject(code), "insert");
const lookupOf = (code: string) => firstSite(prismaProject(code), "lookup");

describe("receivers", () => {
  test.each([
    ["(prisma as any).member"],
    ["tx.member"],
    ["this.prisma.member"],
    ["ctx.db.member"],
    ["prisma.$extends({}).member"],
  ])("%s is a client's model", (receiver) => {
    const project = prismaProject(`export function f(this: any, ctx: any, tx: any) { return ${receiver}.findFirst({ where: { email: "a" } }); }`);
    expect(project.sites.map((site) => site.table)).toEqual(["public.members"]);
  });

  test("a client of any name is one when it was made as one", () => {
    const code = `import { PrismaClient } from "@prisma/client"; const orm = new PrismaClient(); const more = orm.$extends({}); export const f = () => [orm.member.count({}), more.member.count({}), api.member.count({})];`;
    expect(prismaProject(code).sites.map((site) => site.operation)).toEqual(["orm.member.count", "more.member.count"]);
  });

  test("a typed parameter of any name is one", () => {
    const code = `import type { Prisma } from "@prisma/client"; export const f = (x: Prisma.TransactionClient) => x.member.count({ where: { orgId: "o" } })`;
    expect(lookupOf(code)).toMatchObject({ table: "public.members", lookup: "count" });
  });

  test("stores and routers with methods of these names are not", () => {
    expect(prismaProject(`export const f = (api: any, db: any) => { api.member.create({ data: {} }); db.member.create("a"); db.nothing.create({ data: {} }); }`).sites).toEqual([]);
  });

  test("of two schemas the nearest has the model", () => {
    const schema = (map: string) => `datasource db { provider = "postgresql" url = "" }\ngenerator c { provider = "prisma-client-js" }\nmodel Member { id String @id\n email String ${map}\n @@map("${map === "" ? "a" : "b"}_members") }`;
    const app = `import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); export const f = () => prisma.member.findFirst({ where: { email: "x" } });`;
    const project = projectOf({
      "package.json": "{}", "apps/a/package.json": `{"name":"a","dependencies":{"@prisma/client":"6.0.0"}}`, "apps/b/package.json": `{"name":"b","dependencies":{"@prisma/client":"6.0.0"}}`,
      "apps/a/prisma/schema.prisma": schema(""), "apps/b/prisma/schema.prisma": schema("@unique"), "apps/a/app.ts": app, "apps/b/app.ts": app,
    });
    expect(project.sites.map((site) => [site.at.path, site.table])).toEqual([["apps/a/app.ts", "public.a_members"], ["apps/b/app.ts", "public.b_members"]]);
  });
});

describe("data", () => {
  test("fields become columns, connect writes the foreign key", () => {
    const site = insertOf(`export const f = (id: string) => prisma.member.create({ data: { email: "a", phone: undefined, org: { connect: { id } } } })`);
    expect([pairs(site.columns), site.columnsComplete, site.rows]).toEqual([["email='a'", "org_id=id"], true, "one"]);
  });

  test("a nested create is a site of its own whose foreign key the parent fills", () => {
    const project = prismaProject(`export const f = (name: string) => prisma.org.create({ data: { name, members: { create: [{ email: "a" }, { email: "b" }] } } })`);
    const [org, ...members] = sitesOf(project, "insert");
    expect(org?.table).toBe("public.Org");
    expect(members.map((site) => [site.table, site.columns?.map((each) => `${each.column} ${each.value.origin}`)])).toEqual([
      ["public.members", ["email literal", "org_id created"]],
      ["public.members", ["email literal", "org_id created"]],
    ]);
  });

  test("a created parent's id is written into the row around it", () => {
    const site = sitesOf(prismaProject(`export const f = () => prisma.member.create({ data: { email: "a", org: { create: { name: "n" } } } })`), "insert").find((each) => each.table === "public.members");
    expect(site?.columns?.map((each) => `${each.column} ${each.value.origin}`)).toEqual(["email literal", "org_id created"]);
  });

  test("connectOrCreate and nested upsert read first", () => {
    const site = upsertOf(`export const f = (slug: string) => prisma.member.update({ where: { id: "m" }, data: { posts: { connectOrCreate: { where: { slug }, create: { slug, title: "t" } } } } })`);
    expect([site.table, targetOf(site), site.conflict?.action, site.conflict?.native]).toEqual(["public.Post", "slug", "nothing", "no"]);
  });

  test("skipDuplicates is DO NOTHING without a target", () => {
    const site = upsertOf(`export const f = (rows: any[]) => prisma.member.createMany({ data: rows.map((row) => ({ orgId: row.org, email: row.email })), skipDuplicates: true })`);
    expect([targetOf(site), site.conflict?.action, site.rows, pairs(site.columns)]).toEqual(["none", "nothing", "many", ["org_id=row.org", "email=row.email"]]);
  });
});

describe("where", () => {
  test("takes compound selectors apart and leaves other filters aside", () => {
    const compound = lookupOf(`export const f = (orgId: string, phone: string) => prisma.member.findUnique({ where: { orgId_phone: { orgId, phone } } })`);
    expect([pairs(compound.match), compound.conflict]).toEqual([["org_id=orgId", "phone=phone"], null]);
    const filtered = lookupOf(`export const f = (orgId: string) => prisma.member.findFirst({ where: { orgId, phone: { startsWith: "+" }, org: { name: "x" }, OR: [], AND: [{ email: { equals: "e" } }] } })`);
    expect([pairs(filtered.match), filtered.matchRest.length]).toEqual([["org_id=orgId", "email='e'"], 3]);
  });

  test("null is a condition, no equality", () => {
    const site = lookupOf(`export const f = () => prisma.member.findFirst({ where: { orgId: "o", phone: null } })`);
    expect([pairs(site.match), site.matchRest]).toEqual([["org_id='o'"], ["phone is null"]]);
  });

  test("a selector that no key backs keeps its columns", () => {
    const site = lookupOf(`export const f = (orgId: string, email: string) => (prisma as any).member.findUnique({ where: { orgId_email: { orgId, email } } })`);
    expect([targetOf(site), site.conflict?.target]).toEqual(["org_id, email", expect.objectContaining({ selector: "orgId_email" })]);
  });

  test.each([
    ["findUnique({ where: { id: 'a' } })", "one"],
    ["findMany({ where: { orgId: 'o' } })", "many"],
    ["findMany({ where: { orgId: 'o' }, take: 1 })", "one"],
    ["count({ where: { orgId: 'o' } })", "count"],
    ["aggregate({ _max: { phone: true } })", "max"],
  ])("%s asks for %s", (call, lookup) => {
    expect(lookupOf(`export const f = () => prisma.member.${call}`).lookup).toBe(lookup);
  });
});

describe("upsert", () => {
  const native = (options: string) => {
    const site = upsertOf(`export const f = (email: string, orgId: string, phone: string, other: any) => prisma.member.upsert(${options})`);
    return [site.conflict?.native, ...(site.conflict?.reasons ?? [])];
  };

  test("one statement does it when nothing forbids it", () => {
    expect(native(`{ where: { email }, create: { email, orgId }, update: { orgId } }`)).toEqual(["yes"]);
    expect(native(`{ where: { orgId_phone: { orgId, phone } }, create: { orgId, phone, email }, update: { email } }`)).toEqual(["yes"]);
  });

  test.each([
    ["{ where: { email }, create: { email, orgId }, update: {} }", "update is empty"],
    ["{ where: { email }, create: { email, org: { connect: { id: orgId } } }, update: { phone } }", "create writes a relation"],
    ["{ where: { email }, create: { email, orgId }, update: { org: { connect: { id: orgId } } } }", "update writes a relation"],
    ["{ where: { email }, create: { email, orgId }, update: { phone }, include: { org: true } }", "the answer includes a relation"],
    ["{ where: { email, id: orgId }, create: { email, orgId }, update: { phone } }", "where has several unique selectors"],
    ["{ where: { email }, create: { orgId, phone }, update: { phone } }", "create does not repeat the values of where"],
    ["{ where: { email: 'a' }, create: { email: 'b', orgId }, update: { phone } }", "create does not repeat the values of where"],
  ])("%s is a read and a write: %s", (options, reason) => {
    expect(native(options)).toEqual(["no", reason]);
  });

  test("spreads and other spellings of a value are not known", () => {
    expect(native(`{ where: { email }, create: { ...other, email }, update: { phone } }`)).toEqual(["unknown"]);
    expect(native(`{ where: { email: email.trim() }, create: { email: other.email, orgId }, update: { phone } }`)).toEqual(["unknown"]);
  });

  test("a selector after `as any` that the schema lacks is the target all the same", () => {
    const site = upsertOf(`export const f = (orgId: string, email: string) => (prisma as any).member.upsert({ where: { orgId_email: { orgId, email } }, create: { orgId, email }, update: { phone: "1" } })`);
    expect([targetOf(site), pairs(site.match), pairs(site.columns)]).toEqual(["org_id, email", ["org_id=orgId", "email=email"], ["org_id=orgId", "email=email"]]);
  });
});
