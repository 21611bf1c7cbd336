import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { startServer, type Server } from "../proof-server.ts";

export type Address = ReturnType<Server["address"]>;

/** What happened while somebody else had an open transaction that wrote to the table. */
export type Seen = {
  /** The strongest lock on the table that the migration held or waited for; null: it never had to wait. */
  lock: string | null;
  /** Could a third connection write to the table meanwhile? */
  others: "wait" | "write" | null;
  /** SQLSTATE with which the migration ended; null: it was applied. */
  refused: string | null;
};

/** A server for one file of tests, with one database that is emptied before each case. */
export type Lab = {
  address: Address;
  empty(): Promise<void>;
  ask<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  /** Runs a migration while another transaction has written to `table` and stays open until the migration waits for it, or ends. */
  watch(table: string, insert: string, migrate: () => Promise<string | null>): Promise<Seen>;
  stop(): Promise<void>;
};

export async function openLab(): Promise<Lab> {
  const server = await startServer();
  const address = server.address("lab");
  const admin = await connect(server.address("postgres"));
  await admin.query("create database lab");
  await admin.end();
  const [client, writer, third] = await Promise.all([connect(address), connect(address), connect(address)]);
  await third.query("set lock_timeout = '50ms'");
  return {
    address,
    empty: () => empty(client),
    ask: async <Row extends pg.QueryResultRow>(sql: string) => (await client.query<Row>(sql)).rows,
    watch: (table, insert, migrate) => watch({ client, writer, third }, table, insert, migrate),
    stop: async () => {
      await Promise.all([writer.end(), third.end()]);
      await waitUntilAlone(client);
      await client.end();
      await server.stop();
    },
  };
}

/** Runners that keep connections for a while take it badly when the server goes first: graphile-migrate ends the process. */
async function waitUntilAlone(client: pg.Client): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const { rows } = await client.query("select from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()");
    if (rows.length === 0) return;
    await setTimeout(50);
  }
}

async function connect(address: Address): Promise<pg.Client> {
  const client = new pg.Client(address);
  await client.connect();
  return client;
}

async function empty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ sql: string }>("select format('drop schema %I cascade', nspname) as sql from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'");
  await client.query(`set client_min_messages = error; ${rows.map(({ sql }) => sql).join("; ")}; create schema public`);
}

type Clients = { client: pg.Client; writer: pg.Client; third: pg.Client };

async function watch({ client, writer, third }: Clients, table: string, insert: string, migrate: () => Promise<string | null>): Promise<Seen> {
  const { rows: self } = await writer.query<{ pid: number }>("select pg_backend_pid() as pid");
  await writer.query(`begin; ${insert}`);
  const seen: Seen = { lock: null, others: null, refused: null };
  let done = false;
  const migration = migrate().finally(() => (done = true));
  while (!done && seen.lock === null) {
    seen.lock = await lockOf(client, table, self[0]?.pid ?? 0);
    if (seen.lock === null) await setTimeout(5);
  }
  if (seen.lock !== null) seen.others = await canWrite(third, insert);
  await writer.query("commit");
  return { ...seen, refused: await migration };
}

const STRENGTH = ["ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

/** Of whoever waits for `writer`; null: nobody. */
async function lockOf(client: pg.Client, table: string, writer: number): Promise<string | null> {
  const { rows } = await client.query<{ mode: string }>(
    "select mode from pg_locks where relation = to_regclass($1) and pid in (select pid from pg_stat_activity where $2 = any (pg_blocking_pids(pid)))", [table, writer],
  );
  const found = rows.map(({ mode }) => STRENGTH.indexOf(mode)).filter((at) => at >= 0);
  return found.length === 0 ? null : (STRENGTH[Math.max(...found)] ?? null);
}

/** In the writer's shadow: a row like its own, taken back at once. */
async function canWrite(third: pg.Client, insert: string): Promise<"wait" | "write"> {
  try {
    await third.query(`begin; ${insert.replaceAll("'writer'", "'third'")}`);
    return "write";
  } catch (error) {
    if ((error as { code?: string }).code === "55P03") return "wait";
    throw error;
  } finally {
    await third.query("rollback");
  }
}
