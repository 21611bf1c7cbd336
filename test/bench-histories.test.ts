import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The benchmark as it is called; it takes the build, and `npm test` builds first. */
const script = join(import.meta.dirname, "../bench/histories.mjs");

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "uniqlint-histories-"));
});
afterAll(() => rmSync(root, { recursive: true }));

/** Histories of the migrations of each folder, one after the other. */
function judge(folders: Record<string, string[]>): { status: number | null; lines: string[] } {
  for (const [name, files] of Object.entries(folders)) {
    mkdirSync(join(root, name, "migrations"), { recursive: true });
    for (const [index, text] of files.entries()) writeFileSync(join(root, name, "migrations", `000${index + 1}_change.sql`), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...Object.keys(folders), "--runner", "psql"], { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  return { status, lines: stdout.trimEnd().split("\n") };
}

const alike = [
  `create extension if not exists pg_trgm;
   create extension vector;
   create table teams (id int primary key, name text not null, place vector(3));
   create index teams_name on teams using gin (name gin_trgm_ops);
   create index teams_place on teams using hnsw (place vector_l2_ops);
   grant select on teams to reader;`,
  `begin;
   create table members (id int generated always as identity primary key, team int not null references teams on delete cascade, email text, gone timestamptz);
   create unique index members_email on members (team, lower(email)) where email like '%@%' and gone is null;
   alter table members add constraint members_once unique nulls not distinct (team, gone) deferrable;
   commit;
   create table members (id int);
   do $$ begin execute format('create table %I (id int primary key)', 'extra_' || 1); end $$;`,
];

/** No text says which key the function makes. */
const apart = [
  `create table seats (number int not null);
   create function keep(wanted text) returns void language plpgsql as $$ begin execute 'alter table seats add constraint ' || wanted || ' unique (number)'; end $$;
   select keep('seats_once');`,
];

test("histories are replayed, and what only one side has is told", () => {
  expect(judge({ alike, apart })).toEqual({
    status: 1,
    lines: [
      "alike: migrations (psql), 2 files",
      "  statements: 8 accepted, 2 refused, 2 passed over (transactions, roles, locks)",
      "  stubbed: extension vector, role reader",
      `  refused 1 × 42704 access method "hnsw" does not exist, migrations/0001_change.sql:5`,
      `  refused 1 × 42P07 relation "members" already exists (to be foreseen), migrations/0002_change.sql:6`,
      "  tables: 2 of 3 equal; keys: 4 of 5; 2 conditions and expressions compared",
      "  differences: 0",
      "  not known to uniqlint: 1",
      "    public.extra_1: only Postgres has this table (migrations/0002_change.sql:7)",
      "apart: migrations (psql), 1 file",
      "  statements: 3 accepted, 0 refused, 0 passed over (transactions, roles, locks)",
      "  tables: 0 of 1 equal; keys: 0 of 1; 0 conditions and expressions compared",
      "  differences: 1",
      "    public.seats: key seats_once constraint (number): only Postgres has it (migrations/0001_change.sql:3)",
    ],
  });
}, 120_000);
