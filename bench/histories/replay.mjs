// Runs the files of a history in a real Postgres, statement by statement, and remembers what was refused and which line made what.
import { stubFor } from "./server.mjs";

/** Transactions are not kept: each statement stands alone, so that one that is refused takes no other with it. */
const passedOver = /^(?:begin|commit|end|rollback|abort|start\s+transaction|savepoint|release|set\s+transaction|set\s+(?:local\s+)?role|set\s+session\s+authorization|reset\s+role|lock)\b/i;

/** Refused because something has the name already, or something else still needs it: uniqlint could see that by itself. */
const foreseeable = new Set(["42P07", "42P06", "42701", "42710", "42P16", "2BP01"]);

/**
 * `files`: `{ path, text, pieces: [{ start, end }] }` in order. Gives how many statements were accepted, those that were refused (`foreseeable`: for a
 * reason that stands in the statements before), and the place that made each relation, by its oid (`computed`: no statement names it; null: a
 * stub's).
 */
export async function replayFiles({ server, stubs, searchPath }, files) {
  const outcome = { accepted: 0, passedOver: 0, refused: [], stubs: [...stubs], made: new Map() };
  let last = await lastOid(server);
  for (const { path, text, pieces } of files) {
    await server.exec("discard all");
    await server.exec(`set search_path to ${searchPath}`);
    for (const { start, end } of pieces) {
      const statement = text.slice(start, end).replace(/^set\s+local\b/i, "set").replace(/\bon\s+commit\s+drop\b/i, "");
      if (passedOver.test(statement)) {
        outcome.passedOver += 1;
        continue;
      }
      const place = { path, start, end, line: lineAt(text, start), computed: !/^(?:create|alter)\b/i.test(statement) };
      const error = await run(server, statement, outcome.stubs);
      if (error === null) outcome.accepted += 1;
      else if (error !== "stubbed") outcome.refused.push({ ...place, code: error.code ?? "XX000", message: error.message, foreseeable: foreseeable.has(error.code) });
      const fresh = await server.query("select oid from pg_class where oid > $1 order by oid", [last]);
      for (const { oid } of fresh.rows) outcome.made.set(oid, error === "stubbed" ? null : place);
      last = fresh.rows.at(-1)?.oid ?? last;
    }
  }
  await server.exec("discard all");
  return outcome;
}

/** null: accepted; "stubbed": something that stands for it was made; else the error. */
async function run(server, statement, stubs) {
  let text = statement;
  for (let tries = 0; ; tries += 1) {
    try {
      if (/^copy\b/i.test(text)) throw Object.assign(new Error("COPY is not run"), { code: "0A000" });
      await server.exec(text);
      return null;
    } catch (error) {
      const stub = tries < 5 ? await stubFor(server, error, text) : null;
      if (stub === null) return error;
      stubs.push(stub.name);
      if (stub.statement === null) return "stubbed";
      text = stub.statement;
    }
  }
}

async function lastOid(server) {
  return (await server.query("select max(oid)::oid as oid from pg_class")).rows[0].oid;
}

function lineAt(text, offset) {
  return text.slice(0, offset).split("\n").length;
}
