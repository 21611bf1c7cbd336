import { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { history, type RandomHistory } from "./postgres-arbitraries.ts";
import { describeCatalog, describeServer, replayFiles } from "./postgres-compare.ts";
import { endSession, introspect, runAccepted } from "./postgres-server.ts";

/** `npm run test:deep` sets the number; another seed shows other histories. */
const runs = Number(process.env["UNIQLINT_HISTORIES"] ?? 200);
const seed = Number(process.env["UNIQLINT_SEED"] ?? 20_261_121);

let server: PGlite;
let ran = 0;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

/**
 * Runs the files, and gives what both sides make of the statements that the server accepts: what it refuses would have stopped a migration.
 */
async function compare(files: RandomHistory): Promise<{ ours: unknown; theirs: unknown }> {
  // Nothing else clears away what was rolled back: the system catalogs would grow to gigabytes.
  if ((ran += 1) % 500 === 0) await server.exec("vacuum");
  await server.exec("begin");
  try {
    const kept: string[][] = [];
    for (const statements of files) {
      kept.push(await runAccepted(server, statements));
      await endSession(server);
    }
    const replayed = describeCatalog(replayFiles(kept));
    return { ours: { kept, tables: replayed }, theirs: { kept, tables: describeServer(await introspect(server), replayed) } };
  } finally {
    await server.exec("rollback");
  }
}

it(`replays ${runs} random histories as a server does (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(history, async (files) => {
      const { ours, theirs } = await compare(files);
      expect(ours).toEqual(theirs);
    }),
    { seed, numRuns: runs },
  );
}, 40 * 60_000);
