import { beforeAll, describe, expect, test } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { drizzleProject, prismaProject, projectOf, sitesOf } from "./clients-project.ts";

beforeAll(loadSqlParser);

/** Which look-ups ask a replica, in order. */
function replicas(project: ReturnType<typeof projectOf>): boolean[] {
  return sitesOf(project, "lookup").map((site) => site.replica === true);
}

describe("look-ups that ask a read replica", () => {
  test("Prisma: by the handle's name and by $replica()", () => {
    const ask = (handle: string) => `export const f = (ctx: any, dbRead: any, replica: any, id: string) => ${handle}.member.findFirst({ where: { id } });`;
    const asked = (handle: string) => replicas(prismaProject(ask(handle)));
    expect(["dbRead", "replica", "prisma.$replica()", "this.dbRead", "ctx.readReplica"].map(asked)).toEqual([[true], [true], [true], [true], [true]]);
    expect(["prisma", "ctx.db", "prisma.$primary()"].map(asked)).toEqual([[false], [false], [false]]);
  });

  test("Prisma: the extension sends reads to replicas, $primary() and transactions do not", () => {
    const db = `import { PrismaClient } from "@prisma/client"; import { readReplicas } from "@prisma/extension-read-replicas"; export const prisma = new PrismaClient().$extends(readReplicas({ url: "postgres://r" }));`;
    const code = (handle: string) => `export const f = (id: string) => ${handle}.member.findFirst({ where: { id } });`;
    const within = `export const f = (id: string) => prisma.$transaction(async (tx) => tx.member.findFirst({ where: { id } }));`;
    expect([code("prisma"), code("prisma.$primary()"), within].map((each) => replicas(prismaProject(each, { "src/db.ts": db })))).toEqual([[true], [false], [false]]);
  });

  test("a model or table of that name is none", () => {
    const schema = `datasource db { provider = "postgresql" url = env("U") } model Replica { id String @id name String }`;
    expect(replicas(prismaProject(`export const f = (id: string) => prisma.replica.findFirst({ where: { id } });`, { "prisma/schema.prisma": schema }))).toEqual([false]);
  });

  test("Drizzle's withReplicas, Kysely's, Knex' and raw handles by name", () => {
    const db = `import { drizzle } from "drizzle-orm/node-postgres"; import { withReplicas } from "drizzle-orm/pg-core"; export const db = withReplicas(drizzle("a"), [drizzle("b")]);`;
    const find = (handle: string) => drizzleProject(`export const f = (readDb: any, id: string) => ${handle}.select().from(users).where(eq(users.id, id));`, { "src/db.ts": db });
    expect(["db", "db.$primary", "readDb"].map((handle) => replicas(find(handle)))).toEqual([[true], [false], [true]]);
    const raw = (handle: string) => projectOf({ "package.json": "{}", "migrations/1.sql": "create table a (id int);", "src/a.ts": `export const f = (readPool: any, pool: any, id: number) => ${handle}.query("SELECT 1 FROM a WHERE id = $1", [id]);` });
    expect(["readPool", "pool"].map((handle) => replicas(raw(handle)))).toEqual([[true], [false]]);
  });
});
