import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { describeCatalog, describeServer, printCatalog, replayFiles } from "./postgres-compare.ts";
import { histories } from "./postgres-histories.ts";
import { emptyDatabase, introspect, runAll } from "./postgres-server.ts";
import { runCli } from "./run-cli.ts";

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

describe("the replayed catalog is the server's", () => {
  for (const history of histories) {
    it(history.name, async () => {
      await emptyDatabase(server);
      expect(await runAll(server, history.statements)).toEqual(history.refused ?? []);
      const replayed = describeCatalog(replayFiles([history.statements]));
      // Refused statements are read like all others, and may leave a doubt.
      if (history.refused) for (const table of Object.values(replayed)) table.complete = true;
      expect(replayed).toEqual(describeServer(await introspect(server), replayed));
    }, 30_000);
  }
});

it("is what `uniqlint schema --format json --source migrations` prints", async () => {
  const folder = mkdtempSync(join(tmpdir(), "uniqlint-"));
  try {
    const chosen = histories.slice(0, 3).map(({ statements }) => statements);
    writeFileSync(join(folder, "package.json"), "{}");
    mkdirSync(join(folder, "migrations"));
    for (const [i, statements] of chosen.entries()) writeFileSync(join(folder, "migrations", `00${i}_history.sql`), statements.map((statement) => `${statement};\n`).join(""));
    const { status, stdout } = await runCli(folder, "schema", "--format", "json", "--source", "migrations");
    expect(status).toBe(0);
    expect(withoutPlaces(stdout)).toEqual(withoutPlaces(printCatalog(replayFiles(chosen))));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Where a key was built is another matter. */
function withoutPlaces(json: string): unknown {
  return JSON.parse(json, (name, value: unknown) => (name === "built" ? undefined : value));
}
