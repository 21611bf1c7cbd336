import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../rules/index.ts";
import { play } from "./proof-player.ts";
import { startServer, type Server } from "./proof-server.ts";
import { parseTranscript } from "./proof-transcript.ts";

/** `fixtures/rules/<rule>/proof/{bad,good}*.txt`: what a PostgreSQL server answers to what a rule forbids, and after the fix. */
const fixtures = join(import.meta.dirname, "../fixtures/rules");

function folderOf(rule: string): string {
  return join(fixtures, rule, "proof");
}

function transcriptsOf(rule: string): string[] {
  const folder = folderOf(rule);
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".txt")).sort() : [];
}

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
// Nothing to stop where it did not start.
afterAll(() => (server as Server | undefined)?.stop());

describe.each(rules.map(({ name }) => name))("%s", (rule) => {
  test("has a transcript of what is forbidden and one of the fix, and nothing else", () => {
    const kinds = transcriptsOf(rule).map((name) => /^(bad|good)(-[a-z0-9]+)*\.txt$/.exec(name)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(["bad", "good"]));
  });

  test.each(transcriptsOf(rule))("%s is what the server answers", async (name) => {
    const transcript = readFileSync(join(folderOf(rule), name), "utf8");
    expect(parseTranscript(transcript)).not.toEqual([]);
    expect(await play(server, transcript, folderOf(rule))).toBe(transcript.trimEnd());
  });
});

describe("the player", () => {
  test("takes no answer from the transcript", async () => {
    expect(await play(server, "db=> SELECT 1 AS one;\n one\n-----\n   2\n(1 row)", "")).toBe("db=> SELECT 1 AS one;\n one\n-----\n   1\n(1 row)");
  });

  test("says who waits, and refuses to end before they have their answer", async () => {
    const lock = ["a=> BEGIN;", "a=> SELECT pg_advisory_xact_lock(7);", "b=> SELECT pg_advisory_xact_lock(7);"];
    await expect(play(server, lock.join("\n"), "")).rejects.toThrow("b still waits at the end");
    expect(await play(server, [...lock, "a=> COMMIT;"].join("\n"), "")).toMatch(/\(waits for a\)\na=> COMMIT;\nCOMMIT\n\(b goes on\)/);
  });

  test("begins with an empty database", async () => {
    const transcript = "db=> CREATE TABLE t (id int);\nCREATE TABLE";
    expect(await play(server, transcript, "")).toBe(transcript);
    expect(await play(server, transcript, "")).toBe(transcript);
  });
});
