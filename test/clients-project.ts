import { filesFrom } from "../src/disk/files.ts";
import { loadFiles } from "../src/disk/load.ts";
import type { Project, Site, Written } from "../src/model/project.ts";
import { buildProject } from "../src/project/build.ts";

/** The project of some files, tests too. Needs `loadSqlParser()` to have been awaited. */
export function projectOf(files: Record<string, string>): Project {
  return buildProject(loadFiles(filesFrom(files), { tests: true }));
}

const DRIZZLE = {
  "package.json": JSON.stringify({ name: "app", dependencies: { "drizzle-orm": "0.45.0", pg: "8.11.0" }, devDependencies: { "drizzle-kit": "0.31.0" } }),
  "drizzle.config.ts": `export default { schema: "./src/schema.ts", dialect: "postgresql", out: "./drizzle" };`,
  "src/schema.ts": `
    import { boolean, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
    export const users = pgTable("users", { id: text("id").primaryKey(), orgId: text("org_id").notNull(), email: text("email").notNull(), active: boolean("active"), deletedAt: timestamp("deleted_at") });
    export const posts = pgTable("posts", { id: text("id").primaryKey(), userId: text("user_id"), slug: text("slug"), n: integer("n") });
  `,
  "src/db.ts": `import { drizzle } from "drizzle-orm/node-postgres"; import * as schema from "./schema"; export const db = drizzle(process.env.DATABASE_URL!, { schema });`,
};
const DRIZZLE_IMPORTS = `import { and, count, eq, gt, inArray, isNull, max, or, sql } from "drizzle-orm";\nimport { db } from "./db";\nimport { posts, users } from "./schema";\n`;

/** A Drizzle project whose `src/app.ts` is `code`, with the imports it needs. */
export function drizzleProject(code: string, more: Record<string, string> = {}): Project {
  return projectOf({ ...DRIZZLE, "src/app.ts": DRIZZLE_IMPORTS + code, ...more });
}

const PRISMA_SCHEMA = `
  datasource db { provider = "postgresql" url = env("DATABASE_URL") }
  generator client { provider = "prisma-client-js" }
  model Org { id String @id @default(cuid()) name String members Member[] }
  model Member {
    id String @id @default(cuid())
    orgId String @map("org_id")
    org Org @relation(fields: [orgId], references: [id])
    email String @unique
    phone String?
    posts Post[]
    @@unique([orgId, phone])
    @@map("members")
  }
  model Post { id String @id @default(cuid()) memberId String? member Member? @relation(fields: [memberId], references: [id]) slug String @unique title String }
`;
const PRISMA = {
  "package.json": JSON.stringify({ name: "app", dependencies: { "@prisma/client": "6.2.0" }, devDependencies: { prisma: "6.2.0" } }),
  "prisma/schema.prisma": PRISMA_SCHEMA,
  "src/db.ts": `import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();`,
};

export function prismaProject(code: string, more: Record<string, string> = {}): Project {
  return projectOf({ ...PRISMA, "src/app.ts": `import { prisma } from "./db";\n${code}`, ...more });
}

/** `org_id=input.orgId`, in order. */
export function pairs(list: Written[] | null): string[] | null {
  return list?.map((written) => `${written.column}=${written.value.text}`) ?? null;
}

/** Sites of the app itself, those of a kind. */
export function sitesOf(project: Project, kind: Site["kind"]): Site[] {
  return project.sites.filter((site) => site.kind === kind);
}

export function firstSite(project: Project, kind: Site["kind"]): Site {
  const [site] = sitesOf(project, kind);
  if (site === undefined) throw new Error(`no ${kind}`);
  return site;
}

/** The conflict target in short: `org_id, email where …`, `none`, `constraint x`. */
export function targetOf(site: Site): string {
  const target = site.conflict?.target;
  if (target === undefined) return "no conflict";
  if (target.by === "constraint") return `constraint ${target.name}`;
  if (target.by !== "columns") return target.by;
  const parts = target.parts.map((part) => (part.kind === "column" ? part.column : part.expression)).join(", ");
  return target.where === null ? parts : `${parts} where ${target.where.text}`;
}

/** Guards in short: `lookup absent 0`, `handler 1`, `lock advisory 0`. */
export function guardsOf(site: Site): string[] {
  return site.guards.map((guard) => {
    const detail = guard.kind === "lookup" ? ` ${guard.when}` : guard.kind === "lock" ? ` ${guard.how}` : guard.kind === "transaction" && guard.isolation !== null ? ` ${guard.isolation}` : "";
    return `${guard.kind}${detail} ${String(guard.calls)}`;
  });
}
