import { PGlite } from "@electric-sql/pglite";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inferArbiter, type ArbiterVerdict } from "../src/catalog/arbiter.ts";
import { emptyCatalog, fold } from "../src/catalog/fold.ts";
import type { Table } from "../src/model/catalog.ts";
import { readSqlFile } from "../src/read/sql/file.ts";
import { loadSqlParser } from "../src/read/sql/parser.ts";
import { conflictOf } from "./postgres-arbiter-clause.ts";
import { questionOf, randomFrom, type Question } from "./postgres-arbiter-random.ts";

/** Clauses for a table; how many are asked in all, `npm run test:deep` says. */
const size = 50;
const firstSeed = Number(process.env["UNIQLINT_SEED"] ?? 0);
const tables = Math.ceil(Number(process.env["UNIQLINT_ARBITERS"] ?? 600) / size);

let server: PGlite;

beforeAll(async () => {
  await loadSqlParser();
  server = await PGlite.create({ extensions: { btree_gist } });
  await server.exec(`create extension btree_gist; create type mood as enum ('a', 'b', 'c'); ${asker}`);
}, 60_000);

afterAll(async () => {
  await server.close();
});

/** Plans and runs the INSERT, and undoes it. */
const asker = `
  create function ask(clause text) returns json language plpgsql as $$
  declare plan json; code text; words text;
    statement text := 'insert into u (id, a, b, st, big, email, kind, status, mood, f, org, day, active, made_at, data) values
      (1, 1, ''b'', 1, 1, ''e'', ''a'', ''a'', ''a'', true, ''00000000-0000-0000-0000-000000000000'', ''2020-01-01'', true, ''2020-01-01'', ''{"k": 1}'') on conflict ' || clause;
  begin
    begin
      execute 'explain (format json) ' || statement into plan;
      execute statement;
      raise exception 'undo' using errcode = 'ZZ000';
    exception when others then get stacked diagnostics code = returned_sqlstate, words = message_text;
    end;
    return json_build_object('code', code, 'words', words, 'arbiters', plan -> 0 -> 'Plan' -> 'Conflict Arbiter Indexes');
  end $$`;

type Answer = { code: string; words: string; arbiters: string[] | null };

/** Makes the table; gives the statements that the server took. */
async function prepare(question: Question): Promise<string[]> {
  await server.exec("drop table if exists u cascade; drop table if exists parent cascade");
  for (const statement of question.table) await server.exec(statement);
  const taken: string[] = [];
  if (question.invalid !== null) {
    await server.exec("insert into u (id, a, f) values (1, 1, true), (2, 1, true)");
    await expect(server.exec(`create unique index concurrently ${question.invalid} on u (a)`)).rejects.toMatchObject({ code: "23505" });
    await server.exec("delete from u");
    taken.push(`create unique index concurrently ${question.invalid} on u (a)`);
  }
  for (const statement of question.keys) {
    try {
      await server.exec(statement);
      taken.push(statement);
    } catch {
      // Two primary keys, a part that is not immutable: no key for us either.
    }
  }
  return taken;
}

function tableOf(question: Question, taken: string[]): Table {
  const facts = readSqlFile({ path: "keys.sql", text: ["create type mood as enum ('a', 'b', 'c')", ...question.table, ...taken].map((one) => `${one};\n`).join("") });
  expect(facts.unread).toEqual([]);
  const table = fold(emptyCatalog("postgres"), facts.sql?.statements.flatMap((one) => one.changes) ?? [], "built").tables["public.u"];
  if (!table) throw new Error("no table");
  // A reader of migrations cannot know that the build failed; one of a live database does.
  return { ...table, keys: table.keys.map((key) => (key.name === question.invalid ? { ...key, valid: false } : key)) };
}

/** A statement that is refused for something else than its target is no question. */
const answers = new Set(["ZZ000", "42P10", "42601", "42704", "42809", "55000"]);

function told(verdict: Exclude<ArbiterVerdict, { kind: "unknown" }>, targeted: boolean): unknown {
  if (verdict.kind === "none") return { code: verdict.sqlstate, words: verdict.answer };
  return { arbiters: targeted ? verdict.keys.map((key) => key.name).sort() : null };
}

/** What the server said; arbiters that our side leaves open are left out. */
function heard(answer: Answer, verdict: ArbiterVerdict): unknown {
  const open = verdict.kind === "match" ? (verdict.perhaps ?? []).map((key) => key.name) : [];
  return answer.code === "ZZ000" ? { arbiters: answer.arbiters?.filter((name) => !open.includes(name)).toSorted() ?? null } : { code: answer.code, words: answer.words };
}

it("infers the arbiters that the server infers, or leaves it open", async () => {
  let [asked, matched, open] = [0, 0, 0];
  const wrong: unknown[] = [];
  for (let seed = firstSeed; seed < firstSeed + tables; seed += 1) {
    const question = questionOf(randomFrom(seed), size);
    const taken = await prepare(question);
    const table = tableOf(question, taken);
    const { rows } = await server.query<{ answer: Answer }>("select ask(clause) as answer from unnest($1::text[]) with ordinality as c(clause, n) order by n", [question.clauses]);
    for (const [i, clause] of question.clauses.entries()) {
      const answer = rows[i]?.answer;
      if (!answer || !answers.has(answer.code)) continue;
      const verdict = inferArbiter(table, conflictOf(clause));
      asked += 1;
      if (answer.code === "ZZ000") matched += 1;
      if (verdict.kind === "unknown") {
        open += 1;
        continue;
      }
      const [ours, theirs] = [told(verdict, !/^do /.test(clause)), heard(answer, verdict)];
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push({ seed, table: question.table, keys: taken, clause, ours, theirs });
    }
  }
  expect(wrong.slice(0, 20)).toEqual([]);
  // A generator that asks of nothing, and a prover that never answers, would pass, too.
  expect(asked).toBeGreaterThan(tables * size * 0.8);
  expect(matched / asked).toBeGreaterThan(0.2);
  expect(open / asked).toBeLessThan(0.05);
}, 3_600_000);
