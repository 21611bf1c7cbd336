import { drizzle } from "drizzle-orm/node-postgres";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import { pgTable, text } from "drizzle-orm/pg-core";
import knexFactory from "knex";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { Sequelize } from "sequelize";
import { DataSource } from "typeorm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openPrisma } from "./proof-prisma.ts";
import { startServer, type Server } from "./proof-server.ts";

/** What no-recovery-in-aborted-transaction knows of each client: what its transaction answers when a violation was caught inside of it. */

const INSERT = "INSERT INTO users (email) VALUES ('ada@example.com')";
const NOTE = "INSERT INTO notes (body) VALUES ('before')";
const READ = "SELECT email FROM users";

let server: Server;
let admin: pg.Client;

beforeAll(async () => {
  server = await startServer();
  admin = new pg.Client(server.address("postgres"));
  await admin.connect();
  await admin.query(`CREATE TABLE users (email text PRIMARY KEY); CREATE TABLE notes (body text PRIMARY KEY); ${INSERT}`);
}, 60_000);

afterAll(async () => {
  await admin.end();
  await server.stop();
});

beforeEach(async () => {
  await admin.query("DELETE FROM notes");
});

type Send = (text: string) => Promise<unknown>;

/** Runs `body` in one transaction of the client. */
type Client = (body: (send: Send) => Promise<void>) => Promise<unknown>;

const users = pgTable("users", { email: text().primaryKey() });

const clients: Record<string, Client> = {
  "pg, BEGIN and COMMIT": async (body) => {
    const client = new pg.Client(server.address("postgres"));
    await client.connect();
    try {
      await client.query("BEGIN");
      await body((each) => client.query(each));
      await client.query("COMMIT");
    } finally {
      await client.end();
    }
  },
  "drizzle on pg": async (body) => {
    const pool = new pg.Pool(server.address("postgres"));
    try {
      await drizzle(pool).transaction((tx) => body((each) => (each === INSERT ? tx.insert(users).values({ email: "ada@example.com" }) : tx.execute(each))));
    } finally {
      await pool.end();
    }
  },
  "drizzle on postgres.js": async (body) => {
    const connection = openPostgresJs();
    try {
      await drizzlePostgresJs(connection).transaction((tx) => body((each) => tx.execute(each)));
    } finally {
      await connection.end();
    }
  },
  "postgres.js": async (body) => {
    const connection = openPostgresJs();
    try {
      await connection.begin((tx) => body((each) => tx.unsafe(each)));
    } finally {
      await connection.end();
    }
  },
  prisma: async (body) => {
    const { scope, close } = await openPrisma("model User {\n  email String @id\n}\n")({ ...server.address("postgres"), application_name: "prisma" });
    type Raw = { $executeRawUnsafe: Send };
    const prisma = scope["prisma"] as { $transaction(run: (tx: Raw) => Promise<void>): Promise<void> };
    try {
      await prisma.$transaction((tx) => body((each) => tx.$executeRawUnsafe(each)));
    } finally {
      await close();
    }
  },
  knex: async (body) => {
    const knex = knexFactory({ client: "pg", connection: server.address("postgres") });
    try {
      await knex.transaction((trx) => body((each) => trx.raw(each)));
    } finally {
      await knex.destroy();
    }
  },
  kysely: async (body) => {
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: new pg.Pool(server.address("postgres")) }) });
    try {
      await db.transaction().execute((trx) => body((each) => sql.raw(each).execute(trx)));
    } finally {
      await db.destroy();
    }
  },
  typeorm: async (body) => {
    const { host, database, user: username } = server.address("postgres");
    const source = await new DataSource({ type: "postgres", host, database, username }).initialize();
    try {
      await source.transaction((manager) => body((each) => manager.query(each)));
    } finally {
      await source.destroy();
    }
  },
  sequelize: async (body) => {
    const { host, database, user: username } = server.address("postgres");
    const sequelize = new Sequelize({ dialect: "postgres", host, database, username, logging: false });
    try {
      await sequelize.transaction((transaction) => body((each) => sequelize.query(each, { transaction })));
    } finally {
      await sequelize.close();
    }
  },
};

function openPostgresJs(): postgres.Sql {
  const { host, database, user } = server.address("postgres");
  return postgres({ host, path: `${host}/.s.PGSQL.5432`, database, user, onnotice: () => undefined });
}

async function notes(): Promise<number> {
  return (await admin.query("SELECT FROM notes")).rowCount ?? 0;
}

/** The SQLSTATE wherever the client keeps it; null: no error. */
async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return /"(?:code|originalCode)":"([0-9][0-9A-Z]{4})"/.exec(JSON.stringify(chain(error)))?.[1] ?? String(error);
  }
}

function chain(error: unknown): object[] {
  const out: object[] = [];
  for (let each = error as { cause?: unknown; original?: unknown } | undefined; each != null && out.length < 5; each = (each.cause ?? each.original) as typeof each) out.push({ ...each, ...((each as { meta?: object }).meta ?? {}) });
  return out;
}

/** Rethrows what was caught although the callback ended well, so that nothing is lost in silence. */
const RETHROWS = new Set(["postgres.js", "drizzle on postgres.js"]);

for (const [name, transaction] of Object.entries(clients)) {
  test(`${name}: a statement after a violation that was caught answers 25P02`, async () => {
    let after: string | null = null;
    await transaction(async (send) => {
      await send(INSERT).then(() => null, () => null);
      after = await codeOf(send(READ));
    }).catch(() => undefined);
    expect(after).toBe("25P02");
  });

  test(`${name}: what was written before it is lost, ${RETHROWS.has(name) ? "and the transaction throws" : "and nothing says so"}`, async () => {
    const ended = await codeOf(
      transaction(async (send) => {
        await send(NOTE);
        await send(INSERT).then(() => null, () => null);
      }),
    );
    expect(await notes()).toBe(0);
    expect(ended).toBe(RETHROWS.has(name) ? "23505" : null);
  });
}
