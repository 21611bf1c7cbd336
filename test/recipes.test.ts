import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lintFixture, prepare } from "./lint-fixture.ts";
import { dbmate } from "./recipes/dbmate.ts";
import { drizzle, drizzleKit } from "./recipes/drizzle.ts";
import { graphileMigrate } from "./recipes/graphile-migrate.ts";
import { knex } from "./recipes/knex.ts";
import { kysely } from "./recipes/kysely.ts";
import { openLab, type Lab } from "./recipes/lab.ts";
import { mikroOrm } from "./recipes/mikro-orm.ts";
import { nodePgMigrate } from "./recipes/node-pg-migrate.ts";
import { prismaSince74, prismaUntil73 } from "./recipes/prisma.ts";
import { BUILD, inFolder, MEMBERS, sqlstateOf, type Draft, type RealRunner } from "./recipes/runner.ts";
import { sequelize } from "./recipes/sequelize.ts";
import { supabase } from "./recipes/supabase.ts";
import { typeorm } from "./recipes/typeorm.ts";
import { runCli } from "./run-cli.ts";

/**
 * What uniqlint says of a runner is what the runner does: each statement that it complains of goes through the real runner and holds up others
 * or is refused, and each recipe that it gives goes through the same runner, taken from the message as it stands, and holds up nobody.
 *
 * goose, golang-migrate, Atlas and Flyway are not here: what npm and Debian have of them fetches the program from elsewhere, or is none.
 * test/fixes.test.ts imitates them (docs/runners.md).
 */
const runners: Record<string, RealRunner> = {
  drizzle,
  "drizzle-kit": drizzleKit,
  "prisma until 7.3": prismaUntil73,
  "prisma since 7.4": prismaSince74,
  supabase,
  "node-pg-migrate": nodePgMigrate,
  knex,
  kysely,
  typeorm,
  sequelize,
  "mikro-orm": mikroOrm,
  dbmate,
  "graphile-migrate": graphileMigrate,
};

const SETUP: Draft = {
  sql: [
    "CREATE TABLE members (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org_id int, email text NOT NULL, deleted_at timestamptz)",
    "CREATE TABLE codes (email text)",
  ],
  advised: false,
};

type Kind = { naive: string; table: string; /** The recipe's words for what has to be there first. */ first?: string; index: string; lock: string; contype: string | null };

const KINDS: Record<string, Kind> = {
  "a unique index": { table: "members", naive: "CREATE UNIQUE INDEX members_key ON members (org_id, lower(email)) WHERE deleted_at IS NULL", index: "members_key", lock: "ShareLock", contype: null },
  "a unique constraint": { table: "members", naive: "ALTER TABLE members ADD CONSTRAINT members_key UNIQUE (org_id, email)", index: "members_key", lock: "AccessExclusiveLock", contype: "u" },
  "a unique column": { table: "members", naive: "ALTER TABLE members ADD COLUMN handle text UNIQUE", first: "ALTER TABLE members ADD COLUMN handle text", index: "members_handle_key", lock: "AccessExclusiveLock", contype: "u" },
  "a primary key": { table: "codes", naive: "ALTER TABLE codes ADD CONSTRAINT codes_pkey PRIMARY KEY (email)", index: "codes_pkey", lock: "AccessExclusiveLock", contype: "p" },
};

let lab: Lab;
beforeAll(async () => {
  await prepare();
  lab = await openLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.empty());

/** null: applied; else the SQLSTATE. */
async function apply(runner: RealRunner, root: string): Promise<string | null> {
  try {
    await runner.migrate(root, lab.address);
    return null;
  } catch (error) {
    return sqlstateOf(error);
  }
}

function keyOf(index: string): Promise<{ indisvalid: boolean; indisunique: boolean; contype: string | null }[]> {
  return lab.ask(`select indisvalid, indisunique, contype from pg_index left join pg_constraint on conindid = indexrelid where indexrelid = '${index}'::regclass`);
}

/** The statements of a recipe: what has to be there before the index is built, the build, and what follows it. */
function readRecipe(message: string, first: string | undefined): { before: string[]; build: string; after: string[] } {
  const [recipe = "", before = ""] = message.split(" Before that, ");
  const statements = (text: string): string[] => [...text.matchAll(/`([A-Z][^`]*);`/g)].map((match) => match[1] ?? "");
  const [build = "", ...after] = statements(recipe);
  return { before: [...(first === undefined ? [] : [first]), ...statements(before)], build, after };
}

describe.each(Object.entries(runners))("%s", (_, runner) => {
  describe.each(Object.entries(KINDS).filter(([kind]) => runner.kinds?.includes(kind) ?? true))("%s", (__, { naive, table, first, index, lock, contype }) => {
    const insert = `INSERT INTO ${table} (email) VALUES ('writer')`;
    const at = (drafts: Draft[]): Promise<string | null> => inFolder(runner.project(drafts), (root) => apply(runner, root));
    const plain: Draft = { sql: [naive], advised: false };

    test("as it is written holds up others", async () => {
      expect(await at([SETUP])).toBeNull();
      const seen = await lab.watch(table, insert, () => at([SETUP, plain]));
      expect(seen).toEqual({ lock, others: "wait", refused: null });
    });

    test("as the recipe says holds up nobody", async () => {
      const [finding] = await inFolder(runner.project([SETUP, plain]), async (root) => lintFixture(root, "require-concurrent-unique-index"));
      const { before, build, after } = readRecipe(finding?.message ?? "", first);
      expect(finding?.message).toContain(runner.place);

      const start = before.length === 0 ? [SETUP] : [SETUP, { sql: before, advised: false }];
      const isApart = finding?.message?.includes(", then in the next migration `") === true;
      const own: Draft = { sql: isApart ? [build] : [build, ...after], advised: true };
      const rest: Draft[] = isApart ? [{ sql: after, advised: false }] : [];
      expect(await at(start)).toBeNull();
      expect(await lab.watch(table, insert, () => at([...start, own]))).toEqual({ lock: "ShareUpdateExclusiveLock", others: "write", refused: null });
      expect(await at([...start, own, ...rest])).toBeNull();
      expect(await keyOf(index)).toEqual([{ indisvalid: true, indisunique: true, contype }]);
      await inFolder(runner.project([...start, own, ...rest]), async (root) => {
        for (const rule of ["require-concurrent-unique-index", "no-concurrent-index-in-transaction"]) expect(lintFixture(root, rule)).toEqual([]);
      });
    });

    // "a primary key" wants its column NOT NULL first, which no edit does.
    test.runIf(runner.fixes === true && contype !== "p")("as --fix-suggestions writes it is built", async () => {
      expect(await at([SETUP])).toBeNull();
      await inFolder(runner.project([SETUP, plain]), async (root) => {
        await runCli(root, "--fix-suggestions");
        expect(lintFixture(root, "require-concurrent-unique-index")).toEqual([]);
        expect(await apply(runner, root)).toBeNull();
      });
      expect(await keyOf(index)).toEqual([{ indisvalid: true, indisunique: true, contype }]);
    });
  });

  test("runs again after a build that failed, and takes the INVALID index for the key; or waits until somebody has looked", async () => {
    const again = BUILD.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS");
    await inFolder(runner.project([MEMBERS]), (root) => runner.migrate(root, lab.address));
    await lab.ask("INSERT INTO members VALUES (1, 'ada@example.com'), (2, 'ada@example.com')");
    await inFolder(runner.project([MEMBERS, { sql: [again], advised: true }]), async (root) => {
      const passes = (): Promise<boolean> => runner.migrate(root, lab.address).then(() => true, () => false);
      expect(await passes()).toBe(false);
      const [said] = lintFixture(root, "no-unverified-concurrent-index");
      expect(await passes()).toBe(said !== undefined);
      expect(await keyOf("members_email_key")).toMatchObject([{ indisvalid: false }]);
    });
  });

  test.each(Object.entries(runner.others))("%s", async (__, { files, refused }) => {
    await inFolder(files, async (root) => {
      expect(await apply(runner, root)).toBe(refused);
      const said = new Set(lintFixture(root, "no-concurrent-index-in-transaction").map(({ sqlstate }) => sqlstate));
      expect([...said]).toEqual(refused === null ? [] : [refused]);
    });
  });
});

test("drizzle: built by hand before the deploy, with IF NOT EXISTS in the migration", async () => {
  const at = (...drafts: Draft[]): Promise<string | null> => inFolder(drizzle.project(drafts), (root) => apply(drizzle, root));
  const text = "UNIQUE INDEX @ IF NOT EXISTS members_key ON members (org_id, email)";
  expect(await at(SETUP)).toBeNull();
  await lab.ask(`CREATE ${text.replace("@", "CONCURRENTLY")}`);
  // The index is there, but it takes the table's lock all the same, for a moment.
  expect(await at(SETUP, { sql: [`CREATE ${text.replace(" @", "")}`, "ALTER TABLE members ADD CONSTRAINT members_key UNIQUE USING INDEX members_key"], advised: false })).toBeNull();
  expect(await lab.ask("select contype from pg_constraint where conname = 'members_key'")).toEqual([{ contype: "u" }]);
});
