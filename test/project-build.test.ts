import { describe, expect, it } from "vitest";
import type { SqlFacts } from "../src/model/facts.ts";
import type { Database, Runner } from "../src/model/project.ts";
import type { Statement } from "../src/model/statement.ts";
import { buildProject } from "../src/project/build.ts";
import { entryOf, isGenerated, isIncidental } from "../src/project/files.ts";
import { createHomes } from "../src/project/homes.ts";
import { createProgram } from "../src/project/modules.ts";
import { transactionOf } from "../src/project/runners.ts";
import { drizzleSource, packageInfo, projectOf } from "./project-files.ts";

describe("transactionOf", () => {
  const statement = (changes: Statement["changes"]): Statement => ({ changes }) as Statement;
  const at = { path: "m.sql", start: 0, end: 0 };
  const concurrent = statement([{ kind: "drop-index", at, indexes: [{ schema: null, name: "i" }], concurrently: true, ifExists: false }]);
  const sql = (directives: string[] = [], statements: Statement[] = []): SqlFacts => ({ statements, directives, comments: directives.map((text) => ({ text, at })) });
  const behind = { path: "m.sql", start: 50, end: 60 };
  const some = (more: Partial<Statement>): Statement => ({ at: behind, changes: [], nested: false, lock: null, refresh: null, ...more }) as Statement;
  const body = some({ nested: true });

  it.each<[Runner, string | null, SqlFacts, string]>([
    ["drizzle", "0.44.2", sql(), "batch"],
    ["drizzle", "1.0.0-rc.5", sql(), "batch"],
    ["prisma", "6.2.0", sql(), "implicit"],
    ["prisma", "7.3.1", sql(), "implicit"],
    ["prisma", "7.4.0", sql(), "none"],
    ["prisma", "7.10.1", sql([], [concurrent]), "implicit"],
    ["prisma", "7.10.1", sql([], [some({ at: { ...behind, end: 90 } }), body]), "none"],
    ["prisma", "7.10.1", sql([], [body]), "implicit"],
    ["prisma", "8.0.0-rc.19", sql(), "file"],
    ["prisma", null, sql(), "unknown"],
    ["supabase", "2.99.0", sql(), "pipeline"],
    ["supabase", "2.109.1", sql(["pg-delta: transaction=false"]), "pipeline"],
    ["supabase", "2.110.0", sql(), "none"],
    ["supabase", "3.1.0", sql(), "none"],
    ["supabase", null, sql(["pg-delta: transaction=false"]), "none"],
    ["supabase", null, sql(), "unknown"],
    ["goose", null, sql(), "file"],
    ["goose", null, sql(["+goose NO TRANSACTION"]), "none"],
    ["dbmate", null, sql(["migrate:up transaction:false"]), "implicit"],
    ["golang-migrate", null, sql(), "implicit"],
    ["atlas", null, sql(["atlas:txmode none"]), "none"],
    ["atlas", null, sql(), "file"],
    ["flyway", null, sql([], [concurrent]), "none"],
    ["flyway", null, sql(), "file"],
    ["graphile-migrate", null, sql(["! Previous: -", "! no-transaction"], [some({})]), "implicit"],
    ["graphile-migrate", null, sql(["One e-mail, one member.", "! no-transaction"], [some({})]), "file"],
    ["node-pg-migrate", "9.0.0", sql(), "batch"],
    ["psql", null, sql(), "none"],
    ["unknown", null, sql(), "unknown"],
  ])("%s %s", (runner, version, facts, expected) => {
    expect(transactionOf({ runner, runnerVersion: version }, { ...facts, optsOut: false })).toBe(expected);
  });
});

describe("files", () => {
  it.each([
    ["src/__tests__/a.ts", "test"],
    ["src/a.test.ts", "test"],
    ["src/a.spec.tsx", "test"],
    ["e2e/login.ts", "test"],
    ["fixtures/users.ts", "test"],
    ["src/helpers/dbFixtures.ts", "test"],
    ["src/teams/fixtures.ts", null],
    ["vitest.config.ts", "test"],
    ["prisma/seed.ts", "seed"],
    ["src/db/seeds/users.ts", "seed"],
    ["scripts/backfill.ts", "script"],
    ["src/app/api/webhooks/stripe/route.ts", "webhook"],
    ["src/graphql/webhookQueue.ts", null],
    ["src/api/WebhookMutations.ts", null],
    ["src/app/api/users/route.ts", "route"],
    ["src/jobs/sync.ts", "job"],
    ["src/consumers/orders.ts", "consumer"],
    ["src/contest.ts", null],
    ["src/latest/attestation.ts", null],
    ["src/services/tenants.ts", null],
  ])("%s is %s", (path, entry) => {
    expect(entryOf(path, false)).toBe(entry);
  });

  it("tells what people do not write or run every day", () => {
    expect(["src/generated/client.ts", "src/api.gen.ts", "dist/index.js", "src/a.ts"].map(isGenerated)).toEqual([true, true, true, false]);
    expect(["prisma/seed.ts", "scripts/x.ts", "src/a.test.ts", "src/a.testHelpers.ts", "src/test-utils.js", "src/generated/x.ts", "src/a.ts", "src/contestUtils.ts"].map(isIncidental)).toEqual([true, true, true, true, true, true, false, false]);
    expect(entryOf("drizzle/0001_test.sql", true)).toBe("migration");
  });
});

describe("databaseForFile", () => {
  const database = (id: string, orm: Database["orm"]): Database => ({ id, orm, catalog: { dialect: "postgres", tables: id === "empty" ? {} : { "public.t": {} } } }) as unknown as Database;
  const source = (id: string, dir: string, schemaFiles: string[] = []) => drizzleSource(schemaFiles, { id, dir });

  it("takes the only one there is", () => {
    const program = createProgram(projectOf({ "a.ts": "" }, { databases: [source("x", "")] }));
    const home = createHomes(program, [database("x", "drizzle")]);
    expect(home("a.ts")?.id).toBe("x");
    expect(home("a.ts", "prisma")).toBeNull();
    expect(createHomes(program, [database("x", "drizzle"), database("empty", "sql")])("a.ts")?.id).toBe("x");
  });

  it("looks at folders, dependencies and imports", () => {
    const texts = {
      "apps/web/a.ts": "",
      "apps/api/b.ts": "",
      "apps/both/c.ts": `import { q } from "./d";`,
      "apps/both/d.ts": `import { users } from "../../packages/two/schema"; export const q = users;`,
      "apps/both/e.ts": "",
      "apps/both/f.ts": `import { client } from "@acme/one";`,
      "packages/one/index.ts": "export const client = 1;",
      "packages/two/schema.ts": "export const users = 1;",
    };
    const packages = [
      packageInfo("apps/api", "api", { versions: { "@acme/two": null } }),
      packageInfo("apps/both", "both", { versions: { "@acme/one": null, "@acme/two": null } }),
      packageInfo("packages/one", "@acme/one"),
      packageInfo("packages/two", "@acme/two"),
    ];
    const databases = [source("web", "apps/web"), source("one", "packages/one"), source("two", "packages/two", ["packages/two/schema.ts"])];
    const program = createProgram(projectOf(texts, { packages, databases }));
    const home = createHomes(program, databases.map((item) => database(item.id, "drizzle")));
    expect(home("apps/web/a.ts")?.id).toBe("web");
    expect(home("apps/api/b.ts")?.id).toBe("two");
    expect(home("apps/both/c.ts")?.id).toBe("two");
    expect(home("apps/both/e.ts")).toBeNull();
    expect(home("apps/both/f.ts")?.id).toBe("one");
  });
});

describe("buildProject", () => {
  it("makes a project of nothing", () => {
    const project = buildProject(projectOf({}));
    expect(project).toMatchObject({ databases: [], sites: [], handlers: [], claims: [], files: [], unread: [] });
  });

  it("says which files of a history it could not read", () => {
    const migrations = [{ runner: "drizzle" as const, runnerVersion: "0.44.2", files: ["drizzle/0000_gone.sql"], dir: "drizzle" }];
    const project = buildProject(projectOf({}, { databases: [drizzleSource([], { migrations })] }));
    expect(project.databases[0]).toMatchObject({ id: "db", complete: false, migrations: [] });
    expect(project.unread.map((item) => item.at.path)).toEqual(["drizzle/0000_gone.sql"]);
  });
});
