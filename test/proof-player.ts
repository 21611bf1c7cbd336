import { join } from "node:path";
import pg from "pg";
import type { Server } from "./proof-server.ts";
import { openCode, openSql, type Session } from "./proof-sessions.ts";
import { parseTranscript, printTranscript, type Step } from "./proof-transcript.ts";

/** Something typed that is not answered yet. */
type Pending = { session: string; answer: string[] | null };

/** A statement that is neither answered nor waits for another session by then hangs. */
const PATIENCE = 30_000;

/**
 * Types a transcript anew, into an empty database, and gives what comes of it. `folder` holds the modules of JavaScript sessions.
 *
 * Steps are typed in order. `(waits for a)` stands for an answer that a lock of session a holds back, `(b goes on)` stands before the
 * answer that the step above it let go. PostgreSQL says who waits (pg_blocking_pids), so nothing depends on time.
 * @throws when something still waits at the end, or hangs.
 */
export async function play(server: Server, transcript: string, folder: string): Promise<string> {
  // From another database, for what looks in its own is waited for by CREATE INDEX CONCURRENTLY.
  const watcher = new pg.Client(server.address("template1"));
  await watcher.connect();
  const sessions = new Map<string, Session>();
  try {
    const open = async ({ session, language }: Step): Promise<Session> => {
      const address = { ...server.address("postgres"), application_name: session };
      return language === "sql" ? openSql(address) : openCode(address, join(folder, `${session}.ts`));
    };
    const pending: Pending[] = [];
    const played: Step[] = [];
    for (const step of parseTranscript(transcript)) {
      const session = sessions.get(step.session) ?? (await open(step));
      sessions.set(step.session, session);
      if (pending.some((one) => one.session === step.session)) throw new Error(`${step.session} still waits: ${step.text}`);
      played.push({ ...step, answer: await answer(step, session, pending, () => blockers(watcher)) });
    }
    if (pending.length > 0) throw new Error(`${pending.map(({ session }) => session).join(", ")} still waits at the end`);
    return printTranscript(played);
  } finally {
    await Promise.allSettled([...sessions.values()].map((session) => session.close()));
    await watcher.end();
    await empty(server);
  }
}

/** What still waits there is ended first. */
async function empty(server: Server): Promise<void> {
  const client = new pg.Client(server.address("postgres"));
  await client.connect();
  await client.query("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
  await client.query("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  await client.end();
}

/** The lines that a step brings: its own answer, then those of others that could go on. */
async function answer(step: Step, session: Session, pending: Pending[], blockers: () => Promise<Map<string, string[]>>): Promise<string[]> {
  const own: Pending = { session: step.session, answer: null };
  const waiting = [...pending];
  pending.push(own);
  void session.run(step.text).then((lines) => (own.answer = lines));
  const blocked = await settle(pending, blockers);
  const lines = own.answer ?? [`(waits for ${(blocked.get(own.session) ?? []).join(" and ")})`];
  for (const { session: name, answer: late } of waiting) if (late) lines.push(`(${name} goes on)`, ...late);
  pending.splice(0, pending.length, ...pending.filter((one) => one.answer === null));
  return lines;
}

/** Waits until everything is answered or blocked; says by whom. */
async function settle(pending: Pending[], blockers: () => Promise<Map<string, string[]>>): Promise<Map<string, string[]>> {
  const patience = Date.now() + PATIENCE;
  for (;;) {
    const answered = pending.filter((one) => one.answer !== null).length;
    const blocked = await blockers();
    // An answer that came while the server was asked may have let others go.
    if (pending.filter((one) => one.answer !== null).length !== answered) continue;
    if (pending.every((one) => one.answer !== null || blocked.has(one.session))) return blocked;
    if (Date.now() > patience) throw new Error(`hangs: ${pending.map(({ session }) => session).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Session → the sessions that hold what it waits for. */
async function blockers(watcher: pg.Client): Promise<Map<string, string[]>> {
  const { rows } = await watcher.query<{ waiter: string; holders: string[] }>(
    `SELECT w.application_name AS waiter, array_agg(DISTINCT h.application_name) AS holders
     FROM pg_stat_activity w CROSS JOIN unnest(pg_blocking_pids(w.pid)) AS holder JOIN pg_stat_activity h ON h.pid = holder
     WHERE w.datname = 'postgres' GROUP BY 1`,
  );
  return new Map(rows.map(({ waiter, holders }) => [waiter, holders]));
}
