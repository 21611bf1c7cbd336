import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import type { Catalog } from "../src/model/catalog.ts";
import { readSqlFile } from "../src/read/sql/file.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { histories } from "./postgres-histories.ts";
import { describeCatalog, emptyDatabase, introspect, runAll } from "./postgres-server.ts";

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create();
}, 60_000);

afterAll(async () => {
  await server.close();
});

function replayText(statements: readonly string[]): Catalog {
  const text = statements.map((statement) => `${statement};\n`).join("");
  const facts = readSqlFile({ path: "history.sql", text });
  expect(facts.unread).toEqual([]);
  return fold(emptyCatalog("postgres"), facts.sql?.statements.flatMap((statement) => statement.changes) ?? [], "built");
}

describe("the replayed catalog is the server's", () => {
  for (const history of histories) {
    it(history.name, async () => {
      await emptyDatabase(server);
      expect(await runAll(server, history.statements)).toEqual(history.refused ?? []);
      const real = await introspect(server);
      const replayed = describeCatalog(replayText(history.statements));
      expect(replayed).toEqual(real);
    }, 30_000);
  }
});
